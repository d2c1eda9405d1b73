"""Generated dumps: a size and a shape come in, files and the truth about them go out.

A dump is made once and kept in the bench folder; its name tells how it was made.
"""

import dataclasses
import functools
import gzip
import json
import pathlib
import shutil
import subprocess

from harness import cleaning

# Level 3, as the generator packs.
GZIP_LEVEL = 3


@dataclasses.dataclass(frozen=True)
class Dump:
    """A folder of files, and what the generator planted in them."""

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
        """How many records were planted for these rules; `kind` is `rejected` or `warned`."""
        by_rule = self.truth[f"{kind}_by_rule"]
        return sum(by_rule.get(rule, 0) for rule in rules)


@dataclasses.dataclass(frozen=True)
class Generator:
    """Makes dumps with the generator of the examples."""

    program: str
    folder: pathlib.Path

    def make(self, name: str, rows: int, options: list[str]) -> Dump:
        """The dump of this name and size, made unless it is there."""
        target = self.folder / f"{name}-{rows}"
        if not (target / "truth.json").exists():
            shutil.rmtree(target, ignore_errors=True)
            command = [self.program, "--rows", str(rows), "--seed", "1", "--dirt", "0.01", *options]
            subprocess.run([*command, "--out", str(target)], check=True)
        return Dump(target)

    def cleaned(self, dump: Dump) -> Dump:
        """The same dump without what ends the reading of some peers, with the same truth."""
        target = self.folder / f"{dump.folder.name}-cleaned"
        if not (target / "truth.json").exists():
            shutil.rmtree(target, ignore_errors=True)
            target.mkdir(parents=True)
            for file in dump.files:
                clean(file, target / file.name)
            shutil.copy(dump.folder / "truth.json", target)
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
