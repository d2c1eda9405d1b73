"""Writes the table of the newest results into a file, between two comments:
`python3 benchmarks/readme_table.py README.md`.

Only results in benches/results count, one for each workload: the one with the latest date.
"""

import json
import pathlib
import sys

RESULTS = pathlib.Path(__file__).parent.parent / "benches" / "results"
BEGIN, END = "<!-- results of make bench: begin -->", "<!-- results of make bench: end -->"
PEERS = ["DuckDB", "Polars", "ClickHouse", "Floe"]


def newest() -> list[dict]:
    """The latest result of each workload, by the workload's name."""
    by_workload = {}
    for file in sorted(RESULTS.glob("*.json")):
        result = json.loads(file.read_text()) | {"file": file.with_suffix(".txt").name}
        if result.get("summary") and not result["no_claim"]:
            by_workload[result["workload"]] = result
    return [by_workload[name] for name in sorted(by_workload)]


def row(result: dict) -> str:
    lines = {line["program"]: line for line in result["summary"]}
    ours = result["summary"][0]
    cells = [
        f"[{result['workload']}](benches/results/{result['file']})",
        f"{result['title']}, {result['rows']:,} rows",
        f"{ours['cpu_s']:.2f} s",
        f"{ours['wall_s']:.2f} s",
        f"{ours['peak_mib']:.0f} MiB",
    ]
    for peer in PEERS:
        line = lines.get(peer)
        cells.append(f"{line['cpu_s_ratio']:.1f} × ({line['peak_mib']:.0f} MiB)" if line else "–")
    return f"| {' | '.join(cells)} |"


def same_everywhere(results: list[dict]) -> None:
    """One head stands over the table, so all of it must be true of every line."""
    made_with = {
        json.dumps([result["machine"]["cpu"], result["machine"]["cores"], result["versions"]]) for result in results
    }
    if len(made_with) > 1:
        sys.exit("The results were made on different machines or versions; measure the older ones again.")


def table(results: list[dict]) -> str:
    same_everywhere(results)
    first = results[0]
    machine = first["machine"]
    peers = ", ".join(f"{name} {first['versions'][name]}" for name in ("duckdb", "polars", "clickhouse"))
    heads = ["", "workload", "processor", "wall", "peak", *(f"{peer}: processor (peak)" for peer in PEERS)]
    lines = [
        f"{machine['cpu']}, {machine['cores']} cores, {machine['memory_gib']} GiB; medians of at least "
        f"{min(result['pairs'] for result in results)} alternating rounds; {peers}. Peers: times of ours.",
        "",
        f"| {' | '.join(heads)} |",
        f"|{'---|' * 2}{'---:|' * (len(heads) - 2)}",
        *map(row, results),
    ]
    for result in results:
        if floor := result["floor"]:
            lines += ["", f"{result['workload']} takes {floor['ours_over_floor']:.2f} times the floor."]
    return "\n".join(lines)


def main() -> None:
    target = pathlib.Path(sys.argv[1])
    text = target.read_text()
    if BEGIN not in text or END not in text:
        sys.exit(f"{target} has no place for the table: put these lines where it should be\n{BEGIN}\n{END}")
    results = newest()
    if not results:
        sys.exit(f"{RESULTS} has no result that may be cited")
    before, rest = text.split(BEGIN, 1)
    _, after = rest.split(END, 1)
    target.write_text(f"{before}{BEGIN}\n{table(results)}\n{END}{after}")


if __name__ == "__main__":
    main()
