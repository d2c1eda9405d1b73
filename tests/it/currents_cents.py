"""Prices in cents below 131,072 through the forms in which Currents and Snowflake write them.

    currents_cents.py make FOLDER COUNT      an Avro file with 32-bit floats, CSV with nine decimals and with doubles
    currents_cents.py compare FOLDER LAKE    prices of the lake that are not the cents of the event, as JSON
"""

import csv
import json
import random
import struct
import sys
from decimal import Decimal
from pathlib import Path

import fastavro
from deltalake import DeltaTable

FIELDS = ["id", "user_id", "time", "product_id", "price", "currency", "properties"]


def events(count, form):
    seeds = random.Random(20261201)
    for number in range(count):
        cents = seeds.randrange(-13_107_199, 13_107_200)
        yield number, cents, [f"{form}{number}", "u1", 1_712_068_448 + number % 86_400, "pen", None, "USD", "{}"]


def widened(cents):
    """The double that a 32-bit float of so many cents becomes."""
    return struct.unpack("<f", struct.pack("<f", cents / 100))[0]


def make(folder, count):
    folder.mkdir(parents=True)
    types = {"time": "int", "price": "float"}
    schema = {"type": "record", "name": "Purchase", "namespace": "dataexport.S3.inner.users.behaviors",
              "fields": [{"name": name, "type": types.get(name, "string")} for name in FIELDS]}
    with (folder / "avro.avro").open("wb") as out:
        records = (dict(zip(FIELDS, values)) | {"price": cents / 100} for _, cents, values in events(count, "avro"))
        fastavro.writer(out, fastavro.parse_schema(schema), records)
    for form, text in [("nine", lambda price: f"{price:.9f}"), ("double", repr)]:
        with (folder / f"{form}.csv").open("w", newline="") as out:
            rows = csv.writer(out)
            rows.writerow(FIELDS)
            for _, cents, values in events(count, form):
                values[4] = text(widened(cents))
                rows.writerow(values)
    return {"events": 3 * count}


def compare(folder, lake):
    stored = DeltaTable(f"{lake}/purchases").to_pyarrow_table(columns=["event_id", "price"]).to_pydict()
    prices = dict(zip(stored["event_id"], stored["price"]))
    count, different = 0, []
    forms = [path.stem for path in folder.iterdir()]
    for form in forms:
        for number, cents, _ in events(len(prices) // len(forms), form):
            count += 1
            if prices[f"{form}{number}"] != Decimal(cents) / 100:
                different.append(f"{form} {cents}: {prices[f'{form}{number}']}")
    return {"events": count, "different": different[:20]}


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["make", folder, count]:
            result = make(Path(folder), int(count))
        case ["compare", folder, lake]:
            result = compare(Path(folder), Path(lake))
        case _:
            sys.exit(__doc__)
    json.dump(result, sys.stdout)
