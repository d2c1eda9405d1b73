//! Generated dumps of supplier purchases: states, counts and reports against those of the oracle.

use std::path::PathBuf;

use serde_json::{Value, json};

use crate::dump_generator::generate;
use crate::supplier_fixtures::{
    arguments, assert_same_rows, canonical_json, compare_with_oracle, ingest, list,
    reported_warnings, rows_of, warnings,
};
use crate::workdir::{Output, Workdir, files_below};

/// Two dumps of company 12.
struct Dumps {
    dumps: [PathBuf; 2],
    truth: Value,
}

impl Dumps {
    #[track_caller]
    fn make(workdir: &Workdir, arguments: &str) -> Self {
        let arguments = format!("--kind supplier-purchases {arguments}");
        let arguments: Vec<&str> = arguments.split_whitespace().collect();
        let (folder, truth) = generate(workdir, "dumps", &arguments);
        Self {
            dumps: ["dump-1", "dump-2"].map(|dump| folder.join(dump).join("company-12")),
            truth,
        }
    }

    /// The plan for the oracle: a run for each dump, or one for both.
    fn plan(&self, at_once: bool) -> Value {
        let [first, second] = &self.dumps;
        let runs = if at_once {
            json!([{"company": 12, "paths": [first, second]}])
        } else {
            json!([{"company": 12, "paths": [first]}, {"company": 12, "paths": [second]}])
        };
        json!({"runs": runs, "lists": questions(), "summaries": [{"company": 12, "parameters": {}}]})
    }
}

/// Pages of several selections.
fn questions() -> Value {
    let parameters = [
        json!({}),
        json!({"page": "7", "per_page": "33"}),
        json!({"page": "2", "per_page": "500", "deleted": "include"}),
        json!({"deleted": "only", "per_page": "200"}),
        json!({"purchase_status": "pending", "page": "3"}),
        json!({"supplier_ids": "1, 2,5", "per_page": "100"}),
        json!({"registration_start": "2026-10-09", "registration_end": "2026-10-11", "per_page": "50"}),
        json!({"updated_from": "2026-10-20T12:00:00-03:00", "deleted": "include", "per_page": "250"}),
        json!({"search_term": "123", "deleted": "include"}),
        json!({"page": "100000"}),
    ];
    json!(parameters.map(|parameters| json!({"company": 12, "parameters": parameters})))
}

/// Fails unless a run has the counts of the oracle: outcomes, rejects and warnings by rule.
#[track_caller]
fn assert_run(output: &Output, by_oracle: &Value) {
    let report = output.assert_code(0).json();
    let total = &by_oracle["total"];
    for outcome in ["read", "accepted", "superseded", "duplicate", "rejected"] {
        assert_eq!(
            report["counts"][outcome],
            total[outcome],
            "{outcome}: {}",
            output.transcript()
        );
    }
    assert_eq!(report["rejected_by_rule"], total["rejected_by_rule"]);
    assert_eq!(
        reported_warnings(&report),
        warnings(by_oracle),
        "{}",
        output.transcript()
    );
}

/// Fails unless every report equals that of the oracle, to the digit.
#[track_caller]
fn assert_answers(workdir: &Workdir, compared: &Value) {
    let questions = questions();
    let questions = questions.as_array().expect("a list").iter();
    let answers = compared["lists"].as_array().expect("a list");
    for (question, wanted) in questions.zip(answers) {
        let answer = list(workdir, "12", &question["parameters"]);
        let wanted = wanted.as_str().expect("a text");
        assert_eq!(
            canonical_json(answer.stdout()),
            canonical_json(wanted),
            "{question}"
        );
    }
    let summary = workdir.report("supplier-summary", arguments("12", &json!({})));
    let rows = compared["summaries"][0].as_str().expect("a text");
    let row = "{\"company_id\":12,\"supplier_id\":";
    let wanted = canonical_json(rows).replace("{\"supplier_id\":", row);
    assert_eq!(rows_of(summary.assert_code(0)), wanted);
}

/// The files of the tables; run reports are excluded.
fn tables(workdir: &Workdir) -> Vec<PathBuf> {
    let files = workdir.files().into_iter();
    files
        .filter(|path| !path.starts_with("lake/_runs"))
        .collect()
}

/// Fails if ingesting the dumps again changes a table.
#[track_caller]
fn assert_again_changes_nothing(workdir: &Workdir, dumps: &Dumps) {
    let before = tables(workdir);
    for more in ["--verify-content", "--full-snapshot", "--quiet"] {
        let option = PathBuf::from(more);
        let again = ingest(workdir, "12", [option].iter().chain(&dumps.dumps));
        let outcomes = again.assert_code(0).outcomes();
        let known = outcomes.iter().all(|one| one == "already_ingested");
        assert!(known, "{more}: {outcomes:?}");
        assert_eq!(tables(workdir), before, "{more}: a table has changed");
    }
}

#[test]
fn twenty_thousand_purchases_in_shuffled_pages_are_those_of_the_oracle_whatever_the_threads() {
    let made = Workdir::new();
    let pages = "--rows 20000 --seed 21 --dirt 0.02 --shape pages --per-page 50 --shuffle --missing-pages 1";
    let dumps = Dumps::make(&made, pages);
    let workdirs = [Workdir::new(), Workdir::new()];
    let mut reports = Vec::new();
    for (workdir, threads) in workdirs.iter().zip(["1", "4"]) {
        for dump in &dumps.dumps {
            let mut inputs = files_below(dump, "");
            if threads == "4" {
                inputs.reverse();
            }
            let options = ["--threads", threads].map(PathBuf::from);
            reports.push(ingest(workdir, "12", options.into_iter().chain(inputs)));
        }
    }
    let lakes = workdirs.each_ref().map(Workdir::lake);
    let compared = compare_with_oracle(&dumps.plan(false), &lakes);
    for (at, output) in reports.iter().enumerate() {
        assert_run(output, &compared["runs"][at % 2]);
        // The truth file of the generator agrees.
        let truth = &dumps.truth["dumps"][at % 2]["companies"][0];
        for outcome in ["read", "accepted", "superseded", "duplicate", "rejected"] {
            assert_eq!(
                output.json()["counts"][outcome],
                truth[outcome],
                "{outcome}"
            );
        }
    }
    for (workdir, lake) in workdirs
        .iter()
        .zip(compared["lakes"].as_array().expect("a list"))
    {
        assert_same_rows(lake, "two runs");
        assert_answers(workdir, &compared);
        let rejected: u64 = reports[..2]
            .iter()
            .map(|output| output.summary_count("rejected"))
            .sum();
        assert_eq!(lake["rejects"]["rows"], rejected);
        assert_eq!(lake["rejects"]["places"], rejected);
        let pages: usize = dumps
            .dumps
            .iter()
            .map(|dump| files_below(dump, "").len())
            .sum();
        assert_eq!(lake["inputs"]["rows"], pages);
    }
    let [workdir, _] = &workdirs;
    assert_again_changes_nothing(workdir, &dumps);
    assert_answers(workdir, &compared);
}

#[test]
fn both_dumps_in_one_run_give_the_state_of_two_runs() {
    let made = Workdir::new();
    let pages = "--rows 4000 --seed 22 --dirt 0.02 --shape pages --per-page 100 --shuffle";
    let dumps = Dumps::make(&made, pages);
    let [both, backwards] = [Workdir::new(), Workdir::new()];
    let inputs: Vec<PathBuf> = dumps
        .dumps
        .iter()
        .flat_map(|dump| files_below(dump, ""))
        .collect();
    let reports = [
        ingest(&both, "12", &dumps.dumps),
        ingest(&backwards, "12", inputs.iter().rev()),
    ];
    let lakes = [both.lake(), backwards.lake()];
    let compared = compare_with_oracle(&dumps.plan(true), &lakes);
    let in_two = compare_with_oracle(&dumps.plan(false), &lakes);
    for at in 0..2 {
        assert_run(&reports[at], &compared["runs"][0]);
        assert_same_rows(&compared["lakes"][at], "one run");
        assert_same_rows(&in_two["lakes"][at], "one run against two");
    }
    assert_answers(&both, &in_two);
}

/// Ingests the dumps of a shape one after the other, and compares everything.
#[track_caller]
fn compare_shape(arguments: &str) {
    let made = Workdir::new();
    let common = "--rows 3000 --seed 23 --dirt 0.03 --warn 0.1";
    let dumps = Dumps::make(&made, &format!("{common} {arguments}"));
    let workdir = Workdir::new();
    let reports = dumps
        .dumps
        .each_ref()
        .map(|dump| ingest(&workdir, "12", [dump]));
    let compared = compare_with_oracle(&dumps.plan(false), &[workdir.lake()]);
    for (output, by_oracle) in reports
        .iter()
        .zip(compared["runs"].as_array().expect("a list"))
    {
        assert_run(output, by_oracle);
    }
    assert_same_rows(&compared["lakes"][0], arguments);
    assert_answers(&workdir, &compared);
}

#[test]
fn pages_one_a_line_are_read_as_the_oracle_reads_them() {
    compare_shape("--shape page-lines --missing-pages 2 --gzip");
}

#[test]
fn one_document_with_the_whole_list_is_read_as_the_oracle_reads_it() {
    compare_shape("--shape document");
}

#[test]
fn purchases_one_a_line_are_read_as_the_oracle_reads_them() {
    compare_shape("--shape ndjson --files 3");
}

#[test]
fn delimited_text_of_brazil_is_read_as_the_oracle_reads_it() {
    compare_shape("--shape csv --files 2");
}

#[test]
fn of_two_contents_of_one_instant_the_later_dump_has_the_last_word() {
    compare_shape("--shape pages --ties 0.2");
}

#[test]
fn full_snapshots_delete_what_the_oracle_deletes() {
    let made = Workdir::new();
    let lines = "--rows 3000 --seed 24 --dirt 0 --shape ndjson --files 3";
    let dumps = Dumps::make(&made, lines);
    let workdir = Workdir::new();
    let reports = dumps.dumps.each_ref().map(|dump| {
        let option = PathBuf::from("--full-snapshot");
        ingest(&workdir, "12", [&option, dump])
    });
    let mut plan = dumps.plan(false);
    for run in plan["runs"].as_array_mut().expect("a list") {
        run["snapshot"] = json!(true);
    }
    let compared = compare_with_oracle(&plan, &[workdir.lake()]);
    for (at, output) in reports.iter().enumerate() {
        let by_oracle = &compared["runs"][at];
        assert_run(output, by_oracle);
        assert_eq!(by_oracle["snapshot"]["whole"], true);
        let truth = &dumps.truth["dumps"][at]["companies"][0]["deleted_by_absence"];
        let deleted = by_oracle["snapshot"]["deleted"].as_array().expect("a list");
        assert_eq!(deleted.len(), truth.as_array().expect("a list").len());
        if !deleted.is_empty() {
            output.assert_stderr_contains(&[&format!(
                "{} purchases missing from the full snapshot were marked as deleted",
                deleted.len()
            )]);
        }
        assert!(at == 0 || !deleted.is_empty(), "nothing was absent");
    }
    assert_same_rows(&compared["lakes"][0], "full snapshots");
    assert_answers(&workdir, &compared);
}
