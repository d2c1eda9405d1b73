#!/usr/bin/env python3
"""Compares the oracle with the truth file of a generated dump: `check_truth.py DIR...`; exit 1 if anything differs."""

import contextlib
import io
import json
import sys
from pathlib import Path

import check_purchases

SAME = """accepted rejected duplicate rejected_by_rule warned_by_rule refunds quantity_total quantity_refunded
quantity_by_app_id quantity_without_app_id rows_by_currency revenue_by_currency""".split()


def differences(folder):
    """What the two say differently, as (name, truth, oracle)."""
    truth = json.loads((folder / "truth.json").read_text())
    captured = io.StringIO()
    with contextlib.redirect_stdout(captured):
        check_purchases.main([str(folder / file["name"]) for file in truth["files"]])
    said = json.loads(captured.getvalue())["total"]
    found = [("rows", truth["rows"], said["read"])] if truth["rows"] != said["read"] else []
    found += [(name, truth[name], said[name]) for name in SAME if truth[name] != said[name]]
    sold = {day: count for day, count in truth["quantity_per_utc_day"].items() if count}
    if sold != said["quantity_per_utc_day"]:
        found.append(("quantity_per_utc_day", sold, said["quantity_per_utc_day"]))
    return found


def main():
    failed = False
    for name in sys.argv[1:]:
        found = differences(Path(name))
        failed |= bool(found)
        print(f"{name}: {'differs' if found else 'same'}")
        for what, truth, said in found:
            print(f"  {what}\n    truth:  {truth}\n    oracle: {said}")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
