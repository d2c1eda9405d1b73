"""Compares the tables of a lake with what the oracle says of the same files, record by record.

    compare_oracle.py [--default-tz ZONE] [--now TIME] LAKE FILE...

Writes how many records were compared and every difference: a verdict, a set of rules, or a value.
"""

import argparse
import json
import os
import sys
from pathlib import Path
from zoneinfo import ZoneInfo

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "oracle"))
sys.path.insert(0, str(Path(__file__).resolve().parent))

import check_purchases  # noqa: E402
import values  # noqa: E402
from purchase_validator import PurchaseValidator  # noqa: E402
from read_lake import shortest, table  # noqa: E402

SAME = """external_id alias_name alias_label braze_id email phone app_id product_id currency quantity properties
update_existing_only""".split()


def row_values(row):
    """A row of the table in the oracle's words."""
    found = {name: row[name] for name in SAME if row[name] is not None}
    for name in ("price", "revenue"):
        found[name] = shortest(row[name])
    found["time_us"] = row["time"]
    found["utc_date"] = row["purchase_date"].isoformat()
    found["offset_minutes"] = row["utc_offset_minutes"]
    found["is_refund"] = row["is_refund"]
    if row["extra"] is not None:
        found["unknown_keys"] = sorted(json.loads(row["extra"]))
    return found


def oracle_values(result):
    """The values of a verdict in the words of the table."""
    oracle_record = result["values"]
    found = {name: oracle_record[name] for name in SAME if oracle_record.get(name) is not None}
    for name in ("price", "revenue", "time_us", "offset_minutes"):
        found[name] = oracle_record[name]
    found["utc_date"] = values.utc_date(oracle_record["time_us"])
    found["is_refund"] = oracle_record["price"].startswith("-")
    if oracle_record.get("unknown_keys"):
        found["unknown_keys"] = oracle_record["unknown_keys"]
    return found


def ours(lake):
    """The verdicts in the lake by (file, row); a record that is there twice is a difference of its own."""
    found, twice = {}, []
    accepted = table(lake, "purchases")
    at = accepted.column_names.index("time")
    accepted = accepted.set_column(at, "time", accepted["time"].cast("int64"))
    for row in accepted.to_pylist():
        put(found, twice, row, ("accepted", row_values(row)))
    for row in table(lake, "rejects").to_pylist():
        put(found, twice, row, ("rejected", sorted(row["rule_ids"].split(","))))
    return found, twice


def put(found, twice, row, result):
    place = (row["source_file"], row["source_row"])
    if place in found:
        twice.append({"place": place, "what": "there twice"})
    found[place] = result


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--default-tz", default="UTC")
    parser.add_argument("--now", required=True)
    parser.add_argument("lake")
    parser.add_argument("files", nargs="+", type=Path)
    options = parser.parse_args()

    found, differences = ours(options.lake)
    validator = PurchaseValidator(ZoneInfo(options.default_tz), values.parse_time(options.now, ZoneInfo("UTC")).micros)
    counts = {"accepted": 0, "rejected": 0, "duplicate": 0}
    for path in options.files:
        _, results = check_purchases.examine(path, validator, lenient=False)
        for result in results:
            place = (str(path.absolute()), result["row"])
            counts[result["verdict"]] += 1
            if result["verdict"] == "accepted":
                expected = ("accepted", oracle_values(result))
            elif result["verdict"] == "rejected":
                expected = ("rejected", result["rules"])
            else:
                expected = ("nowhere", None)
            actual = found.pop(place, ("nowhere", None))
            if actual != expected:
                differences.append({"place": place, **difference(expected, actual)})
    differences += [{"place": place, "what": "known to the lake only"} for place in found]
    json.dump({"compared": counts, "differences": differences}, sys.stdout, ensure_ascii=False, indent=1)
    print()
    sys.stdout.flush()
    # The readers' native threads may still be at work, and abort when the interpreter is taken down around them.
    os._exit(0)


def difference(expected, actual):
    (kind, oracle_record), (our_kind, lake_record) = expected, actual
    if kind == our_kind == "accepted":
        names = sorted(name for name in oracle_record.keys() | lake_record.keys() if oracle_record.get(name) != lake_record.get(name))
        return {"oracle": {name: oracle_record.get(name) for name in names}, "ours": {name: lake_record.get(name) for name in names}}
    return {"oracle": expected, "ours": actual}


if __name__ == "__main__":
    main()
