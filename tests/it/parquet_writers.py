"""Parquet files by three writers, and what was written to them against what the program stored.

    parquet_writers.py make FOLDER MUTATIONS           writes files of many types, codecs and page forms, and mutations
    parquet_writers.py compare FOLDER LAKE SUMMARY     differences between the lake and the files, as JSON
"""

import json
import random
import sys
from collections import Counter
from datetime import datetime, timedelta, timezone
from decimal import ROUND_HALF_EVEN, Decimal
from pathlib import Path

import duckdb
import polars
import pyarrow as pa
import pyarrow.parquet as pq

from avro_fastavro import by_file, decimal_of

SEEDS = random.Random(20261201)
ROWS = 40
EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
CODECS = ["none", "snappy", "gzip", "zstd", "lz4", "brotli"]
PRICES = {
    "float": pa.float32(), "double": pa.float64(), "widened": pa.float64(), "decimal": pa.decimal128(38, 9),
    "small_decimal": pa.decimal128(9, 2), "text": pa.string(), "large_text": pa.large_string(),
}
TIMES = {
    "seconds": pa.int64(), "int": pa.int32(), "micros_utc": pa.timestamp("us", "UTC"), "nanos_utc": pa.timestamp("ns", "UTC"),
    "millis": pa.timestamp("ms"), "int96": pa.timestamp("ns"), "text": pa.string(),
}


def event(number):
    """An event as the file holds it: the values, and the rule that rejects it, if one does."""
    seconds = 1_712_068_448 + number * 3_607
    cents = SEEDS.randrange(-500_000, 13_107_200)
    values = {
        "ID": f"p{number}", "USER_ID": f"u{number}", "EXTERNAL_USER_ID": SEEDS.choice([None, f"x{number % 7}"]),
        "APP_API_ID": SEEDS.choice([None, "app-1"]), "TIME": seconds,
        "PRODUCT_ID": SEEDS.choice(["pen", "Blöc, \"large\"", "two\nlines", "a;b"]), "PRICE": Decimal(cents) / 100,
        "CURRENCY": SEEDS.choice(["USD", "BRL", "EUR"]), "PROPERTIES": json.dumps({"color": "red", "size": number}),
        "PLATFORM": SEEDS.choice([None, "ios"]),
    }
    rule = None
    if SEEDS.random() < 0.1:
        field, value, rule = SEEDS.choice([
            ("PRODUCT_ID", None, "BRZ-PRODUCT-REQUIRED"), ("CURRENCY", "XXX", "BRZ-CUR-UNKNOWN"),
            ("PRICE", None, "BRZ-PRICE-REQUIRED"), ("TIME", None, "BRZ-TIME-REQUIRED"),
            ("PROPERTIES", "[1]", "BRZ-PROP-OBJECT"),
        ])
        values[field] = value
    return values, rule


def stored(price, values):
    """The value of a price column, and the decimal that the program must store."""
    exact = values["PRICE"]
    if exact is None:
        return None, None
    match price:
        case "float":
            return float(exact), decimal_of(float(exact))
        case "widened":
            narrow = pa.array([float(exact)], pa.float32()).cast(pa.float64())[0].as_py()
            # Cents below 131,072 come back.
            return narrow, exact
        case "double":
            return float(exact), exact
        case "text" | "large_text":
            return str(exact), exact
        case _:
            return exact, exact


def time_value(time, seconds):
    if seconds is None or time in ("seconds", "int"):
        return seconds
    moment = EPOCH + timedelta(seconds=seconds)
    match time:
        case "text":
            return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
        case "millis" | "int96":
            return moment.replace(tzinfo=None)
        case _:
            return moment


def table(price, time, events):
    columns = {name: [values[name] for values, _ in events] for name in events[0][0]}
    columns["PRICE"] = pa.array([stored(price, values)[0] for values, _ in events], PRICES[price])
    columns["TIME"] = pa.array([time_value(time, values["TIME"]) for values, _ in events], TIMES[time])
    return pa.table({name: column if isinstance(column, pa.Array) else pa.array(column, pa.string())
                     for name, column in columns.items()})


def write(path, writer, rows, choice):
    """Writes a file with the options that a number chooses."""
    codec = CODECS[choice % len(CODECS)]
    match writer:
        case "polars":
            codecs = {"none": "uncompressed"}
            polars.from_arrow(rows).write_parquet(path, compression=codecs.get(codec, codec), row_group_size=13)
        case "duckdb":
            codecs = {"none": "uncompressed"}
            duckdb.sql("SET TimeZone = 'UTC'")
            duckdb.from_arrow(rows).write_parquet(str(path), compression=codecs.get(codec, codec))
        case _:
            pq.write_table(
                rows, path, compression=codec, row_group_size=[7, 13, 40][choice % 3], use_dictionary=choice % 2 == 0,
                data_page_version=["1.0", "2.0"][choice // 2 % 2], version=["1.0", "2.4", "2.6"][choice // 3 % 3],
                data_page_size=[64, 1 << 20][choice // 5 % 2], store_schema=choice % 4 == 0,
                use_deprecated_int96_timestamps="int96" in path.name)


def with_other_byte(data):
    data = bytearray(data)
    for _ in range(SEEDS.randint(1, 3)):
        data[SEEDS.randrange(4, len(data))] = SEEDS.randrange(256)
    return bytes(data)


def make(folder, mutations):
    mutated = folder.parent / "mutated"
    mutated.mkdir(parents=True)
    folder.mkdir()
    truth, number, files = {}, 0, 0
    for price in PRICES:
        for time in TIMES:
            for writer in ["pyarrow"] if files % 4 else ["pyarrow", "polars", "duckdb"]:
                if writer == "duckdb" and (price == "large_text" or CODECS[files % len(CODECS)] == "lz4"):
                    continue
                events = [event(number + at) for at in range(ROWS)]
                number += ROWS
                path = folder / f"{price}.{time}.{writer}.parquet"
                write(path, writer, table(price, time, events), files)
                truth[path.name] = [
                    {"rule": rule} if rule else expected(price, values) for values, rule in events]
                files += 1
                whole = path.read_bytes()
                for mutation in range(mutations):
                    changed = whole[:SEEDS.randrange(5, len(whole))] if mutation % 10 == 0 else with_other_byte(whole)
                    (mutated / f"{path.stem}.{mutation:03}.parquet").write_bytes(changed)
    (folder.parent / "truth.json").write_text(json.dumps(truth))
    return {"files": files, "mutated": len(list(mutated.iterdir()))}


def expected(price, values):
    amount = stored(price, values)[1].quantize(Decimal("1e-9"), ROUND_HALF_EVEN)
    return {
        "event_id": values["ID"], "braze_id": values["USER_ID"], "external_id": values["EXTERNAL_USER_ID"],
        "app_id": values["APP_API_ID"], "product_id": values["PRODUCT_ID"], "currency": values["CURRENCY"],
        "price": str(amount), "quantity": 1, "properties": json.loads(values["PROPERTIES"]),
        "time": (EPOCH + timedelta(seconds=values["TIME"])).isoformat(),
    }


def found(row):
    return {**row, "price": str(row["price"]), "time": row["time"].isoformat(), "properties": json.loads(row["properties"])}


def compare(folder, lake, summary):
    inputs = {entry["path"]: entry for entry in json.loads(Path(summary).read_text())["inputs"]}
    truth = json.loads((folder.parent / "truth.json").read_text())
    columns = ["event_id", "braze_id", "external_id", "app_id", "product_id", "currency", "price", "quantity", "properties",
               "time"]
    accepted, rejected = by_file(lake, "purchases", columns), by_file(lake, "rejects", ["rule_id"])
    differences, counts = [], Counter()
    for file in sorted((folder.parent / "mutated").iterdir()):
        entry = inputs[str(file)]
        counts[f"mutations {entry['outcome']}"] += 1
        if entry["outcome"] == "refused":
            rule = entry["refusal"]["rule_id"]
            if not rule.startswith(("FILE-PARQUET-", "FILE-TRUNCATED", "FILE-LIMIT", "FILE-FORMAT", "FILE-CSV", "FILE-WRONG-KIND",
                                    "FILE-HEADER", "FILE-EMPTY", "FILE-ENCODING")):
                differences.append(f"{file.name}: {rule}")
    for name, rows in truth.items():
        file = folder / name
        entry = inputs[str(file)]
        if entry["outcome"] != "ingested" or entry["counts"]["read"] != len(rows):
            differences.append(f"{file.name}: {entry}")
            continue
        for number, row in enumerate(rows):
            kept, reject = accepted[str(file)].get(number), rejected[str(file)].get(number)
            if "rule" in row:
                counts["rejected"] += 1
                if reject is None or reject["rule_id"] != row["rule"]:
                    differences.append(f"{file.name} {number}: {reject} for {row}")
            else:
                counts["accepted"] += 1
                if kept is None or found(kept) != row:
                    differences.append(f"{file.name} {number}: {kept and found(kept)} for {row}")
    return {"differences": differences[:20], "counts": counts}


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["make", folder, mutations]:
            result = make(Path(folder), int(mutations))
        case ["compare", folder, lake, summary]:
            result = compare(Path(folder), lake, summary)
        case _:
            sys.exit(__doc__)
    json.dump(result, sys.stdout)
