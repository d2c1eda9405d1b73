"""Reads tables of a lake with one of two readers, and writes what it finds as JSON, by table.

    pyspark_lake.py spark RECIPE       PySpark, as the recipe does that runs in this folder: it leaves `purchases`,
                                       `supplier_purchases`, and `table`, which reads the table with a name
    pyspark_lake.py deltalake LAKE     deltalake for Python, by the Delta logs

By table: `rows`, `types` by column, `newest` instants by column, and `values`, a digest of each column over all rows in
the order of their values. Of the purchases also `sums`: the quantity and the exact revenue of each currency.
"""

import contextlib
import datetime as dt
import decimal
import hashlib
import json
import sys
from pathlib import Path

TABLES = ["purchases", "supplier_purchases", "rejects", "inputs"]


def text(value):
    """A value as the same text from both readers; decimals with all their digits."""
    if isinstance(value, decimal.Decimal):
        return f"{value:f}"
    if isinstance(value, (bytes, bytearray)):
        return value.hex()
    return str(value)


def found(types, rows, newest):
    """What was found in rows, whose values are in the order of the types; instants are microseconds of the epoch."""
    columns = sorted(types)
    order = [list(types).index(column) for column in columns]
    rows = sorted([text(row[at]) for at in order] for row in rows)
    values = {
        column: hashlib.sha256("\n".join(row[at] for row in rows).encode()).hexdigest()
        for at, column in enumerate(columns)
    }
    return {"rows": len(rows), "types": types, "newest": newest, "values": values}


def instants(types):
    return [column for column, of in types.items() if of == "timestamp"]


def by_spark(recipe):
    # What it shows must not reach standard output.
    recipe_names = {"__name__": "__main__"}
    with contextlib.redirect_stdout(sys.stderr):
        exec(compile(Path(recipe).read_text(encoding="utf-8"), recipe, "exec"), recipe_names)
    from pyspark.sql import functions as F

    read = {name: recipe_names[name] if name in recipe_names else recipe_names["table"](name) for name in TABLES}
    result = {}
    for name, frame in read.items():
        types = {field["name"]: field["type"] for field in frame.schema.jsonValue()["fields"]}
        shown = [F.max(column).cast("string") for column in instants(types)]
        newest = zip(instants(types), frame.select(*shown).first())
        newest = {column: value and dt.datetime.fromisoformat(value).isoformat(" ") for column, value in newest}
        plain = [F.unix_micros(column) if of == "timestamp" else F.col(column) for column, of in types.items()]
        result[name] = found(types, frame.select(*plain).collect(), newest)
    sums = read["purchases"].groupBy("currency").agg(F.sum("quantity"), F.sum("revenue"))
    result["purchases"]["sums"] = {row[0]: [row[1], text(row[2])] for row in sums.collect()}
    return result


def by_deltalake(lake):
    import pyarrow as pa
    import pyarrow.compute as pc
    from deltalake import DeltaTable

    result = {}
    for name in TABLES:
        delta = DeltaTable(f"{lake}/{name}")
        types = {field["name"]: field["type"] for field in json.loads(delta.schema().to_json())["fields"]}
        table = delta.to_pyarrow_table().select(list(types))
        newest = {column: pc.max(table[column]).as_py() for column in instants(types)}
        newest = {column: value and value.replace(tzinfo=None).isoformat(" ") for column, value in newest.items()}
        plain = [table[column].cast(pa.int64()) if of == "timestamp" else table[column] for column, of in types.items()]
        result[name] = found(types, zip(*(column.to_pylist() for column in plain)), newest)
        if name == "purchases":
            sums = {}
            for row in table.select(["currency", "quantity", "revenue"]).to_pylist():
                quantity, revenue = sums.get(row["currency"], (0, decimal.Decimal(0)))
                sums[row["currency"]] = (quantity + row["quantity"], revenue + row["revenue"])
            result[name]["sums"] = {currency: [one[0], text(one[1])] for currency, one in sums.items()}
    return result


if __name__ == "__main__":
    decimal.getcontext().prec = 76
    reader, argument = sys.argv[1:]
    json.dump({"spark": by_spark, "deltalake": by_deltalake}[reader](argument), sys.stdout)
