//! Lost responses, stores that become unavailable, and objects that change while they are read:
//! nothing is lost or duplicated, the run ends in time, and the same command completes it.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::dump_generator::Dump;
use crate::emulators::{Cloud, Emulator, s3_variables};
use crate::faulty_network::{Fault, Faulty};
use crate::purchase_fixtures::numbered;
use crate::python::{assert_once, summary};
use crate::rounds::rounds;
use crate::workdir::{NOW, Output, Workdir};

/// Options of runs that give up soon.
const IMPATIENT: [&str; 4] = ["--store-retries", "1", "--store-deadline", "2s"];

fn ingest(workdir: &Workdir, store: SocketAddr, lake: &str, more: &[&str]) -> Output {
    let mut command = workdir.program();
    command.envs(s3_variables(store));
    command.args(["ingest", "--summary", "-", "--now", NOW, "--lake", lake]);
    command.args(["--reject-limit", "100%"]).args(more);
    Output::of(command)
}

/// A dump of two files in the bucket `dumps`.
fn stored_dump(workdir: &Workdir, store: &Emulator) -> Dump {
    let arguments = [
        "--rows", "600", "--files", "2", "--dirt", "0.03", "--days", "2",
    ];
    let dump = Dump::make(workdir, "dump", &arguments);
    for file in &dump.files {
        let name = file.file_name().expect("a name").to_string_lossy();
        let bytes = std::fs::read(file).expect("a dump");
        store.put("dumps", &format!("in/{name}"), &bytes);
    }
    dump
}

#[track_caller]
fn assert_intact(workdir: &Workdir, store: &Emulator, prefix: &str, dump: &Dump) {
    let copy = workdir.path(&format!("copy of {prefix}"));
    let copy = store.download("lake", prefix, &copy);
    assert_once(&summary(&copy), &dump.truth);
}

/// The commit is in the log, but its response is lost.
#[test]
fn commits_whose_response_is_lost_are_read_back() {
    let store = Emulator::start(Cloud::S3, &["dumps", "lake"]);
    let workdir = Workdir::new();
    let dump = stored_dump(&workdir, &store);
    for (number, fault) in [Fault::Lost, Fault::Cut, Fault::Busy]
        .into_iter()
        .enumerate()
    {
        let network = Faulty::planned(store.address, {
            let commits = AtomicUsize::new(0);
            move |_, line| {
                let is_commit = line.starts_with("PUT ")
                    && line.contains("/_delta_log/0")
                    && line.contains(".json ");
                // Creation of the tables, commits of rows, rejects and inputs: each response fails
                // once.
                let fails = is_commit && commits.fetch_add(1, Ordering::SeqCst).is_multiple_of(2);
                if fails { fault } else { Fault::None }
            }
        });
        let prefix = format!("l{number}");
        let lake = store.url("lake", &prefix);
        let inputs = store.url("dumps", "in");
        let first = ingest(&workdir, network.address, &lake, &[&inputs]);
        assert_eq!(
            first.assert_code(0).outcomes(),
            ["ingested"; 2],
            "{fault:?}"
        );
        assert!(network.faults() >= 3, "{fault:?}: {}", network.faults());
        assert_intact(&workdir, &store, &prefix, &dump);
        let again = ingest(&workdir, store.address, &lake, &[&inputs]);
        assert_eq!(again.assert_code(0).outcomes(), ["already_ingested"; 2]);
    }
}

/// One request of the commit gets no response, and the store does not get it.
#[test]
fn a_commit_that_hangs_once_is_sent_again() {
    let store = Emulator::start(Cloud::S3, &["dumps", "lake"]);
    let workdir = Workdir::new();
    let dump = stored_dump(&workdir, &store);
    let network = Faulty::planned(store.address, {
        let commits = AtomicUsize::new(0);
        move |_, line| {
            let is_commit = line.starts_with("PUT ")
                && line.contains("/purchases/_delta_log/00000000000000000001.json");
            let is_first = is_commit && commits.fetch_add(1, Ordering::SeqCst) == 0;
            if is_first { Fault::Hangs } else { Fault::None }
        }
    });
    let lake = store.url("lake", "hung");
    let inputs = store.url("dumps", "in");
    let more = ["--store-timeout", "2s", &inputs];
    let run = ingest(&workdir, network.address, &lake, &more);
    assert_eq!(run.assert_code(0).outcomes(), ["ingested"; 2]);
    assert_eq!(network.faults(), 1);
    assert_intact(&workdir, &store, "hung", &dump);
}

/// A table is created or a commit is written without reading.
#[test]
fn a_failed_write_of_the_log_is_reported_as_such() {
    let store = Emulator::start(Cloud::S3, &["lake"]);
    let workdir = Workdir::new();
    let input = workdir.write("in.ndjson", numbered(0, 5));
    let input = input.to_str().expect("a path of text");
    for (version, message) in [(0, "cannot create the table"), (1, "the commit to table")] {
        let network = Faulty::planned(store.address, move |_, line| {
            let log = format!("/purchases/_delta_log/{version:020}.json");
            let fails = line.starts_with("PUT ") && line.contains(&log);
            if fails { Fault::Expired } else { Fault::None }
        });
        let lake = store.url("lake", &format!("unwritten{version}"));
        let run = ingest(&workdir, network.address, &lake, &[input]);
        run.assert_code(1)
            .assert_stderr_contains(&[message, "renew them", "Log storage error"]);
        assert!(
            !run.stderr().contains("Failed to read"),
            "{}",
            run.transcript()
        );
    }
}

/// The most requests to an unavailable store before a run ends. Each is tried twice, some in
/// parallel.
const MOST_TRIES: usize = 12;

/// From some request on the store is unavailable: it does not matter from which.
#[test]
fn an_unavailable_store_ends_the_run_soon_and_the_same_command_completes_it() {
    let store = Emulator::start(Cloud::S3, &["dumps", "lake"]);
    let workdir = Workdir::new();
    let dump = stored_dump(&workdir, &store);
    let inputs = store.url("dumps", "in");
    let requests = count_requests(&workdir, &store, &inputs);
    // From the first request to the last but one, in steps that meet each kind; then in between.
    for point in [0, 2, 5, 7, 9, 1, 3, 4, 6, 8].into_iter().take(rounds(5)) {
        let last = requests * point / 10;
        let network = Faulty::planned(store.address, move |number, _| {
            if number < last {
                Fault::None
            } else {
                Fault::Down
            }
        });
        let prefix = format!("down{point}");
        let lake = store.url("lake", &prefix);
        let more = [&IMPATIENT[..], &[inputs.as_str()]].concat();
        let down = ingest(&workdir, network.address, &lake, &more);
        // It gives up, and does not try every remaining file.
        let tries = network.faults();
        assert!(
            tries <= MOST_TRIES,
            "{last}: {tries} tries\n{}",
            down.transcript()
        );
        down.assert_code(1).assert_stderr_contains(&["s3://"]);
        let errors = down
            .stderr()
            .lines()
            .filter(|line| line.starts_with("ERROR"));
        assert_eq!(errors.count(), 1, "{}", down.transcript());
        ingest(&workdir, store.address, &lake, &[&inputs]).assert_code(0);
        assert_intact(&workdir, &store, &prefix, &dump);
    }
}

/// Each request is retried until its deadline, but not for every input.
#[test]
fn inputs_in_a_store_that_is_down_are_refused_without_a_wait_for_each() {
    let store = Emulator::start(Cloud::S3, &["dumps"]);
    let workdir = Workdir::new();
    for number in 0..12 {
        let text = numbered(number * 10, 10);
        store.put("dumps", &format!("in/{number}.ndjson"), text.as_bytes());
    }
    let network = Faulty::planned(store.address, |_, line| {
        let is_reading = line.starts_with("GET /dumps/in/");
        if is_reading { Fault::Down } else { Fault::None }
    });
    let more = [&IMPATIENT[..], &["s3://dumps/in"]].concat();
    let down = ingest(&workdir, network.address, "lake", &more);
    assert_eq!(down.assert_code(3).outcomes(), ["refused"; 12]);
    down.assert_stderr_contains(&["s3://dumps/in/9.ndjson", "cannot be reached", "run again"]);
    assert!(network.faults() < 12, "{} requests", network.faults());
    let completed = ingest(&workdir, store.address, "lake", &["s3://dumps/in"]);
    assert_eq!(completed.assert_code(0).json()["counts"]["accepted"], 120);
}

/// How many requests a run makes.
fn count_requests(workdir: &Workdir, store: &Emulator, inputs: &str) -> usize {
    let requests = Arc::new(AtomicUsize::new(0));
    let seen = Arc::clone(&requests);
    let network = Faulty::planned(store.address, move |number, _| {
        seen.fetch_max(number + 1, Ordering::SeqCst);
        Fault::None
    });
    let lake = store.url("lake", "counted");
    ingest(workdir, network.address, &lake, &[inputs]).assert_code(0);
    requests.load(Ordering::SeqCst)
}

/// Writes an object without a signature, which the emulator does not check.
fn put(store: SocketAddr, path: &str, body: &[u8]) {
    let mut stream = TcpStream::connect(store).expect("a connection");
    let head = format!(
        "PUT {path} HTTP/1.1\r\nHost: {store}\r\nAuthorization: AWS4-HMAC-SHA256 Credential=testing/20261122/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=0\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).expect("a request");
    stream.write_all(body).expect("a request");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("an answer");
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
}

/// Same size, other bytes: only the `ETag` shows the change.
#[test]
fn an_object_that_is_replaced_while_it_is_read_is_refused_and_the_others_go_on() {
    let store = Emulator::start(Cloud::S3, &["dumps", "lake"]);
    let workdir = Workdir::new();
    // More than one range of it.
    let (first, other) = (numbered(10_000, 40_000), numbered(50_000, 40_000));
    assert!(
        first.len() > 4 << 20 && first.len() == other.len(),
        "{}",
        first.len()
    );
    store.put("dumps", "in/a.ndjson", first.as_bytes());
    store.put("dumps", "in/b.ndjson", numbered(90_000, 10).as_bytes());
    let replaced_before = |reading: usize| {
        let (address, other) = (store.address, other.clone());
        let readings = AtomicUsize::new(0);
        Faulty::planned(address, move |_, line| {
            let is_reading = line.starts_with("GET /dumps/in/a.ndjson");
            if is_reading && readings.fetch_add(1, Ordering::SeqCst) == reading {
                put(address, "/dumps/in/a.ndjson", other.as_bytes());
            }
            Fault::None
        })
    };
    for reading in [0, 1] {
        store.put("dumps", "in/a.ndjson", first.as_bytes());
        let network = replaced_before(reading);
        let lake = store.url("lake", &format!("replaced{reading}"));
        let inputs = store.url("dumps", "in");
        let output = ingest(&workdir, network.address, &lake, &[&inputs]);
        output.assert_code(3).assert_stderr_contains(&[
            "s3://dumps/in/a.ndjson",
            "FILE-UNREADABLE",
            "run again",
        ]);
        assert_eq!(output.outcomes(), ["refused", "ingested"]);
        let again = ingest(&workdir, store.address, &lake, &[&inputs]);
        assert_eq!(
            again.assert_code(0).outcomes(),
            ["ingested", "already_ingested"]
        );
        assert_eq!(again.json()["counts"]["accepted"], 40_000);
    }
}
