"""What the tables of lakes hold of supplier purchases, beside what the oracle says of the same dumps.

    supplier_lake.py rows LAKE                every row, in the oracle's form
    supplier_lake.py readers LAKE             counts, exact sums and types, by reader
    supplier_lake.py compare PLAN LAKE...     the oracle on a plan, and how each lake differs from it
    supplier_lake.py file PATH                the rows and types of a list that was written as Parquet

PLAN is JSON: `runs`, each with `paths`, `company` (a number, or null) and, if need be, `dialect` and `snapshot`; and the
questions `lists` and `summaries`, each with `company` and `parameters`. Times without an offset are São Paulo's.
"""

import json
import os
import sys
from collections import Counter
from decimal import Decimal
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "oracle"))
sys.path.insert(0, str(Path(__file__).resolve().parent))

try:
    import duckdb
    import polars
    import pyarrow.compute
    import pyarrow.parquet
    from deltalake import DeltaTable
except ImportError as error:
    sys.exit(f"{sys.executable} has no package {error.name}: run `make test`, or let PURCHASE_ETL_PYTHON name a "
             "Python with the packages of tests/requirements.txt")

import supplier_list  # noqa: E402
import supplier_state  # noqa: E402
from read_lake import inputs, rejects, shortest  # noqa: E402
from strict_json import compact  # noqa: E402
from supplier_validator import COLUMNS, Settings  # noqa: E402

NAME = "supplier_purchases"
ZONE = "America/Sao_Paulo"


def plain(value):
    """A value as the oracle has it."""
    if isinstance(value, Decimal):
        return shortest(value)
    return value.isoformat() if hasattr(value, "isoformat") else value


def instants_as_numbers(table):
    for at, field in enumerate(table.schema):
        if pyarrow.types.is_timestamp(field.type):
            table = table.set_column(at, field.name, table[field.name].cast(pyarrow.int64()))
    return table


def rows(lake):
    """The rows by company and id, in the oracle's form."""
    table = instants_as_numbers(DeltaTable(str(Path(lake) / NAME)).to_pyarrow_table(columns=COLUMNS))
    found = [{name: plain(row[name]) for name in COLUMNS} for row in table.to_pylist()]
    return sorted(found, key=lambda row: (row["company_id"], row["id"]))


def apply_run(state, run):
    settings = Settings(run["company"], ZONE, run.get("dialect", "pt-BR"))
    return state.apply_run(supplier_state.Run(run["paths"], settings, run.get("snapshot", False)))


def differences(expected, found):
    """Rows that are not the same, each with the columns that differ."""
    key = lambda row: (row["company_id"], row["id"])
    expected_rows, ours = {key(row): row for row in expected}, {key(row): row for row in found}
    out = [{"key": one, "what": f"there {count} times"} for one, count in Counter(map(key, found)).items() if count > 1]
    for one in sorted(expected_rows.keys() | ours.keys()):
        oracle, lake = expected_rows.get(one), ours.get(one)
        if oracle is None or lake is None:
            out.append({"key": one, "what": "of the lake only" if oracle is None else "of the oracle only"})
        elif oracle != lake:
            names = [name for name in COLUMNS if oracle[name] != lake[name]]
            out.append({"key": one, "oracle": {name: oracle[name] for name in names}, "lake": {name: lake[name] for name in names}})
    return out


def compare(plan, *lakes):
    plan = json.loads(plan)
    state = supplier_state.State()
    runs = [apply_run(state, run) for run in plan["runs"]]
    expected = state.sorted_rows()
    to_question = lambda one: supplier_list.parse_question(one["company"], one["parameters"])
    return {
        "runs": runs,
        "state": supplier_state.summary_of(expected),
        "lists": [compact(supplier_list.answer(expected, to_question(one))) for one in plan.get("lists", [])],
        "summaries": [compact(supplier_list.summary(expected, to_question(one))) for one in plan.get("summaries", [])],
        "lakes": [
            {"differences": differences(expected, rows(lake)), "rejects": rejects(lake), "inputs": inputs(lake)}
            for lake in lakes
        ],
    }


def findings(kinds, listed, amounts):
    """The findings of a reader. listed: (company, month, id, is_deleted) · amounts: (currency, sum of totals)"""
    listed = sorted(listed)
    return {
        "types": kinds,
        "rows": len(listed),
        "by_month": dict(Counter(f"{company}/{month}" for company, month, _, _ in listed)),
        "deleted": sorted([company, number] for company, _, number, gone in listed if gone),
        "totals": {code: shortest(total) for code, total in sorted(amounts)},
    }


LISTED = ["company_id", "registration_month", "id", "is_deleted"]


def with_deltalake(lake):
    table = DeltaTable(str(lake / NAME)).to_pyarrow_table()
    sums = table.group_by("total_currency").aggregate([("total", "sum")]).to_pylist()
    listed = [tuple(row[name] for name in LISTED) for row in table.select(LISTED).to_pylist()]
    kinds = {field.name: str(field.type) for field in table.schema}
    return findings(kinds, listed, [(row["total_currency"], row["total_sum"]) for row in sums if row["total_currency"]])


def with_polars(lake):
    table = polars.scan_delta(str(lake / NAME))
    sums = table.drop_nulls("total_currency").group_by("total_currency").agg(polars.col("total").sum()).collect()
    kinds = {name: str(kind) for name, kind in table.collect_schema().items()}
    return findings(kinds, table.select(LISTED).collect().rows(), sums.rows())


def with_duckdb(lake):
    # DuckDB's own Delta extension has to be downloaded; the file list of the log is what every reader needs.
    uris = DeltaTable(str(lake / NAME)).file_uris()
    listed = ", ".join("'" + uri.removeprefix("file://").replace("'", "''") + "'" for uri in uris)
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'")
    connection.execute(f"CREATE VIEW bought AS FROM read_parquet([{listed}], hive_partitioning = true)")
    ask = lambda query: connection.execute(query).fetchall()
    kinds = {column: kind for column, kind, *_ in ask("DESCRIBE bought")}
    sums = ask("SELECT total_currency, sum(total) FROM bought WHERE total_currency IS NOT NULL GROUP BY ALL")
    return findings(kinds, ask(f"SELECT {', '.join(LISTED)} FROM bought"), sums)


def readers(lake):
    by_name = {"deltalake": with_deltalake, "polars": with_polars, "duckdb": with_duckdb}
    return {name: read(Path(lake)) for name, read in by_name.items()}


def file(path):
    """A list as Parquet: its rows with their values as plain texts and numbers, and its types."""
    table = pyarrow.parquet.read_table(path)
    kinds = {field.name: str(field.type) for field in table.schema}
    return {"types": kinds, "rows": [{name: plain(value) for name, value in row.items()} for row in table.to_pylist()]}


def main():
    command, *arguments = sys.argv[1:]
    found = {"rows": rows, "readers": readers, "compare": compare, "file": file}[command](*arguments)
    json.dump(found, sys.stdout, ensure_ascii=False, indent=1)
    print()
    sys.stdout.flush()
    # The readers' native threads may still be at work, and abort when the interpreter is taken down around them.
    os._exit(0)


if __name__ == "__main__":
    main()
