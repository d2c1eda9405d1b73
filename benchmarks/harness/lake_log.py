"""The data files of a Delta table: the log as JSON comes in, paths go out."""

import json
import pathlib
import urllib.parse


def data_files(table: pathlib.Path) -> list[str]:
    """The files of the newest version. The log must have all its JSON, as that of a new lake has."""
    files: set[str] = set()
    commits = sorted((table / "_delta_log").glob("*.json"))
    if not commits or int(commits[0].stem) != 0:
        raise SystemExit(f"{table} has no log from its first version on")
    for commit in commits:
        for line in commit.read_text().splitlines():
            action = json.loads(line)
            if "add" in action:
                files.add(urllib.parse.unquote(action["add"]["path"]))
            elif "remove" in action:
                files.discard(urllib.parse.unquote(action["remove"]["path"]))
    return sorted(str(table / file) for file in files)
