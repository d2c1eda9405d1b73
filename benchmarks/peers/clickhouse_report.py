"""The quantity series and the supplier list from the files of a lake, with ClickHouse (chdb).

Its file function takes no list of thousands of names, so it is given the folder and reads whatever
Parquet lies in it; the days in the paths are not used to skip files.
Left out: the Delta log, the days and hours without a purchase, the documented shape of an answer
(a page has the columns as they are).
"""

import argparse
import json
import os

import chdb
import rules


def table(files: list[str]) -> str:
    """All files below the folder that the listed ones have in common."""
    folder = os.path.commonpath([os.path.dirname(file) for file in files])
    depth = files[0].count("/") - folder.count("/") - 1
    pattern = "/".join([folder, *["*"] * depth, "*.parquet"])
    return f"file('{pattern}', 'Parquet')"


def rows_of(query: str) -> list[dict]:
    return json.loads(str(chdb.query(query, "JSON")))["data"]


def series(options: argparse.Namespace, files: list[str]) -> dict:
    cut = "toStartOfDay" if options.unit == "day" else "toStartOfHour"
    conditions = [
        f"time >= toDateTime64('{options.first} 00:00:00', 6, 'UTC')",
        f"time < toDateTime64('{options.last} 00:00:00', 6, 'UTC') + INTERVAL 1 DAY",
    ]
    for column, value in (("product_id", options.product), ("app_id", options.app)):
        if value is not None:
            escaped = value.replace("\\", "\\\\").replace("'", "\\'")
            conditions.append(f"{column} = '{escaped}'")
    rows = rows_of(f"""
        SELECT formatDateTime({cut}(toDateTime(time, 'UTC')) AS start, '%Y-%m-%d %H') AS hour,
            toInt32(sum(quantity)) AS sum
        FROM {table(files)} WHERE {" AND ".join(conditions)} GROUP BY start ORDER BY start""")
    return {"series": [[row["hour"], row["sum"]] for row in rows]}


def page(options: argparse.Namespace, files: list[str]) -> dict:
    wanted = f"FROM {table(files)} WHERE NOT is_deleted AND status = '{options.status}'"
    (total,) = rows_of(f"SELECT toInt32(count()) AS total {wanted}")
    rows = rows_of(f"""SELECT * {wanted} ORDER BY registration_date DESC, id DESC
        LIMIT {options.per_page} OFFSET {(options.page - 1) * options.per_page}""")
    return {"total": total["total"], "ids": [int(row["id"]) for row in rows], "rows": rows}


def main() -> None:
    options = rules.report_arguments()
    files = json.loads(options.files.read_text())
    answer = series(options, files) if options.ask == "series" else page(options, files)
    print(json.dumps(answer))


if __name__ == "__main__":
    main()
