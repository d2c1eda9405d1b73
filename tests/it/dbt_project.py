"""Builds the models of integrations/dbt over a lake with dbt, and writes what they hold as JSON.

    dbt_project.py PROJECT LAKE          the status of each node of the build, the newest load by source, and rows, sums and
                                         quantities of the staging models, in DuckDB
    dbt_project.py PROJECT LAKE PORT     the same in the PostgreSQL of this port of loopback, with the lake loaded
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import duckdb
import psycopg2


def connected(port):
    """A function that returns the first row of a query on the models."""
    if port is None:
        models = duckdb.connect("purchase_lake.duckdb", read_only=True)
        return lambda query: models.execute(query).fetchone()
    cursor = psycopg2.connect(options="-c search_path=analytics_staging,analytics").cursor()

    def first(query):
        cursor.execute(query)
        return cursor.fetchone()

    return first


if __name__ == "__main__":
    project, lake, *port = sys.argv[1:]
    port = port[0] if port else None
    os.environ["DBT_SEND_ANONYMOUS_USAGE_STATS"] = "false"
    place = ["--quiet", "--project-dir", project, "--profiles-dir", project, "--vars", json.dumps({"lake": lake})]
    if port:
        os.environ.update(PGHOST="127.0.0.1", PGPORT=port, PGUSER="etl", PGDATABASE="postgres")
        place += ["--target", "warehouse"]
    os.chdir(project)
    # Processes of their own, since DuckDB opens a file in one process only.
    dbt = [str(Path(sys.executable).parent / "dbt")]
    subprocess.run([*dbt, "build", *place], check=True, stdout=sys.stderr)
    results = json.loads(Path("target/run_results.json").read_text(encoding="utf-8"))["results"]
    nodes = {one["unique_id"]: one["status"] for one in results}
    # It ends with an error where the newest load is old, as that of a test is.
    subprocess.run([*dbt, "source", "freshness", *place], stdout=sys.stderr)
    fresh = json.loads(Path("target/sources.json").read_text(encoding="utf-8"))["results"]
    one = connected(port)
    rows, items = one("SELECT count(*), sum(quantity) FROM stg_purchases")
    found = {
        "nodes": nodes,
        "loaded": {one["unique_id"]: one.get("max_loaded_at") for one in fresh},
        "purchases": {"rows": rows, "quantity": int(items)},
        "supplier_purchases": one("SELECT count(*) FROM stg_supplier_purchases")[0],
    }
    json.dump(found, sys.stdout)
