#!/usr/bin/env python3
"""Works out `expected/suppliers/` again from the sample files: `python3 sample_data/make_supplier_expected.py`.

The oracle in `tests/oracle/` is asked, and nothing of the project's own code. There are three runs, in this order: the pages of
2026-10-31, those of 2026-11-07 (both of company 12) and the CSV of company 34. Times without an offset are São Paulo's.
"""

import json
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "tests" / "oracle"))

import supplier_list  # noqa: E402
import supplier_validator  # noqa: E402
import supplier_state  # noqa: E402
from strict_json import Pairs, compact  # noqa: E402
from supplier_validator import Settings  # noqa: E402

ZONE = "America/Sao_Paulo"
RUNS = [
    (12, ["suppliers/2026-10-31"]),
    (12, ["suppliers/2026-11-07"]),
    (34, ["suppliers/compras_filial_34.csv"]),
]
# Name of the answer, after how many runs, company, parameters by the names of the document.
QUESTIONS = [
    ("first_dump", 1, 12, {}),
    ("first_dump_page_3", 1, 12, {"page": "3"}),
    ("first_page", 3, 12, {}),
    ("last_page", 3, 12, {"page": "3"}),
    ("beyond_the_last_page", 3, 12, {"page": "4"}),
    ("page_2_of_7", 3, 12, {"page": "2", "per_page": "7"}),
    ("everything", 3, 12, {"deleted": "include", "per_page": "500"}),
    ("search_invoice", 3, 12, {"search_term": "789"}),
    ("search_id", 3, 12, {"search_term": "0150"}),
    ("received", 3, 12, {"purchase_status": "received", "per_page": "100"}),
    ("pending", 3, 12, {"purchase_status": "pending", "per_page": "100"}),
    ("two_suppliers", 3, 12, {"supplier_ids": "3, 9", "per_page": "100"}),
    ("october_first_half", 3, 12, {"registration_start": "2026-10-01", "registration_end": "2026-10-15", "per_page": "100"}),
    ("one_day", 3, 12, {"registration_start": "2026-11-03", "registration_end": "2026-11-03"}),
    ("updated_from", 3, 12, {"updated_from": "2026-11-01T00:00:00-03:00", "deleted": "include"}),
    ("deleted_only", 3, 12, {"deleted": "only"}),
    ("pending_october_of_one_supplier", 3, 12, {
        "purchase_status": "pending", "supplier_ids": "1", "registration_start": "2026-10-01", "registration_end": "2026-10-31",
        "deleted": "include",
    }),
    ("branch", 3, 34, {"deleted": "include", "per_page": "50"}),
    ("branch_search", 3, 34, {"search_term": "125", "deleted": "include"}),
    ("nobody", 3, 99, {}),
]
DIRTY = [("suppliers_dirty/records.ndjson", "pt-BR"), ("suppliers_dirty/rows.csv", "en")]


def save(name, text):
    path = HERE / "expected" / "suppliers" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text + "\n")


def save_json(name, value):
    save(name, json.dumps(value, ensure_ascii=False, indent=1))


def laid_out(tree, depth=0):
    """JSON with a line for each member, to the digit; what is short stays on one line."""
    short = compact(tree)
    if len(short) < 100 or not isinstance(tree, list):
        return short
    inner, outer = "\n" + " " * (depth + 1), "\n" + " " * depth
    if isinstance(tree, Pairs):
        members = (f"{json.dumps(name)}: {laid_out(value, depth + 1)}" for name, value in tree)
        return "{" + inner + f",{inner}".join(members) + outer + "}"
    return "[" + inner + f",{inner}".join(laid_out(value, depth + 1) for value in tree) + outer + "]"


def relative(found):
    """What became of a run, with its paths below this folder."""
    for one in found["inputs"]:
        one["path"] = str(Path(one["path"]).relative_to(HERE))
    for one in found["listings"]:
        one["folder"] = str(Path(one["folder"]).relative_to(HERE))
    return found


def runs(snapshot):
    """The rows after each run, and what became of it."""
    state, rows, reported = supplier_state.State(), [[]], []
    for company, paths in RUNS:
        run = supplier_state.Run([HERE / path for path in paths], Settings(company, ZONE), snapshot)
        found = relative(state.apply_run(run))
        rows.append(state.sorted_rows())
        reported.append({**found, "state": supplier_state.summary_of(rows[-1])})
    return rows, reported


def main():
    rows, reported = runs(snapshot=False)
    save_json("runs.json", reported)
    save_json("runs_as_full_snapshots.json", runs(snapshot=True)[1])
    save_json("rows.json", rows[-1])
    questions = []
    for name, after, company, parameters in QUESTIONS:
        question = supplier_list.parse_question(company, parameters)
        save(f"list/{name}.json", laid_out(supplier_list.answer(rows[after], question)))
        questions.append({"name": name, "after_run": after, "company_id": company, "parameters": parameters})
    save_json("questions.json", questions)
    for company in (12, 34):
        save(f"summary_{company}.json", laid_out(supplier_list.summary(rows[-1], supplier_list.parse_question(company, {}))))
    dirty = {}
    for name, dialect in DIRTY:
        examined = supplier_validator.examine(HERE / name, Settings(12, "UTC", dialect))
        dirty[name] = examined.results
    save_json("dirty.json", dirty)


if __name__ == "__main__":
    main()
