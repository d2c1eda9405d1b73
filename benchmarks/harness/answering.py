"""The workloads that report from a lake: W6 and W7. The project makes the lakes beforehand."""

import contextlib
import itertools
import json
import pathlib
import shutil
import subprocess
import sys

from harness.lake_log import data_files
from harness.programs import NOW, OURS, PEERS, Peer, Program
from harness.setting import Setting, Workload

# The lake of a series has this many times the rows of the other workloads.
SERIES_FACTOR = 20
# Runs that make the lake for compaction. Each has purchases of every day: as many small files a day.
SMALL_RUNS = 50
FIRST_DAY, LAST_DAY, DAYS = "2026-07-01", "2026-10-08", 100
APP = "11ae5b4b-2445-4440-a04f-bf537764c9ad"
PRODUCT = "Caneca básica"
COMPANY = "12"
PER_PAGE = 100


def series(setting: Setting) -> list[Workload]:
    """Series of a product, of an app and of everything by hour, from the same lake."""
    options = ["--start-date", FIRST_DAY, "--days", str(DAYS)]
    dump = setting.generator.make("series", SERIES_FACTOR * setting.rows, options)
    lake = lake_of(setting, "W6-lake", ["--kind", "purchases", str(dump.files[0])])
    listed = file_list(setting, lake / "purchases")
    truth = dump.truth
    options = {
        "product": (["--product", PRODUCT], ["--product", PRODUCT], None),
        "app": (["--app-id", APP], ["--app", APP], truth["quantity_by_app_id"][APP]),
        "hour": (["--unit", "hour"], ["--unit", "hour"], truth["quantity_total"]),
    }
    workloads = []
    for what, (ours, theirs, total) in options.items():
        reference = Reference(total)

        def command(out: pathlib.Path, ours: list[str] = ours) -> list[str]:
            window = ["--length", str(DAYS), "--ending-at", f"{LAST_DAY}T23:59:59.999999Z", "--now", NOW]
            return [setting.program, "--quiet", "report", "quantity-series", "--lake", str(lake), *window, *ours]

        programs = [Program(OURS, command, lambda out, same=reference: same.check(our_series(out)), answers=True)]
        window = ["--ask", "series", "--first", FIRST_DAY, "--last", LAST_DAY]
        for peer in PEERS.values():
            programs.append(peer_report(peer, listed, [*window, *theirs], "series", reference))
        title = f"series over {DAYS} days of {truth['accepted']:,} purchases, by {what}"
        workloads.append(Workload(f"W6-{what}", title, programs, dump))
    return workloads


def compacted_series(setting: Setting) -> Workload:
    """Reports from a lake of many small runs, before and after its compaction."""
    dump = setting.generator.make("runs", setting.rows, ["--start-date", FIRST_DAY, "--days", str(DAYS)])
    small = setting.folder / "W6-small-lake"
    shutil.rmtree(small, ignore_errors=True)
    for part in split_lines(dump.files[0], setting.folder / "runs"):
        subprocess.run([*ingesting_into(setting, small), "--reject-limit", "100%", str(part)], check=True)
    large = setting.folder / "W6-compacted-lake"
    shutil.rmtree(large, ignore_errors=True)
    shutil.copytree(small, large)
    compact = [setting.program, "--quiet", "lake", "compact", "--lake", str(large), "--format", "json"]
    subprocess.run(compact, check=True, stdout=subprocess.DEVNULL)
    reference = Reference(dump.truth["quantity_total"])
    programs = []
    for name, lake in ((OURS, large), ("before compaction", small)):

        def command(out: pathlib.Path, lake: pathlib.Path = lake) -> list[str]:
            window = ["--length", str(DAYS), "--ending-at", f"{LAST_DAY}T23:59:59.999999Z", "--now", NOW]
            return [setting.program, "--quiet", "report", "quantity-series", "--lake", str(lake), *window]

        note = f"{len(data_files(lake / 'purchases')):,} files"
        programs.append(Program(name, command, lambda out: reference.check(our_series(out)), answers=True, note=note))
    title = f"series over {DAYS} days of {dump.truth['accepted']:,} purchases of {SMALL_RUNS} runs, compacted"
    return Workload("W6-compacted", title, programs, dump)


def split_lines(file: pathlib.Path, folder: pathlib.Path) -> list[pathlib.Path]:
    """Distributes the lines of a file over as many files as there are runs."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    paths = [folder / f"{number}.ndjson" for number in range(SMALL_RUNS)]
    with contextlib.ExitStack() as stack:
        parts = [stack.enter_context(path.open("wb")) for path in paths]
        lines = stack.enter_context(file.open("rb"))
        for part, line in zip(itertools.cycle(parts), lines):
            part.write(line)
    return paths


def supplier_list(setting: Setting) -> Workload:
    kind = ["--kind", "supplier-purchases"]
    options = [*kind, "--shape", "page-lines", "--dumps", "1", "--start-date", "2025-11-01", "--days", "360"]
    dump = setting.generator.make("suppliers", setting.rows, options)
    lake = lake_of(setting, "W7-lake", [*kind, "--company-id", COMPANY, str(dump.files[0])])
    listed = file_list(setting, lake / "supplier_purchases")
    page = str(max(1, setting.rows // PER_PAGE // 10))
    reference = Reference(None)

    def command(out: pathlib.Path) -> list[str]:
        options = ["--company-id", COMPANY, "--purchase-status", "received", "--page", page, "--per-page", str(PER_PAGE)]
        return [setting.program, "--quiet", "report", "supplier-purchases", "--lake", str(lake), "--now", NOW, *options]

    programs = [Program(OURS, command, lambda out: reference.check(our_page(out)), answers=True)]
    options = ["--ask", "page", "--status", "received", "--page", page, "--per-page", str(PER_PAGE)]
    for peer in PEERS.values():
        programs.append(peer_report(peer, listed, options, "page", reference))
    return Workload("W7", f"page {page} of the received purchases of {setting.rows:,}", programs, dump)


class Reference:
    """The first answer, which is the project's; all other answers must equal it. The sum of a series
    must equal that of the truth file, if it has one."""

    def __init__(self, total: int | None) -> None:
        self.total = total
        self.answer: dict | None = None

    def check(self, answer: dict) -> dict:
        if self.answer is None:
            self.answer = answer
        if answer != self.answer:
            sys.exit(f"wrong answer\n  found    {answer}\n  expected {self.answer}")
        quantity = sum(items for _, items in answer.get("series", []))
        if self.total is not None and quantity != self.total:
            sys.exit(f"wrong sum: {quantity}, expected {self.total}")
        return {"quantity": quantity} if "series" in answer else {"total": answer["total"]}


def our_series(out: pathlib.Path) -> dict:
    points = json.loads(out.read_text())["data"]
    counted = [(point["time"], point["purchase_quantity"]) for point in points if point["purchase_quantity"]]
    return {"series": [[hour_of(time), items] for time, items in counted]}


def hour_of(time: str) -> str:
    """A day or an hour in the form of the peers."""
    return time[:13].replace("T", " ") if "T" in time else f"{time} 00"


def our_page(out: pathlib.Path) -> dict:
    answer = json.loads(out.read_text())
    return {"total": answer["meta"]["total"], "ids": [purchase["id"] for purchase in answer["data"]["purchases"]]}


def peer_report(peer: Peer, listed: pathlib.Path, options: list[str], key: str, reference: Reference) -> Program:
    command = [*peer.script("report"), "--files", str(listed), *options]

    def check(out: pathlib.Path) -> dict:
        answer = json.loads(out.read_text())
        return reference.check({name: answer[name] for name in (["series"] if key == "series" else ["total", "ids"])})

    return Program(peer.name, lambda out: command, check, answers=True, start=peer.start())


def lake_of(setting: Setting, name: str, inputs: list[str]) -> pathlib.Path:
    lake = setting.folder / name
    shutil.rmtree(lake, ignore_errors=True)
    subprocess.run([*ingesting_into(setting, lake), *inputs], check=True)
    return lake


def ingesting_into(setting: Setting, lake: pathlib.Path) -> list[str]:
    return [setting.program, "--quiet", "ingest", "--lake", str(lake), "--now", NOW]


def file_list(setting: Setting, table: pathlib.Path) -> pathlib.Path:
    listed = setting.folder / f"{table.parent.name}-files.json"
    listed.write_text(json.dumps(data_files(table)))
    return listed
