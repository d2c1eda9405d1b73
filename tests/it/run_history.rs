//! The history of runs: `runs list` and `runs show`, from the reports in the lake.

use std::fs;

use serde_json::{Value, json};

use crate::purchase_fixtures::numbered;
use crate::workdir::{Output, Workdir};

fn list(workdir: &Workdir, more: &[&str]) -> Output {
    let lake = workdir.lake();
    let mut arguments = vec!["runs", "list", "--lake", lake.to_str().expect("a path")];
    arguments.extend(more);
    workdir.run(arguments)
}

fn show(workdir: &Workdir, id: &str, more: &[&str]) -> Output {
    let lake = workdir.lake();
    let mut arguments = vec!["runs", "show", id, "--lake", lake.to_str().expect("a path")];
    arguments.extend(more);
    workdir.run(arguments)
}

fn listed(workdir: &Workdir, more: &[&str]) -> Vec<Value> {
    let output = list(workdir, &[more, &["--format", "json"]].concat());
    output.assert_code(0);
    output.json().as_array().expect("a list").clone()
}

/// Three runs: one that is fine, one with a refused input, and one that fails as the table of
/// rejects cannot be made.
fn three_runs(workdir: &Workdir) -> [String; 3] {
    let good = workdir.write("good.ndjson", numbered(0, 3));
    let first = workdir.ingest([&good]);
    first.assert_code(0);
    let half = workdir.write("half.json", "{\"purchases\":[{\"external_id\":");
    let more = workdir.write("more.ndjson", numbered(3, 4));
    let second = workdir.ingest([&half, &more]);
    second.assert_code(3);
    let log = workdir.lake().join("purchases/_delta_log");
    fs::rename(&log, workdir.path("elsewhere")).expect("the log of a table");
    workdir.write("lake/purchases/_delta_log", "no folder");
    let last = workdir.write("last.ndjson", numbered(7, 2));
    workdir.ingest([&last]).assert_code(1);
    let [first, second] =
        [first, second].map(|run| run.json()["run_id"].as_str().expect("an id").to_owned());
    let third = listed(workdir, &[])[0]["run_id"].clone();
    [first, second, third.as_str().expect("an id").to_owned()]
}

#[test]
fn runs_are_listed_from_the_newest_with_what_became_of_them() {
    let workdir = Workdir::new();
    assert_eq!(list(&workdir, &[]).assert_code(0).stdout(), "no runs\n");
    let [first, second, third] = three_runs(&workdir);
    let runs = listed(&workdir, &[]);
    let reported: Vec<_> = runs
        .iter()
        .map(|run| {
            json!([
                run["run_id"],
                run["inputs"],
                run["accepted"],
                run["rejected"],
                run["exit_code"],
            ])
        })
        .collect();
    let expected = [
        json!([third, 0, 0, 0, 1]),
        json!([second, 2, 4, 0, 3]),
        json!([first, 1, 3, 0, 0]),
    ];
    assert_eq!(reported, expected);
    let error = runs[0]["error"].as_str().expect("why it failed");
    assert!(error.contains("purchases"), "{error}");

    let newest = listed(&workdir, &["--limit", "1"]);
    assert_eq!(newest, runs[..1]);
    let table = list(&workdir, &[]);
    table.assert_stdout_contains(&[&first, &second, &third, "exit"]);
    let csv = list(&workdir, &["--format", "csv"]);
    let ids: Vec<_> = csv
        .stdout()
        .lines()
        .skip(1)
        .map(|line| line.split(',').nth(1).expect("an id").to_owned())
        .collect();
    assert_eq!(ids, [third, second, first]);
}

#[test]
fn a_summary_that_cannot_be_written_does_not_take_the_report_of_what_was_done() {
    let workdir = Workdir::new();
    let good = workdir.write("good.ndjson", numbered(0, 3));
    workdir.write("file", "no folder");
    let lake = workdir.lake();
    let words = ["ingest", "--summary", "file/run.json", "--lake"].map(AsRef::as_ref);
    let ran = workdir.run([&words[..], &[lake.as_os_str(), good.as_os_str()]].concat());
    ran.assert_code(1)
        .assert_stderr_contains(&["file/run.json"]);
    let runs = listed(&workdir, &[]);
    assert_eq!(runs.len(), 1);
    let id = runs[0]["run_id"].as_str().expect("an id");
    let shown = show(&workdir, id, &["--format", "json"]).json();
    assert_eq!(shown["counts"]["accepted"], 3, "{shown}");
    assert_eq!(shown["inputs"][0]["outcome"], "ingested", "{shown}");
}

#[test]
fn a_run_is_shown_by_the_beginning_of_its_id() {
    let workdir = Workdir::new();
    let [first, second, third] = three_runs(&workdir);
    let report = workdir.lake().join(format!("_runs/{first}.json"));
    let report: Value = serde_json::from_slice(&fs::read(report).expect("a report")).unwrap();
    let shown = show(&workdir, &first, &["--format", "json"]);
    assert_eq!(shown.assert_code(0).json(), report);

    let same = |a: &str, b: &str| a.bytes().zip(b.bytes()).take_while(|(a, b)| a == b).count();
    let needed = same(&second, &first).max(same(&second, &third)) + 1;
    let short = &second[..needed];
    show(&workdir, short, &[])
        .assert_code(0)
        .assert_stdout_contains(&[&second, "refused", "half.json", "FILE-TRUNCATED"]);
    show(&workdir, &third, &[])
        .assert_code(0)
        .assert_stdout_contains(&[&third, "error"]);

    show(&workdir, "0", &[])
        .assert_code(2)
        .assert_stdout("")
        .assert_stderr_contains(&["several runs", &first]);
    show(&workdir, "unknown", &[])
        .assert_code(2)
        .assert_stdout("")
        .assert_stderr_contains(&["unknown", "runs list"]);
}

#[test]
fn reports_that_are_damaged_are_named_and_older_ones_show_what_they_have() {
    let workdir = Workdir::new();
    let good = workdir.write("good.ndjson", numbered(0, 3));
    workdir.ingest([&good]).assert_code(0);
    workdir.write("lake/_runs/half.json", "{\"run_id\":");
    workdir.write("lake/_runs/other.json", "[1]");
    // Of the time before ids told the time.
    let older = json!({ "run_id": "old-1", "started_at": "2025-01-01T00:00:00Z" });
    workdir.write("lake/_runs/old-1.json", older.to_string());
    let output = list(&workdir, &["--format", "json"]);
    output
        .assert_code(0)
        .assert_stderr_contains(&["_runs/half.json", "_runs/other.json"]);
    let runs = output.json();
    let ids: Vec<_> = runs
        .as_array()
        .expect("a list")
        .iter()
        .map(|run| &run["run_id"])
        .collect();
    assert_eq!(ids.len(), 2, "{ids:?}");
    assert!(ids.contains(&&json!("old-1")), "{ids:?}");
    show(&workdir, "half", &[])
        .assert_code(1)
        .assert_stderr_contains(&["_runs/half.json"]);
    show(&workdir, "old-1", &[])
        .assert_code(0)
        .assert_stdout_contains(&["2025-01-01T00:00:00Z"]);
}
