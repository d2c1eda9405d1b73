"""A copy of a dump without the records that stop some peers from reading.

Lines, or elements of a document, that are not a JSON object are left out, and those with a number
beyond a double (`1e400`). The generator writes one record a line, also in a document.
"""

import json
import math
import pathlib


def is_readable(record: bytes) -> bool:
    """Whether every JSON reader accepts these bytes as an object."""
    try:
        value = json.loads(record)
    except ValueError:
        return False
    return isinstance(value, dict) and not any(
        isinstance(number, float) and math.isinf(number) for number in value.values()
    )


def clean_lines(source: pathlib.Path, target: pathlib.Path) -> int:
    """Copies the readable lines and returns the number of the rest."""
    left_out = 0
    with source.open("rb") as lines, target.open("wb") as copy:
        for line in lines:
            if is_readable(line):
                copy.write(line)
            else:
                left_out += 1
    return left_out


def clean_document(source: pathlib.Path, target: pathlib.Path) -> int:
    """Copies a document with its readable purchases and returns the number of the rest."""
    left_out, comma, inside = 0, b"", False
    with source.open("rb") as lines, target.open("wb") as copy:
        for line in lines:
            if line.startswith(b'"purchases":['):
                inside = True
                copy.write(line)
            elif line.startswith(b"]"):
                inside = False
                copy.write(b"\n" + line)
            elif not inside:
                copy.write(line)
            elif is_readable(record := line.rstrip(b",\n")):
                copy.write(comma + record)
                comma = b",\n"
            else:
                left_out += 1
    return left_out
