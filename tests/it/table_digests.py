"""Reads all tables of lakes with deltalake for Python; writes one digest for each table and lake.

    table_digests.py LAKE...

A digest is over the multiset of the rows, without what differs from run to run: the run's id and when it was.
"""

import hashlib
import json
import os
import sys
from pathlib import Path

try:
    import pyarrow  # noqa: F401 (deltalake needs it to hand its tables over)
    from deltalake import DeltaTable
except ImportError as error:
    sys.exit(f"{sys.executable} has no package {error.name}: run `make test`, or let PURCHASE_ETL_PYTHON name a "
             "Python with the packages of tests/requirements.txt")

OF_A_RUN = {"run_id", "ingested_at"}


def digest(folder):
    table = DeltaTable(str(folder)).to_pyarrow_table()
    names = sorted(set(table.column_names) - OF_A_RUN)
    columns = [table[name].to_pylist() for name in names]
    lines = sorted(repr(row) for row in zip(*columns, strict=True))
    return {"columns": len(names), "rows": len(lines), "digest": hashlib.sha256("\n".join(lines).encode()).hexdigest()}


def main():
    found = []
    for lake in sys.argv[1:]:
        tables = sorted(log.parent for log in Path(lake).glob("*/_delta_log"))
        found.append({folder.name: digest(folder) for folder in tables})
    json.dump(found, sys.stdout)
    sys.stdout.flush()
    # The readers' native threads may still be at work, and abort when the interpreter is taken down around them.
    os._exit(0)


main()
