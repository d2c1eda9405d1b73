"""Writes the newest results as tables, each between two comments: a short one into README.md, the full one into
benchmarks/README.md.

`python3 benchmarks/readme_table.py`

Only results in benches/results count, one for each workload: the one with the latest date. Results of another machine
or of other versions have a table of their own.
"""

import json
import pathlib
import re
import sys
from collections.abc import Callable

ROOT = pathlib.Path(__file__).parent.parent
RESULTS = ROOT / "benches" / "results"
BEGIN, END = "<!-- results of make bench: begin -->", "<!-- results of make bench: end -->"
PEERS = ["DuckDB", "Polars", "ClickHouse", "Floe"]
# Each has a column of its own in the short table; of Floe there are no results.
SHORT_PEERS = PEERS[:3]


def newest() -> list[dict]:
    """The latest result of each workload, by the workload's name."""
    by_workload = {}
    for file in sorted(RESULTS.glob("*.json")):
        result = json.loads(file.read_text()) | {"file": file.with_suffix(".txt").name}
        if result.get("summary") and not result["no_claim"]:
            by_workload[result["workload"]] = result
    return [by_workload[name] for name in sorted(by_workload, key=numbered)]


def numbered(name: str) -> tuple[int, str]:
    """W2 comes before W10."""
    return int(re.search(r"\d+", name).group()), name


def by_program(result: dict) -> dict:
    return {line["program"]: line for line in result["summary"]}


def short_row(result: dict) -> list[str]:
    lines = by_program(result)
    ours = result["summary"][0]
    cells = [result["title"], f"{result['rows']:,}", f"{ours['wall_s']:.2f} s", f"{ours['peak_mib']:.0f} MiB"]
    return cells + [f"{lines[peer]['cpu_s_ratio']:.1f} ×" if peer in lines else "–" for peer in SHORT_PEERS]


def full_row(result: dict) -> list[str]:
    lines = by_program(result)
    ours = result["summary"][0]
    cells = [
        f"[{result['workload']}](../benches/results/{result['file']})",
        f"{result['title']}, {result['rows']:,} rows",
        f"{ours['cpu_s']:.2f} s",
        f"{ours['wall_s']:.2f} s",
        f"{ours['peak_mib']:.0f} MiB",
    ]
    for peer in PEERS:
        line = lines.get(peer)
        cells.append(f"{line['cpu_s_ratio']:.1f} × ({line['peak_mib']:.0f} MiB)" if line else "–")
    return cells


def by_heading(results: list[dict]) -> list[list[dict]]:
    """The results of each table: it has one heading, so all of it must be true of every line."""
    tables: dict[str, list[dict]] = {}
    for result in results:
        made_with = json.dumps([result["machine"]["cpu"], result["machine"]["cores"], result["versions"]])
        tables.setdefault(made_with, []).append(result)
    return list(tables.values())


def heading(results: list[dict]) -> list[str]:
    first = results[0]
    machine = first["machine"]
    peers = ", ".join(f"{name} {first['versions'][name]}" for name in ("duckdb", "polars", "clickhouse"))
    rounds = min(result["pairs"] for result in results)
    return [
        f"{machine['cpu']}, {machine['cores']} cores, {machine['memory_gib']} GiB; medians of at least {rounds} "
        "alternating rounds;",
        f"{peers}. Their CPU times are multiples of this program's.",
    ]


def table(heads: list[str], texts: int, rows: list[list[str]]) -> list[str]:
    """A table whose first `texts` columns hold texts and the remaining ones numbers."""
    return [
        f"| {' | '.join(heads)} |",
        f"|{'---|' * texts}{'---:|' * (len(heads) - texts)}",
        *(f"| {' | '.join(cells)} |" for cells in rows),
    ]


def tables(results: list[dict], heads: list[str], texts: int, row: Callable[[dict], list[str]]) -> list[str]:
    """The tables with their headings, between empty lines."""
    lines = []
    for group in by_heading(results):
        lines += ["", *heading(group), "", *table(heads, texts, [row(result) for result in group])]
    return lines[1:]


def short(results: list[dict]) -> str:
    compared = [result for result in results if by_program(result).keys() & set(SHORT_PEERS)]
    heads = ["workload", "generated rows", "wall time", "peak memory", *(f"{peer}, CPU" for peer in SHORT_PEERS)]
    return "\n".join(tables(compared, heads, 1, short_row))


def full(results: list[dict]) -> str:
    heads = ["", "workload", "CPU", "wall", "peak", *(f"{peer}: CPU (peak)" for peer in PEERS)]
    lines = tables(results, heads, 2, full_row)
    for result in results:
        if floor := result["floor"]:
            lines += ["", f"{result['workload']} takes {floor['ours_over_floor']:.2f} times the floor."]
    return "\n".join(lines)


def write(target: pathlib.Path, text: str) -> None:
    page = target.read_text()
    if BEGIN not in page or END not in page:
        sys.exit(f"{target} has no place for the table: put these lines where it should be\n{BEGIN}\n{END}")
    before, rest = page.split(BEGIN, 1)
    _, after = rest.split(END, 1)
    target.write_text(f"{before}{BEGIN}\n{text}\n{END}{after}")


def main() -> None:
    results = newest()
    if not results:
        sys.exit(f"{RESULTS} has no result that may be cited")
    write(ROOT / "README.md", short(results))
    write(ROOT / "benchmarks" / "README.md", full(results))


if __name__ == "__main__":
    main()
