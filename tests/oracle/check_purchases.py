#!/usr/bin/env python3
"""An independent second opinion on purchase dumps: raw files come in, one JSON report goes out.

It applies the written contract (rules, warnings, normalisation, series) with nothing but the standard library and shares
no code with the project, so that a difference between the two is a finding about one of them.

    check_purchases.py FILE...                                   counts and sums
    check_purchases.py --records FILE...                         also the verdict on every record
    check_purchases.py --series 2026-10-31,31,day,UTC FILE...    also a series: ending_at,length,unit,tz[,key=value...]

Keys of a series beyond the first four: hour_length=days|units, app_id, product, exclude_refunds=true, revenue=BRL.
"""

import argparse
import json
import sys
from collections import Counter, defaultdict
from pathlib import Path
from zoneinfo import ZoneInfo

sys.path.insert(0, str(Path(__file__).resolve().parent))

import purchase_files  # noqa: E402
import series  # noqa: E402
import values  # noqa: E402
from purchase_validator import PurchaseValidator  # noqa: E402


def examine(path, validator, lenient):
    """The report on one file and its verdicts."""
    report = {"path": str(path), "refused": None}
    try:
        dump = purchase_files.read(path, lenient)
    except purchase_files.Refused as refusal:
        report.update(refused=refusal.rule, reason=str(refusal), read=0)
        return report, []
    results = [validator.validate(record) for record in dump.records]
    report.update(shape=dump.shape, siblings=dump.siblings, evidence=dump.evidence, **counts(results))
    return report, results


def counts(results):
    """What became of the records, and the sums over the accepted ones."""
    kinds = Counter(result["verdict"] for result in results)
    rejected = [result for result in results if result["verdict"] == "rejected"]
    kept = [result for result in results if result["verdict"] == "accepted"]
    out = {
        "read": len(results),
        "accepted": kinds["accepted"],
        "rejected": kinds["rejected"],
        "duplicate": kinds["duplicate"],
        "rejected_by_rule": tally(rule for result in rejected for rule in result["rules"]),
        "warned_by_rule": tally(rule for result in kept for rule in result["warnings"]),
        "informed_by_rule": tally(rule for result in kept for rule in result["infos"]),
    }
    out.update(sums([result["values"] for result in kept]))
    return out


def tally(names):
    return dict(sorted(Counter(names).items()))


def sums(rows):
    days, apps, currencies = Counter(), Counter(), Counter()
    revenue = defaultdict(list)
    for row in rows:
        days[values.utc_date(row["time_us"])] += row["quantity"]
        apps[row.get("app_id")] += row["quantity"]
        currencies[row["currency"]] += 1
        revenue[row["currency"]].append(row["revenue_exact"])
    refunds = [row for row in rows if row["price"].startswith("-")]
    return {
        "quantity_total": sum(row["quantity"] for row in rows),
        "quantity_per_utc_day": dict(sorted(days.items())),
        "quantity_without_app_id": apps.pop(None, 0),
        "quantity_by_app_id": dict(sorted(apps.items())),
        "refunds": len(refunds),
        "quantity_refunded": sum(row["quantity"] for row in refunds),
        "rows_by_currency": dict(sorted(currencies.items())),
        "revenue_by_currency": {
            code: values.shortest(values.exact_sum(parts)) for code, parts in sorted(revenue.items())
        },
    }


def parse_question(text):
    ending_at, length, unit, tz, *rest = text.split(",")
    extra = dict(part.split("=", 1) for part in rest)
    if "exclude_refunds" in extra:
        extra["exclude_refunds"] = extra["exclude_refunds"] == "true"
    return series.Question(ending_at, int(length), unit, tz, **extra)


def plain(result):
    """A verdict without the exact decimals, which JSON has no place for."""
    out = dict(result)
    if "values" in out:
        out["values"] = {name: value for name, value in out["values"].items() if not name.endswith("_exact")}
    return out


def main(argv=None):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--default-tz", default="UTC", help="zone of times without an offset")
    parser.add_argument("--now", help="the clock, for the warning about future times")
    parser.add_argument("--lenient", action="store_true", help="forgive trailing commas and comments")
    parser.add_argument("--records", action="store_true", help="list the verdict on every record")
    parser.add_argument("--series", action="append", default=[], type=parse_question, metavar="Q")
    options = parser.parse_args(argv)

    now = values.parse_time(options.now, ZoneInfo("UTC")).micros if options.now else None
    validator = PurchaseValidator(ZoneInfo(options.default_tz), now)
    files, everything = [], []
    for path in options.files:
        report, results = examine(path, validator, options.lenient)
        if options.records:
            report["records"] = [plain(result) for result in results]
        files.append(report)
        everything.extend(results)
    rows = [result["values"] for result in everything if result["verdict"] == "accepted"]
    out = {"files": files, "total": counts(everything)}
    if options.series:
        out["series"] = [
            {"question": vars(question), "response": series.answer(question, rows)} for question in options.series
        ]
    json.dump(out, sys.stdout, ensure_ascii=False, indent=2)
    print()


if __name__ == "__main__":
    main()
