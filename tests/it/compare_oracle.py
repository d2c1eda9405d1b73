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

import purchases  # noqa: E402
import values  # noqa: E402
from judge import Judge  # noqa: E402
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


def oracle_values(verdict):
    """The values of a verdict in the words of the table."""
    said = verdict["values"]
    found = {name: said[name] for name in SAME if said.get(name) is not None}
    for name in ("price", "revenue", "time_us", "offset_minutes"):
        found[name] = said[name]
    found["utc_date"] = values.utc_date(said["time_us"])
    found["is_refund"] = said["price"].startswith("-")
    if said.get("unknown_keys"):
        found["unknown_keys"] = said["unknown_keys"]
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


def put(found, twice, row, verdict):
    place = (row["source_file"], row["source_row"])
    if place in found:
        twice.append({"place": place, "what": "there twice"})
    found[place] = verdict


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--default-tz", default="UTC")
    parser.add_argument("--now", required=True)
    parser.add_argument("lake")
    parser.add_argument("files", nargs="+", type=Path)
    options = parser.parse_args()

    found, differences = ours(options.lake)
    judge = Judge(ZoneInfo(options.default_tz), values.parse_time(options.now, ZoneInfo("UTC")).micros)
    counts = {"accepted": 0, "rejected": 0, "duplicate": 0}
    for path in options.files:
        _, verdicts = purchases.examine(path, judge, lenient=False)
        for verdict in verdicts:
            place = (str(path.absolute()), verdict["row"])
            counts[verdict["verdict"]] += 1
            if verdict["verdict"] == "accepted":
                expected = ("accepted", oracle_values(verdict))
            elif verdict["verdict"] == "rejected":
                expected = ("rejected", verdict["rules"])
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
    (kind, said), (our_kind, our_said) = expected, actual
    if kind == our_kind == "accepted":
        names = sorted(name for name in said.keys() | our_said.keys() if said.get(name) != our_said.get(name))
        return {"oracle": {name: said.get(name) for name in names}, "ours": {name: our_said.get(name) for name in names}}
    return {"oracle": expected, "ours": actual}


if __name__ == "__main__":
    main()
