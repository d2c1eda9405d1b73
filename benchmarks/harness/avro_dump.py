"""Currents events as Avro: a generated dump of NDJSON comes in, the folder of the same dump in Avro goes out.

It runs in a separate process, `python avro_dump.py SOURCE TARGET`, because it needs fastavro. Each file
of NDJSON becomes an object container file as Currents writes them: its newest schema, no codec. Currents
delivers at least once, so each file ends with every hundredth event of the file before it, the first
with its own. The truth file counts these as `duplicate` and is otherwise that of the NDJSON.

A price that a 32-bit float does not hold would make the truth false, so it ends the conversion.
"""

import itertools
import json
import pathlib
import struct
import sys
from collections.abc import Iterator
from decimal import Decimal

import fastavro

# One event in so many is delivered again.
REPEATED = 100
# Bytes of an Avro block. fastavro ends a block with the record that reaches them.
BLOCK_BYTES = 1 << 20
# The marker between blocks, fixed so that a dump always has the same bytes.
SYNC = bytes(range(16))
APP_GROUP = "5f3b2c1d9e8a7b6c5d4e3f2a"
# Platform, version and model, which the generator does not have.
DEVICES = [
    ("ios", "17.4", "iPhone15,2"),
    ("ios", "18.1", "iPhone17,1"),
    ("android", "14", "SM-S918B"),
    ("android", "15", "Pixel 9"),
    ("web", None, None),
]

TEXT = ["null", "string"]
# Purchase as Currents has written it since October 2024.
FIELDS: list[tuple[str, str | list[str]]] = [
    *[("id", "string"), ("user_id", "string"), ("external_user_id", TEXT), ("app_id", TEXT), ("time", "int")],
    *[("platform", TEXT), ("os_version", TEXT), ("device_model", TEXT), ("device_id", TEXT)],
    *[("product_id", "string"), ("price", "float"), ("currency", "string"), ("properties", "string")],
    *[("ad_id", TEXT), ("ad_id_type", TEXT), ("ad_tracking_enabled", ["null", "boolean"]), ("app_group_id", TEXT)],
]
SCHEMA = fastavro.parse_schema({
    "type": "record",
    "name": "Purchase",
    "namespace": "dataexport.S3.inner.users.behaviors",
    "owner": "currents",
    "fields": [
        {"name": name, "type": kind} | ({"default": None} if isinstance(kind, list) else {}) for name, kind in FIELDS
    ],
})


def shortest(price: Decimal) -> Decimal:
    """The shortest decimal that reads back as the 32-bit float of the price; nine digits always do."""
    bits = struct.pack("f", price)
    (nearest,) = struct.unpack("f", bits)
    texts = (f"{nearest:.{digits}g}" for digits in range(1, 10))
    return next(Decimal(text) for text in texts if struct.pack("f", float(text)) == bits)


def event_of(line: str) -> dict:
    event = json.loads(line, parse_float=Decimal)
    price = Decimal(event["price"])
    if shortest(price) != price:
        sys.exit(f"event {event['id']}: a 32-bit float does not hold the price {price}")
    hexadecimal = event["id"].replace("-", "")
    platform, version, model = DEVICES[int(hexadecimal, 16) % len(DEVICES)]
    added = {"platform": platform, "os_version": version, "device_model": model}
    added |= {"device_id": hexadecimal[::-1], "app_group_id": APP_GROUP}
    return {"properties": "{}"} | event | added | {"price": float(price)}


def events(files: list[pathlib.Path], number: int) -> Iterator[dict]:
    """The events of a file, then those that are delivered again with it."""
    with files[number].open() as lines:
        yield from map(event_of, lines)
    with files[max(0, number - 1)].open() as lines:
        yield from map(event_of, itertools.islice(lines, 0, None, REPEATED))


def write(target: pathlib.Path, found: Iterator[dict]) -> None:
    with target.open("wb") as out:
        fastavro.writer(out, SCHEMA, found, codec="null", sync_interval=BLOCK_BYTES, sync_marker=SYNC)


def main() -> None:
    source, target = map(pathlib.Path, sys.argv[1:])
    truth = json.loads((source / "truth.json").read_text())
    files = [source / file["name"] for file in truth["files"]]
    target.mkdir(parents=True)
    written = []
    for number, file in enumerate(files):
        path = target / f"{file.stem}.avro"
        write(path, events(files, number))
        written.append({"name": path.name, "rows": truth["files"][number]["rows"]})
    again = [truth["files"][max(0, number - 1)]["rows"] for number in range(len(files))]
    del truth["bytes"], truth["bytes_uncompressed"]
    truth |= {"files": written, "duplicate": sum(-(-rows // REPEATED) for rows in again)}
    (target / "truth.json").write_text(json.dumps(truth))


if __name__ == "__main__":
    main()
