"""Compares all tables of two lakes, row by row, with deltalake for Python.

    compare_lakes.py LAKE ROOT LAKE ROOT

ROOT is the prefix of the names of the lake's inputs; it is removed before they are compared. Values that differ between
runs are left out: the id of the run and times of writing.
"""

import json
import os
import sys
from collections import Counter
from pathlib import Path

from deltalake import DeltaTable

OF_THE_RUN = {"run_id", "ingested_at", "modified_at"}
NAMES = {"source_file", "path"}


def rows(table, root):
    content = DeltaTable(str(table)).to_pyarrow_table()
    columns = sorted(set(content.column_names) - OF_THE_RUN)
    counted = Counter()
    for row in content.select(columns).to_pylist():
        for name in NAMES & row.keys():
            row[name] = row[name].removeprefix(root)
        counted[repr([(name, row[name]) for name in columns])] += 1
    return counted


def tables(lake):
    return sorted(path.parent.name for path in Path(lake).glob("*/_delta_log"))


def main():
    one, one_root, other, other_root = sys.argv[1:]
    differences, total = [], 0
    if tables(one) != tables(other):
        differences.append({"tables": [tables(one), tables(other)]})
    for name in sorted(set(tables(one)) & set(tables(other))):
        left, right = rows(Path(one) / name, one_root), rows(Path(other) / name, other_root)
        total += left.total()
        for side, surplus in (("only in the first", left - right), ("only in the second", right - left)):
            differences.extend({"table": name, side: row} for row in list(surplus.elements())[:5])
    json.dump({"rows": total, "differences": differences}, sys.stdout)
    # Running threads of the libraries would abort a normal exit.
    sys.stdout.flush()
    os._exit(0)


main()
