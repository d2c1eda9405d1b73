"""The quantity series and the supplier list from the files of a lake, with Polars' lazy engine.

It is given the file list, which the project has to read from the Delta log. Left out: the days and
hours without a purchase, the documented shape of an answer (a page has the columns as they are).
"""

import argparse
import datetime
import json

import polars as pl
import rules


def series(options: argparse.Namespace, files: list[str]) -> dict:
    first, last = (datetime.date.fromisoformat(day) for day in (options.first, options.last))
    plan = pl.scan_parquet(files, hive_partitioning=True, try_parse_hive_dates=True)
    plan = plan.filter(pl.col("purchase_date").is_between(first, last))
    for column, value in (("product_id", options.product), ("app_id", options.app)):
        if value is not None:
            plan = plan.filter(pl.col(column) == value)
    time = pl.col("time").dt.truncate("1d" if options.unit == "day" else "1h")
    counted = plan.group_by(time).agg(pl.col("quantity").cast(pl.Int64).sum()).sort("time")
    rows = counted.collect(engine="streaming").rows()
    return {"series": [[time.strftime("%Y-%m-%d %H"), quantity] for time, quantity in rows]}


def page(options: argparse.Namespace, files: list[str]) -> dict:
    wanted = ~pl.col("is_deleted") & (pl.col("status") == options.status)
    plan = pl.scan_parquet(files, hive_partitioning=True).filter(wanted)
    before = (options.page - 1) * options.per_page
    ordered = plan.sort("registration_date", "id", descending=True).slice(before, options.per_page)
    total, rows = pl.collect_all([plan.select(pl.len()), ordered], engine="streaming")
    return {"total": total.item(), "ids": rows["id"].to_list(), "rows": rows.to_dicts()}


def main() -> None:
    options = rules.report_arguments()
    files = json.loads(options.files.read_text())
    answer = series(options, files) if options.ask == "series" else page(options, files)
    print(json.dumps(answer, default=str))


if __name__ == "__main__":
    main()
