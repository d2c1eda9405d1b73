//! `lake restore`: the table is as it was, and what came later can come again, once.

use std::path::PathBuf;

use serde_json::{Value, json};

use crate::dump_generator::Dump;
use crate::lake_maintenance::{ingest_each, lake_command, lake_command_json, status};
use crate::purchase_fixtures::numbered;
use crate::python::{assert_once, row_digests, summary};
use crate::supplier_fixtures::{SupplierPurchaseFixture, ingest, pairs, single_page, stored_notes};
use crate::workdir::{Output, Workdir};

const COLUMNS: &str = "source_file,source_row,price,quantity,time,currency";

/// A dump of four files, ingested one by one.
fn ingested() -> (Workdir, Dump) {
    let workdir = Workdir::new();
    let arguments = [
        "--rows", "1200", "--files", "4", "--dirt", "0.04", "--days", "2", "--seed", "6",
    ];
    let dump = Dump::make(&workdir, "dump", &arguments);
    ingest_each(&workdir, &dump.files);
    (workdir, dump)
}

fn rows(workdir: &Workdir, table: &str) -> Value {
    status(workdir, table)["rows"].clone()
}

/// The rows that stood in a version, by the history.
fn rows_in(workdir: &Workdir, version: u64) -> u64 {
    let history = lake_command_json(workdir, "history", &["--table", "purchases"]);
    let versions = history["versions"].as_array().expect("versions").iter();
    let of_version = versions.filter(|one| one["version"].as_u64() <= Some(version));
    let rows = of_version.map(|one| one["rows_added"].as_u64().expect("a count"));
    rows.sum()
}

/// When a version of a table was committed.
fn committed_at(workdir: &Workdir, table: &str, version: u64) -> String {
    let history = lake_command_json(workdir, "history", &["--table", table]);
    let mut versions = history["versions"].as_array().expect("versions").iter();
    let found = versions.find(|one| one["version"] == version);
    found.expect("the version")["committed_at"]
        .as_str()
        .expect("a time")
        .to_owned()
}

#[test]
fn after_a_restore_and_a_new_ingest_each_row_is_there_once() {
    let (workdir, dump) = ingested();
    let before = row_digests(COLUMNS, &[workdir.lake()]);
    let expected = rows_in(&workdir, 2);
    let back = ["--table", "purchases", "--to-version", "2"];
    let plan = lake_command_json(
        &workdir,
        "restore",
        &[back.as_slice(), &["--dry-run"]].concat(),
    );
    assert_eq!(
        rows(&workdir, "purchases"),
        dump.truth["accepted"],
        "it was a plan"
    );
    let done = lake_command_json(&workdir, "restore", &back);
    for name in ["files_removed", "rows_after", "inputs_withdrawn"] {
        assert_eq!(plan[0][name], done[0][name], "{name}");
    }
    assert_eq!(done[0]["inputs_withdrawn"], 2);
    assert_eq!(rows(&workdir, "purchases"), expected);
    assert_eq!(rows(&workdir, "inputs"), 2);
    lake_command(&workdir, "verify", &["--deep"]).assert_code(0);
    let again = lake_command_json(&workdir, "restore", &back);
    assert_eq!(again[0]["committed_version"], Value::Null, "{again:#}");

    // All at once: the first two are known, the others are read again, and then known.
    for outcomes in [
        [
            "already_ingested",
            "already_ingested",
            "ingested",
            "ingested",
        ],
        ["already_ingested"; 4],
    ] {
        let run = workdir.ingest(
            [
                &[PathBuf::from("--reject-limit"), PathBuf::from("100%")],
                dump.files.as_slice(),
            ]
            .concat(),
        );
        run.assert_code(0);
        assert_eq!(run.outcomes(), outcomes);
    }
    assert_eq!(row_digests(COLUMNS, &[workdir.lake()]), before);
    assert_once(&summary(&workdir.lake()), &dump.truth);
    lake_command(&workdir, "verify", &["--deep"]).assert_code(0);
}

#[test]
fn withdrawn_inputs_stay_withdrawn_behind_a_checkpoint_and_can_be_restored_from_it() {
    let (workdir, dump) = ingested();
    lake_command(
        &workdir,
        "restore",
        &["--table", "purchases", "--to-version", "1"],
    )
    .assert_code(0);
    // Enough versions of all tables for a checkpoint each.
    let more: Vec<PathBuf> = (0..11)
        .map(|number| workdir.write(&format!("{number}.ndjson"), numbered(number, 1)))
        .collect();
    ingest_each(&workdir, &more);
    for table in ["purchases", "inputs"] {
        assert!(
            status(&workdir, table)["checkpoint"]["version"].as_i64() > Some(5),
            "{table}"
        );
    }
    let options = ["--reject-limit", "100%", "--verify-content"].map(PathBuf::from);
    let all = || workdir.ingest([options.as_slice(), dump.files.as_slice()].concat());
    assert_eq!(
        all().outcomes(),
        ["already_ingested", "ingested", "ingested", "ingested"]
    );
    assert_eq!(all().outcomes(), ["already_ingested"; 4]);
    assert_eq!(rows(&workdir, "purchases"), dump.count("accepted") + 11);
    lake_command(&workdir, "verify", &["--deep"]).assert_code(0);
}

#[test]
fn a_restore_can_be_undone() {
    let (workdir, dump) = ingested();
    let before = row_digests(COLUMNS, &[workdir.lake()]);
    lake_command(
        &workdir,
        "restore",
        &["--table", "purchases", "--to-version", "1"],
    )
    .assert_code(0);
    let undone = lake_command_json(
        &workdir,
        "restore",
        &["--table", "purchases", "--to-version", "4"],
    );
    assert_eq!(undone[0]["inputs_reinstated"], 3, "{undone:#}");
    assert_eq!(row_digests(COLUMNS, &[workdir.lake()]), before);
    // Their rows of `inputs` are healed as after a stopped run, and nothing is taken twice.
    ingest_each(&workdir, &dump.files);
    assert_once(&summary(&workdir.lake()), &dump.truth);
    lake_command(&workdir, "verify", &["--deep"]).assert_code(0);
}

#[test]
fn all_tables_go_back_to_one_moment_and_forward_again() {
    let (workdir, dump) = ingested();
    let moment = committed_at(&workdir, "inputs", 2);
    let done = lake_command_json(&workdir, "restore", &["--all", "--as-of", &moment]);
    let reported: Vec<Value> = done
        .as_array()
        .expect("tables")
        .iter()
        .map(|one| json!([one["table"], one["to_version"], one["inputs_withdrawn"]]))
        .collect();
    let expected = [
        json!(["inputs", 2, 2]),
        json!(["purchases", 2, 2]),
        json!(["rejects", 2, 2]),
    ];
    assert_eq!(reported, expected);
    let found = summary(&workdir.lake());
    let counts = &found["inputs"]["counts"];
    assert_eq!(found["purchases"]["rows"], counts["accepted"], "{found:#}");
    assert_eq!(found["rejects"]["rows"], counts["rejected"], "{found:#}");
    let verified = lake_command_json(&workdir, "verify", &["--deep"]);
    assert_eq!(verified["findings"], json!([]), "{verified:#}");
    ingest_each(&workdir, &dump.files);
    assert_once(&summary(&workdir.lake()), &dump.truth);
    lake_command(&workdir, "verify", &["--deep"]).assert_code(0);
    // Before there was anything, if that is meant.
    let nothing = ["--all", "--as-of", "2020-01-01", "--allow-empty"];
    lake_command(&workdir, "restore", &nothing).assert_code(0);
    assert_eq!(summary(&workdir.lake())["inputs"]["rows"], 0);
    ingest_each(&workdir, &dump.files);
    assert_once(&summary(&workdir.lake()), &dump.truth);
}

#[test]
fn an_instant_before_the_first_version_empties_nothing_unless_that_is_meant() {
    let workdir = Workdir::new();
    let one = workdir.write("1.ndjson", numbered(0, 3));
    ingest_each(&workdir, &[one]);
    let version = |table: &str| status(&workdir, table)["version"].clone();
    let began = committed_at(&workdir, "purchases", 0);
    for (which, names) in [
        (&["--table", "purchases"][..], &["purchases at"][..]),
        (&["--all"], &["purchases at", "inputs at", "rejects at"]),
    ] {
        for dry_run in [&[][..], &["--dry-run"]] {
            let words = [which, &["--as-of", "2020-01-01"], dry_run].concat();
            let refused = lake_command(&workdir, "restore", &words);
            refused
                .assert_code(2)
                .assert_stderr_contains(&[names, &["--allow-empty", began.as_str()]].concat());
            assert_eq!(version("purchases"), 1, "{}", refused.transcript());
        }
    }
    // The time that the refusal names is one that can be restored.
    let at = ["--table", "purchases", "--as-of", &began, "--dry-run"];
    lake_command(&workdir, "restore", &at).assert_code(0);
    // A table that is younger than another becomes empty.
    let state = workdir.write(
        "2.json",
        single_page(&[SupplierPurchaseFixture::default().json()]),
    );
    ingest(&workdir, "12", [&state]).assert_code(0);
    let before = committed_at(&workdir, "inputs", 1);
    let done = lake_command_json(&workdir, "restore", &["--all", "--as-of", &before]);
    let mut done = done.as_array().expect("tables").iter();
    let supplier = done.find(|one| one["table"] == "supplier_purchases");
    assert_eq!(supplier.expect("the table")["to_version"], 0);
    assert_eq!(rows(&workdir, "supplier_purchases"), 0);
    assert_eq!(rows(&workdir, "purchases"), 3);
    let empty = [
        "--table",
        "purchases",
        "--as-of",
        "2020-01-01",
        "--allow-empty",
    ];
    lake_command(&workdir, "restore", &empty).assert_code(0);
    assert_eq!(rows(&workdir, "purchases"), 0);
    let needless = ["--table", "purchases", "--to-version", "0", "--allow-empty"];
    lake_command(&workdir, "restore", &needless).assert_code(2);
}

#[test]
fn rejects_alone_are_not_taken_back_while_their_inputs_stay() {
    let (workdir, dump) = ingested();
    let refused = lake_command(
        &workdir,
        "restore",
        &["--table", "rejects", "--to-version", "2"],
    );
    refused
        .assert_code(1)
        .assert_stderr_contains(&["2 inputs would lose their rejects", "--all"]);
    assert_eq!(rows(&workdir, "rejects"), dump.truth["rejected"]);
    // A compaction of them is no matter of inputs.
    lake_command(&workdir, "compact", &["--table", "rejects"]).assert_code(0);
    lake_command(
        &workdir,
        "restore",
        &["--table", "rejects", "--to-version", "4"],
    )
    .assert_code(0);
    assert_eq!(status(&workdir, "rejects")["live"]["files"], 4);
    lake_command(&workdir, "verify", &["--deep"]).assert_code(0);
}

#[test]
fn supplier_purchases_go_back_to_older_states_and_forward_again() {
    let workdir = Workdir::new();
    let input = |day: &str, notes: &str, id| {
        let updated_at = format!("2026-10-{day}T09:00:00-03:00");
        let state = SupplierPurchaseFixture {
            id,
            updated_at: &updated_at,
            notes,
            ..SupplierPurchaseFixture::default()
        };
        workdir.write(&format!("{notes}.json"), single_page(&[state.json()]))
    };
    let run = |path: &PathBuf| -> Output { ingest(&workdir, "12", [path]) };
    let (first, second, third) = (
        input("06", "one", 1),
        input("07", "two", 1),
        input("07", "other", 2),
    );
    for path in [&first, &second, &third] {
        run(path).assert_code(0);
    }
    let newest = pairs(&[(2, "other"), (1, "two")]);
    assert_eq!(stored_notes(&workdir), newest);
    lake_command(&workdir, "compact", &[]).assert_code(0);
    lake_command(
        &workdir,
        "restore",
        &["--table", "supplier_purchases", "--to-version", "1"],
    )
    .assert_code(0);
    assert_eq!(stored_notes(&workdir), pairs(&[(1, "one")]));
    lake_command(&workdir, "verify", &["--deep"]).assert_code(0);
    for outcome in ["ingested", "already_ingested"] {
        for path in [&third, &second] {
            assert_eq!(run(path).outcomes(), [outcome]);
        }
        assert_eq!(stored_notes(&workdir), newest);
    }
    assert_eq!(run(&first).outcomes(), ["already_ingested"]);
    lake_command(&workdir, "verify", &["--deep"]).assert_code(0);
}
