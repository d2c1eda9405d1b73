//! The care of a lake: its state, its versions, its files, and what is refused.

use std::path::PathBuf;

use serde_json::{Value, json};

use crate::dump_generator::Dump;
use crate::purchase_fixtures::{lines_of, numbered};
use crate::workdir::{Output, Workdir};

/// Runs `lake VERB` on the lake of a folder.
pub(crate) fn lake_command(workdir: &Workdir, verb: &str, arguments: &[&str]) -> Output {
    let lake = workdir.lake();
    let lake = lake.to_str().expect("a path of text");
    let start = ["lake", verb, "--lake", lake];
    workdir.run(start.iter().chain(arguments))
}

/// The same, and the JSON it tells.
#[track_caller]
pub(crate) fn lake_command_json(workdir: &Workdir, verb: &str, arguments: &[&str]) -> Value {
    let arguments = [&["--format", "json"], arguments].concat();
    let output = lake_command(workdir, verb, &arguments);
    output.assert_code(0);
    output.json()
}

/// Ingests files one by one, each in a run of its own.
#[track_caller]
pub(crate) fn ingest_each(workdir: &Workdir, files: &[PathBuf]) {
    for file in files {
        let options = ["--reject-limit", "100%"].map(PathBuf::from);
        workdir.ingest(options.iter().chain([file])).assert_code(0);
    }
}

/// The live files of a table, by their absolute paths.
#[track_caller]
pub(crate) fn live(workdir: &Workdir, table: &str) -> Vec<PathBuf> {
    let reported = lake_command(workdir, "files", &["--table", table]);
    reported.assert_code(0);
    reported.stdout().lines().map(PathBuf::from).collect()
}

/// The state of one table.
#[track_caller]
pub(crate) fn status(workdir: &Workdir, table: &str) -> Value {
    let status = lake_command_json(workdir, "status", &[]);
    let tables = status["tables"].as_array().expect("tables");
    let found = tables.iter().find(|one| one["table"] == table);
    found.expect("the table").clone()
}

#[test]
fn status_counts_current_and_unreferenced_files() {
    let workdir = Workdir::new();
    let arguments = [
        "--rows", "600", "--files", "3", "--dirt", "0.05", "--days", "2", "--seed", "8",
    ];
    let dump = Dump::make(&workdir, "dump", &arguments);
    ingest_each(&workdir, &dump.files);
    let purchases = status(&workdir, "purchases");
    assert_eq!(purchases["rows"], dump.truth["accepted"]);
    assert_eq!(
        (&purchases["version"], &purchases["partitions"]),
        (&json!(3), &json!(2))
    );
    let listed = live(&workdir, "purchases");
    let bytes: u64 = listed
        .iter()
        .map(|path| path.metadata().expect("a live file").len())
        .sum();
    let count = json!({"files": listed.len(), "bytes": bytes});
    assert_eq!((&purchases["live"], &purchases["small"]), (&count, &count));
    let rejects = status(&workdir, "rejects");
    assert_eq!(
        rejects["rows_by_partition"]["purchases"],
        dump.truth["rejected"]
    );
    assert_eq!(status(&workdir, "inputs")["rows"], 3);

    workdir.write(
        "lake/purchases/purchase_date=2026-10-01/stray.parquet",
        "12345",
    );
    workdir.write("lake/_runs/other.parquet", "12345");
    workdir.write("lake/purchases/README.md", "not data");
    lake_command(&workdir, "compact", &[]).assert_code(0);
    let purchases = status(&workdir, "purchases");
    assert_eq!(purchases["orphans"], json!({"files": 1, "bytes": 5}));
    assert_eq!(purchases["removed"], count);
    assert_eq!(purchases["live"]["files"], 2);
    let text = lake_command(&workdir, "status", &["--small", "1B"]);
    text.assert_code(0).assert_stdout_contains(&[
        "purchases: version 4",
        "orphans     1 file, 5 B",
        "small       0 files, 0 B",
    ]);
}

#[test]
fn history_lists_what_each_version_changed() {
    let workdir = Workdir::new();
    for number in 0..3 {
        let input = workdir.write(&format!("{number}.ndjson"), numbered(number * 4, 4));
        workdir.ingest([input]).assert_code(0);
    }
    lake_command(&workdir, "compact", &[]).assert_code(0);
    let history = lake_command_json(&workdir, "history", &["--table", "purchases"]);
    let reported: Vec<Value> = history["versions"]
        .as_array()
        .expect("versions")
        .iter()
        .map(|one| {
            json!([
                one["version"],
                one["operation"],
                one["files_added"],
                one["rows_added"],
                one["files_removed"],
                one["rows_removed"]
            ])
        })
        .collect();
    let expected = [
        json!([4, "OPTIMIZE", 1, 12, 3, 12]),
        json!([3, "WRITE", 1, 4, 0, 0]),
        json!([2, "WRITE", 1, 4, 0, 0]),
        json!([1, "WRITE", 1, 4, 0, 0]),
        json!([0, "CREATE TABLE", 0, 0, 0, 0]),
    ];
    assert_eq!(reported, expected);
    let short = lake_command(
        &workdir,
        "history",
        &["--table", "purchases", "--limit", "2"],
    );
    assert_eq!(short.assert_code(0).stdout().lines().count(), 2);

    // The log forgets its oldest versions once a checkpoint stands for them.
    for number in 10..18 {
        let input = workdir.write(&format!("{number}.ndjson"), numbered(number * 4, 4));
        workdir.ingest([input]).assert_code(0);
    }
    for version in 0..4 {
        let commit = format!("purchases/_delta_log/{version:020}.json");
        std::fs::remove_file(workdir.lake().join(commit)).expect("an old commit");
    }
    let short = lake_command(&workdir, "history", &["--table", "purchases"]);
    short
        .assert_code(0)
        .assert_stdout_contains(&["-3 files ? rows", "versions before 4 are older"]);
}

#[test]
fn files_are_listed_by_version_and_day_with_what_readers_need() {
    let workdir = Workdir::new();
    let days = [
        ("2026-10-01T10:00:00Z", 2),
        ("2026-10-02T10:00:00Z", 3),
        ("2026-10-03T10:00:00Z", 4),
    ];
    workdir
        .ingest([workdir.write("days.ndjson", lines_of(&days))])
        .assert_code(0);
    let old = live(&workdir, "purchases");
    assert_eq!(old.len(), 3);
    assert!(old.iter().all(|path| path.is_absolute() && path.exists()));
    let some = lake_command_json(
        &workdir,
        "files",
        &[
            "--table",
            "purchases",
            "--from",
            "2026-10-02",
            "--to",
            "2026-10-02",
        ],
    );
    let [file] = some["files"].as_array().expect("files").as_slice() else {
        panic!("{some:#}")
    };
    assert_eq!((&some["version"], &file["rows"]), (&json!(1), &json!(1)));
    assert_eq!(file["partition"], json!({"purchase_date": "2026-10-02"}));
    workdir
        .ingest([workdir.write("more.ndjson", numbered(0, 2))])
        .assert_code(0);
    assert_eq!(live(&workdir, "purchases").len(), 4);
    let first = lake_command(
        &workdir,
        "files",
        &["--table", "purchases", "--lake-version", "1"],
    );
    assert_eq!(first.assert_code(0).stdout().lines().count(), 3);
}

#[test]
fn meaningless_options_are_refused_with_a_remedy() {
    let workdir = Workdir::new();
    lake_command(&workdir, "status", &[])
        .assert_code(1)
        .assert_stderr_contains(&["there is no lake", "--lake"]);
    workdir
        .ingest([workdir.write("a.ndjson", numbered(0, 2))])
        .assert_code(0);
    for (verb, arguments, code, message) in [
        (
            "files",
            &["--table", "rejects", "--from", "2026-10-01"][..],
            2,
            "--from",
        ),
        (
            "compact",
            &["--table", "inputs", "--to", "2026-10-01"],
            2,
            "--from",
        ),
        ("compact", &["--target-size", "big"], 2, "--target-size"),
        (
            "vacuum",
            &["--retention", "1h"],
            2,
            "--force-short-retention",
        ),
        ("vacuum", &["--retention", "soon"], 2, "--retention"),
        ("restore", &["--table", "purchases"], 2, "--to-version"),
        (
            "restore",
            &["--all", "--to-version", "1"],
            2,
            "cannot be used with",
        ),
        (
            "restore",
            &["--table", "purchases", "--to-version", "9"],
            1,
            "the newest is 1",
        ),
        (
            "restore",
            &["--table", "supplier_purchases", "--to-version", "0"],
            1,
            "there is no table",
        ),
        (
            "history",
            &["--table", "supplier_purchases"],
            1,
            "there is no table",
        ),
    ] {
        lake_command(&workdir, verb, arguments)
            .assert_code(code)
            .assert_stderr_contains(&[message]);
    }
    assert_eq!(status(&workdir, "purchases")["version"], 1);
}
