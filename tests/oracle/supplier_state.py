"""The current state of supplier purchases: runs of inputs come in, one row for each (company, id) and the counts come out.

Rules of the fold:

* The inputs of a run are taken in the order of their paths, bytewise; the records of an input in their order.
* The greatest `updated_at` wins. Of equal ones with different content the later wins: of one run the later input, then the
  later record; a run is later than what is stored.
* A version that was met before (same key, same `updated_at`, same content), stored or earlier in the run, is `duplicate`.
  Of the others, the one that is in the state after the run is `accepted`, every other one `superseded`.
* Where a repeated version wins a tie, its last place counts for the tie and its first place for the counts.
* An input whose content an earlier run or input has already brought is `seen`: none of its records is read.
* With a full snapshot, what a company has in the state and the run does not name is deleted: its flag is unknown then, its
  `updated_at` stays. A snapshot of which a page is missing, a record was rejected or an input refused deletes nothing.
"""

import hashlib
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from pathlib import Path

import supplier_files
from supplier_validator import COLUMNS, Settings, examine_bytes, tally, whole
from strict_json import Pairs

OUTCOMES = ("accepted", "superseded", "duplicate", "rejected", "skipped")


@dataclass
class Run:
    paths: list
    settings: Settings = field(default_factory=Settings)
    full_snapshot: bool = False


def files(paths):
    """The files named and those below the folders named, in run order."""
    found = set()
    for path in map(Path, paths):
        below = path.rglob("*") if path.is_dir() else [path]
        found.update(str(file) for file in below if file.is_file() and file.name != "truth.json")
    return sorted(found, key=lambda name: name.encode())


def content(values):
    """What makes two versions the same: all columns."""
    return tuple(values[name] for name in COLUMNS)


class State:
    """One row for each (company, id)."""

    def __init__(self):
        self.rows = {}
        self.seen = set()

    def apply_run(self, run):
        """Brings a run into the state and returns what became of it."""
        inputs = []
        for path in files(run.paths):
            data = supplier_files.unpack(path)
            digest = hashlib.sha256(data).digest()
            if digest in self.seen:
                inputs.append((None, path))
                continue
            examined = examine_bytes(path, data, run.settings)
            if examined.refused is None:
                self.seen.add(digest)
            inputs.append((examined, path))
        return self.fold(inputs, run)

    def fold(self, inputs, run):
        versions = defaultdict(list)
        counts = [Counter() for _ in inputs]
        for at, (examined, _) in enumerate(inputs):
            for result in examined.results if examined else []:
                counts[at]["read"] += 1
                if result["verdict"] == "rejected":
                    counts[at]["rejected"] += 1
                else:
                    values = result["values"]
                    versions[values["company_id"], values["id"]].append((at, values))
        for key, found in versions.items():
            self.resolve_versions(key, found, counts)
        found = {
            "inputs": [report(examined, path, count) for (examined, path), count in zip(inputs, counts)],
            "total": total(counts, inputs),
            "listings": listings(inputs),
        }
        if run.full_snapshot:
            found["snapshot"] = self.snapshot(run, found, versions)
        return found

    def resolve_versions(self, key, found, counts):
        """Decides between the versions of one purchase in a run, and against the stored one."""
        stored = self.rows.get(key)
        first, last = {}, {}
        if stored is not None:
            same = (stored["updated_at"], content(stored))
            first[same], last[same] = (None, stored), -1
        for place, (at, values) in enumerate(found):
            same = (values["updated_at"], content(values))
            if same in first:
                counts[at]["duplicate"] += 1
            else:
                first[same] = (at, values)
            last[same] = place
        winner = max(first, key=lambda same: (same[0], last[same]))
        for same, (at, values) in first.items():
            if at is not None:
                counts[at]["accepted" if same == winner else "superseded"] += 1
        self.rows[key] = first[winner][1]

    def snapshot(self, run, found, versions):
        """Deletes what a whole snapshot does not name."""
        is_complete = not any(listing["missing_pages"] for listing in found["listings"])
        is_complete &= not found["total"]["rejected"] and not any(one["refused"] for one in found["inputs"])
        if not is_complete:
            return {"whole": False, "deleted": [], "warnings": ["CPL-SNAPSHOT-PARTIAL"]}
        companies = {company for company, _ in versions}
        if run.settings.company is not None:
            companies.add(run.settings.company)
        absent = [key for key, row in self.rows.items() if key[0] in companies and key not in versions]
        absent = sorted(key for key in absent if not self.rows[key]["is_deleted"])
        for key in absent:
            self.rows[key] = {**self.rows[key], "is_deleted": True, "were_stock_movements_deleted": None}
        return {"whole": True, "deleted": [list(key) for key in absent], "warnings": []}

    def sorted_rows(self):
        return [self.rows[key] for key in sorted(self.rows)]


def report(examined, path, count):
    """What became of one input."""
    out = {"path": path, "seen": examined is None, "refused": examined.refused if examined else None}
    out["read"] = count["read"]
    out.update({outcome: count[outcome] for outcome in OUTCOMES})
    results = examined.results if examined else []
    good = [result for result in results if result["verdict"] == "accepted"]
    out["rejected_by_rule"] = tally(rule for result in results for rule in result["rules"])
    out["warned_by_rule"] = tally(rule for result in good for rule in result["warnings"])
    out["informed_by_rule"] = tally(rule for result in good for rule in result["infos"])
    return out


def total(counts, inputs):
    reports = [report(examined, path, count) for (examined, path), count in zip(inputs, counts)]
    out = {name: sum(one[name] for one in reports) for name in ("read", *OUTCOMES)}
    for name in ("rejected_by_rule", "warned_by_rule", "informed_by_rule"):
        sums = Counter()
        for one in reports:
            sums.update(one[name])
        out[name] = dict(sorted(sums.items()))
    return out


def listings(inputs):
    """Whether the pages of a run are whole: the pages of one folder are one listing, in the order of its files."""
    folders = defaultdict(list)
    for examined, path in inputs:
        on_page = defaultdict(list)
        for result in examined.results if examined else []:
            on_page[result["page"]].append(result)
        for at, page in enumerate(examined.pages if examined else []):
            folders[str(Path(path).parent)].append((page, on_page[at]))
    return [listing(folder, pages) for folder, pages in sorted(folders.items())]


def listing(folder, pages):
    """One listing: pages seen and missing, rows against `meta.total`, purchases that stand on two pages.

    A page that is there twice counts once; what has no `meta` is no page.
    """
    warnings, rows, totals, last_pages, places = [], {}, set(), set(), defaultdict(set)
    for page, results in pages:
        if page.meta is None:
            continue
        meta = page.meta if isinstance(page.meta, Pairs) else Pairs()
        named = {name: whole(meta.get(name)) for name in ("current_page", "last_page", "per_page", "total")}
        if any(number is None or number < 0 or meta.keys().count(name) > 1 for name, number in named.items()):
            warnings.append("CPL-META-SHAPE")
            continue
        rows.setdefault(named["current_page"], page.rows)
        totals.add(named["total"])
        last_pages.add(named["last_page"])
        for result in results:
            if result["verdict"] == "accepted":
                places[result["values"]["id"]].add(named["current_page"])
    last = max(last_pages, default=0)
    missing = sorted(set(range(1, last + 1)) - set(rows))
    drifted = sorted(number for number, on in places.items() if len(on) > 1)
    if missing:
        warnings.append("CPL-PAGE-GAP")
    if drifted or len(totals) > 1 or (not missing and totals and sum(rows.values()) not in totals):
        warnings.append("CPL-PAGE-DRIFT")
    return {
        "folder": folder, "pages": sorted(rows), "last_page": last, "missing_pages": missing,
        "rows": sum(rows.values()), "totals": sorted(totals), "on_two_pages": drifted, "warnings": sorted(set(warnings)),
    }


def summary_of(rows):
    """Rows, live ones and deleted ones by company, and a digest over all columns."""
    companies = {}
    for row in rows:
        one = companies.setdefault(str(row["company_id"]), {"rows": 0, "live": 0, "deleted": []})
        one["rows"] += 1
        if row["is_deleted"]:
            one["deleted"].append(row["id"])
        else:
            one["live"] += 1
    return {"rows": len(rows), "live": sum(one["live"] for one in companies.values()), "companies": companies}
