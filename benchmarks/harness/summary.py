"""Raw runs come in; medians, ratios and the text report go out."""

import statistics

# The minimum for a claim.
CLAIM_ROWS, CLAIM_PAIRS = 1_000_000, 5
# The smallest divisor.
LEAST_S = 1e-3


def median_of(runs: list[dict], program: str, field: str) -> float:
    return statistics.median(run[field] for run in runs if run["program"] == program)


def summarised(raw: dict) -> list[dict]:
    """A line for each program: medians, and their ratios to those of the project."""
    runs = raw["runs"]
    names = list(dict.fromkeys(run["program"] for run in runs if run["round"] == 0))
    ours = names[0]
    lines = []
    for name in names:
        start = raw["start"].get(name, [])
        line = {
            "program": name,
            "cpu_s": median_of(runs, name, "cpu_s"),
            "wall_s": median_of(runs, name, "wall_s"),
            "peak_mib": median_of(runs, name, "peak_mib"),
            "start_cpu_s": statistics.median(run["cpu_s"] for run in start) if start else None,
        }
        for field in ("cpu_s", "wall_s", "peak_mib"):
            ratios = sorted(by_round(runs, name, field, ours))
            line[f"{field}_ratio"] = statistics.median(ratios)
            line[f"{field}_ratio_range"] = [ratios[0], ratios[-1]]
        lines.append(line)
    for line in lines:
        line["cpu_s_net_ratio"] = net(line) / max(net(lines[0]), LEAST_S)
    return lines


def net(line: dict) -> float:
    """Processor time without the start, which is most of short work."""
    return max(line["cpu_s"] - (line["start_cpu_s"] or 0), 0)


def by_round(runs: list[dict], name: str, field: str, ours: str) -> list[float]:
    """The ratio of the program's value to the project's in each round, in which both have the same noise."""
    values = {(run["round"], run["program"]): run[field] for run in runs}
    rounds = sorted({run["round"] for run in runs})
    return [values[number, name] / max(values[number, ours], LEAST_S) for number in rounds]


def floor_of(raw: dict) -> dict | None:
    """The least possible cost of W1: the faster scan and the encoding."""
    if not raw["floor"]:
        return None
    parts = {}
    for part in ("scan_serde_json", "scan_our_cursor", "encode"):
        values = [run[part]["cpu_s"] for run in raw["floor"]]
        if None in values:
            return None
        parts[part] = statistics.median(values)
    least = min(parts["scan_serde_json"], parts["scan_our_cursor"]) + parts["encode"]
    ours = summarised(raw)[0]["cpu_s"]
    return parts | {"floor_cpu_s": least, "ours_over_floor": ours / max(least, LEAST_S)}


def no_claim(rows: int, pairs: int) -> list[str]:
    """Why the numbers are hints only; empty if they may be cited."""
    reasons = []
    if rows < CLAIM_ROWS:
        reasons.append(f"fewer than {CLAIM_ROWS:,} rows")
    if pairs < CLAIM_PAIRS:
        reasons.append(f"fewer than {CLAIM_PAIRS} rounds")
    return reasons


def text(result: dict) -> str:
    """The result as text."""
    machine = result["machine"]
    lines = [
        f"{result['workload']}: {result['title']}",
        f"{result['date']}, commit {result['commit'] or 'unknown'}",
        f"{machine['cpu']}, {machine['cores']} cores, {machine['memory_gib']} GiB, {machine['kernel']}, "
        f"niceness {machine['niceness']}, load {machine['load_average']} at the start",
        ", ".join(f"{name} {version}" for name, version in result["versions"].items()),
        f"{result['rows']:,} rows, {result['input_bytes'] / 1e6:,.1f} MB stored, medians of {result['pairs']} rounds",
    ]
    if result["no_claim"]:
        lines.append(f"These numbers are hints and no claims: {', '.join(result['no_claim'])}.")
    heads = [("CPU s", 9), ("x ours", 8), ("range", 16), ("wall s", 9), ("x ours", 8), ("peak MiB", 10)]
    heads += [("start s", 9), ("x net", 8)]
    lines += ["", " " * 22 + "".join(f"{head:>{width}}" for head, width in heads)]
    for line in result["summary"]:
        low, high = line["cpu_s_ratio_range"]
        start = "" if line["start_cpu_s"] is None else f"{line['start_cpu_s']:.2f}"
        lines.append(
            f"{line['program']:22}{line['cpu_s']:9.2f}{line['cpu_s_ratio']:8.2f}{f'{low:.2f} to {high:.2f}':>16}"
            f"{line['wall_s']:9.2f}{line['wall_s_ratio']:8.2f}{line['peak_mib']:10.0f}{start:>9}"
            f"{line['cpu_s_net_ratio']:8.2f}"
        )
    lines += [f"{name} takes no part: {why}" for name, why in result["left_out"].items()]
    lines += [f"{name}: {note}" for name, note in result["notes"].items()]
    if floor := result["floor"]:
        lines.append(
            f"floor: {floor['floor_cpu_s']:.2f} CPU s (scan by serde_json {floor['scan_serde_json']:.2f}, by our "
            f"cursor {floor['scan_our_cursor']:.2f}, encode {floor['encode']:.2f}); ours is "
            f"{floor['ours_over_floor']:.2f} times the floor"
        )
    return "\n".join(lines) + "\n"
