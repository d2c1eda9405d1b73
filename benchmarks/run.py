"""Measures the project and its peers on the same generated dumps: `make bench`. See README.md."""

import argparse
import datetime
import json
import pathlib
from collections.abc import Callable

from harness import answering, ingesting, machine, memory, rounds, summary
from harness.dumps import Generator
from harness.setting import Setting, Workload

WORKLOADS: dict[str, Callable[[Setting], list[Workload]]] = {
    "W1": lambda setting: [ingesting.ndjson(setting)],
    "W2": lambda setting: [ingesting.document(setting)],
    "W3": lambda setting: [ingesting.delimited(setting)],
    "W4": lambda setting: [ingesting.gzipped(setting)],
    "W5": lambda setting: [ingesting.small_files(setting)],
    "W6": lambda setting: [*answering.series(setting), answering.compacted_series(setting)],
    "W7": lambda setting: [answering.supplier_list(setting)],
    "W8": lambda setting: [ingesting.again(setting)],
    "W9": lambda setting: [ingesting.threads(setting)],
    "W10": lambda setting: [ingesting.avro(setting)],
}
MEMORY_GB, HUGE_GB = [0.3, 3.0], 30.0


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=summary.CLAIM_ROWS)
    parser.add_argument("--pairs", type=int, default=summary.CLAIM_PAIRS)
    parser.add_argument("--workloads", nargs="*", choices=WORKLOADS, default=list(WORKLOADS))
    parser.add_argument("--memory", action="store_true", help="measure peak memory and cost per row by size instead")
    parser.add_argument("--huge", action="store_true", help="with 30 GB as well")
    parser.add_argument("--program", required=True)
    parser.add_argument("--generator", required=True)
    parser.add_argument("--before", help="an earlier build of the program, compared with it instead of the peers")
    parser.add_argument("--floor", help="the built benches/floor.rs")
    parser.add_argument("--avro-python", help="the Python of W10, with the packages of requirements-avro.txt")
    parser.add_argument("--dir", type=pathlib.Path, required=True)
    parser.add_argument("--results", type=pathlib.Path, required=True, help="of runs that may be cited")
    return parser.parse_args()


def common(setting: Setting) -> dict:
    """The fields that all results have in common."""
    now = datetime.datetime.now(datetime.timezone.utc)
    return {
        "date": f"{now:%Y-%m-%d %H:%M}Z",
        "commit": machine.commit(),
        "machine": machine.machine(),
        "versions": machine.versions(setting.program),
    }


def result_of(setting: Setting, workload: Workload, common_fields: dict) -> dict:
    raw = rounds.run(setting, workload)
    dump = workload.dump
    return {
        "workload": workload.name,
        "title": workload.title,
        **common_fields,
        "versions": common_fields["versions"] | workload.versions,
        "rows": dump.truth["parameters"]["rows"] if dump else 0,
        "input_bytes": dump.bytes_stored if dump else 0,
        "pairs": setting.pairs,
        "no_claim": summary.no_claim(setting.rows, setting.pairs),
        "left_out": workload.left_out,
        "notes": {program.name: program.note for program in workload.programs if program.note},
        "summary": summary.summarised(raw),
        "floor": summary.floor_of(raw),
        "raw": raw,
    }


def keep(folder: pathlib.Path, result: dict, text: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    stem = f"{result['date'][:10]}-{result['workload']}"
    (folder / f"{stem}.json").write_text(json.dumps(result, indent=1) + "\n")
    (folder / f"{stem}.txt").write_text(text)
    print(text, flush=True)


def measure_memory(setting: Setting, huge: bool, folder: pathlib.Path) -> None:
    found = memory.peaks(setting, [*MEMORY_GB, HUGE_GB] if huge else MEMORY_GB)
    result = {"workload": "memory", **common(setting), "peaks": [vars(peak) for peak in found]}
    cpu, cores = result["machine"]["cpu"], result["machine"]["cores"]
    head = f"peak memory: {result['date']}, commit {result['commit'] or 'unknown'}, {cpu}, {cores} cores"
    keep(folder, result, "\n".join([head, *map(memory.line, found)]) + "\n")


def main() -> None:
    options = arguments()
    folder = options.dir.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    generator = Generator(options.generator, folder / "dumps")
    floor = None if options.before else options.floor
    setting = Setting(options.rows, options.pairs, options.program, floor, generator, folder, options.avro_python)
    if options.memory:
        measure_memory(setting, options.huge, options.results)
        return
    cited = not options.before and not summary.no_claim(options.rows, options.pairs)
    common_fields = common(setting)
    for name in options.workloads:
        for workload in WORKLOADS[name](setting):
            if options.before:
                workload = workload.against_build(options.program, options.before)
            result = result_of(setting, workload, common_fields)
            keep(options.results if cited else folder / "results", result, summary.text(result))


if __name__ == "__main__":
    main()
