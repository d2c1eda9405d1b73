"""The quantity series and the supplier list from the files of a lake, with DuckDB.

It is given the file list, which the project has to read from the Delta log. Left out: the days and
hours without a purchase, the documented shape of an answer (a page has the columns as they are).
"""

import argparse
import json

import duckdb
import rules

SERIES = """
    SELECT CAST(date_trunc('{unit}', "time" AT TIME ZONE 'UTC') AS VARCHAR), CAST(sum(quantity) AS BIGINT)
    FROM read_parquet($files, hive_partitioning = true)
    WHERE purchase_date BETWEEN CAST($first AS DATE) AND CAST($last AS DATE) {condition}
    GROUP BY ALL ORDER BY ALL
"""

LIST = "FROM read_parquet($files, hive_partitioning = true) WHERE NOT is_deleted AND status = $status"
PAGE = f"""
    SELECT id, CAST(to_json(purchase) AS VARCHAR) FROM (SELECT * {LIST}) AS purchase
    ORDER BY registration_date DESC, id DESC LIMIT $rows OFFSET $before
"""
TOTAL = f"SELECT count(*) {LIST}"


def series(options: argparse.Namespace, files: list[str]) -> dict:
    given = {"files": files, "first": options.first, "last": options.last}
    condition = ""
    for column, value in (("product_id", options.product), ("app_id", options.app)):
        if value is not None:
            condition += f"AND {column} = ${column} "
            given[column] = value
    rows = duckdb.execute(SERIES.format(unit=options.unit, condition=condition), given).fetchall()
    return {"series": [[time[:13].replace("T", " "), quantity] for time, quantity in rows]}


def page(options: argparse.Namespace, files: list[str]) -> dict:
    given = {"files": files, "status": options.status}
    (total,) = duckdb.execute(TOTAL, given).fetchone()
    given |= {"rows": options.per_page, "before": (options.page - 1) * options.per_page}
    rows = duckdb.execute(PAGE, given).fetchall()
    return {"total": total, "ids": [id for id, _ in rows], "rows": [json.loads(row) for _, row in rows]}


def main() -> None:
    options = rules.report_arguments()
    files = json.loads(options.files.read_text())
    duckdb.execute("SET TimeZone = 'UTC'")
    answer = series(options, files) if options.ask == "series" else page(options, files)
    print(json.dumps(answer))


if __name__ == "__main__":
    main()
