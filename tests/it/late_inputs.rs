//! Inputs that are not there yet, or not complete yet.

use std::fs::OpenOptions;
use std::time::Duration;

use crate::purchase_fixtures::numbered;
use crate::workdir::{Output, Workdir, read_json};

/// Makes a file that was just written so many seconds older, or younger.
#[track_caller]
fn set_age(workdir: &Workdir, name: &str, seconds: i64) {
    let file = OpenOptions::new().write(true).open(workdir.path(name));
    let file = file.expect("the file");
    let written = file.metadata().and_then(|found| found.modified());
    let written = written.expect("a modification time");
    let distance = Duration::from_secs(seconds.unsigned_abs());
    let modified = if seconds < 0 {
        written + distance
    } else {
        written - distance
    };
    file.set_modified(modified).expect("a modification time");
}

#[test]
fn files_that_changed_recently_are_left_out_until_they_have_settled() {
    let workdir = Workdir::new();
    for (number, name) in ["old", "young", "future"].into_iter().enumerate() {
        workdir.write(&format!("in/{name}.ndjson"), numbered(2 * number, 2));
    }
    set_age(&workdir, "in/old.ndjson", 3_600);
    set_age(&workdir, "in/future.ndjson", -3_600);
    let waiting = ["--min-age", "10min", "in"];
    let planned = workdir.ingest(["--dry-run"].iter().chain(&waiting));
    planned
        .assert_code(0)
        .assert_stdout_contains(&["too recent", "1 of 3 inputs would be read"]);
    let first = workdir.ingest(waiting);
    let note = "2 of 3 inputs changed less than 10m ago and are left out; a later run reads them";
    first.assert_code(0).assert_stderr_contains(&[note]);
    assert_eq!(first.outcomes(), ["ingested"], "{}", first.transcript());
    assert_eq!(first.json()["notes"], serde_json::json!([note]));
    assert_eq!(first.json()["settings"]["min_age"], "10m");

    set_age(&workdir, "in/young.ndjson", 601);
    let second = workdir.ingest(waiting);
    second
        .assert_code(0)
        .assert_stderr_contains(&["1 of 3 inputs"]);
    assert_eq!(second.outcomes(), ["already_ingested", "ingested"]);
    // Without the option nothing is left out.
    let all = workdir.ingest(["in"]);
    assert_eq!(all.assert_code(0).json()["notes"], serde_json::json!([]));
    assert_eq!(all.summary_count("accepted"), 2);
}

#[test]
fn an_optional_input_may_be_missing_and_is_said_to_be() {
    let workdir = Workdir::new();
    workdir.write("monday.ndjson", numbered(0, 2));
    let named = ["monday.ndjson", "sunday-*.ndjson"];
    let required = workdir.ingest(named);
    required
        .assert_code(2)
        .assert_stderr_contains(&["no input found at sunday-*.ndjson"]);
    let optional = || ["--optional"].into_iter();
    let planned = workdir.ingest(optional().chain(["--dry-run"]).chain(named));
    planned
        .assert_code(0)
        .assert_stdout_contains(&["not found", "sunday-*.ndjson"]);
    let note = "no input found at sunday-*.ndjson; it is optional";
    let some = workdir.ingest(optional().chain(named));
    some.assert_code(0).assert_stderr_contains(&[note]);
    assert_eq!(some.outcomes(), ["ingested"]);
    assert_eq!(some.json()["notes"], serde_json::json!([note]));
    let none = workdir.ingest(optional().chain(["sunday-*.ndjson"]));
    none.assert_code(0).assert_stderr_contains(&[note]);
    assert_eq!(none.summary_count("accepted"), 0);
    assert_eq!(none.json()["inputs"], serde_json::json!([]));

    // A full snapshot may be missing, but not a part of it: its purchases would be deleted.
    let snapshot = [
        "--kind",
        "supplier-purchases",
        "--company-id",
        "12",
        "--full-snapshot",
    ];
    let options = || optional().chain(snapshot);
    let part = workdir.ingest(options().chain(named));
    part.assert_code(2)
        .assert_stderr_contains(&["sunday-*.ndjson"]);
    let whole = workdir.ingest(options().chain(["sunday-*.ndjson"]));
    whole.assert_code(0).assert_stderr_contains(&[note]);
}

#[test]
fn a_day_without_an_optional_dump_does_not_end_the_job() {
    let workdir = Workdir::new();
    workdir.write("2026-10-05.ndjson", numbered(0, 2));
    let job = |option: &str| {
        let step = "lake = \"lake\"\n[[steps]]\nname = \"load\"\n[steps.ingest]\n";
        format!("{step}inputs = [\"{{date}}.ndjson\"]\n{option}")
    };
    let days = ["--from", "2026-10-04", "--to", "2026-10-05"];
    workdir.write("required.toml", job(""));
    workdir.write("optional.toml", job("optional = true\n"));
    let run = |file: &'static str| workdir.run(["run", file].iter().chain(&days));
    run("required.toml").assert_code(2);
    let done = run("optional.toml");
    done.assert_code(0)
        .assert_stderr_contains(&["no input found at 2026-10-04.ndjson; it is optional"]);
}

#[test]
fn a_day_without_its_optional_dump_is_complete_in_a_backfill_until_the_dump_arrives() {
    let workdir = Workdir::new();
    workdir.write("2026-10-04.ndjson", numbered(0, 2));
    workdir.write("2026-10-06.ndjson", numbered(2, 3));
    let job = |option: &str| {
        let step = "lake = \"lake\"\n[[steps]]\nname = \"load\"\n[steps.ingest]\n";
        let output = "summary = \"runs/{date}.json\"\n";
        format!("{step}inputs = [\"{{date}}.ndjson\"]\n{output}{option}")
    };
    workdir.write("optional.toml", job("optional = true\n"));
    workdir.write("required.toml", job(""));
    let days = ["--from", "2026-10-04", "--to", "2026-10-06"];
    let run = |file: &'static str| workdir.run(["run", file].iter().chain(&days));
    let days_of = |ran: &Output| {
        ["days already complete", "days completed"].map(|name| ran.summary_count(name))
    };
    for expected in [[0, 3], [3, 0]] {
        let ran = run("optional.toml");
        assert_eq!(
            days_of(ran.assert_code(0)),
            expected,
            "{}",
            ran.transcript()
        );
    }
    // The dump arrives: its day runs, and the day after it.
    workdir.write("2026-10-05.ndjson", numbered(5, 4));
    for expected in [[1, 2], [3, 0]] {
        let ran = run("optional.toml");
        assert_eq!(
            days_of(ran.assert_code(0)),
            expected,
            "{}",
            ran.transcript()
        );
    }
    let late = read_json(&workdir.path("runs/2026-10-05.json"));
    assert_eq!(late["counts"]["accepted"], 4);
    // It is taken away: the day runs again, and its rows stay.
    std::fs::remove_file(workdir.path("2026-10-05.ndjson")).expect("the dump");
    assert_eq!(days_of(run("optional.toml").assert_code(0)), [1, 2]);
    // A day that requires its dump is not complete without it.
    for _ in 0..2 {
        let ran = run("required.toml");
        ran.assert_code(2)
            .assert_stderr_contains(&["failed: 2026-10-05 (exit code 2)"]);
    }
}

#[test]
fn a_day_that_left_out_a_file_is_not_complete_in_a_backfill() {
    let workdir = Workdir::new();
    workdir.write("2026-10-05.ndjson", numbered(0, 2));
    let step = "lake = \"lake\"\n[[steps]]\nname = \"load\"\n[steps.ingest]\nmin_age = \"1h\"\n";
    let output = "summary = \"run.json\"\ninputs = [\"{date}.ndjson\"]\n";
    workdir.write("job.toml", format!("{step}{output}"));
    let days = ["--from", "2026-10-05", "--to", "2026-10-05"];
    let run = |options: &[&'static str]| {
        let run = workdir.run(["run", "job.toml"].iter().chain(&days).chain(options));
        run.assert_code(0);
        run
    };
    let plan =
        || run(&["--dry-run", "--plan-format", "json"]).json()["days"][0]["finished"].clone();
    run(&[]);
    assert_eq!(read_json(&workdir.path("run.json"))["counts"]["read"], 0);
    assert_eq!(plan(), false, "the file is read when it has settled");
    set_age(&workdir, "2026-10-05.ndjson", 3_601);
    run(&[]);
    assert_eq!(read_json(&workdir.path("run.json"))["counts"]["read"], 2);
    assert_eq!(plan(), true);
}

#[test]
fn a_run_whose_files_are_all_too_recent_reads_nothing_and_a_full_snapshot_is_never_incomplete() {
    let workdir = Workdir::new();
    workdir.write("in/young.ndjson", numbered(0, 2));
    let none = workdir.ingest(["--min-age", "1h", "in"]);
    none.assert_code(0)
        .assert_stderr_contains(&["1 of 1 inputs"]);
    assert_eq!(none.json()["inputs"], serde_json::json!([]));
    let kind = ["--kind", "supplier-purchases", "--company-id", "12"];
    let snapshot = ["--full-snapshot", "--min-age", "1h", "in"];
    let refused = workdir.ingest(kind.iter().chain(&snapshot));
    refused
        .assert_code(2)
        .assert_stderr_contains(&["--min-age", "full snapshot"]);
    let unclear = workdir.ingest(["--min-age", "soon", "in"]);
    unclear.assert_code(2).assert_stderr_contains(&["36h"]);
}
