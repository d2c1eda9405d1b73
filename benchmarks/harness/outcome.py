"""Whether a program made of a dump what was planted in it: its files and the truth come in, the
counts go out as JSON, or the first difference and exit code 1.

It runs as a process of its own, `python outcome.py REQUEST.json`, because it needs DuckDB.

- accepted: the truth's count, give or take the records of the rules the program is known to judge
  otherwise;
- quantity of each UTC day: the same, at 100 items for each such record;
- price and revenue: decimals with nine places; the revenue of each currency is exact up to the
  rounding of the planted prices with more places, unless records may differ: then within 1 %;
- rejects: kept, as many as there were, if the program says that it keeps all.

Where `is_plain` is asked for, days and money are not looked at: only the number of rows, and the sum
of those quantities that lie within 1 to 100.
"""

import json
import pathlib
import sys
from decimal import Decimal

import duckdb

DAYS = """
    SELECT CAST(purchase_date AS VARCHAR), count(*), CAST(sum(quantity) AS BIGINT)
    FROM read_parquet($files, hive_partitioning = true, hive_types_autocast = false) GROUP BY ALL
"""
MONEY = "SELECT currency, sum(revenue) FROM read_parquet($files) GROUP BY ALL"
TYPES = "SELECT DISTINCT typeof(price), typeof(revenue) FROM read_parquet($files)"
PLAIN = """
    SELECT count(*), CAST(sum(coalesce(quantity, 1)) FILTER (coalesce(quantity, 1) BETWEEN 1 AND 100) AS BIGINT)
    FROM read_parquet($files)
"""
MOST_ITEMS = 100
LAST_PLACE = Decimal("0.000000001")


def fail(what: str, found: object, expected: object) -> None:
    sys.exit(f"wrong result: {what}\n  found    {found}\n  expected {expected}")


def check_days(found: dict[str, int], truth: dict, more: int, fewer: int) -> None:
    planted = {day: items for day, items in truth["quantity_per_utc_day"].items() if items}
    days = found.keys() | planted.keys()
    apart = sum(abs(found.get(day, 0) - planted.get(day, 0)) for day in days)
    if apart > MOST_ITEMS * (more + fewer):
        fail("quantity per UTC day", found, planted)


def check_money(files: list[str], truth: dict, differing: int) -> None:
    types = duckdb.execute(TYPES, {"files": files}).fetchall()
    if types != [("DECIMAL(38,9)", "DECIMAL(38,9)")]:
        fail("types of price and revenue", types, "DECIMAL(38,9)")
    rounded = truth["warned_by_rule"].get("BRZ-PRICE-ROUNDED", 0) * MOST_ITEMS * LAST_PLACE
    found = dict(duckdb.execute(MONEY, {"files": files}).fetchall())
    for currency, text in truth["revenue_by_currency"].items():
        planted, revenue = Decimal(text), found.get(currency, Decimal(0))
        few = truth["rows_by_currency"][currency] < 100 * differing
        allowed = abs(planted) / 100 + rounded if differing else rounded
        if abs(revenue - planted) > allowed and not (differing and few):
            fail(f"revenue in {currency}", revenue, planted)


def check_accepted(accepted: int, truth: dict, more: int, fewer: int) -> None:
    if not truth["accepted"] - fewer <= accepted <= truth["accepted"] + more:
        fail("accepted rows", accepted, f"{truth['accepted']} - {fewer} to + {more}")


def check_plain(request: dict) -> dict:
    """Rows and items of files that have neither days nor exact money."""
    truth, more, fewer = request["truth"], request["lets_through"], request["turns_away"]
    accepted, quantity = duckdb.execute(PLAIN, {"files": request["files"]}).fetchone()
    check_accepted(accepted, truth, more, fewer)
    if abs(quantity - truth["quantity_total"]) > MOST_ITEMS * (more + fewer):
        fail("quantity", quantity, truth["quantity_total"])
    return {"accepted": accepted, "quantity": quantity}


def check_partitions(request: dict) -> dict:
    """Everything, of files in day partitions."""
    truth, files = request["truth"], request["files"]
    more, fewer = request["lets_through"], request["turns_away"]
    days = duckdb.execute(DAYS, {"files": files}).fetchall()
    accepted = sum(rows for _, rows, _ in days)
    check_accepted(accepted, truth, more, fewer)
    check_days({day: items for day, _, items in days}, truth, more, fewer)
    check_money(files, truth, more + fewer)
    rejected = 0
    if request["rejects"]:
        query = "SELECT count(*) FROM read_parquet($files, union_by_name = true)"
        (rejected,) = duckdb.execute(query, {"files": request["rejects"]}).fetchone()
    if request["keeps_rejects"] and accepted + rejected != truth["rows"]:
        fail("accepted and rejected", accepted + rejected, truth["rows"])
    quantity = sum(items for _, _, items in days)
    return {"accepted": accepted, "rejected": rejected, "quantity": quantity}


def main() -> None:
    request = json.loads(pathlib.Path(sys.argv[1]).read_text())
    print(json.dumps(check_plain(request) if request.get("is_plain") else check_partitions(request)))


if __name__ == "__main__":
    main()
