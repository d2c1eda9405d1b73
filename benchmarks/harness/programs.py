"""What is measured: the project and its peers, each with its command lines and its check."""

import ast
import dataclasses
import json
import pathlib
import subprocess
import sys
from collections.abc import Callable, Sequence

from harness.dumps import Dump
from harness.lake_log import data_files

HERE = pathlib.Path(__file__).parent
SCRIPTS = HERE.parent / "peers"
# All runs get the same time, so that none of the generated purchases is in the future.
NOW = "2026-12-01T00:00:00Z"
OURS = "purchase-etl"
# The partition in which peers keep rejects.
REJECTS = "purchase_date=rejects"


@dataclasses.dataclass(frozen=True)
class Program:
    """One of the programs of a workload. `command` gets a new path for its output, and
    `check` the same path; it ends the benchmark or returns what was found. `start` is the command
    of a peer that does nothing."""

    name: str
    command: Callable[[pathlib.Path], list[str]]
    check: Callable[[pathlib.Path], dict]
    answers: bool = False
    note: str = ""
    start: Sequence[str] = ()


@dataclasses.dataclass(frozen=True)
class Peer:
    """A peer; its scripts are `peers/<key>_ingest.py`, `peers/<key>_avro.py` and `peers/<key>_report.py`."""

    key: str
    name: str
    keeps_rejects: bool
    importing: str
    python: str = sys.executable

    def tolerance(self, what: str) -> dict[str, list[str]]:
        """The constants of its script, which cannot be imported without the peer."""
        tree = ast.parse((SCRIPTS / f"{self.key}_{what}.py").read_text())
        constants = {}
        for node in tree.body:
            target = node.targets[0] if isinstance(node, ast.Assign) else getattr(node, "target", None)
            if isinstance(target, ast.Name) and target.id in ("LETS_THROUGH", "TURNS_AWAY"):
                parts = node.value.elts
                texts = [part.value.elts if isinstance(part, ast.Starred) else [part] for part in parts]
                constants[target.id] = [text.value for group in texts for text in group]
        return constants

    def script(self, what: str) -> list[str]:
        return [self.python, str(SCRIPTS / f"{self.key}_{what}.py")]

    def start(self) -> list[str]:
        """The shortest command: an empty query."""
        return [self.python, "-c", self.importing]


PEERS = {
    "duckdb": Peer("duckdb", "DuckDB", True, "import duckdb; duckdb.execute('SELECT 1').fetchall()"),
    "polars": Peer("polars", "Polars", False, "import polars as pl; pl.LazyFrame({'a': [1]}).collect()"),
    "clickhouse": Peer("clickhouse", "ClickHouse", True, "import chdb; chdb.query('SELECT 1')"),
}


def check_outcome(work: pathlib.Path, request: dict) -> dict:
    request_file = work.with_suffix(".request.json")
    request_file.write_text(json.dumps(request))
    answer = subprocess.run([sys.executable, str(HERE / "outcome.py"), str(request_file)], capture_output=True, text=True)
    if answer.returncode != 0:
        sys.exit(answer.stderr)
    return json.loads(answer.stdout)


def ingest(program: str, dump: Dump, inputs: list[str], options: Sequence[str] = ()) -> Program:
    """The project, ingesting a dump into a new lake; its outcome must be exact."""

    def command(lake: pathlib.Path) -> list[str]:
        return [program, "--quiet", "ingest", "--lake", str(lake), "--now", NOW, *options, *inputs]

    return Program(OURS, command, lambda lake: check_lake(lake, dump))


def check_lake(lake: pathlib.Path, dump: Dump) -> dict:
    request = {"truth": dump.truth, "lets_through": 0, "turns_away": 0, "keeps_rejects": True}
    request |= {"files": data_files(lake / "purchases"), "rejects": data_files(lake / "rejects")}
    return check_outcome(lake, request)


def peer_ingest(peer: Peer, shape: str, dump: Dump, given: str, note: str = "", all_kept: bool = True) -> Program:
    """A peer, ingesting what `given` names into day partitions. `all_kept` is false where even a
    peer that keeps rejects does not get or keep all records."""
    what = "avro" if shape == "avro" else "ingest"

    def command(out: pathlib.Path) -> list[str]:
        return [*peer.script(what), "--shape", shape, "--input", given, "--out", str(out)]

    def check(out: pathlib.Path) -> dict:
        limits = peer.tolerance(what)
        written = sorted(out.glob("purchase_date=*/*.parquet"))
        return check_outcome(out, {
            "truth": dump.truth,
            "files": [str(file) for file in written if file.parent.name != REJECTS],
            "rejects": [str(file) for file in written if file.parent.name == REJECTS],
            "lets_through": dump.counted("rejected", limits["LETS_THROUGH"]),
            "turns_away": dump.counted("warned", limits["TURNS_AWAY"]),
            "keeps_rejects": peer.keeps_rejects and all_kept,
        })

    return Program(peer.name, command, check, note=note, start=peer.start())
