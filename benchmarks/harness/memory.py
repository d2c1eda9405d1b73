"""Peak memory and processor time per row by size of the input: do they grow with it?

Dumps of several sizes, of three kinds, are ingested once each. The peak of one kind may not differ
by more than a tenth from its smallest size to its largest.
"""

import dataclasses
import shutil
import sys

from harness.measure import measured
from harness.programs import NOW
from harness.setting import Setting

# The average size of a generated record, as NDJSON.
BYTES_A_ROW = 282
KINDS = {
    "NDJSON": ["--shape", "ndjson"],
    "one document": ["--shape", "document"],
    "NDJSON, 1,000 days in random order": ["--shape", "ndjson", "--days", "1000", "--order", "random"],
}


@dataclasses.dataclass(frozen=True)
class Peak:
    kind: str
    gigabytes: float
    rows: int
    peak_mib: float
    wall_s: float
    cpu_s: float


def peaks(setting: Setting, sizes_gb: list[float]) -> list[Peak]:
    """One ingestion for each kind and size; a dump is deleted before the next is generated."""
    found = []
    for kind, options in KINDS.items():
        for gigabytes in sizes_gb:
            rows = int(gigabytes * 1e9 / BYTES_A_ROW)
            name = "memory-" + "-".join(option.strip("-") for option in options)
            # The days end before the time of the run.
            dump = setting.generator.make(name, rows, [*options, "--start-date", "2024-01-01"])
            lake = setting.folder / "out"
            shutil.rmtree(lake, ignore_errors=True)
            command = [setting.program, "--quiet", "ingest", "--lake", str(lake), "--now", NOW, str(dump.files[0])]
            usage = measured(command)
            found.append(Peak(kind, dump.bytes_stored / 1e9, rows, usage.peak_mib, usage.wall_s, usage.cpu_s))
            print(line(found[-1]), file=sys.stderr, flush=True)
            shutil.rmtree(dump.folder)
            shutil.rmtree(lake)
    return found


def line(peak: Peak) -> str:
    micros = peak.cpu_s / peak.rows * 1e6
    size = f"{peak.rows:13,} rows{peak.gigabytes:8.2f} GB"
    return f"{peak.kind:36}{size}{peak.peak_mib:8.0f} MiB{peak.wall_s:9.1f} s{micros:7.2f} CPU µs a row"
