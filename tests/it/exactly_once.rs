//! Exactly once: repeated, renamed, compressed and concurrent inputs.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::path::PathBuf;
use std::process::Stdio;
use std::time::{Duration, SystemTime};

use serde_json::Value;

use crate::dump_generator::Dump;
use crate::purchase_fixtures::{numbered, quantity_series};
use crate::python::{assert_once, summaries, summary};
use crate::rounds::rounds;
use crate::workdir::{NOW, Output, Workdir, read_json};

/// The files of a dump concatenated: a gzip or zstd file may have several members.
fn joined(workdir: &Workdir, name: &str, dump: &Dump) -> PathBuf {
    let parts = dump
        .files
        .iter()
        .map(|file| fs::read(file).expect("a part of a dump"));
    workdir.write(name, parts.collect::<Vec<_>>().concat())
}

#[track_caller]
fn assert_known(workdir: &Workdir, input: &OsStr, more: &[&str]) {
    let again = workdir.ingest(more.iter().map(OsStr::new).chain([input]));
    again.assert_code(0);
    assert_eq!(
        again.outcomes(),
        ["already_ingested"],
        "{}",
        again.transcript()
    );
    assert_eq!(
        again.summary_count("inputs already ingested"),
        1,
        "{}",
        again.transcript()
    );
    assert_eq!(again.summary_count("accepted"), 0, "{}", again.transcript());
}

#[test]
fn a_second_run_and_copies_of_any_name_and_packing_add_nothing() {
    let workdir = Workdir::new();
    let make = |folder: &str, packing: Option<&str>| {
        let plain = ["--rows", "5000", "--files", "2", "--dirt", "0.02"];
        let arguments: Vec<&str> = plain.into_iter().chain(packing).collect();
        Dump::make(&workdir, folder, &arguments)
    };
    let dump = make("plain", None);
    let plain = joined(&workdir, "purchases.ndjson", &dump);
    let first = workdir.ingest([&plain]);
    first.assert_code(0);
    assert_eq!(
        first.summary_count("accepted"),
        dump.count("accepted"),
        "{}",
        first.transcript()
    );

    assert_known(&workdir, plain.as_os_str(), &[]);
    assert_known(&workdir, plain.as_os_str(), &["--verify-content"]);
    let renamed = workdir.path("other name.txt");
    fs::copy(&plain, &renamed).expect("a copy");
    let packed = [
        renamed,
        joined(&workdir, "two members", &make("gzip", Some("--gzip"))),
        joined(&workdir, "two frames.json", &make("zstd", Some("--zstd"))),
    ];
    for copy in &packed {
        assert_ne!(fs::metadata(copy).expect("a copy").len(), 0);
        assert_known(&workdir, copy.as_os_str(), &[]);
        assert_known(&workdir, copy.as_os_str(), &["--verify-content"]);
    }
    let found = summary(&workdir.lake());
    assert_eq!(found["purchases"]["rows"], dump.truth["accepted"]);
    assert_eq!(found["purchases"]["places"], dump.truth["accepted"]);
    assert_eq!(found["rejects"]["rows"], dump.truth["rejected"]);
    assert_eq!(found["rejects"]["by_rule"], dump.truth["rejected_by_rule"]);
    assert_eq!(found["inputs"]["rows"], 1, "{found:#}");
}

#[test]
fn all_members_of_a_packed_file_are_read() {
    for packing in ["--gzip", "--zstd"] {
        let workdir = Workdir::new();
        let dump = Dump::make(
            &workdir,
            "dump",
            &["--rows", "5000", "--files", "3", packing],
        );
        let output = workdir.ingest([joined(&workdir, "packed", &dump)]);
        output.assert_code(0);
        let report = output.json();
        assert_eq!(
            report["counts"]["read"],
            5000,
            "{packing}: {}",
            output.transcript()
        );
        assert_eq!(
            report["rejected_by_rule"], dump.truth["rejected_by_rule"],
            "{packing}"
        );
        assert_eq!(
            report["bytes"], dump.truth["bytes_uncompressed"],
            "{packing}"
        );
    }
}

#[test]
fn a_file_that_changed_behind_its_size_and_time_is_found_by_its_content() {
    let workdir = Workdir::new();
    let path = workdir.write("dump.ndjson", numbered(100, 3));
    let modified = fs::metadata(&path)
        .expect("the dump")
        .modified()
        .expect("a time");
    workdir.ingest([&path]).assert_code(0);
    workdir.write("dump.ndjson", numbered(200, 3));
    let file = fs::OpenOptions::new()
        .write(true)
        .open(&path)
        .expect("the dump");
    file.set_modified(modified)
        .expect("the time of the first dump");
    drop(file);
    assert_known(&workdir, path.as_os_str(), &[]);
    let read = workdir.ingest(["--verify-content".as_ref(), path.as_os_str()]);
    read.assert_code(3)
        .assert_stderr_contains(&["FILE-CHANGED"]);
    let replace = ["--verify-content", "--changed-input", "replace"].map(OsStr::new);
    let read = workdir.ingest(replace.into_iter().chain([path.as_os_str()]));
    assert_eq!(read.outcomes(), ["ingested"], "{}", read.transcript());
    assert_eq!(read.summary_count("accepted"), 3, "{}", read.transcript());
    // A new modification time alone causes a comparison, which finds known content.
    let file = fs::OpenOptions::new()
        .write(true)
        .open(&path)
        .expect("the dump");
    file.set_modified(modified + std::time::Duration::from_secs(1))
        .expect("a later time");
    assert_known(&workdir, path.as_os_str(), &[]);
}

#[test]
fn a_young_file_with_a_time_in_whole_seconds_is_read_again() {
    let now = chrono::DateTime::parse_from_rfc3339(NOW).expect("a time");
    for (age, outcome) in [(1, "refused"), (2, "already_ingested")] {
        let workdir = Workdir::new();
        let modified = SystemTime::from(now) - Duration::from_secs(age);
        let replace = |from: usize| {
            let path = workdir.write("dump.ndjson", numbered(from, 3));
            let file = fs::OpenOptions::new().write(true).open(&path);
            let set = file.and_then(|file| file.set_modified(modified));
            set.expect("a modification time");
            path
        };
        workdir.ingest([&replace(100)]).assert_code(0);
        let second = workdir.ingest([&replace(200)]);
        assert_eq!(second.outcomes(), [outcome], "{age} s");
    }
}

#[test]
fn the_same_content_twice_in_one_run_is_ingested_once() {
    // Small inputs are committed together, large ones one by one.
    for rows in ["300", "20000"] {
        let workdir = Workdir::new();
        let dump = Dump::make(&workdir, "dump", &["--rows", rows, "--dirt", "0.02"]);
        let copy = workdir.path("copy.ndjson");
        fs::copy(dump.file(), &copy).expect("a copy");
        let output = workdir.ingest([dump.file(), &copy, dump.file()]);
        output.assert_code(0);
        assert_eq!(
            output.outcomes(),
            ["ingested", "already_ingested"],
            "{}",
            output.transcript()
        );
        assert_eq!(
            output.summary_count("accepted"),
            dump.count("accepted"),
            "{}",
            output.transcript()
        );
        assert_once(&summary(&workdir.lake()), &dump.truth);
    }
}

/// Starts all processes before waiting for any.
pub(crate) fn run_at_once(workdir: &Workdir, inputs: &[Vec<OsString>]) -> Vec<Output> {
    let children: Vec<_> = inputs
        .iter()
        .map(|inputs| {
            let mut command = workdir.ingest_command();
            command
                .args(inputs)
                .stdin(Stdio::null())
                .stdout(Stdio::piped())
                .stderr(Stdio::piped());
            (
                format!("{command:?}"),
                command.spawn().expect("the program starts"),
            )
        })
        .collect();
    let ended = children.into_iter().map(|(shown, child)| {
        Output::new(shown, child.wait_with_output().expect("the program ends"))
    });
    ended.collect()
}

fn accepted(outputs: &[Output]) -> u64 {
    let reports = outputs.iter().map(|output| output.assert_code(0).json());
    reports
        .map(|report| report["counts"]["accepted"].as_u64().expect("a count"))
        .sum()
}

#[test]
fn two_processes_with_the_same_input_put_each_row_in_once() {
    let dumps = Workdir::new();
    // One input that is committed alone, one that is committed with others.
    let large = Dump::make(&dumps, "large", &["--rows", "20000", "--dirt", "0.02"]);
    let small = Dump::make(
        &dumps,
        "small",
        &["--rows", "1000", "--seed", "2", "--dirt", "0.02"],
    );
    for dump in [&large, &small] {
        let workdirs: Vec<Workdir> = (0..rounds(10)).map(|_| Workdir::new()).collect();
        for workdir in &workdirs {
            let inputs = [vec![dump.file().into()], vec![dump.file().into()]];
            let outputs = run_at_once(workdir, &inputs);
            assert_eq!(
                accepted(&outputs),
                dump.count("accepted"),
                "{}",
                outputs[1].transcript()
            );
            let outcomes = outputs
                .iter()
                .flat_map(Output::outcomes)
                .collect::<Vec<_>>();
            let ingested = outcomes
                .iter()
                .filter(|outcome| *outcome == "ingested")
                .count();
            assert_eq!(ingested, 1, "{outcomes:?}");
        }
        let lakes: Vec<PathBuf> = workdirs.iter().map(Workdir::lake).collect();
        for found in summaries(&lakes) {
            assert_once(&found, &dump.truth);
        }
    }
}

#[test]
fn several_processes_with_inputs_of_their_own_lose_no_row() {
    let dumps = Workdir::new();
    let arguments = ["--rows", "12000", "--files", "12", "--dirt", "0.02"];
    let dump = Dump::make(&dumps, "dump", &arguments);
    // Each of the four processes has files in common with another one.
    let shares: Vec<Vec<OsString>> = (0..4)
        .map(|process| {
            let files = dump.files.iter().enumerate();
            let mine = files.filter(|(at, _)| at % 4 == process || at % 4 == (process + 1) % 4);
            mine.map(|(_, file)| file.into()).collect()
        })
        .collect();
    for _ in 0..rounds(1) {
        let workdir = Workdir::new();
        let outputs = run_at_once(&workdir, &shares);
        assert_eq!(accepted(&outputs), dump.count("accepted"));
        assert_once(&summary(&workdir.lake()), &dump.truth);
    }
}

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
        output.transcript()
    );

    // The second file repeats all events of the first, with one more byte.
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
        output.transcript()
    );
    assert_eq!(count(1, "accepted"), 0, "{}", output.transcript());
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
        .assert_stderr_contains(&["99"]);
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

#[test]
fn a_currents_event_that_the_lake_holds_is_dropped_by_a_later_run() {
    let workdir = Workdir::new();
    let event = |id: &str| {
        format!(
            "{{\"id\":\"{id}\",\"user_id\":\"b\",\"external_user_id\":\"x\",\"time\":1790812961,\"product_id\":\"p\",\"price\":1,\"currency\":\"BRL\"}}\n"
        )
    };
    let first = workdir.write("first.ndjson", event("e1").repeat(2));
    let second = workdir.write("second.ndjson", event("e1") + &event("e2"));
    for input in [first, second] {
        let run = workdir.ingest([&input]);
        run.assert_code(0);
        let counts = (
            run.summary_count("accepted"),
            run.summary_count("duplicate"),
        );
        assert_eq!(counts, (1, 1), "{}", run.transcript());
    }
}
