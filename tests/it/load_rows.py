"""Compares the rows of a table of a lake, read with deltalake, with those of a database.

    load_rows.py LAKE TABLE CSV            the CSV has a header, \\N for null, and times in UTC
    load_rows.py LAKE TABLE FILE SCHEMA    the table of a schema of a DuckDB file
"""

import csv
import json
import os
import sys
from collections import Counter
from datetime import date, datetime
from decimal import Decimal

from read_lake import table

csv.field_size_limit(sys.maxsize)
JSON_COLUMNS = {"properties", "extra"}


def json_text(text):
    """JSON with sorted keys and exact numbers: jsonb keeps neither their order nor spaces."""
    value = json.loads(text, parse_float=lambda number: f"number {Decimal(number).normalize():f}",
                       parse_int=lambda number: f"number {Decimal(number).normalize():f}")
    return json.dumps(value, sort_keys=True)


def of_lake(name, value):
    if value is None:
        return None
    if name in JSON_COLUMNS:
        return json_text(value)
    if isinstance(value, bool):
        return "t" if value else "f"
    if isinstance(value, bytes):
        return "\\x" + value.hex()
    if isinstance(value, Decimal):
        assert value.as_tuple().exponent == -9
        return f"{value:f}"
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    return str(value)


def of_target(name, text, example):
    if text == r"\N":
        return None
    if name in JSON_COLUMNS:
        return json_text(text)
    if example is datetime:
        return datetime.fromisoformat(text).isoformat()
    return text


def of_csv(path, names, types):
    with open(path, newline="", encoding="utf-8") as file:
        rows = csv.DictReader(file)
        assert sorted(rows.fieldnames) == names, (rows.fieldnames, names)
        return Counter(tuple(of_target(column, row[column], types.get(column)) for column in names) for row in rows)


def of_duckdb(path, schema, table_name, names):
    import duckdb
    connection = duckdb.connect(path, read_only=True)
    connection.execute("SET TimeZone = 'UTC'")
    rows = connection.execute(f'SELECT * FROM "{schema}"."{table_name}"').to_arrow_table()
    assert sorted(rows.column_names) == names, (rows.column_names, names)
    return Counter(tuple(of_lake(column, row[column]) for column in names) for row in rows.to_pylist())


def main():
    lake, name, path, *schema = sys.argv[1:]
    found = table(lake, name)
    names = sorted(found.column_names)
    types = {}
    expected = Counter()
    for row in found.to_pylist():
        for column, value in row.items():
            if value is not None:
                types[column] = type(value)
        expected[tuple(of_lake(column, row[column]) for column in names)] += 1
    loaded = of_duckdb(path, schema[0], name, names) if schema else of_csv(path, names, types)
    different = list(((expected - loaded) + (loaded - expected)).items())
    json.dump({"rows": sum(expected.values()), "different": len(different), "first": different[:2]}, sys.stdout)
    sys.stdout.flush()
    # The threads of pyarrow sometimes abort the process while it ends.
    os._exit(0)


main()
