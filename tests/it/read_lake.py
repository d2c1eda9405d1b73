"""Reads the tables of lakes with deltalake for Python and writes what it finds as JSON.

    read_lake.py summary LAKE...                    counts and exact sums of each lake
    read_lake.py digest --columns A,B LAKE...       one digest each, over the multiset of accepted rows
    read_lake.py rejects LAKE                       every reject: file name, row, line, rules, field
    read_lake.py rows TABLE LAKE                    every row of a table, sorted, all values as text
    read_lake.py raw LAKE FILE...                   rejects whose raw bytes are not those of the file
"""

import argparse
import gzip
import hashlib
import json
import os
import sys
from collections import Counter
from decimal import Decimal
from pathlib import Path

try:
    import pyarrow  # noqa: F401 (deltalake needs it to hand its tables over)
    from deltalake import DeltaTable
except ImportError as error:
    sys.exit(f"{sys.executable} has no package {error.name}: run `make test`, or let PURCHASE_ETL_PYTHON name a "
             "Python with the packages of tests/requirements.txt")


def table(lake, name, columns=None):
    """A table as an Arrow table."""
    return DeltaTable(str(Path(lake) / name)).to_pyarrow_table(columns=columns)


def shortest(number):
    """The shortest exact text of a decimal, never with an exponent."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def places(rows):
    """The number of different records that the rows come from."""
    return rows.select(["source_file", "source_row"]).group_by(["source_file", "source_row"]).aggregate([]).num_rows


def purchases(lake):
    wanted = ["source_file", "source_row", "run_id", "purchase_date", "time", "quantity", "currency", "revenue", "app_id"]
    rows = table(lake, "purchases", wanted)
    days, revenue, currencies, apps = Counter(), Counter(), Counter(), Counter()
    misplaced = 0
    names = ("time", "purchase_date", "quantity", "currency", "revenue", "app_id")
    for time, date, quantity, currency, amount, app in zip(*(rows[name].to_pylist() for name in names), strict=True):
        days[time.date().isoformat()] += quantity
        misplaced += time.date() != date
        revenue[currency] += amount
        currencies[currency] += 1
        apps[app] += quantity
    return {
        "rows": rows.num_rows,
        "places": places(rows),
        "runs": len(set(rows["run_id"].to_pylist())),
        "misplaced": misplaced,
        "quantity_per_utc_day": dict(sorted(days.items())),
        "quantity_without_app_id": apps.pop(None, 0),
        "quantity_by_app_id": dict(sorted(apps.items())),
        "rows_by_currency": dict(sorted(currencies.items())),
        "revenue_by_currency": {code: shortest(amount) for code, amount in sorted(revenue.items())},
    }


def rejects(lake):
    rows = table(lake, "rejects", ["source_file", "source_row", "rule_ids"])
    rules = Counter(rule for listed in rows["rule_ids"].to_pylist() for rule in listed.split(","))
    return {"rows": rows.num_rows, "places": places(rows), "by_rule": dict(sorted(rules.items()))}


def inputs(lake):
    rows = table(lake, "inputs").to_pylist()
    assert all(row["state"] == "current" for row in rows)
    # A further path of a content has a row without counts.
    held = {row["digest"] for row in rows if row["records_read"]}
    contents = [row for row in rows if row["records_read"] or row["digest"] not in held]
    counts = ["records_read", "accepted", "rejected", "duplicate", "superseded", "skipped"]
    return {
        "rows": len(contents),
        "digests": len({row["digest"] for row in rows}),
        "names": sorted(Path(row["path"]).name for row in rows),
        "counts": {name: sum(row[name] for row in rows) for name in counts},
    }


def summary(options):
    return [{"purchases": purchases(lake), "rejects": rejects(lake), "inputs": inputs(lake)} for lake in options.lakes]


def plain(value):
    """A value as text; equal values have equal texts."""
    return shortest(value) if isinstance(value, Decimal) else str(value)


def digest(options):
    found = []
    for lake in options.lakes:
        rows = table(lake, "purchases", options.columns.split(","))
        columns = [rows[name].to_pylist() for name in rows.column_names]
        lines = sorted("\x1f".join(map(plain, row)) for row in zip(*columns, strict=True))
        found.append({"rows": len(lines), "digest": hashlib.sha256("\x1e".join(lines).encode()).hexdigest()})
    return found


def list_rejects(options):
    rows = table(options.lake, "rejects").to_pylist()
    rows.sort(key=lambda row: (row["source_file"], row["source_row"]))
    keep = ["source_row", "line", "byte_offset", "record_kind", "rule_id", "rule_ids", "field", "message", "run_id"]
    return [{"file": Path(row["source_file"]).name, **{name: row[name] for name in keep}} for row in rows]


def rows(options):
    found = [{name: str(value) for name, value in row.items()} for row in table(options.lake, options.table).to_pylist()]
    return sorted(found, key=lambda row: list(row.values()))


def raw(options):
    """Each reject against its file: the bytes at its offset, the line break around them, the number of its line."""
    content = {str(path.absolute()): unpacked(path) for path in options.files}
    wrong = []
    rows = table(options.lake, "rejects").to_pylist()
    for row in rows:
        data, start = content[row["source_file"]], row["byte_offset"]
        end = start + len(row["raw"])
        problems = []
        if not row["raw"] or data[start:end] != row["raw"]:
            problems.append("other bytes")
        if options.lines and data[start - 1 : start] not in (b"", b"\n"):
            problems.append("does not begin with its line")
        if options.lines and data[end : end + 1] not in (b"", b"\n", b"\r"):
            problems.append("does not end with its line")
        if data.count(b"\n", 0, start) + 1 != row["line"]:
            problems.append("other line")
        if problems:
            shown = {"file": row["source_file"], "row": row["source_row"], "line": row["line"], "byte_offset": start}
            found = {"raw": repr(row["raw"][:80]), "slice": repr(data[start : start + 80]), "rules": row["rule_ids"]}
            wrong.append({"problems": problems, **shown, **found})
    return {"rejects": len(rows), "wrong": wrong}


def unpacked(path):
    data = path.read_bytes()
    return gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(required=True)
    command = commands.add_parser("summary")
    command.add_argument("lakes", nargs="+")
    command.set_defaults(run=summary)
    command = commands.add_parser("digest")
    command.add_argument("--columns", required=True)
    command.add_argument("lakes", nargs="+")
    command.set_defaults(run=digest)
    command = commands.add_parser("rejects")
    command.add_argument("lake")
    command.set_defaults(run=list_rejects)
    command = commands.add_parser("rows")
    command.add_argument("table")
    command.add_argument("lake")
    command.set_defaults(run=rows)
    command = commands.add_parser("raw")
    command.add_argument("--lines", action="store_true", help="records are whole lines")
    command.add_argument("lake")
    command.add_argument("files", nargs="+", type=Path)
    command.set_defaults(run=raw)
    options = parser.parse_args()
    json.dump(options.run(options), sys.stdout, ensure_ascii=False, indent=1)
    print()
    sys.stdout.flush()
    # Running native threads of the readers would abort a normal exit of the interpreter.
    os._exit(0)


if __name__ == "__main__":
    main()
