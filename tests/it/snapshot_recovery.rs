//! Full snapshots with dates where something interferes: jobs, two processes at once, crashes,
//! restores, and a lake that was written before snapshots had dates.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::time::Instant;

use serde_json::json;

use crate::exactly_once::run_at_once;
use crate::killed_runs::kill_after;
use crate::lake_maintenance::{lake_command, lake_command_json};
use crate::python::{listed_contents, table_rows};
use crate::recovery::unlist;
use crate::rounds::{Instants, rounds};
use crate::snapshot_dates::{
    OLDER, REPEATED, apply, arguments, assert_applied, assert_intact, assert_known, assert_refused,
    dumps, version,
};
use crate::supplier_fixtures::{ingest, pairs, single_page, stored_notes, supplier_purchases};
use crate::workdir::{Output, Workdir, files_below, project};

/// The state after the snapshot of purchases 1 and 2, and then that of 2 and 3.
const AFTER_B: [(u64, &str); 3] = [(3, "first"), (2, "first"), (1, "†first")];

/// The state if the first one is applied again.
const AFTER_A: [(u64, &str); 3] = [(3, "†first"), (2, "first"), (1, "first")];

#[test]
fn the_template_of_a_job_gives_the_date_of_its_snapshots() {
    let workdir = Workdir::new();
    for (day, ids) in [("02", &[1, 2][..]), ("03", &[2, 3]), ("04", &[1, 2])] {
        let dump = single_page(&supplier_purchases(ids.iter().copied()));
        workdir.write(&format!("dumps/2026-10-{day}/list.json"), dump);
    }
    let step = |date: &str| {
        let keys = "ingest = { inputs = [\"dumps/{date}\"], kind = \"supplier-purchases\", \
                    company_id = 12, full_snapshot = true, summary = \"run.json\"";
        let name = "lake = \"lake\"\n[[steps]]\nname = \"suppliers\"\n";
        workdir.write("job.toml", format!("{name}{keys}{date} }}\n"));
    };
    let run = |day: &str| {
        let date = format!("2026-10-{day}");
        let ran = workdir.run(["run", "job.toml", "--date", &date]);
        let report = crate::workdir::read_json(&workdir.path("run.json"));
        let found = report["settings"]["snapshot_date"].clone();
        (ran, found)
    };
    // The data date of the job, by default and as a template.
    for date in ["", ", snapshot_date = \"{date}\""] {
        step(date);
        let (ran, found) = run("02");
        ran.assert_code(0);
        assert_eq!(found, "2026-10-02");
    }
    for (day, expected) in [("03", AFTER_B), ("04", AFTER_A)] {
        let (ran, found) = run(day);
        ran.assert_code(0);
        assert_eq!(found, format!("2026-10-{day}"));
        assert_eq!(stored_notes(&workdir), pairs(&expected));
    }
    // A date of its own.
    step(", snapshot_date = \"2026-10-01\"");
    let (ran, found) = run("04");
    ran.assert_code(3).assert_stderr_contains(&[OLDER]);
    assert_eq!(found, "2026-10-01");
    assert_eq!(stored_notes(&workdir), pairs(&AFTER_A));
    assert_intact(&workdir);
}

#[test]
fn without_a_date_a_snapshot_is_of_the_day_of_the_run() {
    let workdir = Workdir::new();
    let [a, b] = dumps(&workdir, [&[1, 2], &[2, 3]]);
    let run = |now: &str, input: &PathBuf| {
        let words = "ingest --summary - --lake lake --kind supplier-purchases --company-id 12 \
                     --full-snapshot --now";
        let words = words.split_whitespace().map(str::to_owned);
        let input = input.display().to_string();
        workdir.run(words.chain([now.to_owned(), input]))
    };
    // The last instant of a day in UTC, and the first of the next one.
    run("2026-11-01T23:59:59.999999Z", &a).assert_code(0);
    run("2026-11-01T00:00:00Z", &b).assert_code(0);
    run("2026-11-01T12:00:00-03:00", &a)
        .assert_code(3)
        .assert_stderr_contains(&[REPEATED]);
    let next = run("2026-11-01T21:00:00-03:00", &a);
    assert_eq!(
        next.assert_code(0).json()["settings"]["snapshot_date"],
        "2026-11-02"
    );
    assert_eq!(stored_notes(&workdir), pairs(&AFTER_A));
}

#[test]
fn a_date_without_a_full_snapshot_and_a_date_that_does_not_exist_are_refused() {
    let workdir = Workdir::new();
    let [a] = dumps(&workdir, [&[1]]);
    let a = a.to_str().expect("a path");
    ingest(&workdir, "12", ["--snapshot-date", "2026-11-01", a])
        .assert_code(2)
        .assert_stderr_contains(&["--snapshot-date", "--full-snapshot"]);
    let invalid = ["--full-snapshot", "--snapshot-date", "2026-11-31", a];
    ingest(&workdir, "12", invalid)
        .assert_code(2)
        .assert_stderr_contains(&["2026-11-31"]);
    assert!(!workdir.lake().exists());
}

#[test]
fn a_restore_withdraws_snapshots_with_their_dates() {
    let workdir = Workdir::new();
    let [a, b, c] = dumps(&workdir, [&[1, 2], &[2, 3], &[3]]);
    assert_applied(&workdir, "12", 1, &a);
    assert_applied(&workdir, "12", 2, &b);
    assert_applied(&workdir, "12", 3, &a);
    let restore = |to: &str| {
        let words = ["--table", "supplier_purchases", "--to-version", to];
        lake_command_json(&workdir, "restore", &words)[0].clone()
    };
    // Before the last one, whose input stays.
    let restored = restore("2");
    assert_eq!(restored["inputs_withdrawn"], 0, "{restored:#}");
    assert_eq!(restored["full_snapshots_withdrawn"], 1, "{restored:#}");
    assert_eq!(stored_notes(&workdir), pairs(&AFTER_B));
    assert_known(&workdir, "12", 2, &b);
    assert_applied(&workdir, "12", 3, &a);
    assert_eq!(stored_notes(&workdir), pairs(&AFTER_A));
    // Before the second one: its date is free again, for it or for another one.
    let restored = restore("1");
    assert_eq!(restored["inputs_withdrawn"], 1, "{restored:#}");
    assert_eq!(restored["full_snapshots_withdrawn"], 2, "{restored:#}");
    assert_applied(&workdir, "12", 2, &b);
    assert_eq!(stored_notes(&workdir), pairs(&AFTER_B));
    restore("1");
    assert_applied(&workdir, "12", 2, &c);
    assert_refused(&workdir, "12", 1, &b, OLDER);
    assert_known(&workdir, "12", 1, &a);
    // A snapshot that changed nothing but its date is withdrawn too.
    let last = version(&workdir);
    assert_applied(&workdir, "12", 5, &c);
    assert_refused(&workdir, "12", 4, &a, OLDER);
    let restored = restore(&last.to_string());
    assert_eq!(restored["full_snapshots_withdrawn"], 1, "{restored:#}");
    assert_eq!(restored["files_removed"], 0, "{restored:#}");
    assert_applied(&workdir, "12", 4, &a);
    // The rejects of a withdrawn input stay until it is ingested again.
    assert_applied(&workdir, "12", 6, &b);
    assert_intact(&workdir);
}

#[test]
fn a_snapshot_that_was_stopped_before_a_step_is_completed_by_the_same_command() {
    let workdir = Workdir::new();
    let [a, b] = dumps(&workdir, [&[1, 2], &[2, 3]]);
    assert_applied(&workdir, "12", 1, &a);
    assert_applied(&workdir, "12", 2, &b);
    let listed = listed_contents(&workdir.lake());
    // Stopped before the rows of `inputs`: the snapshot is applied.
    unlist(&workdir);
    assert_known(&workdir, "12", 2, &b);
    assert_known(&workdir, "12", 1, &a);
    let mut recovered = listed_contents(&workdir.lake());
    recovered.sort_by_key(|row| row["path"].to_string());
    assert_eq!(recovered, listed);
    assert_intact(&workdir);
    // Stopped between the rejects and the rows: the snapshot is not applied.
    let log = workdir.lake().join("supplier_purchases/_delta_log");
    fs::remove_file(log.join(format!("{:020}.json", 2))).expect("the commit of the rows");
    unlist(&workdir);
    let applied = assert_applied(&workdir, "12", 2, &b);
    assert_eq!(applied.outcomes(), ["ingested"]);
    assert_eq!(stored_notes(&workdir), pairs(&AFTER_B));
    // A refused snapshot does not keep its inputs from being listed.
    unlist(&workdir);
    let correction = single_page(&supplier_purchases([1, 2, 3]));
    let correction = workdir.write("correction", correction);
    assert_applied(&workdir, "12", 2, &correction);
    assert_refused(&workdir, "12", 2, &b, REPEATED);
    assert_eq!(listed_contents(&workdir.lake()).len(), 2);
}

fn spawn(workdir: &Workdir, day: u32, input: &Path) -> Child {
    let mut command = workdir.ingest_command();
    command
        .args(arguments("12", day, input))
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    command.spawn().expect("the program starts")
}

#[test]
fn a_snapshot_killed_at_any_instant_is_applied_once() {
    const KILLS: usize = 8;
    const MOST_ATTEMPTS: usize = 60;
    let (seed, mut instants) = Instants::seeded();
    let mut duration = None;
    let mut killed = 0;
    for _ in 0..rounds(MOST_ATTEMPTS) {
        let workdir = Workdir::new();
        let [a, b] = dumps(&workdir, [&[1, 2], &[2, 3]]);
        assert_applied(&workdir, "12", 1, &a);
        assert_applied(&workdir, "12", 2, &b);
        let duration = *duration.get_or_insert_with(|| {
            let started = Instant::now();
            let whole = Workdir::new();
            assert!(spawn(&whole, 1, &a).wait().expect("its end").success());
            started.elapsed()
        });
        let delay = duration.mul_f64(instants.next());
        if !kill_after(spawn(&workdir, 3, &a), delay) {
            continue;
        }
        killed += 1;
        let hit = format!("seed {seed}, killed after {delay:?} of {duration:?}");
        apply(&workdir, "12", 3, &a).assert_code(0);
        assert_eq!(stored_notes(&workdir), pairs(&AFTER_A), "{hit}");
        assert_eq!(version(&workdir), 3, "{hit}");
        assert_known(&workdir, "12", 3, &a);
        assert_intact(&workdir);
        if killed == rounds(KILLS) {
            return;
        }
    }
    panic!("seed {seed}: only {killed} kills hit a run");
}

/// Rounds of a race, each with a lake of its own.
const ROUNDS: usize = 8;

#[test]
fn of_two_processes_with_the_same_snapshot_one_applies_it() {
    for round in 0..rounds(ROUNDS) {
        let workdir = Workdir::new();
        let [a, b] = dumps(&workdir, [&[1, 2], &[2, 3]]);
        assert_applied(&workdir, "12", 1, &a);
        assert_applied(&workdir, "12", 2, &b);
        // A content that is known, and a new one.
        let new = workdir.write("new", single_page(&supplier_purchases([4])));
        for (day, input) in [(3, &a), (4, &new)] {
            let before = version(&workdir);
            let both = [arguments("12", day, input), arguments("12", day, input)];
            let ended = run_at_once(&workdir, &both);
            let versions: Vec<_> = ended
                .iter()
                .map(|one| {
                    one.assert_code(0).json()["table_versions"]["supplier_purchases"].clone()
                })
                .collect();
            let written = versions.iter().filter(|version| !version.is_null());
            assert_eq!(written.count(), 1, "round {round}: {versions:?}");
            assert_eq!(version(&workdir), before + 1, "round {round}");
        }
        assert_eq!(stored_notes(&workdir)[0], (4, "first".to_owned()));
        assert_eq!(listed_contents(&workdir.lake()).len(), 3);
        assert_intact(&workdir);
    }
}

#[test]
fn of_two_processes_with_snapshots_of_two_dates_the_later_date_is_the_state() {
    let (mut late, mut early) = (0, 0);
    for round in 0..rounds(ROUNDS) {
        let workdir = Workdir::new();
        let [a, b] = dumps(&workdir, [&[1, 2], &[2, 3]]);
        let both = [arguments("12", 2, &b), arguments("12", 1, &a)];
        let ended = run_at_once(&workdir, &both);
        ended[0].assert_code(0);
        let (code, notes) = (ended[1].code(), stored_notes(&workdir));
        if code == Some(3) {
            late += 1;
            ended[1].assert_stderr_contains(&[OLDER]);
            assert_eq!(notes, pairs(&[(3, "first"), (2, "first")]), "{round}");
        } else {
            early += 1;
            ended[1].assert_code(0);
            assert_eq!(notes, pairs(&AFTER_B), "round {round}");
        }
        let is_late = code == Some(3);
        assert_eq!(version(&workdir), if is_late { 1 } else { 2 }, "{round}");
        assert_known(&workdir, "12", 2, &b);
    }
    assert_eq!(late + early, rounds(ROUNDS));
}

/// A copy of the lake that was written before snapshots had dates.
fn lake_without_dates(workdir: &Workdir) {
    let data = project().join("tests/data/lake-snapshots");
    for path in files_below(&data, "") {
        let relative = path.strip_prefix(&data).expect("a file below it");
        let name = relative.to_str().expect("a path");
        workdir.write(name, fs::read(&path).expect("a file of the lake"));
    }
}

#[test]
fn a_lake_without_dates_is_continued() {
    let workdir = Workdir::new();
    lake_without_dates(&workdir);
    lake_command(&workdir, "upgrade", &[]).assert_code(0);
    let [a, b] = ["a.ndjson", "b.ndjson"].map(|name| workdir.path(name));
    let on = |company: &str, date: &str, input: &PathBuf| -> Output {
        let input = input.to_str().expect("a path");
        let date = format!("--snapshot-date={date}");
        ingest(&workdir, company, ["--full-snapshot", &date, input])
    };
    assert_eq!(stored_notes(&workdir), pairs(&AFTER_B));
    // Snapshots without a date are of the day of their commits, 2026-11-30.
    on("12", "2026-11-29", &a)
        .assert_code(3)
        .assert_stderr_contains(&[OLDER, "2026-11-30"]);
    let known = on("12", "2026-11-30", &b);
    assert_eq!(
        known.assert_code(0).json()["table_versions"]["supplier_purchases"],
        json!(null)
    );
    // Of the same day is the one before it, which does not return.
    on("12", "2026-11-30", &a)
        .assert_code(3)
        .assert_stderr_contains(&[REPEATED]);
    on("12", "2026-12-01", &a).assert_code(0);
    assert_eq!(stored_notes(&workdir), pairs(&AFTER_A));
    on("12", "2026-11-30", &b).assert_code(0);
    on("12", "2026-11-30", &a).assert_code(0);
    assert_eq!(stored_notes(&workdir), pairs(&AFTER_A));
    // The other company has the dates of its job.
    let [first, second] = ["2026-10-01", "2026-10-02"].map(|date| {
        let input = workdir.path(&format!("{date}.ndjson"));
        on("34", date, &input).assert_code(0);
        input
    });
    on("34", "2026-10-01", &second)
        .assert_code(3)
        .assert_stderr_contains(&[OLDER]);
    on("34", "2026-10-03", &first).assert_code(0);
    let rows = table_rows(&workdir.lake(), "supplier_purchases");
    let live = rows.iter().filter(|row| row["is_deleted"] == "False");
    assert_eq!(live.count(), 4, "{rows:#?}");
    assert_eq!(listed_contents(&workdir.lake()).len(), 4);
    assert_intact(&workdir);
}
