//! Inputs of supplier purchases that are replaced and removed: each purchase has the newest of the
//! states that remain.

use std::fs;

use serde_json::json;

use crate::changed_inputs::{assert_whole, inputs, listed, row};
use crate::lake_maintenance::{lake_command, lake_command_json, status};
use crate::supplier_fixtures::{
    SupplierPurchaseFixture, ingest, pairs, single_page, stored_notes, supplier_purchases,
};
use crate::workdir::{Output, Workdir, files_below, project};

/// A page with purchases: id, hour of the state, notes.
fn dump(purchases: &[(u64, u32, &str)]) -> String {
    let of = |(id, hour, notes): &(u64, u32, &str)| {
        let updated_at = format!("2026-10-06T{hour:02}:00:00-03:00");
        let purchase = SupplierPurchaseFixture {
            id: *id,
            updated_at: &updated_at,
            notes,
            ..SupplierPurchaseFixture::default()
        };
        purchase.json()
    };
    single_page(&purchases.iter().map(of).collect::<Vec<_>>())
}

fn replace(workdir: &Workdir, name: &str) -> Output {
    ingest(workdir, "12", ["--changed-input", "replace", name])
}

#[test]
fn a_state_that_the_corrected_file_no_longer_has_gives_way_to_the_one_before() {
    let workdir = Workdir::new();
    workdir.write("monday.json", dump(&[(1, 9, "monday"), (2, 9, "monday")]));
    workdir.write(
        "tuesday.json",
        dump(&[(1, 10, "wrong"), (3, 10, "tuesday")]),
    );
    ingest(&workdir, "12", ["monday.json", "tuesday.json"]).assert_code(0);
    let wrong = pairs(&[(1, "wrong"), (2, "monday"), (3, "tuesday")]);
    assert_eq!(notes(&workdir), wrong);

    workdir.write(
        "tuesday.json",
        dump(&[(3, 9, "earlier"), (4, 10, "tuesday")]),
    );
    let refused = ingest(
        &workdir,
        "12",
        ["--changed-input", "refuse", "tuesday.json"],
    );
    let message = ["FILE-CHANGED", "2 accepted", "--changed-input replace"];
    refused.assert_code(3).assert_stderr_contains(&message);
    assert_eq!(notes(&workdir), wrong);
    let replaced = replace(&workdir, "tuesday.json");
    assert_eq!(replaced.assert_code(0).outcomes(), ["ingested"]);
    let right = [(1, "monday"), (2, "monday"), (3, "earlier"), (4, "tuesday")];
    assert_eq!(notes(&workdir), pairs(&right));
    let expected = [
        row("monday.json", "current", 2, 1),
        row("tuesday.json", "current", 2, 2),
        row("tuesday.json", "replaced", 2, 2),
    ];
    assert_eq!(sorted(&workdir), expected);
    assert_whole(&workdir);

    let before = status(&workdir, "supplier_purchases")["version"].clone();
    let again = replace(&workdir, "tuesday.json");
    assert_eq!(again.assert_code(0).outcomes(), ["already_ingested"]);
    assert_eq!(status(&workdir, "supplier_purchases")["version"], before);

    // The content that was replaced may come again.
    workdir.write(
        "tuesday.json",
        dump(&[(1, 10, "wrong"), (3, 10, "tuesday")]),
    );
    replace(&workdir, "tuesday.json").assert_code(0);
    assert_eq!(notes(&workdir), wrong);
    assert_whole(&workdir);
}

/// Ids and notes of the purchases, a cross before those that are deleted.
fn notes(workdir: &Workdir) -> Vec<(u64, String)> {
    let mut notes = stored_notes(workdir);
    notes.sort();
    notes
}

fn sorted(workdir: &Workdir) -> Vec<(String, String, u64, u64)> {
    let mut rows = listed(workdir);
    rows.sort();
    rows
}

#[test]
fn a_removed_full_snapshot_deletes_nothing_any_more() {
    let workdir = Workdir::new();
    workdir.write("all.json", dump(&[(1, 9, "all"), (2, 9, "all")]));
    ingest(&workdir, "12", ["all.json"]).assert_code(0);
    workdir.write("half.json", dump(&[(1, 9, "all")]));
    let snapshot = [
        "--full-snapshot",
        "--snapshot-date",
        "2026-11-20",
        "half.json",
    ];
    ingest(&workdir, "12", snapshot).assert_code(0);
    let (whole, half) = ([(1, "all"), (2, "all")], [(1, "all"), (2, "†all")]);
    assert_eq!(notes(&workdir), pairs(&half));

    let planned = inputs(&workdir, &["remove", "half.json", "--dry-run"]);
    planned
        .assert_code(0)
        .assert_stdout_contains(&["1 states and 0 rejects of run"]);
    inputs(&workdir, &["remove", "half.json", "--yes"]).assert_code(0);
    assert_eq!(notes(&workdir), pairs(&whole));
    assert_whole(&workdir);
    // The snapshot is withdrawn too, so an older one may be applied.
    let older = [
        "--full-snapshot",
        "--snapshot-date",
        "2026-11-19",
        "half.json",
    ];
    let applied = ingest(&workdir, "12", older);
    assert_eq!(applied.assert_code(0).outcomes(), ["ingested"]);
    assert_eq!(notes(&workdir), pairs(&half));
    assert_whole(&workdir);
}

#[test]
fn a_restore_brings_the_history_back_and_it_goes_on_from_there() {
    let workdir = Workdir::new();
    workdir.write("a.json", dump(&[(1, 9, "a"), (2, 10, "a")]));
    workdir.write("b.json", dump(&[(2, 11, "b"), (3, 9, "b")]));
    ingest(&workdir, "12", ["a.json"]).assert_code(0);
    ingest(&workdir, "12", ["b.json"]).assert_code(0);
    let states = || status(&workdir, "supplier_versions")["rows"].clone();
    assert_eq!(states(), json!(4));
    let alone = ["--table", "supplier_versions", "--to-version", "1"];
    let refused = lake_command(&workdir, "restore", &alone);
    refused
        .assert_code(2)
        .assert_stderr_contains(&["follows supplier_purchases"]);
    let first = ["--table", "supplier_purchases", "--to-version", "1"];
    lake_command(&workdir, "restore", &first).assert_code(0);
    assert_eq!(states(), json!(2));
    assert_whole(&workdir);
    ingest(&workdir, "12", ["b.json"]).assert_code(0);
    assert_eq!(states(), json!(4));
    lake_command(&workdir, "compact", &[]).assert_code(0);
    inputs(&workdir, &["remove", "b.json", "--yes"]).assert_code(0);
    assert_eq!(notes(&workdir), pairs(&[(1, "a"), (2, "a")]));
    assert_whole(&workdir);
}

/// The lake that version 0.1.0 wrote, upgraded.
fn earlier_lake(workdir: &Workdir) {
    let data = project().join("tests/data/lake-0.1.0");
    for path in files_below(&data, "") {
        let relative = path.strip_prefix(&data).expect("a file below it");
        let name = relative.to_str().expect("a path");
        workdir.write(name, fs::read(&path).expect("a file of the lake"));
    }
    lake_command_json(workdir, "upgrade", &[]);
}

#[test]
fn inputs_of_an_earlier_lake_cannot_be_taken_out_and_later_ones_can() {
    let workdir = Workdir::new();
    earlier_lake(&workdir);
    let of_lake = status(&workdir, "supplier_purchases");
    let rows = of_lake["rows"].clone();
    workdir.write(
        "new.json",
        single_page(&supplier_purchases([900_001, 900_002])),
    );
    let begun = ingest(&workdir, "12", ["new.json"]);
    let notes = begun.assert_code(0).json()["notes"].to_string();
    assert!(notes.contains("table supplier_versions begins"), "{notes}");
    let states = status(&workdir, "supplier_versions")["rows"].as_u64();
    assert_eq!(states, rows.as_u64().map(|rows| rows + 2));
    assert_whole(&workdir);

    let earlier = sorted(&workdir);
    let of_suppliers = inputs(
        &workdir,
        &["list", "--kind", "supplier-purchases", "--format", "json"],
    );
    let old = of_suppliers.json()[0]["path"]
        .as_str()
        .expect("a path")
        .to_owned();
    let refused = inputs(&workdir, &["remove", &old, "--yes"]);
    refused
        .assert_code(2)
        .assert_stderr_contains(&["before table supplier_versions existed"]);
    assert_eq!(sorted(&workdir), earlier);
    inputs(&workdir, &["remove", "new.json", "--yes"]).assert_code(0);
    let states = status(&workdir, "supplier_versions")["rows"].clone();
    assert_eq!(states, rows);
    assert_eq!(status(&workdir, "supplier_purchases")["rows"], rows);
    assert_whole(&workdir);
}

#[test]
fn a_version_from_before_the_history_begins_it_again() {
    let workdir = Workdir::new();
    earlier_lake(&workdir);
    let of_lake = status(&workdir, "supplier_purchases");
    let (rows, version) = (of_lake["rows"].clone(), of_lake["version"].to_string());
    workdir.write("new.json", single_page(&supplier_purchases([900_001])));
    ingest(&workdir, "12", ["new.json"]).assert_code(0);
    let before = ["--table", "supplier_purchases", "--to-version", &version];
    lake_command(&workdir, "restore", &before).assert_code(0);
    assert_eq!(status(&workdir, "supplier_versions")["rows"], rows);
    assert_whole(&workdir);
    ingest(&workdir, "12", ["new.json"]).assert_code(0);
    inputs(&workdir, &["remove", "new.json", "--yes"]).assert_code(0);
    assert_eq!(status(&workdir, "supplier_purchases")["rows"], rows);
    assert_whole(&workdir);
}
