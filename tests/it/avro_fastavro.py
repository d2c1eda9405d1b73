"""Avro files of Currents by fastavro, and what fastavro reads in them against what the program stored.

    avro_fastavro.py make FOLDER MUTATIONS           writes files of every schema and codec, and mutations of each
    avro_fastavro.py compare FOLDER LAKE SUMMARY     differences between the lake and fastavro, as JSON
"""

import io
import json
import random
import struct
import sys
from collections import Counter, defaultdict
from decimal import ROUND_HALF_EVEN, Decimal, getcontext
from fractions import Fraction
from pathlib import Path

import fastavro
from deltalake import DeltaTable

OPTIONAL = ["null", "string"]
SEEDS = random.Random(20261130)
getcontext().prec = 100
CODECS = ["null", "deflate", "snappy", "zstandard", "bzip2"]


def field(name, kind):
    return {"name": name, "type": kind, "default": None} if isinstance(kind, list) else {"name": name, "type": kind}


def schemas():
    """The schemas that Currents has used for purchases, oldest first."""
    first = [
        ("id", "string"), ("user_id", "string"), ("external_user_id", OPTIONAL), ("app_id", OPTIONAL), ("time", "int"),
        ("platform", OPTIONAL), ("os_version", OPTIONAL), ("device_model", OPTIONAL), ("device_id", OPTIONAL),
        ("product_id", "string"), ("price", "float"), ("currency", "string"), ("properties", "string"),
    ]
    second = [*first, ("ad_id", OPTIONAL), ("ad_id_type", OPTIONAL), ("ad_tracking_enabled", ["null", "boolean"])]
    text = {"type": "string", "connect.doc": "a text"}
    optional = ["null", text]
    connect = [
        ("id", text), ("user_id", text), ("external_user_id", optional), ("app_group_id", text),
        ("app_group_api_id", optional), ("app_id", optional), ("app_api_id", optional), ("time", {"type": "int"}),
        ("device_id", optional), ("sdk_version", optional), ("platform", optional), ("os_version", optional),
        ("device_model", optional), ("product_id", text), ("price", {"type": "float"}), ("currency", text),
        ("properties", text), ("ad_id", optional), ("ad_id_type", optional),
        ("ad_tracking_enabled", ["null", {"type": "boolean"}]), ("data_point_source", ["null", {"type": "int"}]),
    ]
    inner = "dataexport.S3.inner.users.behaviors"
    return {
        "P1": (inner, first, {}), "P2": (inner, second, {}), "P2c": ("users.behaviors", connect, {}),
        "P3": (inner, second, {}), "P4": (inner, [*second, ("app_group_id", OPTIONAL)], {"owner": "currents"}),
    }


def record(names, number):
    cents = SEEDS.randrange(-500_000, 13_107_200)
    values = {
        "id": "", "user_id": f"u{number}", "external_user_id": f"x{number % 7}", "app_id": "app-1", "app_api_id": "api-1",
        "time": 1_712_068_448 + number, "platform": "ios", "product_id": SEEDS.choice(["pen", "Blöc", "a \"b\"\\"]),
        "price": cents / 100, "currency": SEEDS.choice(["USD", "BRL", "EUR"]),
        "properties": json.dumps({"color": "red", "size": number}), "ad_tracking_enabled": True, "app_group_id": "g",
        "data_point_source": 2,
    }
    optional = ["external_user_id", "app_id", "platform", "ad_tracking_enabled", "data_point_source", "app_api_id"]
    for name in optional:
        if SEEDS.random() < 0.3:
            values[name] = None
    return {name: values.get(name) for name in names}


def with_other_byte(data):
    """The bytes with one replaced, which mostly leaves the structure whole."""
    data = bytearray(data)
    data[SEEDS.randrange(len(data))] = SEEDS.randrange(256)
    return bytes(data)


def mutated(data):
    """The bytes with one to three changes: a byte replaced, removed or inserted, or the end cut off."""
    data = bytearray(data)
    for _ in range(SEEDS.randint(1, 3)):
        at = SEEDS.randrange(len(data))
        change = SEEDS.randrange(8)
        if change == 0:
            del data[at]
        elif change == 1:
            data.insert(at, SEEDS.randrange(256))
        elif change == 2:
            del data[at:]
        else:
            data[at] = SEEDS.randrange(256)
        if not data:
            break
    return bytes(data)


def make(folder, mutations):
    folder.mkdir(parents=True)
    number = 0
    for schema_name, (namespace, fields, more) in schemas().items():
        schema = {"type": "record", "name": "Purchase", "namespace": namespace, **more,
                  "fields": [field(name, kind) for name, kind in fields]}
        for codec in CODECS:
            records = []
            for _ in range(12):
                number += 1
                records.append(record([name for name, _ in fields], number))
            out = io.BytesIO()
            fastavro.writer(out, fastavro.parse_schema(schema), records, codec=codec, sync_interval=400)
            whole = out.getvalue()
            (folder / f"{schema_name}.{codec}.avro").write_bytes(whole)
            header = whole.index(whole[-16:]) + 16
            for mutation in range(mutations):
                match mutation % 5:
                    case 0:
                        changed = mutated(whole)
                    case 1:
                        changed = whole[:header] + mutated(whole[header:])
                    case _:
                        changed = whole[:header] + with_other_byte(whole[header:])
                (folder / f"{schema_name}.{codec}.{mutation:03}.avro").write_bytes(changed)
    return {"files": len(list(folder.iterdir()))}


def decimal_of(number):
    """The shortest decimal that reads back as the same 32-bit float, computed with exact fractions."""
    bits = struct.unpack("<I", struct.pack("<f", number))[0]
    magnitude = bits & 0x7FFFFFFF
    if magnitude == 0:
        return Decimal(0)

    def value(bits):
        exponent, mantissa = bits >> 23, bits & 0x7FFFFF
        if exponent == 0:
            return Fraction(mantissa) * Fraction(2) ** -149
        return Fraction(mantissa | 0x800000) * Fraction(2) ** (exponent - 150)

    exact = value(magnitude)
    low, high = (value(magnitude - 1) + exact) / 2, (exact + value(magnitude + 1)) / 2
    is_even = magnitude % 2 == 0
    for digits in range(1, 18):
        text = f"{float(exact):.{digits}g}"
        found = Fraction(Decimal(text))
        if low < found < high or (is_even and found in (low, high)):
            return Decimal(text) * (-1 if bits >> 31 else 1)
    raise ValueError(number)


def stored_price(number):
    return decimal_of(number).quantize(Decimal("1e-9"), ROUND_HALF_EVEN)


def expected_row(event):
    """The columns that the program must store for an event that it accepts."""
    # A mutation may have changed the name of a field: names are known in any case, others are no columns.
    event = defaultdict(lambda: None, {name.lower(): value for name, value in event.items()})
    app = event["app_api_id"] if event["app_api_id"] not in (None, "") else event["app_id"]
    price = stored_price(event["price"])
    return {
        "event_id": event["id"] if event["id"] not in ("", "[REDACTED]") else None,
        "braze_id": event["user_id"], "external_id": event["external_user_id"], "app_id": app,
        "product_id": event["product_id"], "currency": event["currency"].upper(), "time_raw": str(event["time"]),
        "price": price, "quantity": 1, "is_refund": price < 0,
        "properties": None if event["properties"] in (None, "", "[REDACTED]") else json.loads(event["properties"]),
    }


def found_row(row):
    return {**row, "properties": None if row["properties"] is None else json.loads(row["properties"])}


def raw_of(event):
    """The JSON of a reject: numbers as exact decimals."""
    def plain(value):
        if not isinstance(value, float):
            return value
        if value != value:
            return "NaN"
        if value in (float("inf"), float("-inf")):
            return "Infinity" if value > 0 else "-Infinity"
        return decimal_of(value)
    return {name: plain(value) for name, value in event.items()}


def read(data):
    """The events by fastavro, or the error."""
    try:
        return list(fastavro.reader(io.BytesIO(data))), None
    except Exception as error:  # noqa: BLE001 (any error means that fastavro cannot read the file)
        return None, error


def by_file(lake, table, columns):
    rows = defaultdict(dict)
    names = ["source_file", "source_row", *columns]
    for row in DeltaTable(f"{lake}/{table}").to_pyarrow_table(columns=names).to_pylist():
        rows[row.pop("source_file")][row.pop("source_row")] = row
    return rows


def compare(folder, lake, summary):
    inputs = {entry["path"]: entry for entry in json.loads(Path(summary).read_text())["inputs"]}
    columns = ["event_id", "braze_id", "external_id", "app_id", "product_id", "currency", "time_raw", "price", "quantity",
               "is_refund", "properties"]
    accepted, rejected = by_file(lake, "purchases", columns), by_file(lake, "rejects", ["raw", "rule_id"])
    differences, counts = [], Counter()
    for file in sorted(folder.iterdir()):
        path = str(file)
        entry = inputs.get(path)
        events, error = read(file.read_bytes())
        if entry is None or entry["outcome"] == "refused":
            rule = entry["refusal"]["rule_id"] if entry else "passed over"
            counts[f"refused {'with' if events is None else 'without'} an error of fastavro"] += 1
            if not rule.startswith(("FILE-AVRO-", "FILE-TRUNCATED", "FILE-LIMIT", "FILE-WRONG-KIND", "FILE-FORMAT",
                                    "FILE-OTHER-EVENT", "passed over", "FILE-CSV", "FILE-ENCODING", "FILE-EMPTY")) or \
                    file.name.count(".") == 2:
                differences.append(f"{file.name}: {rule}")
            continue
        if entry["outcome"] == "already_ingested" or entry["counts"]["duplicate"]:
            counts["repeated"] += 1
            continue
        counts["ingested"] += 1
        if events is None:
            # A text that is not UTF-8 ends a file for fastavro, and is a reject here.
            is_text = isinstance(error, UnicodeDecodeError)
            encodings = [row for row in rejected[path].values() if row["rule_id"] == "FILE-ENCODING"]
            if not (is_text and encodings):
                differences.append(f"{file.name}: fastavro cannot read it: {error!r}")
            counts["with a text that is not UTF-8"] += 1
            continue
        if entry["counts"]["read"] - entry["counts"]["skipped"] != len(events):
            differences.append(f"{file.name}: {entry['counts']} of {len(events)} events")
        for number, event in enumerate(events):
            kept, reject = accepted[path].get(number), rejected[path].get(number)
            if kept is not None:
                counts["accepted events"] += 1
                if found_row(kept) != expected_row(event):
                    differences.append(f"{file.name} {number}: {found_row(kept)} for {expected_row(event)}")
            elif reject is not None:
                counts["rejected events"] += 1
                raw = json.loads(reject["raw"], parse_float=Decimal, parse_int=lambda text: int(text))
                if raw != raw_of(event):
                    differences.append(f"{file.name} {number}: {raw} for {raw_of(event)}")
            else:
                differences.append(f"{file.name} {number}: neither accepted nor rejected")
    return {"differences": differences, "counts": counts}


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["make", folder, mutations]:
            result = make(Path(folder), int(mutations))
        case ["compare", folder, lake, summary]:
            result = compare(Path(folder), lake, summary)
        case _:
            sys.exit(__doc__)
    json.dump(result, sys.stdout)
