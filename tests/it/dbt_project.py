"""Builds the models of integrations/dbt over a lake with dbt, and writes what they hold as JSON.

    dbt_project.py PROJECT LAKE     the status of each node of the build, the newest load by source, and rows, sums and
                                    quantities of the staging models
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import duckdb

if __name__ == "__main__":
    project, lake = sys.argv[1:]
    os.environ["DBT_SEND_ANONYMOUS_USAGE_STATS"] = "false"
    place = ["--quiet", "--project-dir", project, "--profiles-dir", project, "--vars", json.dumps({"lake": lake})]
    os.chdir(project)
    # Processes of their own, since DuckDB opens a file in one process only.
    dbt = [str(Path(sys.executable).parent / "dbt")]
    subprocess.run([*dbt, "build", *place], check=True, stdout=sys.stderr)
    results = json.loads(Path("target/run_results.json").read_text(encoding="utf-8"))["results"]
    nodes = {one["unique_id"]: one["status"] for one in results}
    # It ends with an error where the newest load is old, as that of a test is.
    subprocess.run([*dbt, "source", "freshness", *place], stdout=sys.stderr)
    fresh = json.loads(Path("target/sources.json").read_text(encoding="utf-8"))["results"]
    models = duckdb.connect("purchase_lake.duckdb", read_only=True)
    one = lambda query: models.execute(query).fetchone()
    rows, items = one("SELECT count(*), sum(quantity) FROM stg_purchases")
    found = {
        "nodes": nodes,
        "loaded": {one["unique_id"]: one.get("max_loaded_at") for one in fresh},
        "purchases": {"rows": rows, "quantity": int(items)},
        "supplier_purchases": one("SELECT count(*) FROM stg_supplier_purchases")[0],
    }
    json.dump(found, sys.stdout)
