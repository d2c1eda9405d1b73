"""The workloads that make a lake: W1 to W5, W8, W9 and W10."""

import dataclasses
import json
import pathlib
import shutil
import subprocess
import sys

from harness.dumps import Dump
from harness.floe import floe_ingest
from harness.machine import output_of
from harness.programs import NOW, OURS, PEERS, Program, check_lake, ingest, peer_ingest
from harness.setting import Setting, Workload

RECORDS_OF_A_SMALL_FILE = 100
# The most events of a file that Currents writes.
EVENTS_OF_A_FILE = 100_000
CLEANED = "given a dump without the records that end its reading"
# A hundred records sometimes contain six rejects, and an input with more than 5 % is refused.
SMALL_FILES = ["--reject-limit", "50%"]


def ndjson(setting: Setting) -> Workload:
    return of_one_file(setting, "W1", "NDJSON", "ndjson", [])


def gzipped(setting: Setting) -> Workload:
    """Also runs the project on the output of `gzip -dc`, to show whether decompression is the only extra cost."""
    workload = of_one_file(setting, "W4", "gzip NDJSON", "ndjson", ["--gzip"])
    dump = workload.dump
    assert dump is not None

    def piped(lake: pathlib.Path) -> list[str]:
        ours = [setting.program, "--quiet", "ingest", "--lake", str(lake), "--now", NOW, "-"]
        return ["sh", "-c", 'file=$1; shift; gzip -dc "$file" | "$@"', "sh", str(dump.files[0]), *ours]

    return workload.with_program(Program(f"gzip -dc | {OURS}", piped, lambda lake: check_lake(lake, dump)))


def of_one_file(setting: Setting, name: str, title: str, shape: str, options: list[str]) -> Workload:
    suffix = "-".join([shape, *(option.strip("-") for option in options)])
    dump = setting.generator.make(suffix, setting.rows, ["--shape", shape, *options])
    file, clean = str(dump.files[0]), str(setting.generator.cleaned(dump).files[0])
    programs = [
        ingest(setting.program, dump, [file]),
        peer_ingest(PEERS["duckdb"], shape, dump, file),
        peer_ingest(PEERS["polars"], shape, dump, clean, CLEANED),
        peer_ingest(PEERS["clickhouse"], shape, dump, file),
    ]
    return Workload(name, title, programs, dump)


def threads(setting: Setting) -> Workload:
    """The project compared with itself on one thread."""
    dump = setting.generator.make("ndjson", setting.rows, ["--shape", "ndjson"])
    file = str(dump.files[0])
    programs = [
        ingest(setting.program, dump, [file], ["--threads", "2"]),
        dataclasses.replace(ingest(setting.program, dump, [file], ["--threads", "1"]), name="on one thread"),
    ]
    return Workload("W9", "NDJSON on two threads and on one", programs, dump)


def document(setting: Setting) -> Workload:
    dump = setting.generator.make("document", setting.rows, ["--shape", "document"])
    file, clean = str(dump.files[0]), str(setting.generator.cleaned(dump).files[0])
    programs = [
        ingest(setting.program, dump, [file]),
        peer_ingest(PEERS["duckdb"], "document", dump, file),
        peer_ingest(PEERS["clickhouse"], "document", dump, clean, CLEANED, all_kept=False),
    ]
    left_out = {"Polars": "its JSON reader wants one type for a field and cannot keep an object as text"}
    return Workload("W2", "one JSON document", programs, dump, left_out)


def delimited(setting: Setting) -> Workload:
    dump = setting.generator.make("csv", setting.rows, ["--shape", "csv"])
    file = str(dump.files[0])
    programs = [ingest(setting.program, dump, [file])]
    for key, peer in PEERS.items():
        programs.append(peer_ingest(peer, "csv", dump, file, all_kept=key == "duckdb"))
    left_out = {}
    if floe := shutil.which("floe"):
        programs.append(floe_ingest(floe, dump))
    else:
        left_out["Floe"] = "not installed here (cargo install floe-cli)"
    return Workload("W3", "flat CSV", programs, dump, left_out)


def small_files(setting: Setting) -> Workload:
    dump = many_files(setting)
    clean = setting.generator.cleaned(dump)
    programs = [ingest(setting.program, dump, [str(dump.folder / "*.ndjson")], SMALL_FILES)]
    for key, peer in PEERS.items():
        given = clean.folder if key == "polars" else dump.folder
        note = CLEANED if key == "polars" else ""
        programs.append(peer_ingest(peer, "ndjson", dump, str(given / "*.ndjson"), note))
    return Workload("W5", f"{len(dump.files):,} files of {RECORDS_OF_A_SMALL_FILE} records", programs, dump)


def many_files(setting: Setting) -> Dump:
    files = max(1, setting.rows // RECORDS_OF_A_SMALL_FILE)
    return setting.generator.make("files", files * RECORDS_OF_A_SMALL_FILE, ["--files", str(files)])


def again(setting: Setting) -> Workload:
    """No peer knows earlier inputs, so there is none to compare with."""
    dump = many_files(setting)
    lake = setting.folder / "W8-lake"
    first = ingest(setting.program, dump, [str(dump.folder / "*.ndjson")], SMALL_FILES)
    shutil.rmtree(lake, ignore_errors=True)
    subprocess.run(first.command(lake), check=True)

    def command(summary: pathlib.Path) -> list[str]:
        return [*first.command(lake), "--summary", str(summary)]

    def check(summary: pathlib.Path) -> dict:
        report = json.loads(summary.read_text())
        outcomes = {entry["outcome"] for entry in report["inputs"]}
        if outcomes != {"already_ingested"} or len(report["inputs"]) != len(dump.files):
            sys.exit(f"W8: {len(report['inputs'])} inputs became {outcomes}")
        return {"inputs": len(report["inputs"])} | check_lake(lake, dump)

    title = f"{len(dump.files):,} files, all ingested before"
    left_out = {peer.name: "does not know what it read before" for peer in PEERS.values()}
    return Workload("W8", title, [Program(OURS, command, check)], dump, left_out)


def avro(setting: Setting) -> Workload:
    """Currents events in Avro, some of them delivered twice.

    They break no rule and none is unusual: a missing field, a text as a price or a broken line cannot be
    written with this schema, and a price of nine decimals not as a float, so that the truth would be false.
    """
    if setting.avro_python is None:
        sys.exit("W10 needs --avro-python, a Python with the packages of requirements-avro.txt")
    files = -(-setting.rows // EVENTS_OF_A_FILE)
    options = ["--shape", "currents-ndjson", "--files", str(files), "--warn", "0"]
    generated = setting.generator.make("currents", setting.rows, options, dirt="0")
    dump = setting.generator.in_avro(generated, setting.avro_python)
    given = str(dump.folder / "*.avro")
    programs = [ingest(setting.program, dump, [given])]
    duckdb = dataclasses.replace(PEERS["duckdb"], python=setting.avro_python)
    for peer in [duckdb, PEERS["polars"], PEERS["clickhouse"]]:
        programs.append(peer_ingest(peer, "avro", dump, given))
    title = f"Currents events in {len(dump.files)} Avro files, {dump.truth['duplicate']:,} more delivered twice"
    versions = {"duckdb": output_of([setting.avro_python, "-c", "import duckdb; print(duckdb.__version__)"])}
    return Workload("W10", title, programs, dump, versions=versions)
