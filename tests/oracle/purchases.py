#!/usr/bin/env python3
"""An independent second opinion on purchase dumps: raw files come in, one JSON report goes out.

It applies the written contract (rules, warnings, normalisation, series) with nothing but the standard library and shares
no code with the project, so that a difference between the two is a finding about one of them.

    purchases.py FILE...                                   counts and sums
    purchases.py --records FILE...                         also the verdict on every record
    purchases.py --series 2026-10-31,31,day,UTC FILE...    also a series: ending_at,length,unit,tz[,key=value...]

Keys of a series beyond the first four: hour_length=days|units, app_id, product, exclude_refunds=true, revenue=BRL.
"""

import argparse
import json
import sys
from collections import Counter, defaultdict
from pathlib import Path
from zoneinfo import ZoneInfo

sys.path.insert(0, str(Path(__file__).resolve().parent))

import records  # noqa: E402
import series  # noqa: E402
import values  # noqa: E402
from judge import Judge  # noqa: E402


def examine(path, judge, lenient):
    """The report on one file and its verdicts."""
    report = {"path": str(path), "refused": None}
    try:
        dump = records.read(path, lenient)
    except records.Refused as refusal:
        report.update(refused=refusal.rule, reason=str(refusal), read=0)
        return report, []
    verdicts = [judge.verdict(record) for record in dump.records]
    report.update(shape=dump.shape, siblings=dump.siblings, evidence=dump.evidence, **counts(verdicts))
    return report, verdicts


def counts(verdicts):
    """What became of the records, and the sums over the accepted ones."""
    kinds = Counter(verdict["verdict"] for verdict in verdicts)
    rejected = [verdict for verdict in verdicts if verdict["verdict"] == "rejected"]
    kept = [verdict for verdict in verdicts if verdict["verdict"] == "accepted"]
    out = {
        "read": len(verdicts),
        "accepted": kinds["accepted"],
        "rejected": kinds["rejected"],
        "duplicate": kinds["duplicate"],
        "rejected_by_rule": tally(rule for verdict in rejected for rule in verdict["rules"]),
        "warned_by_rule": tally(rule for verdict in kept for rule in verdict["warnings"]),
        "informed_by_rule": tally(rule for verdict in kept for rule in verdict["infos"]),
    }
    out.update(sums([verdict["values"] for verdict in kept]))
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


def question(text):
    ending_at, length, unit, tz, *rest = text.split(",")
    extra = dict(part.split("=", 1) for part in rest)
    if "exclude_refunds" in extra:
        extra["exclude_refunds"] = extra["exclude_refunds"] == "true"
    return series.Question(ending_at, int(length), unit, tz, **extra)


def plain(verdict):
    """A verdict without the exact decimals, which JSON has no place for."""
    out = dict(verdict)
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
    parser.add_argument("--series", action="append", default=[], type=question, metavar="Q")
    options = parser.parse_args(argv)

    now = values.parse_time(options.now, ZoneInfo("UTC")).micros if options.now else None
    judge = Judge(ZoneInfo(options.default_tz), now)
    files, everything = [], []
    for path in options.files:
        report, verdicts = examine(path, judge, options.lenient)
        if options.records:
            report["records"] = [plain(verdict) for verdict in verdicts]
        files.append(report)
        everything.extend(verdicts)
    rows = [verdict["values"] for verdict in everything if verdict["verdict"] == "accepted"]
    out = {"files": files, "total": counts(everything)}
    if options.series:
        out["series"] = [
            {"question": vars(asked), "response": series.answer(asked, rows)} for asked in options.series
        ]
    json.dump(out, sys.stdout, ensure_ascii=False, indent=2)
    print()


if __name__ == "__main__":
    main()
