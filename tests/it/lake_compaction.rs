//! Compaction: fewer files with the same rows, sorted; alone, twice at once, concurrent with
//! writers, readers and upserts, and killed.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::dump_generator::Dump;
use crate::killed_runs::kill_after;
use crate::lake_maintenance::{ingest_each, lake_command, lake_command_json, live};
use crate::python::{assert_once, python, summary};
use crate::rounds::{Instants, rounds};
use crate::supplier_fixtures::{SupplierPurchaseFixture, ingest, pairs, single_page, stored_notes};
use crate::workdir::Workdir;

/// Writers that append at the same time.
const WRITERS: usize = 4;

/// Row count and digest of a table in each lake, by an external reader.
fn digests(table: &str, lakes: &[PathBuf]) -> Vec<Value> {
    let lakes = lakes.iter().map(|lake| lake.as_os_str());
    let arguments = ["digest".as_ref(), table.as_ref()].into_iter().chain(lakes);
    let found = python("lake_maintenance.py", arguments);
    found.as_array().expect("one for each lake").clone()
}

/// The same of one lake.
fn digest(workdir: &Workdir, table: &str) -> Value {
    digests(table, &[workdir.lake()]).remove(0)
}

/// The live files of a table, by an external reader.
fn files(workdir: &Workdir, table: &str, column: &str) -> Vec<Value> {
    let lake = workdir.lake();
    let arguments = [
        "files".as_ref(),
        lake.as_os_str(),
        table.as_ref(),
        column.as_ref(),
    ];
    let found = python("lake_maintenance.py", arguments);
    found.as_array().expect("a list of files").clone()
}

fn dump_of(workdir: &Workdir, files: &str, rows: &str, dirt: &str) -> Dump {
    let shape = ["--files", files, "--rows", rows, "--dirt", dirt];
    let rest = ["--days", "3", "--seed", "5", "--shuffle"];
    Dump::make(
        workdir,
        "dump",
        &[shape.as_slice(), rest.as_slice()].concat(),
    )
}

/// The output of the reports.
fn answers(workdir: &Workdir) -> [String; 3] {
    let series = ["--length", "5", "--ending-at", "2026-10-05"];
    let items = workdir.report("quantity-series", series);
    let money = ["--currency", "BRL"];
    let money = workdir.report("revenue-series", series.iter().chain(&money));
    let names = workdir.report("product-list", [""; 0]);
    [items, money, names].map(|answer| answer.assert_code(0).stdout().to_owned())
}

#[test]
fn many_small_files_become_one_a_day_in_order_and_stay_so() {
    let workdir = Workdir::new();
    let dump = dump_of(&workdir, "9", "3000", "0.02");
    ingest_each(&workdir, &dump.files);
    let tables = ["purchases", "rejects", "inputs"];
    let before = tables.map(|table| digest(&workdir, table));
    let answered = answers(&workdir);
    let plan = lake_command_json(&workdir, "compact", &["--dry-run"]);
    assert!(
        files(&workdir, "purchases", "time").len() >= 9,
        "nothing was done"
    );
    let done = lake_command_json(&workdir, "compact", &[]);
    for (planned, done) in plan
        .as_array()
        .expect("tables")
        .iter()
        .zip(done.as_array().expect("tables"))
    {
        assert_eq!(planned["before"], done["before"]);
        assert_eq!(planned["after"]["files"], done["after"]["files"]);
    }
    assert_eq!(tables.map(|table| digest(&workdir, table)), before);
    assert_once(&summary(&workdir.lake()), &dump.truth);
    assert_eq!(answers(&workdir), answered, "to the byte");
    for (table, column, expected) in [
        ("purchases", "time", 3),
        ("rejects", "source_file", 1),
        ("inputs", "ingested_at", 1),
    ] {
        let files = files(&workdir, table, column);
        assert_eq!(files.len(), expected, "{table}: {files:#?}");
        for file in &files {
            assert_eq!(
                (&file["sorted"], &file["holds"]),
                (&json!(true), &json!(true)),
                "{file:#}"
            );
        }
    }
    lake_command(&workdir, "verify", &["--deep"]).assert_code(0);
    // Again, and after a checkpoint has replaced the commits.
    for more in [0, 12] {
        for number in 0..more {
            let name = format!("more-{number}.ndjson");
            let input = workdir.write(&name, crate::purchase_fixtures::numbered(number * 10, 3));
            workdir.ingest([input]).assert_code(0);
        }
        let again = lake_command_json(
            &workdir,
            "compact",
            &["--table", "purchases", "--to", "2026-10-03"],
        );
        assert_eq!(again[0]["partitions"], 0, "{again:#}");
    }
    let again = lake_command_json(&workdir, "compact", &["--table", "purchases"]);
    assert_eq!(
        (&again[0]["partitions"], &again[0]["before"]["files"]),
        (&json!(1), &json!(12))
    );
    lake_command(&workdir, "verify", &["--deep"]).assert_code(0);
}

#[test]
fn large_files_are_cut_at_the_target_and_follow_each_other_in_time() {
    let workdir = Workdir::new();
    let dump = dump_of(&workdir, "3", "12000", "0");
    ingest_each(&workdir, &dump.files);
    let before = digest(&workdir, "purchases");
    lake_command(
        &workdir,
        "compact",
        &["--table", "purchases", "--target-size", "32KiB"],
    )
    .assert_code(0);
    assert_eq!(digest(&workdir, "purchases"), before);
    let files = files(&workdir, "purchases", "time");
    assert!(files.len() > 6, "{} files", files.len());
    for file in &files {
        let bytes = file["bytes"].as_u64().expect("a size");
        // Sorted rows may compress better or worse than the rows of the estimate.
        assert!((10_000..50_000).contains(&bytes), "{file:#}");
        assert_eq!(file["sorted"], true, "{file:#}");
    }
    let again = lake_command_json(
        &workdir,
        "compact",
        &["--table", "purchases", "--target-size", "32KiB"],
    );
    assert_eq!(again[0]["partitions"], 0, "{again:#}");
}

/// Ingests the files in four parallel processes while another compacts and another reads in a loop;
/// returns how many compactions committed, and the readings.
fn at_once(workdir: &Workdir, files: &[PathBuf], whole: &str) -> (usize, Vec<Value>) {
    let (lake, stop) = (workdir.lake(), workdir.path("stop"));
    let writing = AtomicBool::new(true);
    std::thread::scope(|scope| {
        let poll = [
            "poll".as_ref(),
            lake.as_os_str(),
            stop.as_os_str(),
            whole.as_ref(),
        ];
        let reader = scope.spawn(move || python("lake_maintenance.py", poll));
        let writers: Vec<_> = files
            .chunks(files.len().div_ceil(WRITERS))
            .map(|files| scope.spawn(move || ingest_each(workdir, files)))
            .collect();
        let compactions = scope.spawn(|| {
            let mut committed = 0;
            while writing.load(Ordering::Relaxed) {
                let done = lake_command_json(workdir, "compact", &["--table", "purchases"]);
                committed += done[0]["versions"].as_array().expect("versions").len();
            }
            committed
        });
        for writer in writers {
            writer.join().expect("a writer");
        }
        writing.store(false, Ordering::Relaxed);
        let committed = compactions.join().expect("the compactions");
        workdir.write("stop", "");
        let polls = reader.join().expect("the reader");
        (
            committed,
            polls.as_array().expect("a list of readings").clone(),
        )
    })
}

#[test]
fn beside_four_writers_and_a_reader_no_row_is_lost_doubled_or_unseen() {
    let workdir = Workdir::new();
    let count = 4 + rounds(32);
    let rows = (100 * count).to_string();
    let dump = dump_of(&workdir, &count.to_string(), &rows, "0");
    let (first, rest) = dump.files.split_at(4);
    ingest_each(&workdir, first);
    let files = dump.truth["files"]
        .as_array()
        .expect("a list of files")
        .iter();
    let whole: serde_json::Map<String, Value> = files
        .map(|file| {
            let name = file["name"].as_str().expect("a name");
            (name.to_owned(), file["rows"].clone())
        })
        .collect();
    let (committed, polls) = at_once(&workdir, rest, &Value::Object(whole).to_string());
    assert!(committed > 1, "{committed} compactions");
    let mut last = 0;
    for poll in &polls {
        assert_eq!(poll["wrong"], json!([]), "{poll:#}");
        let rows = poll["rows"].as_u64().expect("a count");
        assert!(rows >= last, "{last} rows became {rows}");
        last = rows;
    }
    let versions = polls.iter().filter_map(|poll| poll["version"].as_u64());
    let versions: BTreeSet<u64> = versions.collect();
    assert!(versions.len() > 2, "the reader saw {versions:?}");
    assert_eq!(last, dump.count("accepted"));
    lake_command(&workdir, "compact", &[]).assert_code(0);
    assert_once(&summary(&workdir.lake()), &dump.truth);
    assert_eq!(live(&workdir, "purchases").len(), 3, "one file a day");
    lake_command(&workdir, "verify", &["--deep"]).assert_code(0);
}

#[test]
fn two_compactions_at_once_double_nothing() {
    let made = Workdir::new();
    let dump = dump_of(&made, "6", "1500", "0");
    ingest_each(&made, &dump.files);
    let workdirs: Vec<Workdir> = (0..rounds(3)).map(|_| Workdir::new()).collect();
    for workdir in &workdirs {
        copied(&made.lake(), &workdir.lake());
        std::thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| lake_command(workdir, "compact", &[]).assert_code(0).code());
            }
        });
        assert_eq!(live(workdir, "purchases").len(), 3);
        lake_command(workdir, "verify", &["--deep"]).assert_code(0);
    }
    let lakes: Vec<PathBuf> = workdirs.iter().map(Workdir::lake).collect();
    let before = digest(&made, "purchases");
    assert_eq!(digests("purchases", &lakes), vec![before; workdirs.len()]);
}

#[test]
fn beside_upserts_the_newest_state_of_each_supplier_purchase_is_current() {
    let states = rounds(12);
    let workdir = Workdir::new();
    let notes: Vec<String> = (0..states).map(|state| format!("state {state}")).collect();
    let inputs: Vec<PathBuf> = (0..states)
        .zip(&notes)
        .map(|(state, notes)| {
            let at = format!("2026-10-06T09:{:02}:{:02}-03:00", state / 60, state % 60);
            let purchases: Vec<String> = (1..=3)
                .map(|id| {
                    SupplierPurchaseFixture {
                        id,
                        updated_at: &at,
                        notes,
                        ..SupplierPurchaseFixture::default()
                    }
                    .json()
                })
                .collect();
            workdir.write(&format!("state-{state}.json"), single_page(&purchases))
        })
        .collect();
    ingest(&workdir, "12", [&inputs[0]]).assert_code(0);
    let writing = AtomicBool::new(true);
    std::thread::scope(|scope| {
        let upserts = scope.spawn(|| {
            for input in &inputs[1..] {
                ingest(&workdir, "12", [input]).assert_code(0);
            }
        });
        let compactions = scope.spawn(|| {
            while writing.load(Ordering::Relaxed) {
                lake_command(&workdir, "compact", &["--target-size", "1KiB"]).assert_code(0);
            }
        });
        upserts.join().expect("the upserts");
        writing.store(false, Ordering::Relaxed);
        compactions.join().expect("the compactions");
    });
    let newest = notes.last().expect("a state").as_str();
    let all = [(3, newest), (2, newest), (1, newest)];
    assert_eq!(stored_notes(&workdir), pairs(&all), "the newest first");
    lake_command(&workdir, "verify", &["--deep"]).assert_code(0);
}

#[test]
fn a_compaction_killed_at_any_instant_leaves_an_intact_lake() {
    let workdir = Workdir::new();
    let dump = dump_of(&workdir, "5", "4000", "0");
    ingest_each(&workdir, &dump.files);
    let compact = |lake: &Path| {
        let mut command = workdir.program();
        command.args(["lake", "compact", "--lake"]).arg(lake);
        command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        command.spawn().expect("the program starts")
    };
    let copy = |name: &str| {
        let to = workdir.path(name);
        copied(&workdir.lake(), &to);
        to
    };
    let started = Instant::now();
    assert!(compact(&copy("whole")).wait().expect("its end").success());
    let duration = started.elapsed();
    let (seed, mut instants) = Instants::seeded();
    let (mut killed, mut lakes) = (0, Vec::new());
    for round in 0..rounds(8) {
        let lake = copy(&format!("lake-{round}"));
        let delay: Duration = duration.mul_f64(instants.next());
        killed += u32::from(kill_after(compact(&lake), delay));
        let verify = ["lake", "verify", "--deep", "--lake"].map(OsStr::new);
        let verified = workdir.run(verify.into_iter().chain([lake.as_os_str()]));
        let story = format!("seed {seed}, killed after {delay:?} of {duration:?}");
        assert_eq!(
            verified.code(),
            Some(0),
            "{story}: {}",
            verified.transcript()
        );
        lakes.push(lake);
    }
    let all = vec![digest(&workdir, "purchases"); lakes.len()];
    assert_eq!(digests("purchases", &lakes), all, "seed {seed}");
    assert!(
        killed > 1,
        "seed {seed}: only {killed} kills hit a compaction"
    );
}

/// Copies a folder with all below it.
fn copied(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a folder");
    for entry in std::fs::read_dir(from).expect("a folder that can be listed") {
        let path = entry.expect("an entry").path();
        let target = to.join(path.file_name().expect("a name"));
        if path.is_dir() {
            copied(&path, &target);
        } else {
            std::fs::copy(&path, &target).expect("a copy");
        }
    }
}
