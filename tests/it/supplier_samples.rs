//! The supplier samples against `sample_data/expected/suppliers`, which the oracle worked out.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use serde_json::{Map, Value, json};

use crate::python::python;
use crate::supplier_fixtures::{
    arguments, canonical_json, ingest, list, reported_warnings, rows_of, warnings,
};
use crate::workdir::{NOW, Output, Workdir, expected, sample};

/// The dumps in their order: company and place.
const RUNS: [(&str, &str); 3] = [
    ("12", "suppliers/2026-10-31"),
    ("12", "suppliers/2026-11-07"),
    ("34", "suppliers/compras_filial_34.csv"),
];

/// The text of a file of answers.
fn answer_of(name: &str) -> String {
    let path = sample("expected/suppliers").join(name);
    std::fs::read_to_string(path).expect("an answer")
}

/// Ingests one of the dumps.
#[track_caller]
fn take(workdir: &Workdir, run: usize, more: &[&str]) -> Output {
    let (company, place) = RUNS[run];
    let inputs = more.iter().map(PathBuf::from).chain([sample(place)]);
    let output = ingest(workdir, company, inputs);
    output.assert_code(0);
    output
}

/// Fails unless a run report has every count of the oracle, for each input and in total.
#[track_caller]
fn assert_counts(output: &Output, by_oracle: &Value) {
    let report = output.json();
    let counts_by_outcome = [
        "read",
        "accepted",
        "superseded",
        "duplicate",
        "rejected",
        "skipped",
    ];
    let counts = |one: &Value| {
        Map::from_iter(counts_by_outcome.map(|outcome| (outcome.into(), one[outcome].clone())))
    };
    let ours: Vec<Value> = report["inputs"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|input| json!([input["path"], input["outcome"], counts(&input["counts"])]))
        .collect();
    let theirs: Vec<Value> = by_oracle["inputs"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|input| {
            let path = sample(input["path"].as_str().expect("a path"));
            json!([path, "ingested", counts(input)])
        })
        .collect();
    assert_eq!(json!(ours), json!(theirs), "{}", output.transcript());
    let total = &by_oracle["total"];
    assert_eq!(counts(&report["counts"]), counts(total));
    assert_eq!(report["rejected_by_rule"], total["rejected_by_rule"]);
    assert_eq!(
        reported_warnings(&report),
        warnings(by_oracle),
        "{}",
        output.transcript()
    );
    for (rule, outcome) in [("CPL-STALE", "superseded"), ("CPL-DUPLICATE", "duplicate")] {
        let warned = report["warned_by_rule"][rule].as_u64().unwrap_or(0);
        assert_eq!(Some(warned), total[outcome].as_u64(), "{rule}");
    }
}

/// Fails unless the page gaps of the oracle, and no others, are told.
#[track_caller]
fn assert_gaps(output: &Output, by_oracle: &Value) {
    for listing in by_oracle["listings"].as_array().expect("a list") {
        let missing: Vec<String> = listing["missing_pages"]
            .as_array()
            .expect("a list of pages")
            .iter()
            .map(|page| {
                format!(
                    "dump incomplete: page {page} of {} absent",
                    listing["last_page"]
                )
            })
            .collect();
        let missing: Vec<&str> = missing.iter().map(String::as_str).collect();
        output.assert_stderr_contains(&missing);
        let reported = output.stderr().contains("dump incomplete");
        assert_eq!(reported, !missing.is_empty(), "{}", output.transcript());
    }
}

/// Fails unless the lake's companies have the live and deleted purchases of the oracle.
#[track_caller]
fn assert_state(workdir: &Workdir, by_oracle: &Value) {
    for (company, state) in by_oracle["state"]["companies"]
        .as_object()
        .expect("states by company")
    {
        let every = |deleted: &str| {
            let parameters = json!({"deleted": deleted, "per_page": "500"});
            list(workdir, company, &parameters).json()
        };
        assert_eq!(every("include")["meta"]["total"], state["rows"]);
        assert_eq!(every("not_include")["meta"]["total"], state["live"]);
        let deleted = every("only");
        let ids: BTreeSet<u64> = deleted["data"]["purchases"]
            .as_array()
            .expect("a list")
            .iter()
            .map(|purchase| purchase["id"].as_u64().expect("an id"))
            .collect();
        assert_eq!(json!(ids), state["deleted"], "company {company}");
    }
}

#[test]
fn the_sample_dumps_one_after_the_other_have_the_counts_and_the_states_of_the_oracle() {
    let workdir = Workdir::new();
    let runs = expected("suppliers/runs.json");
    for (at, by_oracle) in runs.as_array().expect("a list").iter().enumerate() {
        let output = take(&workdir, at, &[]);
        assert_counts(&output, by_oracle);
        assert_gaps(&output, by_oracle);
        assert_state(&workdir, by_oracle);
    }
    let rows = python("supplier_lake.py", ["rows".into(), workdir.lake()]);
    assert_eq!(rows, expected("suppliers/rows.json"));
}

#[test]
fn the_sample_dumps_as_full_snapshots_have_the_counts_and_the_states_of_the_oracle() {
    let workdir = Workdir::new();
    let runs = expected("suppliers/runs_as_full_snapshots.json");
    for (at, by_oracle) in runs.as_array().expect("a list").iter().enumerate() {
        let output = take(&workdir, at, &["--full-snapshot"]);
        assert_counts(&output, by_oracle);
        assert_state(&workdir, by_oracle);
        let is_partial = output
            .stderr()
            .contains("the full snapshot deletes nothing");
        assert_eq!(
            json!(!is_partial),
            by_oracle["snapshot"]["whole"],
            "{}",
            output.transcript()
        );
        assert_eq!(output.json()["settings"]["full_snapshot"], "true");
    }
}

/// Every question of a state, against the text of its answer.
#[track_caller]
fn assert_answers(workdir: &Workdir, after_run: u64, more: &[&str]) -> usize {
    let questions = expected("suppliers/questions.json");
    let mut report_count = 0;
    for question in questions.as_array().expect("a list") {
        if question["after_run"] != after_run {
            continue;
        }
        let company = question["company_id"].to_string();
        let name = question["name"].as_str().expect("a name");
        let typed = arguments(&company, &question["parameters"]);
        let typed = typed.iter().map(String::as_str).chain(more.iter().copied());
        let answer = workdir.report("supplier-purchases", typed);
        answer.assert_code(0);
        let text = answer_of(&format!("list/{name}.json"));
        assert_eq!(
            canonical_json(answer.stdout()),
            canonical_json(&text),
            "{name}"
        );
        report_count += 1;
    }
    report_count
}

#[test]
fn every_report_on_the_samples_is_exact_to_the_digit() {
    let workdir = Workdir::new();
    let first = take(&workdir, 0, &[]).json();
    let mut report_count = assert_answers(&workdir, 1, &[]);
    take(&workdir, 1, &[]);
    take(&workdir, 2, &[]);
    // The older state is still there.
    let version = first["table_versions"]["supplier_purchases"].to_string();
    assert_answers(&workdir, 1, &["--lake-version", &version]);
    report_count += assert_answers(&workdir, 3, &[]);
    let questions = expected("suppliers/questions.json");
    assert_eq!(questions.as_array().map(Vec::len), Some(report_count));
}

#[test]
fn the_summaries_of_the_samples_are_those_of_the_oracle_to_the_digit() {
    let workdir = Workdir::new();
    for run in 0..RUNS.len() {
        take(&workdir, run, &[]);
    }
    for company in ["12", "34"] {
        let answer = workdir.report("supplier-summary", ["--company-id", company]);
        answer.assert_code(0);
        // The oracle's rows do not name the company.
        let row = format!("{{\"company_id\":{company},\"supplier_id\":");
        let rows = canonical_json(&answer_of(&format!("summary_{company}.json")));
        let wanted = rows.replace("{\"supplier_id\":", &row);
        assert_eq!(rows_of(&answer), wanted, "company {company}");
    }
}

/// The rules and fields of each record.
#[derive(Default)]
struct RecordFindings {
    rejecting: BTreeSet<String>,
    others: BTreeSet<String>,
    fields: BTreeSet<String>,
}

fn texts(list: &Value) -> BTreeSet<String> {
    let list = list.as_array().expect("a list").iter();
    list.map(|text| text.as_str().expect("a text").to_owned())
        .collect()
}

/// Runs `check` on a dirty file of company 12.
fn check(workdir: &Workdir, name: &str, format: &str) -> Output {
    let path = sample(name);
    let path = path.to_str().expect("a path of letters");
    let arguments = [
        "check",
        "--kind",
        "supplier-purchases",
        "--company-id",
        "12",
        "--reject-limit",
        "100%",
        "--now",
        NOW,
        "--format",
        format,
        path,
    ];
    let output = workdir.run(arguments);
    output.assert_code(0);
    output
}

fn found_in(output: &Output) -> BTreeMap<u64, RecordFindings> {
    let mut records = BTreeMap::<u64, RecordFindings>::new();
    for line in output.json_lines() {
        let (Some(record), Some(rule)) = (line["record"].as_u64(), line["rule_id"].as_str()) else {
            continue;
        };
        let found = records.entry(record).or_default();
        if line["severity"] == "reject" {
            found.rejecting.insert(rule.to_owned());
            let field = line["field"].as_str().expect("a field");
            found.fields.insert(field.to_owned());
        } else {
            found.others.insert(rule.to_owned());
        }
    }
    records
}

#[test]
fn every_dirty_record_breaks_the_rules_and_fields_that_the_oracle_names() {
    let workdir = Workdir::new();
    let verdicts = expected("suppliers/dirty.json");
    for (name, records) in verdicts.as_object().expect("one entry a file") {
        let mut found = found_in(&check(&workdir, name, "json"));
        for record in records.as_array().expect("a list of records") {
            let row = record["row"].as_u64().expect("a number");
            let ours = found.remove(&row).unwrap_or_default();
            let rules = texts(&record["rules"]);
            assert_eq!(ours.rejecting, rules, "{name}: record {row}");
            // Where the oracle names no field, the record as a whole is at fault.
            let fields = texts(&record["fields"]);
            if !fields.is_empty() {
                assert_eq!(ours.fields, fields, "{name}: record {row}");
            }
            // Of a record that is rejected, how much more is found is nobody's promise.
            if rules.is_empty() {
                let wanted = &texts(&record["warnings"]) | &texts(&record["infos"]);
                assert_eq!(ours.others, wanted, "{name}: record {row}");
            }
        }
        assert!(found.is_empty(), "{name}: {:?}", found.keys());
    }
}

#[test]
fn a_dirty_dump_is_answered_like_a_422_that_names_every_field() {
    let workdir = Workdir::new();
    let verdicts = expected("suppliers/dirty.json");
    for (name, records) in verdicts.as_object().expect("one entry a file") {
        let answer = check(&workdir, name, "response").json();
        assert_eq!(answer["code"], "uneditable_entity", "{name}");
        let mut fields = BTreeMap::<u64, BTreeSet<String>>::new();
        for item in answer["meta"].as_array().expect("a list") {
            let index = item["index"].as_u64().expect("a place");
            let field = item["field"].as_str().expect("a field");
            fields.entry(index).or_default().insert(field.to_owned());
            let validation = &item["validations"][0];
            assert!(validation["type"].is_string(), "{name}: {item}");
            assert_eq!(validation["value"], json!([]), "{name}: {item}");
        }
        for record in records.as_array().expect("a list of records") {
            let row = record["row"].as_u64().expect("a number");
            let ours = fields.remove(&row);
            let wanted = texts(&record["fields"]);
            assert_eq!(
                ours.is_some(),
                record["verdict"] == "rejected",
                "{name}: {row}"
            );
            if !wanted.is_empty() {
                assert_eq!(ours, Some(wanted), "{name}: record {row}");
            }
        }
        assert!(fields.is_empty(), "{name}: {fields:?}");
    }
}
