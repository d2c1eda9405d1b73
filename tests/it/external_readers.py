"""Reads the three tables of a lake with deltalake, Polars and DuckDB, each in its own way, and writes what each finds.

    external_readers.py LAKE                counts, exact sums and types, by reader
    external_readers.py --parquet FILE      the rows and types of a report written as Parquet
"""

import argparse
import json
import os
import sys
from collections import Counter
from pathlib import Path

try:
    import duckdb
    import polars
    import pyarrow.compute
    import pyarrow.parquet
    from deltalake import DeltaTable
except ImportError as error:
    sys.exit(f"{sys.executable} has no package {error.name}: run `make test`, or let PURCHASE_ETL_PYTHON name a "
             "Python with the packages of tests/requirements.txt")


def shortest(number):
    """The shortest exact text of a decimal, never with an exponent."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def rules(lists):
    return dict(sorted(Counter(rule for listed in lists for rule in listed.split(",")).items()))


def answer(days, currencies, rejected, inputs, types):
    """The findings of a reader in the one form that they are compared in.

    days: (date, quantity) · currencies: (code, rows, revenue) · inputs: (rows, accepted, rejected) ·
    types: table -> column -> the reader's own name of its type
    """
    currencies = sorted(currencies)
    return {
        "rows": sum(rows for _, rows, _ in currencies),
        "quantity_per_utc_day": {str(day): int(quantity) for day, quantity in sorted(days)},
        "rows_by_currency": {code: rows for code, rows, _ in currencies},
        "revenue_by_currency": {code: shortest(revenue) for code, _, revenue in currencies},
        "rejected": len(rejected),
        "rejected_by_rule": rules(rejected),
        "inputs": dict(zip(("rows", "accepted", "rejected"), map(int, inputs), strict=True)),
        "types": types,
    }


def with_deltalake(lake):
    tables = {name: DeltaTable(str(lake / name)).to_pyarrow_table() for name in ("purchases", "rejects", "inputs")}
    rows, inputs = tables["purchases"], tables["inputs"]
    days = rows.group_by("purchase_date").aggregate([("quantity", "sum")]).to_pylist()
    codes = rows.group_by("currency").aggregate([("revenue", "sum"), ("revenue", "count")]).to_pylist()
    return answer(
        [(row["purchase_date"], row["quantity_sum"]) for row in days],
        [(row["currency"], row["revenue_count"], row["revenue_sum"]) for row in codes],
        tables["rejects"]["rule_ids"].to_pylist(),
        [inputs.num_rows, *(pyarrow.compute.sum(inputs[name]).as_py() for name in ("accepted", "rejected"))],
        {name: {field.name: str(field.type) for field in found.schema} for name, found in tables.items()},
    )


def with_polars(lake):
    tables = {name: polars.scan_delta(str(lake / name)) for name in ("purchases", "rejects", "inputs")}
    rows = tables["purchases"]
    days = rows.group_by("purchase_date").agg(polars.col("quantity").cast(polars.Int64).sum()).collect()
    codes = rows.group_by("currency").agg(polars.len(), polars.col("revenue").sum()).collect()
    inputs = tables["inputs"].select(polars.len(), polars.col("accepted", "rejected").sum()).collect()
    types = {
        name: {column: str(kind) for column, kind in found.collect_schema().items()} for name, found in tables.items()
    }
    rejected = tables["rejects"].select("rule_ids").collect()["rule_ids"].to_list()
    return answer(days.rows(), codes.rows(), rejected, inputs.row(0), types)


def with_duckdb(lake):
    # DuckDB's own Delta extension has to be downloaded; the file list of the log is what every reader needs.
    def files(name):
        return DeltaTable(str(lake / name)).file_uris()

    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'")
    for name in ("purchases", "rejects", "inputs"):
        listed = ", ".join("'" + uri.removeprefix("file://").replace("'", "''") + "'" for uri in files(name))
        connection.execute(f"CREATE VIEW {name} AS FROM read_parquet([{listed}], hive_partitioning = true)")

    def ask(question):
        return connection.execute(question).fetchall()

    types = {
        name: {column: kind for column, kind, *_ in ask(f"DESCRIBE {name}")} for name in ("purchases", "rejects", "inputs")
    }
    return answer(
        ask("SELECT purchase_date, sum(quantity) FROM purchases GROUP BY ALL"),
        ask("SELECT currency, count(*), sum(revenue) FROM purchases GROUP BY ALL"),
        [listed for (listed,) in ask("SELECT rule_ids FROM rejects")],
        ask("SELECT count(*), sum(accepted), sum(rejected) FROM inputs")[0],
        types,
    )


def parquet(path):
    found = pyarrow.parquet.read_table(path)
    rows = [{name: value if isinstance(value, (int, str)) else shortest(value) for name, value in row.items()}
            for row in found.to_pylist()]
    return {"rows": rows, "types": {field.name: str(field.type) for field in found.schema}}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--parquet", action="store_true")
    parser.add_argument("path", type=Path)
    options = parser.parse_args()
    if options.parquet:
        found = parquet(options.path)
    else:
        readers = {"deltalake": with_deltalake, "polars": with_polars, "duckdb": with_duckdb}
        found = {name: read(options.path) for name, read in readers.items()}
    json.dump(found, sys.stdout, ensure_ascii=False, indent=1)
    print()
    sys.stdout.flush()
    # The readers' native threads may still be at work, and abort when the interpreter is taken down around them.
    os._exit(0)


if __name__ == "__main__":
    main()
