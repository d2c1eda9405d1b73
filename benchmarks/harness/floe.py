"""Flat CSV with Floe, where it is installed: a contract in YAML, written for a dump.

It checks required fields and the types of price and quantity, writes zstd Parquet, and keeps
rejects as CSV with their errors. It is not part of the other workloads, whose shapes it reads
differently.

Left out, because a contract cannot express it: identifiers, lengths, the range of the quantity,
currencies, times (kept as text), properties, flags; exact decimals (numbers are doubles), revenue,
partitions by day (Parquet has none), undocumented keys, a commit, syncing to disk.
"""

import pathlib

from harness.dumps import Dump
from harness.programs import SCRIPTS, Program, check_outcome

# The rejects that it finds; it accepts the rest. It does not accept `2.0` as an integer.
FINDS = [
    *["BRZ-PRODUCT-REQUIRED", "BRZ-CUR-REQUIRED", "BRZ-PRICE-REQUIRED", "BRZ-PRICE-TYPE"],
    *["BRZ-QTY-TYPE", "BRZ-TIME-REQUIRED"],
]
TURNS_AWAY = ["BRZ-QTY-FLOAT"]


def floe_ingest(floe: str, dump: Dump) -> Program:
    """Floe with the contract of `peers/floe.yml`."""

    def command(out: pathlib.Path) -> list[str]:
        contract = out.with_suffix(".yml")
        text = (SCRIPTS / "floe.yml").read_text()
        contract.write_text(text.replace("$INPUT", str(dump.files[0])).replace("$OUT", str(out)))
        return [floe, "run", "--quiet", "--config", str(contract)]

    def check(out: pathlib.Path) -> dict:
        kept = dump.truth["rejected"] - dump.counted("rejected", FINDS)
        return check_outcome(out, {
            "truth": dump.truth,
            "files": [str(file) for file in (out / "accepted").glob("*.parquet")],
            "lets_through": kept,
            "turns_away": dump.counted("warned", TURNS_AWAY),
            "is_plain": True,
        })

    return Program("Floe", command, check)
