//! `lake upgrade` concurrent with another upgrade, and with runs.

use std::fs;
use std::process::{Child, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::earlier_tables::remove_column;
use crate::lake_maintenance::{lake_command, status};
use crate::purchase_fixtures::{PurchaseFixture, numbered};
use crate::rounds::{Instants, rounds};
use crate::workdir::{Output, Workdir, files_below};

/// Rounds of a race, each with a lake of its own.
const ROUNDS: usize = 8;

/// A lake with four purchases, whose table an earlier version wrote without a column.
fn old_lake() -> Workdir {
    let workdir = Workdir::new();
    let first = workdir.write("first.ndjson", numbered(0, 4));
    workdir.ingest([first]).assert_code(0);
    remove_column(&workdir, "purchases", "app_id");
    workdir
}

/// Starts the program.
fn start(workdir: &Workdir, arguments: &[&str]) -> (String, Child) {
    let mut command = workdir.program();
    command.args(arguments).args(["--lake", "lake"]);
    command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let child = command.spawn().expect("the program starts");
    (format!("{command:?}"), child)
}

fn end((shown, child): (String, Child)) -> Output {
    Output::new(shown, child.wait_with_output().expect("the end of it"))
}

const UPGRADE: [&str; 4] = ["lake", "upgrade", "--format", "json"];

/// The versions that an upgrade has committed.
fn committed(upgrade: &Output) -> Vec<u64> {
    let tables = upgrade.assert_code(0).json();
    let tables = tables.as_array().expect("tables").iter();
    tables
        .filter_map(|table| table["committed_version"].as_u64())
        .collect()
}

/// Fails unless the log of the purchases changes its columns once, after it has created them.
#[track_caller]
fn assert_upgraded_once(workdir: &Workdir, story: &str) {
    let log = workdir.lake().join("purchases/_delta_log");
    let commits = files_below(&log, ".json").into_iter();
    let text: String = commits
        .map(|path| fs::read_to_string(path).expect("a commit"))
        .collect();
    let changes = text.lines().filter(|line| line.contains("\"metaData\""));
    assert_eq!(changes.count(), 2, "{story}");
    lake_command(workdir, "verify", &["--deep"]).assert_code(0);
}

#[test]
fn of_two_upgrades_at_once_one_commits_and_both_succeed() {
    for round in 0..rounds(ROUNDS) {
        let workdir = old_lake();
        let both = [0; 2].map(|_| start(&workdir, &UPGRADE)).map(end);
        let versions: Vec<u64> = both.iter().flat_map(committed).collect();
        assert_eq!(versions, [2], "round {round}: {}", both[1].transcript());
        assert_eq!(status(&workdir, "purchases")["version"], 2, "round {round}");
        assert_upgraded_once(&workdir, &format!("round {round}"));
    }
}

#[test]
fn a_run_beside_an_upgrade_is_refused_before_it_or_commits_after_it() {
    let started = Instant::now();
    assert_eq!(committed(&end(start(&old_lake(), &UPGRADE))), [2]);
    let duration = started.elapsed();
    let (seed, mut instants) = Instants::seeded();
    for round in 0..rounds(ROUNDS) {
        let workdir = old_lake();
        let app = PurchaseFixture {
            more: ",\"app_id\":\"web\"",
            ..PurchaseFixture::default()
        };
        workdir.write("next.ndjson", format!("{}\n", app.json()));
        let ingest = ["ingest", "next.ndjson"];
        let delay = duration.mul_f64(instants.next());
        let upgrade = start(&workdir, &UPGRADE);
        // The instant of the run is what this test varies.
        thread::sleep(delay.max(Duration::from_millis(1)));
        let run = end(start(&workdir, &ingest));
        let story = format!(
            "seed {seed}, round {round}, {delay:?}: {}",
            run.transcript()
        );
        assert_eq!(committed(&end(upgrade)), [2], "{story}");
        match run.code() {
            Some(0) => {}
            Some(1) => {
                run.assert_stderr_contains(&["has no column app_id", "lake upgrade"]);
                assert_eq!(status(&workdir, "purchases")["rows"], 4, "{story}");
                end(start(&workdir, &ingest)).assert_code(0);
            }
            _ => panic!("{story}"),
        }
        let purchases = status(&workdir, "purchases");
        assert_eq!(purchases["rows"], 5, "{story}");
        assert_eq!(purchases["version"], 3, "{story}");
        assert_upgraded_once(&workdir, &story);
    }
}
