//! Concurrent changes of the state of supplier purchases, and killed runs.

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::{Child, Stdio};
use std::time::Instant;

use serde_json::{Value, json};

use crate::dump_generator::generate;
use crate::exactly_once::run_at_once;
use crate::killed_runs::kill_after;
use crate::rounds::{Instants, rounds};
use crate::supplier_fixtures::{assert_same_rows, compare_with_oracle, ingest, options};
use crate::workdir::{Output, Workdir};

/// Rounds of a race, each with a lake of its own.
const ROUNDS: usize = 20;

/// Two dumps of company 12, of some pages each.
fn dumps(workdir: &Workdir, rows: &str) -> [PathBuf; 2] {
    let arguments = format!(
        "--kind supplier-purchases --rows {rows} --seed 31 --dirt 0.03 --shape pages --per-page 100 \
         --shuffle"
    );
    let arguments: Vec<&str> = arguments.split_whitespace().collect();
    let (folder, _) = generate(workdir, "dumps", &arguments);
    ["dump-1", "dump-2"].map(|dump| folder.join(dump).join("company-12"))
}

fn plan(dumps: &[PathBuf]) -> Value {
    let runs: Vec<Value> = dumps
        .iter()
        .map(|dump| json!({"company": 12, "paths": [dump]}))
        .collect();
    json!({ "runs": runs })
}

fn pages(dump: &PathBuf) -> usize {
    std::fs::read_dir(dump).expect("a folder").count()
}

fn arguments(dump: &PathBuf) -> Vec<OsString> {
    let mut arguments = options("12");
    arguments.push(dump.into());
    arguments
}

/// A count over both reports.
fn sum(outputs: &[Output], count: &str) -> u64 {
    let reports = outputs.iter().map(|output| output.assert_code(0).json());
    reports
        .map(|report| report["counts"][count].as_u64().expect("a count"))
        .sum()
}

/// Fails unless every lake has the rows of the oracle, each reject once and each input once.
#[track_caller]
fn assert_lakes(compared: &Value, dumps: &[PathBuf], story: &dyn Fn(usize) -> String) {
    let rejected: u64 = compared["runs"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|run| run["total"]["rejected"].as_u64().expect("a count"))
        .sum();
    assert!(rejected > 0, "{compared:#}");
    let inputs: usize = dumps.iter().map(pages).sum();
    for (at, lake) in compared["lakes"]
        .as_array()
        .expect("a list")
        .iter()
        .enumerate()
    {
        assert_same_rows(lake, &story(at));
        assert_eq!(lake["rejects"]["rows"], rejected, "{}", story(at));
        assert_eq!(lake["rejects"]["places"], rejected, "{}", story(at));
        assert_eq!(lake["inputs"]["rows"], inputs, "{}", story(at));
        assert_eq!(lake["inputs"]["digests"], inputs, "{}", story(at));
    }
}

#[test]
fn two_processes_with_different_dumps_of_a_company_lose_and_double_no_version() {
    let made = Workdir::new();
    let dumps = dumps(&made, "1500");
    let workdirs: Vec<Workdir> = (0..rounds(ROUNDS)).map(|_| Workdir::new()).collect();
    let mut read = Vec::new();
    for workdir in &workdirs {
        let outputs = run_at_once(workdir, &dumps.each_ref().map(arguments));
        read.push(sum(&outputs, "read"));
        let outcomes_of_read = ["accepted", "superseded", "duplicate", "rejected"];
        let parts = outcomes_of_read.map(|count| sum(&outputs, count));
        assert_eq!(read.last(), Some(&parts.iter().sum()), "{parts:?}");
    }
    let lakes: Vec<PathBuf> = workdirs.iter().map(Workdir::lake).collect();
    let compared = compare_with_oracle(&plan(&dumps), &lakes);
    assert_lakes(&compared, &dumps, &|round| format!("round {round}"));
    let all: u64 = (0..2)
        .map(|run| {
            compared["runs"][run]["total"]["read"]
                .as_u64()
                .expect("a count")
        })
        .sum();
    assert_eq!(read, vec![all; workdirs.len()]);
}

#[test]
fn two_processes_with_the_same_dump_count_it_once() {
    let made = Workdir::new();
    let [dump, _] = dumps(&made, "1500");
    let workdirs: Vec<Workdir> = (0..rounds(ROUNDS)).map(|_| Workdir::new()).collect();
    let mut counts = Vec::new();
    for workdir in &workdirs {
        let outputs = run_at_once(workdir, &[arguments(&dump), arguments(&dump)]);
        let outcomes = ["read", "accepted", "superseded", "duplicate", "rejected"];
        counts.push(json!(outcomes.map(|outcome| sum(&outputs, outcome))));
        let outcomes: Vec<String> = outputs.iter().flat_map(Output::outcomes).collect();
        let ingested = outcomes.iter().filter(|one| *one == "ingested").count();
        assert_eq!(ingested, pages(&dump), "{outcomes:?}");
    }
    let lakes: Vec<PathBuf> = workdirs.iter().map(Workdir::lake).collect();
    let dumps = [dump];
    let compared = compare_with_oracle(&plan(&dumps), &lakes);
    assert_lakes(&compared, &dumps, &|round| format!("round {round}"));
    let total = &compared["runs"][0]["total"];
    let outcomes = ["read", "accepted", "superseded", "duplicate", "rejected"];
    let once = json!(outcomes.map(|outcome| total[outcome].clone()));
    assert_eq!(counts, vec![once; workdirs.len()]);
}

fn spawn(workdir: &Workdir, dump: &PathBuf) -> Child {
    let mut command = workdir.ingest_command();
    command
        .args(arguments(dump))
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    command.spawn().expect("the program starts")
}

#[test]
fn a_run_killed_at_any_instant_is_completed_by_the_same_command() {
    /// The least number of kills that must hit a run, and the most attempts.
    const KILLS: usize = 12;
    const MOST_ATTEMPTS: usize = 60;
    let made = Workdir::new();
    let dumps = dumps(&made, "4000");
    let [first, second] = &dumps;
    let (seed, mut instants) = Instants::seeded();

    let whole = Workdir::new();
    ingest(&whole, "12", [first]).assert_code(0);
    let started = Instant::now();
    ingest(&whole, "12", [second]).assert_code(0);
    let duration = started.elapsed();

    let mut killed = Vec::new();
    for attempt in 0.. {
        if killed.len() == rounds(KILLS) {
            break;
        }
        assert!(
            attempt < rounds(MOST_ATTEMPTS),
            "seed {seed}: only {} kills",
            killed.len()
        );
        let workdir = Workdir::new();
        ingest(&workdir, "12", [first]).assert_code(0);
        let delay = duration.mul_f64(instants.next());
        if kill_after(spawn(&workdir, second), delay) {
            killed.push((workdir, delay));
        }
    }
    for (workdir, delay) in &killed {
        let again = ingest(workdir, "12", [second]);
        let story = format!(
            "seed {seed}, killed after {delay:?}: {}",
            again.transcript()
        );
        assert_eq!(again.code(), Some(0), "{story}");
    }
    let lakes: Vec<PathBuf> = killed.iter().map(|(workdir, _)| workdir.lake()).collect();
    let compared = compare_with_oracle(&plan(&dumps), &lakes);
    assert_lakes(&compared, &dumps, &|at| {
        format!(
            "seed {seed}, killed after {:?} of {duration:?}",
            killed[at].1
        )
    });
}

#[test]
fn two_processes_that_name_different_states_of_one_purchase_leave_the_newer() {
    use crate::supplier_fixtures::{SupplierPurchaseFixture, pairs, single_page, stored_notes};
    for round in 0..rounds(ROUNDS) {
        let workdir = Workdir::new();
        let of = |updated_at, notes| {
            let purchase = SupplierPurchaseFixture {
                updated_at,
                notes,
                ..SupplierPurchaseFixture::default()
            };
            single_page(&[purchase.json()])
        };
        // Both months are new partitions; only one of them may contain the purchase in the end.
        let older = of("2026-10-06T09:00:00-03:00", "older");
        let newer = of("2026-10-06T09:00:00.5-03:00", "newer").replace("2026-10-05", "2026-11-01");
        let inputs = [("older.json", older), ("newer.json", newer)]
            .map(|(name, text)| arguments(&workdir.write(name, text)));
        let outputs = run_at_once(&workdir, &inputs);
        assert_eq!(sum(&outputs, "read"), 2, "round {round}");
        assert_eq!(
            stored_notes(&workdir),
            pairs(&[(1, "newer")]),
            "round {round}"
        );
    }
}
