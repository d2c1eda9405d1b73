//! Runs that fail after they have committed some of their inputs: the next run says of these that they
//! are ingested already, so the one that failed has to report and meter them.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use crate::killed_runs::feed_endlessly;
use crate::purchase_fixtures::numbered;
use crate::python::summary;
use crate::supplier_fixtures::{page, supplier_purchases};
use crate::workdir::{Output, Workdir, read_json};

/// What the metrics file says of accepted records.
fn metered(path: &Path) -> f64 {
    let text = fs::read_to_string(path).expect("the metrics file");
    let lines = text.lines().filter(|line| {
        line.starts_with("purchase_etl_records_total{") && line.contains("outcome=\"accepted\"")
    });
    let values = lines.map(|line| line.rsplit(' ').next().expect("a value"));
    values
        .map(|value| value.parse::<f64>().expect("a number"))
        .sum()
}

/// The command, with a metrics file and a copy of the run report.
fn ingest_with_metrics(workdir: &Workdir) -> Command {
    let mut command = workdir.program();
    command.args(["ingest", "--lake"]).arg(workdir.lake());
    command.args(["--summary", "summary.json", "--metrics-file", "run.prom"]);
    command
}

/// Holds every place that tells of a run against what it had committed when it failed.
#[track_caller]
fn assert_reported(workdir: &Workdir, output: &Output, code: i32, accepted: u64) -> Value {
    output.assert_code(code);
    assert_eq!(
        output.summary_count("accepted"),
        accepted,
        "{}",
        output.transcript()
    );
    let report = read_json(&workdir.path("summary.json"));
    assert_eq!(report["counts"]["accepted"], accepted, "{report:#}");
    assert_eq!(report["exit_code"], code);
    assert!(report["error"].is_string(), "{report:#}");
    let id = report["run_id"].as_str().expect("an id");
    let kept = read_json(&workdir.lake().join(format!("_runs/{id}.json")));
    assert_eq!(kept, report);
    #[expect(clippy::cast_precision_loss, reason = "a count far below 2^52")]
    let expected = accepted as f64;
    let metrics = metered(&workdir.path("run.prom"));
    assert!(
        (metrics - expected).abs() < 0.5,
        "{metrics} accepted records are metered"
    );
    report
}

#[test]
fn an_interrupted_run_reports_what_it_had_committed() {
    let workdir = Workdir::new();
    // Three pieces: an input with a commit of its own.
    let large = workdir.write("large.ndjson", numbered(0, 40_000));
    let mut command = ingest_with_metrics(&workdir);
    command.args(["--threads", "1"]).arg(&large).arg("-");
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let shown = format!("{command:?} < endless input, kill -INT");
    let mut child = command.spawn().expect("the program starts");
    feed_endlessly(&mut child, "INT");
    let output = Output::new(shown, child.wait_with_output().expect("the end of the run"));
    let report = assert_reported(&workdir, &output, 130, 40_000);
    let inputs = report["inputs"].as_array().expect("inputs");
    let outcomes: Vec<_> = inputs.iter().map(|input| &input["outcome"]).collect();
    assert_eq!(outcomes, ["ingested"], "the fate of the other is open");
    assert_eq!(summary(&workdir.lake())["purchases"]["rows"], 40_000);
}

#[test]
fn a_run_of_both_kinds_reports_the_first_when_the_second_fails() {
    let workdir = Workdir::new();
    let purchases = workdir.write("in/purchases.ndjson", numbered(0, 3));
    let suppliers = workdir.write("in/suppliers.json", page(1, 1, 1, &supplier_purchases([1])));
    workdir.write("lake/supplier_purchases", "no folder");
    let mut command = ingest_with_metrics(&workdir);
    command.args(["--kind", "auto", "--company-id", "12"]);
    command.args([purchases, suppliers]);
    let report = assert_reported(&workdir, &Output::of(command), 1, 3);
    assert_eq!(report["table_versions"]["purchases"], 1);
}

#[test]
fn committed_rows_are_counted_when_their_inputs_cannot_be_listed() {
    for (table, kind, text) in [
        ("purchases", "purchases", numbered(0, 3)),
        (
            "supplier_purchases",
            "supplier-purchases",
            page(1, 1, 3, &supplier_purchases([1, 2, 3])),
        ),
    ] {
        let ingest = |workdir: &Workdir| {
            let mut command = ingest_with_metrics(workdir);
            command.args(["--kind", kind]);
            if kind != "purchases" {
                command.args(["--company-id", "12"]);
            }
            command.arg(workdir.write("dump", &text));
            Output::of(command)
        };
        let workdir = Workdir::new();
        let empty = workdir.write("empty.ndjson", "");
        workdir.ingest([&empty]).assert_code(0);
        // A folder where the next version of `inputs` is to be: no commit can be made there.
        let next = workdir
            .lake()
            .join(format!("inputs/_delta_log/{:020}.json", 2));
        fs::create_dir(&next).expect("a folder");
        let failed = ingest(&workdir);
        let report = assert_reported(&workdir, &failed, 1, 3);
        failed.assert_stderr_contains(&[
            "could not be added to table `inputs`",
            "run the same command again",
        ]);
        assert_eq!(report["inputs"][0]["outcome"], "ingested");
        assert!(report["table_versions"][table].is_number(), "{report:#}");

        fs::remove_dir(&next).expect("the empty folder");
        let again = ingest(&workdir);
        again.assert_code(0);
        let report = read_json(&workdir.path("summary.json"));
        assert_eq!(report["inputs"][0]["outcome"], "already_ingested");
        assert_eq!(report["table_versions"]["inputs"], json!(2));
    }
}
