"""Reads lakes under maintenance with deltalake for Python and writes what it finds as JSON.

    lake_maintenance.py poll LAKE STOP ROWS     reads `purchases` repeatedly until the file STOP exists; ROWS is a
                                          JSON object with the accepted rows of each input by its file name
    lake_maintenance.py files LAKE TABLE COLUMN  the live files: rows, bytes, whether they are sorted by COLUMN, and
                                          whether their statistics in the log hold
    lake_maintenance.py column LAKE TABLE COLUMN the values of a column by each reader, nulls first
    lake_maintenance.py digest TABLE LAKE...     rows, and a digest over the multiset of all rows and all columns, by lake
"""

import hashlib
import json
import os
import sys
from collections import Counter
from pathlib import Path

try:
    import duckdb
    import polars
    import pyarrow
    import pyarrow.parquet
    from deltalake import DeltaTable
except ImportError as error:
    sys.exit(f"{sys.executable} has no package {error.name}: run `make test`, or let PURCHASE_ETL_PYTHON name a "
             "Python with the packages of tests/requirements.txt")


def poll(lake, stop, rows):
    """One entry for each reading, with its faults in `wrong`."""
    whole = json.loads(rows)
    polls = []
    while True:
        last = Path(stop).exists()
        table = DeltaTable(str(Path(lake) / "purchases"))
        read = table.to_pyarrow_table(columns=["source_file", "source_row"])
        counts = Counter(Path(name).name for name in read["source_file"].to_pylist())
        wrong = [f"{name}: {count} of {whole[name]}" for name, count in counts.items() if count != whole[name]]
        places = read.group_by(["source_file", "source_row"]).aggregate([]).num_rows
        if places != read.num_rows:
            wrong.append(f"{read.num_rows - places} rows are repeated")
        polls.append({"version": table.version(), "rows": read.num_rows, "wrong": wrong})
        if last:
            return polls


def files(lake, name, column):
    table = DeltaTable(str(Path(lake) / name))
    found = []
    for action in pyarrow.table(table.get_add_actions(flatten=True)).to_pylist():
        path = Path(lake) / name / action["path"]
        read = pyarrow.parquet.ParquetFile(path).read()
        values = read[column].to_pylist()
        least, greatest = action.get(f"min.{column}"), action.get(f"max.{column}")
        holds = action["num_records"] == len(values) and action["size_bytes"] == path.stat().st_size
        if least is not None:
            # The log keeps milliseconds, rounded outwards.
            holds = holds and least <= min(values) and max(values) <= greatest
        found.append({
            "path": action["path"],
            "rows": len(values),
            "bytes": path.stat().st_size,
            "sorted": values == sorted(values),
            "holds": holds,
        })
    return found


def column(lake, name, selected):
    """By reader. DuckDB gets the table from deltalake, because its Delta extension has to be downloaded."""
    path = Path(lake) / name
    table = DeltaTable(str(path))
    dataset = table.to_pyarrow_dataset()
    connection = duckdb.connect()
    connection.register("rows_of_table", dataset)
    found = {
        "deltalake": table.to_pyarrow_table(columns=[selected])[selected].to_pylist(),
        "pyarrow": dataset.to_table(columns=[selected])[selected].to_pylist(),
        "polars": polars.scan_delta(str(path)).select(selected).collect()[selected].to_list(),
        "duckdb": [value for (value,) in connection.execute(f"SELECT {selected} FROM rows_of_table").fetchall()],
    }
    return {reader: sorted(values, key=lambda value: (value is not None, value)) for reader, values in found.items()}


def digest(name, *lakes):
    return [digest_of(lake, name) for lake in lakes]


def digest_of(lake, name):
    rows = DeltaTable(str(Path(lake) / name)).to_pyarrow_table()
    names = sorted(rows.column_names)
    columns = [rows[name].to_pylist() for name in names]
    lines = sorted("\x1f".join(map(str, row)) for row in zip(*columns, strict=True))
    return {"rows": len(lines), "digest": hashlib.sha256("\x1e".join(lines).encode()).hexdigest()}


COMMANDS = {"poll": poll, "files": files, "column": column, "digest": digest}

if __name__ == "__main__":
    json.dump(COMMANDS[sys.argv[1]](*sys.argv[2:]), sys.stdout, ensure_ascii=False, indent=1, default=str)
    print()
    sys.stdout.flush()
    # Running native threads of the readers would abort a normal exit of the interpreter.
    os._exit(0)
