#!/usr/bin/env python3
"""Works out `expected/` again from the sample files, with the oracle: `python3 sample_data/make_expected.py`.

Nothing here comes from the project's own code. The answers are for the default settings (times without an offset are UTC),
those in `expected/default_tz_sao_paulo/` for a run that reads such times as America/Sao_Paulo.
"""

import json
import sys
from pathlib import Path
from zoneinfo import ZoneInfo

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "tests" / "oracle"))

import check_purchases  # noqa: E402
import purchase_files  # noqa: E402
import series  # noqa: E402
from purchase_validator import PurchaseValidator  # noqa: E402

MAIN = ["web_2026-10.ndjson", "track_log_2026-10.json", "balcao_2026-10.csv"]
DIRTY = ["dirty/records.ndjson", "dirty/cdi.ndjson", "dirty/flat.csv"]
DOCUMENTS = sorted(str(path.relative_to(HERE)) for path in (HERE / "documents").iterdir())
ZONES = {"utc": "UTC", "sao_paulo": "America/Sao_Paulo"}
COUNTS = ["read", "accepted", "rejected", "duplicate", "rejected_by_rule", "warned_by_rule", "informed_by_rule"]


def save(name, value):
    path = HERE / "expected" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value, ensure_ascii=False, indent=1) + "\n")


def examine(names, zone, lenient=False):
    """File by file: its report and the verdicts on its records."""
    validator = PurchaseValidator(ZoneInfo(zone))
    return {name: check_purchases.examine(HERE / name, validator, lenient) for name in names}


def answers(folder, zone):
    """The series over the accepted records of the three main files."""
    results_by_file = examine(MAIN, zone)
    results = [result for _, found in results_by_file.values() for result in found]
    rows = [result["values"] for result in results if result["verdict"] == "accepted"]
    for short, name in ZONES.items():
        for unit, length in (("day", 31), ("hour", 1)):
            question = series.Question("2026-10-31", length, unit, name)
            save(f"{folder}quantity_series_{unit}_{short}.json", series.answer(question, rows))
        question = series.Question("2026-10-31", 31, "day", name, revenue="BRL")
        save(f"{folder}revenue_series_day_brl_{short}.json", series.answer(question, rows))
    app = series.Question("2026-10-31", 31, "day", "UTC", app_id="11ae5b4b-2445-4440-a04f-bf537764c9ad")
    save(f"{folder}quantity_series_day_utc_web_app.json", series.answer(app, rows))
    product = series.Question("2026-10-31", 31, "day", "UTC", product="Café em grãos 1 kg")
    save(f"{folder}quantity_series_day_utc_cafe.json", series.answer(product, rows))
    net = series.Question("2026-10-31", 31, "day", "UTC", exclude_refunds=True)
    save(f"{folder}quantity_series_day_utc_without_refunds.json", series.answer(net, rows))
    return results_by_file, results, rows


def totals(results_by_file, results, rows):
    """Counts by file, sums, rejects and products of the main files."""
    by_file = {name: {key: report[key] for key in COUNTS} for name, (report, _) in results_by_file.items()}
    total = check_purchases.counts(results)
    save("counts.json", {"files": by_file, "total": {key: total[key] for key in COUNTS}})
    save("rejected_by_rule.json", total["rejected_by_rule"])
    save("revenue_by_currency.json", total["revenue_by_currency"])
    save("quantity_per_utc_day.json", total["quantity_per_utc_day"])
    save("product_list.json", sorted({row["product_id"] for row in rows}))
    save("rejects.json", [
        {"file": name, "row": result["row"], "line": result["line"], "rules": result["rules"]}
        for name, (_, found) in results_by_file.items() if name != "track_log_2026-10.json"
        for result in found if result["verdict"] == "rejected"
    ] + [
        # In a document the line depends on how it is laid out; the place in the array is what counts.
        {"file": name, "row": result["row"], "rules": result["rules"]}
        for name, (_, found) in results_by_file.items() if name == "track_log_2026-10.json"
        for result in found if result["verdict"] == "rejected"
    ])


def listed(report, found, lines):
    """A report with the verdict on each record."""
    if report["refused"]:
        return {"refused": report["refused"]}
    drop = () if lines else ("line",)
    results = [{key: value for key, value in check_purchases.plain(v).items() if key not in drop} for v in found]
    return {"shape": report["shape"], **{key: report[key] for key in COUNTS}, "records": results}


def main():
    results_by_file, results, rows = answers("", "UTC")
    totals(results_by_file, results, rows)
    answers("default_tz_sao_paulo/", "America/Sao_Paulo")
    dirty = {name: listed(*result, lines=True) for name, result in examine(DIRTY, "UTC").items()}
    save("dirty.json", dirty)
    documents = {
        name: {
            "strict": listed(*examine([name], "UTC")[name], lines=False),
            "lenient": listed(*examine([name], "UTC", lenient=True)[name], lines=False),
        }
        for name in DOCUMENTS
    }
    save("documents.json", documents)
    data = purchase_files.read(HERE / "documents/braze_purchase_object_example.json", lenient=True)
    validator = PurchaseValidator(ZoneInfo("UTC"))
    example = [validator.validate(record)["values"] for record in data.records]
    question = series.Question("2013-07-18T12:00:00Z", 3, "day", "UTC")
    save("document_example_quantity_series.json", series.answer(question, example))


if __name__ == "__main__":
    main()
