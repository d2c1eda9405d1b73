"""Runs of a workload: its programs alternate, and each outcome is checked before its time counts."""

import json
import pathlib
import shutil
import subprocess

from harness.measure import measured, prepare_caches
from harness.programs import Program
from harness.setting import Setting, Workload


def run(setting: Setting, workload: Workload) -> dict:
    """The raw results of all rounds of a workload."""
    runs, floors = [], []
    for round_number in range(setting.pairs):
        for program in in_turn(workload.programs, round_number):
            runs.append({"round": round_number, "program": program.name} | one(setting, workload, program))
        if workload.name == "W1" and setting.floor:
            floors.append(floor(setting, workload))
    return {"runs": runs, "floor": floors, "start": starts(setting, workload)}


def in_turn(programs: list[Program], round_number: int) -> list[Program]:
    """Each round starts with the next program, so that none always follows the same one."""
    first = round_number % len(programs)
    return [*programs[first:], *programs[:first]]


def one(setting: Setting, workload: Workload, program: Program) -> dict:
    out = fresh(setting.folder / "out")
    dump = workload.dump
    prepare_caches([] if program.answers or dump is None else dump.files)
    usage = measured(program.command(out), out if program.answers else None)
    return usage.to_json() | {"found": program.check(out)}


def fresh(out: pathlib.Path) -> pathlib.Path:
    if out.is_dir():
        shutil.rmtree(out)
    out.unlink(missing_ok=True)
    return out


def floor(setting: Setting, workload: Workload) -> dict:
    """The two parts of the floor, on the dump and a lake made of it."""
    assert setting.floor and workload.dump
    lake = fresh(setting.folder / "out")
    subprocess.run(workload.programs[0].command(lake), check=True)
    prepare_caches(workload.dump.files)
    command = [setting.floor, str(workload.dump.files[0]), str(lake)]
    parts = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    truth = workload.dump.truth
    broken = truth["rejected_by_rule"].get("FILE-JSON-SYNTAX", 0)
    for scan in ("scan_serde_json", "scan_our_cursor"):
        if (records := parts[scan]["outcome"]["records"]) != truth["rows"] - broken:
            raise SystemExit(f"the floor's {scan} found {records} records")
    if parts["encode"]["outcome"]["rows"] != truth["accepted"]:
        raise SystemExit(f"the floor encoded {parts['encode']['outcome']['rows']} rows")
    return parts


def starts(setting: Setting, workload: Workload) -> dict[str, list[dict]]:
    """The cost of starting each program without work, once for each round."""
    commands = {workload.programs[0].name: [setting.program, "--version"]}
    commands |= {program.name: program.start for program in workload.programs if program.start}
    sink = setting.folder / "start"
    return {
        name: [measured(command, sink).to_json() for _ in range(setting.pairs)] for name, command in commands.items()
    }
