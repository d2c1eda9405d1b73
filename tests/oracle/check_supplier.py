#!/usr/bin/env python3
"""The oracle on supplier purchases, as a program: dumps come in, canonical JSON goes out.

    check_supplier.py validate [OPTIONS] FILE...                    the verdict on every record
    check_supplier.py state [OPTIONS] --run PATH... [--run PATH...]  what became of each run, and the state after each
    check_supplier.py list [OPTIONS] --run PATH... --ask QUERY...    one documented answer a line
    check_supplier.py summary [OPTIONS] --run PATH... [--ask QUERY]  the supplier summary
    check_supplier.py truth DIR...                                  exit 1 if the oracle differs from a generated truth.json
    check_supplier.py same FILE FILE                                 exit 1 if two JSON texts differ, to the digit

PATH is a file or a folder (every file below it). Among the paths of a run, words that begin with `@` set something for this
run alone: `@company=12`, `@zone=America/Sao_Paulo`, `@dialect=en`, `@snapshot`, `@freeze`.
QUERY is as in an address, without decoding a plus sign: `purchase_status=pending&page=2`. An empty one asks for the first page.

Amounts keep their digits, so compare texts, or use `same`, which passes over white space and the order of keys (unless
`--ordered`) and knows no number but by its digits.
"""

import argparse
import hashlib
import json
import sys
from dataclasses import replace
from pathlib import Path
from urllib.parse import unquote

sys.path.insert(0, str(Path(__file__).resolve().parent))

import strict_json  # noqa: E402
import supplier_list  # noqa: E402
import supplier_validator  # noqa: E402
import supplier_state  # noqa: E402
from strict_json import Pairs, compact  # noqa: E402
from values import Number  # noqa: E402


def company(text):
    return 0 if text == "unknown" else int(text)


def run(words, settings):
    """A run from its paths and its words with `@`."""
    made = supplier_state.Run([word for word in words if not word.startswith("@")], replace(settings))
    for word in words:
        name, _, value = word.partition("=")
        if name == "@company":
            made.settings.company = company(value)
        elif name == "@zone":
            made.settings.zone = value
        elif name == "@dialect":
            made.settings.dialect = value
        elif name == "@snapshot":
            made.full_snapshot = True
        elif name == "@freeze":
            made.settings.freeze = True
        elif name.startswith("@"):
            raise SystemExit(f"{word}: unknown")
    return made


def states(options, settings):
    """The state after the last run, and what became of each run."""
    state, reported = supplier_state.State(), []
    for words in options.run:
        found = state.apply_run(run(words, settings))
        rows = state.sorted_rows()
        found["state"] = {**supplier_state.summary_of(rows), "digest": digest(rows)}
        reported.append(found)
    return state, reported


def digest(rows):
    """SHA-256 over the rows as canonical JSON, one a line, by company and id."""
    lines = "".join(json.dumps(row, sort_keys=True, ensure_ascii=False) + "\n" for row in rows)
    return hashlib.sha256(lines.encode("utf-8", "surrogatepass")).hexdigest()


def parameters(query):
    pairs = (part.partition("=") for part in query.split("&") if part)
    return {unquote(name): unquote(value) for name, _, value in pairs}


def parse_query(options, settings, query):
    return supplier_list.parse_question(settings.company, parameters(query))


def canonical(tree, ordered):
    """One text for one value: members by name unless their order counts."""
    if isinstance(tree, Pairs):
        members = [(name, canonical(value, ordered)) for name, value in tree]
        members = members if ordered else sorted(members)
        return "{" + ",".join(f"{json.dumps(name)}:{text}" for name, text in members) + "}"
    if isinstance(tree, list):
        return "[" + ",".join(canonical(value, ordered) for value in tree) + "]"
    return tree.text if isinstance(tree, Number) else json.dumps(tree)


def same(options):
    first, second = (
        canonical(strict_json.loads(sys.stdin.read() if name == "-" else Path(name).read_text()), options.ordered)
        for name in (options.first, options.second)
    )
    if first != second:
        at = next((at for at, (a, b) in enumerate(zip(first, second)) if a != b), min(len(first), len(second)))
        print(f"differ at {at}:\n  {first[max(0, at - 80) : at + 80]}\n  {second[max(0, at - 80) : at + 80]}")
        sys.exit(1)


SAME = "read accepted superseded duplicate rejected rejected_by_rule warned_by_rule".split()


def truth_differences(folder, snapshot):
    """Where the oracle and the truth file of a generated dump differ, as (what, truth, oracle).

    Each company in each dump is one run. With `snapshot`, each run is a full one.
    """
    truth = json.loads((folder / "truth.json").read_text())
    state, found = supplier_state.State(), []
    compare = lambda *case: found.append(case) if case[1] != case[2] else None
    for dump in truth["dumps"]:
        for reported in dump["companies"]:
            number = reported["company_id"]
            name = f"dump {dump['dump']} company {number}"
            settings = supplier_validator.Settings(number, truth["default_timezone"])
            applied = state.apply_run(supplier_state.Run([folder / file["name"] for file in reported["files"]], settings, snapshot))
            for key in SAME:
                compare(f"{name}: {key}", reported[key], applied["total"][key])
            compare(f"{name}: deleted", reported["deleted_keys"], applied["total"]["informed_by_rule"].get("CPL-DELETED-KEY", 0))
            missing = [page for one in applied["listings"] for page in one["missing_pages"]]
            compare(f"{name}: missing pages", reported["missing_pages"], missing)
            rows = [row for row in state.sorted_rows() if row["company_id"] == number]
            compare(f"{name}: rows", reported["rows_after"], len(rows))
            if snapshot:
                compare(f"{name}: whole", reported["snapshot_is_whole"], applied["snapshot"]["whole"])
                absent = [one for _, one in applied["snapshot"]["deleted"]]
                compare(f"{name}: deleted by absence", reported["deleted_by_absence"], absent)
            else:
                compare(f"{name}: live", reported["live_after"], sum(1 for row in rows if not row["is_deleted"]))
    for reported in truth["companies"] if not snapshot else []:
        rows = [row for row in state.sorted_rows() if row["company_id"] == reported["company_id"]]
        compare(f"company {reported['company_id']}: deleted", reported["deleted"], [row["id"] for row in rows if row["is_deleted"]])
    return found


def check_truth(folders):
    failed = False
    for folder in folders:
        for snapshot in (False, True):
            found = truth_differences(Path(folder), snapshot)
            failed |= bool(found)
            print(f"{folder}{' (full snapshots)' if snapshot else ''}: {'differs' if found else 'same'}")
            for what, expected, reported in found:
                print(f"  {what}\n    truth:  {expected}\n    oracle: {reported}")
    sys.exit(1 if failed else 0)


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    for name in ("validate", "state", "list", "summary"):
        command = commands.add_parser(name)
        command.add_argument("--company-id", type=company, help="a number, or the word unknown")
        command.add_argument("--default-tz", default="UTC", help="zone of times without an offset")
        command.add_argument("--dialect", default="pt-BR", choices=["pt-BR", "en"])
        command.add_argument("--freeze", action="store_true", help="unknown keys are rejected")
        if name == "validate":
            command.add_argument("files", nargs="+")
        else:
            command.add_argument("--run", nargs="+", action="append", required=True)
        if name == "state":
            command.add_argument("--rows", action="store_true", help="also the rows after the last run")
        if name == "list":
            command.add_argument("--ask", nargs="+", default=[""])
        if name == "summary":
            command.add_argument("--ask", default="")
    commands.add_parser("truth").add_argument("folders", nargs="+")
    command = commands.add_parser("same")
    command.add_argument("--ordered", action="store_true")
    command.add_argument("first")
    command.add_argument("second")
    return parser.parse_args()


def main():
    options = arguments()
    if options.command == "same":
        same(options)
        return
    if options.command == "truth":
        check_truth(options.folders)
    settings = supplier_validator.Settings(options.company_id, options.default_tz, options.dialect, options.freeze)
    if options.command == "validate":
        examined = [supplier_validator.examine(path, settings) for path in options.files]
        found = [{"path": one.path, "refused": one.refused, "records": one.results} for one in examined]
        print(json.dumps(found, ensure_ascii=False, indent=1))
        return
    state, reported = states(options, settings)
    rows = state.sorted_rows()
    if options.command == "state":
        out = {"runs": reported}
        if options.rows:
            out["rows"] = rows
        print(json.dumps(out, ensure_ascii=False, indent=1))
    elif options.command == "list":
        for query in options.ask:
            print(compact(supplier_list.answer(rows, parse_query(options, settings, query))))
    else:
        print(compact(supplier_list.summary(rows, parse_query(options, settings, options.ask))))


if __name__ == "__main__":
    main()
