"""Where and with what the numbers are made: hardware, kernel, versions, commit."""

import os
import pathlib
import platform
import re
import subprocess
import sys
from importlib import metadata


def first_match(path: str, pattern: str) -> str | None:
    file = pathlib.Path(path)
    found = re.search(pattern, file.read_text(), re.MULTILINE) if file.exists() else None
    return found and found.group(1)


def machine() -> dict[str, object]:
    """The machine, without anything that names it."""
    memory = first_match("/proc/meminfo", r"^MemTotal:\s+(\d+) kB")
    return {
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "cpu": first_match("/proc/cpuinfo", r"^model name\s*:\s*(.+)$") or platform.processor(),
        "memory_gib": memory and round(int(memory) / 2**20, 1),
        "kernel": f"{platform.system()} {platform.release()}",
        "niceness": os.nice(0),
        "load_average": round(os.getloadavg()[0], 2),
    }


def output_of(command: list[str]) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def versions(program: str) -> dict[str, str]:
    """Of the project and its peers."""
    peers = {name: metadata.version(name) for name in ("duckdb", "polars", "chdb")}
    peers["clickhouse"] = output_of([sys.executable, "-c", "import chdb; print(chdb.query('SELECT version()'), end='')"])
    peers["clickhouse"] = peers["clickhouse"].strip('"')
    return {"purchase-etl": output_of([program, "--version"]).split()[-1], **peers, "python": platform.python_version()}


def commit() -> str | None:
    """The commit the work tree is at, marked if it was changed; nothing outside a clone."""
    try:
        changed = bool(output_of(["git", "status", "--porcelain", "--untracked-files=no"]))
        return output_of(["git", "rev-parse", "HEAD"]) + (" with changes" if changed else "")
    except (OSError, subprocess.CalledProcessError):
        return None
