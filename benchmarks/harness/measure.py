"""What a program takes: a command line comes in, times and memory of the whole process go out.

This process must stay small: Linux counts the memory of the process that starts a program as the
least peak of that program. So nothing here imports a peer or reads a file whole.
"""

import dataclasses
import os
import pathlib
import sys
import time

# The unit of ru_maxrss, in bytes.
PEAK_UNIT = 1 if sys.platform == "darwin" else 1024


@dataclasses.dataclass(frozen=True)
class Usage:
    """User and system time, wall time and peak memory of a process and the children it waited for."""

    user_s: float
    system_s: float
    wall_s: float
    peak_mib: float

    @property
    def cpu_s(self) -> float:
        return self.user_s + self.system_s

    def to_json(self) -> dict[str, float]:
        fields = dataclasses.asdict(self) | {"cpu_s": self.cpu_s}
        return {name: round(value, 4) for name, value in fields.items()}


def measured(command: list[str], output: pathlib.Path | None = None) -> Usage:
    """Runs a command, with its standard output in a file if one is given, and ends if it fails."""
    actions = []
    if output is not None:
        flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
        actions.append((os.POSIX_SPAWN_OPEN, 1, str(output), flags, 0o644))
    start = time.perf_counter()
    process = os.posix_spawnp(command[0], command, os.environ, file_actions=actions)
    _, status, usage = os.wait4(process, 0)
    wall_s = time.perf_counter() - start
    if (code := os.waitstatus_to_exitcode(status)) != 0:
        sys.exit(f"{' '.join(command)} ended with exit code {code}")
    return Usage(usage.ru_utime, usage.ru_stime, wall_s, usage.ru_maxrss * PEAK_UNIT / 2**20)


def prepare_caches(files: list[pathlib.Path]) -> None:
    """Leaves nothing of an earlier run to be written out, and the input in the page cache."""
    os.sync()
    for file in files:
        with file.open("rb", buffering=0) as stream:
            while stream.read(1 << 20):
                pass
