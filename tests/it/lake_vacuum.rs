//! `lake vacuum` deletes exactly what no version needs, and only when told to.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use crate::lake_maintenance::{lake_command, lake_command_json, live, status};
use crate::purchase_fixtures::numbered;
use crate::workdir::Workdir;

const DAY: Duration = Duration::from_hours(24);

/// A compacted lake: its small files have left the tables just now.
fn lake() -> Workdir {
    let workdir = Workdir::new();
    for number in 0..3 {
        let input = workdir.write(&format!("{number}.ndjson"), numbered(number * 10, 10));
        workdir.ingest([input]).assert_code(0);
    }
    lake_command(&workdir, "compact", &[]).assert_code(0);
    workdir
}

/// Makes a file look as if it had been written some days ago.
#[expect(
    clippy::disallowed_methods,
    reason = "a file's age is what it is by the clock of the machine"
)]
fn age(path: &Path, days: u32) {
    let file = std::fs::File::options()
        .append(true)
        .open(path)
        .expect("a file");
    let then = SystemTime::now() - DAY * days;
    file.set_modified(then).expect("a time of change");
}

/// Makes the removals of a commit look some days older.
fn age_removals(workdir: &Workdir, table: &str, version: u64, days: u32) {
    let commit = format!("lake/{table}/_delta_log/{version:020}.json");
    let text = std::fs::read_to_string(workdir.path(&commit)).expect("a commit");
    let aged: Vec<String> = text
        .lines()
        .map(|line| {
            let mut action: serde_json::Value = serde_json::from_str(line).expect("an action");
            if let Some(at) = action["remove"]["deletionTimestamp"].as_i64() {
                let days = i64::from(days) * 86_400_000;
                action["remove"]["deletionTimestamp"] = (at - days).into();
            }
            let kept = action.as_object_mut().expect("an object");
            kept.retain(|_, value| !value.is_null());
            action.to_string()
        })
        .collect();
    workdir.write(&commit, aged.join("\n"));
}

/// The Parquet files of a table that are no part of its log.
fn data(workdir: &Workdir, table: &str) -> BTreeSet<PathBuf> {
    let below = Path::new("lake").join(table);
    let files = workdir.files().into_iter();
    files
        .filter(|path| path.starts_with(&below) && !path.starts_with(below.join("_delta_log")))
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "parquet")
        })
        .collect()
}

#[test]
fn nothing_young_is_deleted_and_nothing_at_all_without_confirmation() {
    let workdir = lake();
    let stray = workdir.write("lake/purchases/stray.parquet", "12345");
    let before = workdir.files();
    for arguments in [&[][..], &["--dry-run"], &["--retention", "8d"]] {
        lake_command(&workdir, "vacuum", arguments)
            .assert_code(0)
            .assert_stdout_contains(&["add --execute"]);
    }
    lake_command(&workdir, "vacuum", &["--execute"]).assert_code(0);
    assert_eq!(workdir.files(), before, "all of it is young");
    age(&stray, 9);
    age_removals(&workdir, "purchases", 4, 9);
    let plan = lake_command_json(&workdir, "vacuum", &["--table", "purchases"]);
    assert_eq!(plan[0]["total"]["files"], 4, "{plan:#}");
    assert_eq!(workdir.files(), before, "it was a plan");
}

#[test]
fn exactly_the_removed_files_and_orphans_past_the_retention_go() {
    let workdir = lake();
    let old = workdir.write(
        "lake/purchases/purchase_date=2026-10-05/old.parquet",
        "12345",
    );
    let young = workdir.write(
        "lake/purchases/purchase_date=2026-10-05/young.parquet",
        "12345",
    );
    age(&old, 8);
    age(&young, 6);
    // None of these is a data file of a table.
    for name in [
        "lake/_runs/report.parquet",
        "lake/_jobs/state.parquet",
        "lake/purchases/README.md",
        "lake/purchases/_hidden/part.parquet",
        "lake/other/part.parquet",
    ] {
        age(&workdir.write(name, "12345"), 400);
    }
    // Live files are as old as they are.
    let kept: BTreeSet<PathBuf> = live(&workdir, "purchases").into_iter().collect();
    for path in &kept {
        age(path, 400);
    }
    age_removals(&workdir, "purchases", 4, 8);
    let rejects_and_inputs = [data(&workdir, "rejects"), data(&workdir, "inputs")];
    let log: BTreeSet<PathBuf> = log_of(&workdir);
    let done = lake_command_json(&workdir, "vacuum", &["--execute"]);
    let purchases = done
        .as_array()
        .expect("tables")
        .iter()
        .find(|one| one["table"] == "purchases");
    let purchases = purchases.expect("the table");
    assert_eq!(purchases["total"]["files"], 4, "{purchases:#}");
    assert_eq!(purchases["kept"]["files"], 1, "{purchases:#}");
    let left: BTreeSet<PathBuf> = data(&workdir, "purchases")
        .iter()
        .map(|path| workdir.path("").join(path))
        .collect();
    let mut expected: BTreeSet<PathBuf> = kept.clone();
    expected.insert(young);
    expected.insert(workdir.path("lake/purchases/_hidden/part.parquet"));
    assert_eq!(left, expected);
    assert_eq!(
        [data(&workdir, "rejects"), data(&workdir, "inputs")],
        rejects_and_inputs
    );
    assert_eq!(log_of(&workdir), log);
    assert!(workdir.path("lake/other/part.parquet").exists());
    assert!(workdir.path("lake/_runs/report.parquet").exists());
    assert!(workdir.path("lake/_jobs/state.parquet").exists());
    lake_command(&workdir, "verify", &["--deep"]).assert_code(0);
    assert_eq!(status(&workdir, "purchases")["removed"]["files"], 0);
}

#[test]
fn temporary_commit_files_are_deleted_after_the_retention() {
    let workdir = lake();
    let log = "lake/purchases/_delta_log";
    let old = workdir.path(&format!("{log}/{:020}.json#1", 2));
    // What the library does: the commit is a second name of what was written.
    let commit = workdir.path(&format!("{log}/{:020}.json", 2));
    std::fs::hard_link(&commit, &old).expect("a second name");
    age(&old, 8);
    let young = workdir.write(&format!("{log}/_last_checkpoint#12"), "123");
    age(&young, 6);
    let other = workdir.write(&format!("{log}/notes#b"), "123");
    age(&other, 400);
    assert_eq!(status(&workdir, "purchases")["orphans"]["files"], 2);
    lake_command(&workdir, "verify", &[])
        .assert_code(0)
        .assert_stdout_contains(&["_last_checkpoint#12", "json#1"]);
    let only = ["--table", "purchases", "--execute"];
    let done = lake_command_json(&workdir, "vacuum", &only);
    assert_eq!(done[0]["total"]["files"], 1, "{done:#}");
    assert!(!old.exists() && young.exists() && other.exists() && commit.exists());
    lake_command(&workdir, "verify", &["--deep"]).assert_code(0);
}

fn log_of(workdir: &Workdir) -> BTreeSet<PathBuf> {
    let files = workdir.files().into_iter();
    files
        .filter(|path| {
            path.components()
                .any(|part| part.as_os_str() == "_delta_log")
        })
        .collect()
}

#[test]
fn a_version_without_its_files_cannot_be_restored_and_a_restored_one_is_kept() {
    let workdir = lake();
    let back = ["--table", "purchases", "--to-version", "3"];
    lake_command(&workdir, "restore", &back).assert_code(0);
    age_removals(&workdir, "purchases", 4, 30);
    age_removals(&workdir, "purchases", 5, 30);
    // The small files are live again; the large one is not.
    let done = lake_command_json(&workdir, "vacuum", &["--table", "purchases", "--execute"]);
    assert_eq!(done[0]["total"]["files"], 1, "{done:#}");
    assert_eq!(status(&workdir, "purchases")["rows"], 30);
    lake_command(&workdir, "verify", &["--deep"]).assert_code(0);
    let version_4 = ["--table", "purchases", "--to-version", "4"];
    lake_command(&workdir, "restore", &version_4)
        .assert_code(1)
        .assert_stderr_contains(&["version 4", "1 of its files are missing", "vacuum"]);
    assert_eq!(
        status(&workdir, "purchases")["version"],
        5,
        "nothing was committed"
    );
}

#[test]
fn a_short_retention_that_is_meant_empties_the_folder_of_all_but_the_newest_version() {
    let workdir = lake();
    workdir.write("lake/rejects/stray.parquet", "12345");
    let short = ["--retention", "0s", "--force-short-retention", "--execute"];
    lake_command(&workdir, "vacuum", &short).assert_code(0);
    for table in ["purchases", "rejects", "inputs"] {
        assert_eq!(
            data(&workdir, table).len(),
            live(&workdir, table).len(),
            "{table}"
        );
    }
    lake_command(&workdir, "verify", &["--deep"]).assert_code(0);
}
