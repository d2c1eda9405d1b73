"""Generated dumps: a size and a shape come in, files and their truth file go out.

A dump is generated once and kept in the bench folder; its name contains its options.
"""

import dataclasses
import functools
import gzip
import json
import pathlib
import shutil
import subprocess

from harness import cleaning

# Level 3, as in the generator.
GZIP_LEVEL = 3


@dataclasses.dataclass(frozen=True)
class Dump:
    """A folder of files, with the truth about them."""

    folder: pathlib.Path

    @functools.cached_property
    def truth(self) -> dict:
        return json.loads((self.folder / "truth.json").read_text())

    @functools.cached_property
    def files(self) -> list[pathlib.Path]:
        listed = self.truth.get("files")
        if listed is None:
            return sorted(path for path in self.folder.rglob("*") if path.is_file() and path.name != "truth.json")
        return [self.folder / file["name"] for file in listed]

    @property
    def bytes_stored(self) -> int:
        return sum(file.stat().st_size for file in self.files)

    def counted(self, kind: str, rules: list[str]) -> int:
        """The number of records planted for these rules; `kind` is `rejected` or `warned`."""
        by_rule = self.truth[f"{kind}_by_rule"]
        return sum(by_rule.get(rule, 0) for rule in rules)


@dataclasses.dataclass(frozen=True)
class Generator:
    """Generates dumps with the example `generate_dump`."""

    program: str
    folder: pathlib.Path

    def make(self, name: str, rows: int, options: list[str], dirt: str = "0.01") -> Dump:
        """The dump of this name and size, generated unless it exists."""
        target = self.folder / f"{name}-{rows}"
        if not (target / "truth.json").exists():
            shutil.rmtree(target, ignore_errors=True)
            command = [self.program, "--rows", str(rows), "--seed", "1", "--dirt", dirt, *options]
            subprocess.run([*command, "--out", str(target)], check=True)
        return Dump(target)

    def cleaned(self, dump: Dump) -> Dump:
        """The same dump without the records that stop some peers from reading, with the same truth."""
        target = self.folder / f"{dump.folder.name}-cleaned"
        if not (target / "truth.json").exists():
            shutil.rmtree(target, ignore_errors=True)
            target.mkdir(parents=True)
            for file in dump.files:
                clean(file, target / file.name)
            shutil.copy(dump.folder / "truth.json", target)
        return Dump(target)

    def in_avro(self, dump: Dump, python: str) -> Dump:
        """A dump of Currents events in Avro; `python` has fastavro."""
        target = self.folder / f"{dump.folder.name}-avro"
        if not (target / "truth.json").exists():
            shutil.rmtree(target, ignore_errors=True)
            script = pathlib.Path(__file__).parent / "avro_dump.py"
            subprocess.run([python, str(script), str(dump.folder), str(target)], check=True)
        return Dump(target)


def clean(source: pathlib.Path, target: pathlib.Path) -> None:
    if source.suffix == ".gz":
        plain, kept = target.with_suffix(".all"), target.with_suffix(".kept")
        with gzip.open(source, "rb") as packed, plain.open("wb") as copy:
            shutil.copyfileobj(packed, copy)
        cleaning.clean_lines(plain, kept)
        with kept.open("rb") as copy, gzip.open(target, "wb", compresslevel=GZIP_LEVEL) as packed:
            shutil.copyfileobj(copy, packed)
        plain.unlink()
        kept.unlink()
    elif source.suffix == ".json":
        cleaning.clean_document(source, target)
    else:
        cleaning.clean_lines(source, target)
