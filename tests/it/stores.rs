//! Inputs, lakes and answers in S3 and Azure, against the same work on local files.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::dump_generator::Dump;
use crate::emulators::{Cloud, Emulator, s3_variables};
use crate::faulty_network::{Fault, Faulty};
use crate::generated_dumps::CONTENT;
use crate::python::{assert_once, python, row_digests, summary};
use crate::workdir::{NOW, Output, Workdir, sample};

/// A lake below a prefix that every client has to escape.
const PREFIX: &str = "lakes/of the shop/ção";

fn command<'a>(
    workdir: &Workdir,
    variables: impl IntoIterator<Item = &'a (&'static str, String)>,
    arguments: &[&str],
) -> Command {
    let mut command = workdir.program();
    let variables = variables.into_iter().map(|(name, value)| (name, value));
    command.envs(variables).args(arguments);
    command
}

fn run(workdir: &Workdir, store: &Emulator, arguments: &[&str]) -> Output {
    Output::of(command(workdir, &store.variables(), arguments))
}

/// Years after every object of the tests was put: none of them is young any more.
const LATER: &str = "2040-01-01T00:00:00Z";

fn ingest(workdir: &Workdir, store: &Emulator, lake: &str, inputs: &[&str]) -> Output {
    ingest_at(NOW, workdir, store, lake, inputs)
}

fn ingest_at(
    now: &str,
    workdir: &Workdir,
    store: &Emulator,
    lake: &str,
    inputs: &[&str],
) -> Output {
    let fixed = ["ingest", "--summary", "-", "--now", now, "--lake", lake];
    run(workdir, store, &[&fixed, inputs].concat())
}

/// The same dump in a store and on disk gives the same rows, and the same answers to the byte.
fn a_lake_in_a_store_is_the_local_one(cloud: Cloud) {
    let store = Emulator::start(cloud, &["dumps", "lake"]);
    let workdir = Workdir::new();
    let arguments = [
        "--rows", "6000", "--files", "3", "--dirt", "0.03", "--days", "6", "--gzip",
    ];
    let dump = Dump::make(&workdir, "dump", &arguments);
    for file in &dump.files {
        let name = file.file_name().expect("a name").to_string_lossy();
        let bytes = std::fs::read(file).expect("a dump");
        store.put("dumps", &format!("day=1/{name}"), &bytes);
    }
    store.put("dumps", "day=1/_SUCCESS", b"");
    store.put("dumps", "day=10/other.json", b"[]");

    let lake = store.url("lake", PREFIX);
    let folder = store.url("dumps", "day=1");
    let first = ingest_at(LATER, &workdir, &store, &lake, &[&folder]);
    assert_eq!(first.assert_code(0).summary_count("inputs ingested"), 3);
    let by_pattern = store.url("dumps", "*=1/*.gz");
    let again = ingest(&workdir, &store, &lake, &[&by_pattern]);
    assert_eq!(
        again
            .assert_code(0)
            .summary_count("inputs already ingested"),
        3
    );
    let plan = ["ingest", "--dry-run", "--lake", &lake, &by_pattern];
    let planned = run(&workdir, &store, &plan);
    assert!(
        planned
            .assert_code(0)
            .stdout()
            .contains("0 of 3 inputs would be read"),
        "{}",
        planned.transcript()
    );

    let copy = store.download("lake", PREFIX, &workdir.path("copy"));
    assert_once(&summary(&copy), &dump.truth);
    let folder = dump.files[0].parent().expect("a folder").to_owned();
    let local = ["--reject-limit", "100%", &folder.to_string_lossy()].map(str::to_owned);
    workdir.ingest(local).assert_code(0);
    let digests = row_digests(CONTENT, &[copy, workdir.lake()]);
    assert_eq!(digests[0], digests[1]);

    same_answers(&workdir, &store, &lake);
}

/// Reports from both lakes are the same bytes, on standard output and in a store.
fn same_answers(workdir: &Workdir, store: &Emulator, lake: &str) {
    let question = ["--ending-at", "2026-10-06", "--length", "6"];
    let out = store.url("dumps", "answers/series.json");
    let local = workdir.report("quantity-series", question);
    let arguments = [
        &["report", "quantity-series", "--now", NOW, "--lake", lake],
        &question[..],
    ];
    let here = run(workdir, store, &arguments.concat());
    assert_eq!(here.assert_code(0).stdout(), local.stdout());
    let there = [&arguments.concat()[..], &["--output", &out]].concat();
    run(workdir, store, &there).assert_code(0);
    assert_eq!(
        store.get("dumps", "answers/series.json"),
        local.stdout().as_bytes()
    );
}

#[test]
fn a_lake_in_s3_is_the_local_one() {
    a_lake_in_a_store_is_the_local_one(Cloud::S3);
}

#[test]
fn a_lake_in_azure_is_the_local_one() {
    a_lake_in_a_store_is_the_local_one(Cloud::Azure);
}

/// Every fifth request fails, in three ways one after the other: retries, ranges that are asked for
/// again, and commits that are looked up after their answer was lost.
#[test]
fn a_network_that_fails_now_and_then_loses_and_doubles_nothing() {
    let store = Emulator::start(Cloud::S3, &["dumps", "lake"]);
    let network = Faulty::before(store.address, |number| match number % 15 {
        4 => Fault::Busy,
        9 => Fault::Cut,
        14 => Fault::Lost,
        _ => Fault::None,
    });
    let workdir = Workdir::new();
    let arguments = [
        "--rows", "4000", "--files", "4", "--dirt", "0.03", "--days", "5",
    ];
    let dump = Dump::make(&workdir, "dump", &arguments);
    let folder = dump.files[0].parent().expect("a folder");
    store.put_folder(folder, "dumps", "in");
    let inputs: Vec<String> = dump
        .files
        .iter()
        .map(|file| {
            let name = file.file_name().expect("a name").to_string_lossy();
            store.url("dumps", &format!("in/{name}"))
        })
        .collect();
    let lake = store.url("lake", "l");
    let mut arguments = vec!["ingest", "--summary", "-", "--now", NOW, "--lake", &lake];
    arguments.extend(["--reject-limit", "100%", "--store-deadline", "30s"]);
    arguments.extend(inputs.iter().map(String::as_str));
    let variables = s3_variables(network.address);
    let output = Output::of(command(&workdir, &variables, &arguments));
    assert_eq!(output.assert_code(0).summary_count("inputs ingested"), 4);
    assert!(network.faults() > 20, "only {} faults", network.faults());
    let copy = store.download("lake", "l", &workdir.path("copy"));
    assert_once(&summary(&copy), &dump.truth);
}

#[test]
fn expired_credentials_fail_at_once_with_a_remedy() {
    let store = Emulator::start(Cloud::S3, &["dumps", "lake"]);
    store.put("dumps", "a.json", b"[]");
    let network = Faulty::before(store.address, |_| Fault::Expired);
    let workdir = Workdir::new();
    let variables = s3_variables(network.address);
    let arguments = ["ingest", "--lake", "s3://lake/l", "s3://dumps/a.json"];
    let output = Output::of(command(&workdir, &variables, &arguments));
    output
        .assert_code(1)
        .assert_stderr_contains(&["s3://dumps/a.json", "expired", "renew"]);
    assert!(store.keys("lake", "l").is_empty());
}

#[test]
fn what_is_missing_in_a_store_is_named_with_a_remedy_and_nothing_is_written() {
    let store = Emulator::start(Cloud::S3, &["dumps", "lake"]);
    store.put("dumps", "a.json", b"[]");
    let workdir = Workdir::new();
    for (lake, input, code, message) in [
        ("s3://nolake/l", "s3://dumps/a.json", 1, "create it"),
        ("s3://lake/l", "s3://nodumps/a.json", 1, "create it"),
        ("s3://lake/l", "s3://nodumps/*.json", 1, "create it"),
        ("s3://lake/l", "s3://dumps/b.json", 2, "s3://dumps/b.json"),
        ("s3://lake/l", "s3://dumps/[.json", 2, "pattern"),
        (
            "s3://lake/l",
            "s3://k:hunter2@dumps/a.json",
            2,
            "environment",
        ),
        (
            "s3://k:hunter2@lake/l",
            "s3://dumps/a.json",
            2,
            "environment",
        ),
        ("ftp://lake/l", "s3://dumps/a.json", 2, "scheme"),
        ("s3://lake/../l", "s3://dumps/a.json", 2, ".."),
        (
            "gs://lake/l",
            "s3://dumps/a.json",
            1,
            "GOOGLE_APPLICATION_CREDENTIALS",
        ),
    ] {
        let output = run(&workdir, &store, &["ingest", "--lake", lake, input]);
        output.assert_code(code).assert_stderr_contains(&[message]);
        assert!(
            !output.stderr().contains("hunter2"),
            "{}",
            output.transcript()
        );
    }
    let anonymous = ["ingest", "--lake", "s3://lake/l", "s3://dumps/a.json"];
    let output = Output::of(command(&workdir, &[], &anonymous));
    output
        .assert_code(1)
        .assert_stderr_contains(&["AWS_ACCESS_KEY_ID"]);
    let endpoint = ("AWS_ENDPOINT_URL", "http://store.example".to_owned());
    let output = Output::of(command(&workdir, &[endpoint], &anonymous));
    output
        .assert_code(2)
        .assert_stderr_contains(&["--allow-http"]);
    assert!(store.keys("lake", "").is_empty());
}

/// Local and stored places in one command: a dump here, its lake there, and the other way round.
#[test]
fn places_of_all_kinds_are_mixed_in_one_command() {
    let store = Emulator::start(Cloud::S3, &["dumps", "lake"]);
    let workdir = Workdir::new();
    let (web, counter) = (sample("web_2026-10.ndjson"), sample("balcao_2026-10.csv"));
    let bytes = std::fs::read(&counter).expect("a sample");
    store.put("dumps", "balcao.csv", &bytes);
    let zone = ["--default-timezone", "America/Sao_Paulo"];
    let local = format!("file://{}", workdir.lake().display());
    let web = web.to_string_lossy();
    for lake in [local.as_str(), "s3://lake/l"] {
        let inputs = [&zone[..], &[&*web, "s3://dumps/balcao.csv"]].concat();
        ingest(&workdir, &store, lake, &inputs).assert_code(0);
    }
    let copy = store.download("lake", "l", &workdir.path("copy"));
    let digests = row_digests(CONTENT, &[copy.clone(), workdir.lake()]);
    assert_eq!(digests[0], digests[1]);
    assert_same_tables(&[(&copy, ""), (&workdir.lake(), "")]);
}

/// Fails unless all tables of two lakes hold the same rows, but for the run that wrote them. The
/// texts are what the names of the inputs begin with.
#[track_caller]
pub(crate) fn assert_same_tables(lakes: &[(&Path, &str); 2]) {
    let arguments: Vec<PathBuf> = lakes
        .iter()
        .flat_map(|(lake, root)| [lake.to_path_buf(), PathBuf::from(root)])
        .collect();
    let found = python("compare_lakes.py", arguments);
    assert_eq!(found["differences"], serde_json::json!([]), "{found:#}");
    assert!(found["rows"].as_u64() > Some(0), "{found:#}");
}
