//! Each input's rows once, whatever is run again, renamed, packed or run twice at a time.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::path::PathBuf;
use std::process::Stdio;

use serde_json::Value;

use crate::dump::Dump;
use crate::python::{assert_once, summaries, summary};
use crate::records::{numbered, quantity_series};
use crate::workdir::{Output, Workdir, read_json};

#[test]
fn a_repeated_currents_event_is_dropped_within_and_across_the_files_of_a_run() {
    let workdir = Workdir::new();
    let arguments = [
        "--rows",
        "4000",
        "--files",
        "2",
        "--shape",
        "currents-ndjson",
        "--dirt",
        "0.03",
    ];
    let dump = Dump::make(&workdir, "dump", &arguments);
    assert!(dump.count("duplicate") > 10, "{:#}", dump.truth);
    let output = workdir.ingest(&dump.files);
    output.assert_code(0);
    assert_eq!(
        output.json()["counts"]["duplicate"],
        dump.truth["duplicate"],
        "{}",
        output.story()
    );

    // The second file brings all events of the first again, and one byte more.
    let workdir = Workdir::new();
    let first = fs::read(&dump.files[0]).expect("a dump");
    let files = [
        workdir.write("a", &first),
        workdir.write("b", [&first[..], b"\n"].concat()),
    ];
    let output = workdir.ingest(files);
    output.assert_code(0);
    let found = summary(&workdir.lake());
    let report = output.json();
    let count = |at: usize, name: &str| report["inputs"][at]["counts"][name].clone();
    assert_eq!(
        found["purchases"]["rows"],
        count(0, "accepted"),
        "{}",
        output.story()
    );
    assert_eq!(count(1, "accepted"), 0, "{}", output.story());
}

#[test]
fn an_older_version_of_the_lake_answers_as_it_did() {
    let workdir = Workdir::new();
    let question = ["--ending-at", "2026-10-05", "--length", "1"];
    let series = |more: &[&str]| workdir.report("quantity-series", question.iter().chain(more));
    let version_after = |report: &Value| report["table_versions"]["purchases"].to_string();
    let first = workdir
        .ingest([workdir.write("a.ndjson", numbered(0, 3))])
        .json();
    let second = workdir
        .ingest([workdir.write("b.ndjson", numbered(3, 4))])
        .json();
    let rows = |quantity| quantity_series(&[("2026-10-05", quantity)]);
    series(&[]).assert_code(0).assert_stdout(&rows(7));
    series(&["--lake-version", &version_after(&first)])
        .assert_code(0)
        .assert_stdout(&rows(3));
    series(&["--lake-version", &version_after(&second)])
        .assert_code(0)
        .assert_stdout(&rows(7));
    series(&["--lake-version", "99"])
        .assert_code(1)
        .assert_stdout("")
        .assert_said(&["99"]);
}

#[test]
fn the_run_report_is_kept_in_the_lake() {
    let workdir = Workdir::new();
    let dump = workdir.write("dump.ndjson", numbered(0, 3));
    let output = workdir.ingest([dump]);
    let report = output.json();
    let run_id = report["run_id"].as_str().expect("a run id");
    assert_eq!(
        read_json(&workdir.lake().join("_runs").join(format!("{run_id}.json"))),
        report
    );
    assert_eq!(report["settings"]["default_timezone"], "UTC");
    assert_eq!(report["exit_code"], 0);
    for table in ["purchases", "inputs"] {
        assert!(report["table_versions"][table].is_i64(), "{report:#}");
    }
}
