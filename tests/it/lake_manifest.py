"""Compares the symlink manifests of a lake with the Delta logs, by deltalake for Python and DuckDB, and writes what it
finds as JSON.

    lake_manifest.py LAKE TABLE...     by table: `manifests` and `delta`, the paths of the files by partition folder, and
                                       `manifest_rows` and `delta_rows`, a digest over the multiset of all rows
"""

import hashlib
import json
import sys
from pathlib import Path

try:
    import duckdb
    from deltalake import DeltaTable
except ImportError as error:
    sys.exit(f"{sys.executable} has no package {error.name}: run `make test`, or let PURCHASE_ETL_PYTHON name a "
             "Python with the packages of tests/requirements.txt")


def listed(folder):
    """The paths in each manifest, by its folder."""
    found = {}
    for path in sorted(folder.rglob("*")):
        if path.is_dir():
            continue
        lines = path.read_text(encoding="utf-8")
        assert path.name == "manifest" and lines == "".join(f"{line}\n" for line in lines.splitlines()), path
        assert all(line.startswith("file:///") for line in lines.splitlines()), lines
        uris = [line.removeprefix("file://") for line in lines.splitlines()]
        found[str(path.parent.relative_to(folder))] = sorted(uris)
    # A folder without a manifest would be an empty partition.
    for path in folder.rglob("*"):
        assert not path.is_dir() or any(path.iterdir()), path
    return found


def digest(columns, source, parameters):
    if parameters == {"files": []}:
        return {"rows": 0, "digest": hashlib.sha256(b"").hexdigest()}
    values = ", ".join(f'CAST("{column}" AS VARCHAR)' for column in columns)
    rows = duckdb.execute(f"SELECT {values} FROM {source}", parameters).fetchall()
    texts = sorted(map(repr, rows))
    return {"rows": len(rows), "digest": hashlib.sha256("\n".join(texts).encode()).hexdigest()}


def compared(lake, name):
    table = DeltaTable(str(lake / name))
    delta = {}
    for path in table.file_uris():
        delta.setdefault(str(Path(path).parent.relative_to(lake / name)), []).append(path)
    manifests = listed(lake / name / "_symlink_format_manifest")
    columns = sorted(field.name for field in table.schema().fields)
    duckdb.register("delta_table", table.to_pyarrow_table())
    files = sorted(path for paths in manifests.values() for path in paths)
    return {
        "manifests": manifests,
        "delta": {folder: sorted(paths) for folder, paths in delta.items()},
        "manifest_rows": digest(columns, "read_parquet($files, hive_partitioning = true)", {"files": files}),
        "delta_rows": digest(columns, "delta_table", {}),
    }


if __name__ == "__main__":
    duckdb.execute("SET TimeZone = 'UTC'")
    lake = Path(sys.argv[1])
    json.dump({name: compared(lake, name) for name in sys.argv[2:]}, sys.stdout)
