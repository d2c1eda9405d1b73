//! Runs stopped between two commits, and their recovery by the next run.
//!
//! A run commits rejects, then rows, then the rows of `inputs`. A stop before the last step is
//! simulated by removing that commit: the data file remains, as after a kill.

use std::ffi::OsString;
use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;
use std::process::Stdio;

use serde_json::Value;

use crate::lake_maintenance::lake_command;
use crate::purchase_fixtures::numbered;
use crate::python::{listed_contents, summary};
use crate::rounds::rounds;
use crate::supplier_fixtures::{self, SupplierPurchaseFixture, page, supplier_purchases};
use crate::workdir::{Output, Workdir};

/// Events of Currents, one a line; a repeated id is a repeated event.
pub(crate) fn events(ids: impl IntoIterator<Item = u64>) -> String {
    let mut text = String::new();
    for id in ids {
        writeln!(
            text,
            "{{\"id\":\"event-{id}\",\"user_id\":\"u1\",\"external_user_id\":\"x1\",\
             \"app_id\":\"a1\",\"time\":1790000000,\"product_id\":\"pen\",\"price\":1.5,\
             \"currency\":\"USD\",\"properties\":\"{{}}\"}}"
        )
        .expect("a String takes all");
    }
    text
}

/// The commits of the table of inputs after its first version, newest first.
fn commits_of_inputs(workdir: &Workdir) -> Vec<PathBuf> {
    let log = workdir.lake().join("inputs/_delta_log");
    let entries = fs::read_dir(log).expect("the log of a table");
    let mut commits: Vec<PathBuf> = entries
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "json")
        })
        .collect();
    commits.sort();
    commits.drain(..1);
    commits.reverse();
    commits
}

/// Removes the commits of the table of inputs, as if the run had been stopped before.
pub(crate) fn unlist(workdir: &Workdir) {
    let commits = commits_of_inputs(workdir);
    assert!(!commits.is_empty(), "no input is listed");
    for commit in commits {
        fs::remove_file(commit).expect("a commit");
    }
}

/// Removes the data files of the table of inputs as well.
fn lose_staged_rows(workdir: &Workdir) {
    let folder = fs::read_dir(workdir.lake().join("inputs")).expect("the folder of a table");
    for entry in folder {
        let path = entry.expect("an entry").path();
        if path.is_file() {
            fs::remove_file(path).expect("a data file");
        }
    }
}

fn listed(workdir: &Workdir) -> Vec<Value> {
    listed_contents(&workdir.lake())
}

#[track_caller]
fn assert_intact(workdir: &Workdir) {
    let verified = lake_command(workdir, "verify", &["--deep", "--format", "json"]);
    verified.assert_code(0);
    let findings = verified.json()["findings"].clone();
    let mut other = findings.as_array().expect("a list").iter();
    // The row of a further path, which a test has unlisted, is written again.
    let is_other = other.any(|finding| finding["what"] != "orphan" || finding["table"] != "inputs");
    assert!(!is_other, "{findings:#}");
}

fn suppliers(workdir: &Workdir, inputs: &[PathBuf]) -> Output {
    supplier_fixtures::ingest(workdir, "12", inputs)
}

#[test]
fn copies_of_one_content_do_not_stop_a_folder_for_ever_when_a_run_was_stopped() {
    let contents = [numbered(0, 3), String::new()];
    for content in &contents {
        let workdir = Workdir::new();
        let inputs = ["a.ndjson", "b.ndjson"].map(|name| workdir.write(name, content));
        workdir.ingest(&inputs).assert_code(0);
        let before = listed(&workdir);
        unlist(&workdir);
        let new = workdir.write("c.ndjson", numbered(3, 4));
        let again = workdir.ingest(inputs.iter().chain([&new]));
        again.assert_code(0);
        assert_eq!(
            again.outcomes(),
            ["already_ingested", "already_ingested", "ingested"],
            "{}",
            again.transcript()
        );
        let after = listed(&workdir);
        assert!(before.iter().all(|row| after.contains(row)), "{after:#?}");
        assert_eq!(after.len(), 2, "{after:#?}");
        assert_intact(&workdir);
    }
}

#[test]
fn copies_of_one_supplier_dump_do_not_stop_a_folder_for_ever_when_a_run_was_stopped() {
    let workdir = Workdir::new();
    let content = page(1, 1, 2, &supplier_purchases([1, 2]));
    let inputs = ["a.json", "b.json"].map(|name| workdir.write(name, &content));
    suppliers(&workdir, &inputs).assert_code(0);
    let before = listed(&workdir);
    unlist(&workdir);
    suppliers(&workdir, &inputs).assert_code(0);
    assert_eq!(listed(&workdir), before);
    assert_intact(&workdir);
}

#[test]
fn an_input_of_events_is_listed_with_the_counts_of_the_run_that_was_stopped() {
    let workdir = Workdir::new();
    let first = workdir.write("first.ndjson", events(0..3));
    workdir.ingest([first]).assert_code(0);
    let kept = listed(&workdir);
    let input = workdir.write("input.ndjson", events([2, 3, 4, 4]));
    workdir.ingest([&input]).assert_code(0);
    let before = listed(&workdir);
    assert_eq!(summary(&workdir.lake())["inputs"]["counts"]["accepted"], 5);
    fs::remove_file(commits_of_inputs(&workdir).remove(0)).expect("a commit");
    assert_eq!(listed(&workdir), kept);
    let again = workdir.ingest([&input]);
    again.assert_code(0);
    assert_eq!(again.outcomes(), ["already_ingested"]);
    assert_eq!(listed(&workdir), before);
    assert_intact(&workdir);
}

#[test]
fn a_renamed_copy_is_listed_under_the_path_that_its_rows_bear() {
    let workdir = Workdir::new();
    let input = workdir.write("input.ndjson", numbered(0, 3) + "{}\n");
    let every = ["--reject-limit", "100%"].map(OsString::from);
    let ingest = |input: &PathBuf| {
        workdir.ingest(
            every
                .iter()
                .cloned()
                .chain([input.clone().into_os_string()]),
        )
    };
    ingest(&input).assert_code(0);
    let before = listed(&workdir);
    unlist(&workdir);
    let renamed = workdir.path("renamed.ndjson");
    fs::rename(&input, &renamed).expect("another name");
    ingest(&renamed).assert_code(0);
    assert_eq!(listed(&workdir), before);
    assert_intact(&workdir);
}

#[test]
fn supplier_inputs_are_listed_with_what_became_of_their_versions() {
    let workdir = Workdir::new();
    let version = |id, hour: &str| {
        let updated_at = format!("2026-10-06T{hour}:00:00-03:00");
        let of = SupplierPurchaseFixture {
            id,
            updated_at: &updated_at,
            ..SupplierPurchaseFixture::default()
        };
        of.json()
    };
    let old = page(
        1,
        1,
        3,
        &[version(1, "09"), version(2, "09"), version(3, "09")],
    );
    let new = page(
        1,
        1,
        3,
        &[version(1, "10"), version(2, "09"), version(3, "10")],
    );
    let inputs = [
        workdir.write("old.json", old),
        workdir.write("new.json", new),
    ];
    suppliers(&workdir, &inputs).assert_code(0);
    let before = listed(&workdir);
    let counts = summary_of_inputs(&before);
    // Of six versions three are current; the second of purchase 2 is a copy, the first of 1 and 3
    // are old.
    assert_eq!(
        counts,
        [("accepted", 3), ("duplicate", 1), ("superseded", 2)]
    );
    unlist(&workdir);
    suppliers(&workdir, &inputs).assert_code(0);
    assert_eq!(listed(&workdir), before);
    assert_intact(&workdir);
}

/// Sums of the counts of all inputs.
fn summary_of_inputs(rows: &[Value]) -> [(&'static str, u64); 3] {
    ["accepted", "duplicate", "superseded"].map(|name| {
        let counts = rows.iter().map(|row| row[name].as_str().expect("a text"));
        (
            name,
            counts
                .map(|count| count.parse::<u64>().expect("a count"))
                .sum(),
        )
    })
}

#[test]
fn what_a_stopped_run_recorded_and_lost_is_counted_again_and_reported() {
    let workdir = Workdir::new();
    let first = workdir.write("first.ndjson", events(0..3));
    workdir.ingest([&first]).assert_code(0);
    let input = workdir.write("input.ndjson", events([2, 3, 4, 4]));
    workdir.ingest([&input]).assert_code(0);
    let counts = summary(&workdir.lake())["inputs"]["counts"].clone();
    unlist(&workdir);
    lose_staged_rows(&workdir);
    let renamed = workdir.path("renamed.ndjson");
    fs::rename(&input, renamed).expect("another name");
    for name in ["first.ndjson", "renamed.ndjson"] {
        let again = workdir.ingest([workdir.path(name)]);
        again
            .assert_code(0)
            .assert_stderr_contains(&["counts of this input in table inputs were recomputed"]);
        assert_eq!(again.outcomes(), ["already_ingested"]);
        let notes = again.json()["notes"].clone();
        assert_eq!(notes.as_array().map(Vec::len), Some(1), "{notes:#}");
    }
    let found = summary(&workdir.lake());
    assert_eq!(found["inputs"]["counts"], counts, "{found:#}");
    assert_intact(&workdir);
}

#[test]
fn supplier_inputs_whose_rows_are_lost_are_counted_as_if_they_had_come_alone() {
    let workdir = Workdir::new();
    let old = SupplierPurchaseFixture {
        updated_at: "2026-10-05T09:00:00-03:00",
        ..SupplierPurchaseFixture::default()
    };
    let content = page(
        1,
        1,
        2,
        &[old.json(), SupplierPurchaseFixture::default().json()],
    );
    let inputs = [workdir.write("a.json", content)];
    suppliers(&workdir, &inputs).assert_code(0);
    let counts = summary_of_inputs(&listed(&workdir));
    assert_eq!(
        counts,
        [("accepted", 1), ("duplicate", 0), ("superseded", 1)]
    );
    unlist(&workdir);
    lose_staged_rows(&workdir);
    let again = suppliers(&workdir, &inputs);
    again
        .assert_code(0)
        .assert_stderr_contains(&["counts of this input in table inputs were recomputed"]);
    assert_eq!(summary_of_inputs(&listed(&workdir)), counts);
    assert_intact(&workdir);
}

/// Rounds of two processes that read the same events at the same time.
const RACES: usize = 8;

#[test]
fn two_processes_that_meet_in_the_same_events_list_them_as_one_would() {
    let workdir = Workdir::new();
    let races = rounds(RACES) as u64;
    for round in 0..races {
        let name = format!("{round}.ndjson");
        let input = workdir.write(&name, events(round * 1000..round * 1000 + 500));
        let start = || {
            let mut command = workdir.ingest_command();
            command.arg(&input).stdin(Stdio::null());
            command.stdout(Stdio::piped()).stderr(Stdio::piped());
            let shown = format!("{command:?}");
            (shown, command.spawn().expect("the program starts"))
        };
        let both = [start(), start()];
        for (shown, child) in both {
            let ended = child.wait_with_output().expect("the end of the run");
            Output::new(shown, ended).assert_code(0);
        }
    }
    let found = summary(&workdir.lake());
    assert_eq!(found["purchases"]["rows"], races * 500, "{found:#}");
    assert_eq!(found["inputs"]["rows"], races, "{found:#}");
    assert_eq!(
        found["inputs"]["counts"]["accepted"],
        races * 500,
        "{found:#}"
    );
    lake_command(&workdir, "verify", &["--deep"]).assert_code(0);
}

#[test]
fn an_empty_dump_is_reported_every_night_even_with_quiet() {
    for content in ["", "[]"] {
        let workdir = Workdir::new();
        let input = workdir.write("empty.json", content);
        let lake = workdir.lake();
        for night in 0..3 {
            let options: [&std::ffi::OsStr; 4] = [
                "ingest".as_ref(),
                "--quiet".as_ref(),
                "--lake".as_ref(),
                lake.as_os_str(),
            ];
            // The third night reads the file again and finds known content.
            let again = (night == 2).then_some("--verify-content".as_ref());
            let ran = workdir.run(options.into_iter().chain(again).chain([input.as_os_str()]));
            ran.assert_code(0)
                .assert_stderr_contains(&["empty.json", "FILE-EMPTY"]);
        }
        let newest = workdir.ingest([&input]).json();
        assert_eq!(newest["warned_by_rule"]["FILE-EMPTY"], 1, "{newest:#}");
        assert_eq!(newest["inputs"][0]["outcome"], "already_ingested");
    }
}
