//! What changes a stored purchase: newer versions, deletions, moved dates and full snapshots; and
//! what a lake says of its older states.

use std::path::Path;

use serde_json::{Value, json};

use crate::python::python;
use crate::supplier_fixtures::{
    DELETED, SupplierPurchaseFixture, ingest, ingest_text, list, page, pairs, single_page,
    stored_notes, supplier_purchases,
};
use crate::workdir::{Output, Workdir};

/// A version of purchase 1, an hour after the one before.
fn version(hour: u32, notes: &str, more: &str) -> String {
    let updated_at = format!("2026-10-06T{hour:02}:00:00-03:00");
    let purchase = SupplierPurchaseFixture {
        updated_at: &updated_at,
        notes,
        more,
        ..SupplierPurchaseFixture::default()
    };
    single_page(&[purchase.json()])
}

#[test]
fn a_deleted_purchase_comes_back_with_a_newer_version_without_the_key() {
    let workdir = Workdir::new();
    let take = |name: &str, text: &str| {
        ingest_text(&workdir, name, text);
        stored_notes(&workdir)
    };
    assert_eq!(take("1", &version(9, "a", "")), pairs(&[(1, "a")]));
    let deleted = version(10, "b", ",\"were_stock_movements_deleted\":false");
    assert_eq!(take("2", &deleted), pairs(&[(1, "†b")]));
    // Neither an older version nor a null undoes or makes a deletion.
    assert_eq!(take("3", &version(8, "older", "")), pairs(&[(1, "†b")]));
    let back = version(11, "c", ",\"were_stock_movements_deleted\":null");
    assert_eq!(take("4", &back), pairs(&[(1, "c")]));
    assert_eq!(take("5", &version(12, "d", DELETED)), pairs(&[(1, "†d")]));
    let answer = list(&workdir, "12", &json!({"deleted": "only"})).json();
    let purchase = &answer["data"]["purchases"][0];
    assert_eq!(purchase["were_stock_movements_deleted"], true);
    assert_eq!(list(&workdir, "12", &json!({})).json()["meta"]["total"], 0);
}

#[test]
fn a_moved_registration_date_leaves_one_row_in_its_new_month() {
    let workdir = Workdir::new();
    ingest_text(&workdir, "1", &version(9, "a", ""));
    ingest_text(&workdir, "others", &single_page(&supplier_purchases(2..5)));
    let moved = version(10, "b", "").replace("2026-10-05", "2026-11-01");
    ingest_text(&workdir, "2", &moved);
    assert_eq!(
        stored_notes(&workdir),
        pairs(&[(1, "b"), (4, "first"), (3, "first"), (2, "first")])
    );
    let rows = python("supplier_lake.py", ["rows".into(), workdir.lake()]);
    let months: Vec<Value> = rows
        .as_array()
        .expect("a list")
        .iter()
        .map(|row| json!([row["id"], row["registration_month"]]))
        .collect();
    let wanted = json!([
        [1, "2026-11"],
        [2, "2026-10"],
        [3, "2026-10"],
        [4, "2026-10"]
    ]);
    assert_eq!(json!(months), wanted);
    let of_october = json!({"registration_start": "2026-10-01", "registration_end": "2026-10-31"});
    assert_eq!(list(&workdir, "12", &of_october).json()["meta"]["total"], 3);
    // And back again, out of a month that is empty then.
    let back = version(11, "c", "");
    ingest_text(&workdir, "3", &back);
    assert_eq!(list(&workdir, "12", &of_october).json()["meta"]["total"], 4);
    assert_eq!(stored_notes(&workdir).len(), 4);
}

/// Ingests inputs of company 12 as a full snapshot.
#[track_caller]
fn snapshot(workdir: &Workdir, inputs: &[&Path]) -> Output {
    let option = Path::new("--full-snapshot");
    ingest(workdir, "12", [&[option], inputs].concat())
}

/// A lake with purchases 1 to 5 of company 12 and 1 of company 34.
fn five() -> Workdir {
    let workdir = Workdir::new();
    ingest_text(&workdir, "five", &single_page(&supplier_purchases(1..6)));
    let other = workdir.write("other", version(9, "other", ""));
    ingest(&workdir, "34", [&other]).assert_code(0);
    workdir
}

const ALL_LIVE: [(u64, &str); 5] = [
    (5, "first"),
    (4, "first"),
    (3, "first"),
    (2, "first"),
    (1, "first"),
];

#[test]
fn a_full_snapshot_deletes_missing_purchases_and_a_later_version_restores_them() {
    let workdir = five();
    let pages = [
        workdir.write("s/1", page(1, 2, 3, &supplier_purchases([1, 2]))),
        workdir.write("s/2", page(2, 2, 3, &supplier_purchases([5]))),
    ];
    let output = snapshot(&workdir, &[&pages[0], &pages[1]]);
    output
        .assert_code(0)
        .assert_stderr_contains(&["2 purchases", "deleted"]);
    let after = [
        (5, "first"),
        (4, "†first"),
        (3, "†first"),
        (2, "first"),
        (1, "first"),
    ];
    assert_eq!(stored_notes(&workdir), pairs(&after));
    // Nobody knows what became of the stock; the key is there all the same, as the sign of deletion.
    let deleted = list(&workdir, "12", &json!({"deleted": "only"})).json();
    for purchase in deleted["data"]["purchases"].as_array().expect("a list") {
        assert_eq!(purchase["were_stock_movements_deleted"], false);
    }
    assert_eq!(list(&workdir, "34", &json!({})).json()["meta"]["total"], 1);
    let version = output.json()["table_versions"]["supplier_purchases"].clone();
    let again = snapshot(&workdir, &[&pages[0], &pages[1]]).json();
    assert_eq!(
        again["table_versions"]["supplier_purchases"],
        Value::Null,
        "after {version}"
    );

    let of_four = SupplierPurchaseFixture {
        id: 4,
        notes: "again",
        updated_at: "2026-10-07T09:00:00-03:00",
        ..SupplierPurchaseFixture::default()
    };
    ingest_text(&workdir, "more", &single_page(&[of_four.json()]));
    assert_eq!(stored_notes(&workdir)[1], (4, "again".to_owned()));
}

#[test]
fn an_incomplete_snapshot_deletes_nothing_and_reports_why() {
    let broken = "{\"id\":0}".to_owned();
    let cases = [
        (
            "pages are missing",
            page(1, 2, 3, &supplier_purchases([1, 2])),
            0,
        ),
        (
            "records were rejected",
            single_page(&[supplier_purchases([1]), vec![broken]].concat()),
            0,
        ),
        ("an input was refused", "{\"data\":{\"purch".to_owned(), 3),
    ];
    for (reason, text, code) in cases {
        let workdir = five();
        let good = workdir.write("good/1", single_page(&supplier_purchases([2])));
        let bad = workdir.write("bad/1", text);
        let output = snapshot(&workdir, &[&good, &bad]);
        output.assert_code(code).assert_stderr_contains(&[
            "the full snapshot deletes nothing",
            reason,
            "CPL-SNAPSHOT-PARTIAL",
        ]);
        let warned = &output.json()["warned_by_rule"]["CPL-SNAPSHOT-PARTIAL"];
        assert_eq!(*warned, 1, "{}", output.transcript());
        assert_eq!(stored_notes(&workdir), pairs(&ALL_LIVE), "{reason}");
    }
}

#[test]
fn without_the_option_a_purchase_that_is_not_there_stays() {
    let workdir = five();
    ingest_text(
        &workdir,
        "one",
        &(single_page(&supplier_purchases([1])) + "\n"),
    );
    assert_eq!(stored_notes(&workdir), pairs(&ALL_LIVE));
}

#[test]
fn a_full_snapshot_covers_inputs_that_are_already_ingested() {
    let workdir = five();
    let [first, second] = [
        workdir.write("s/1", page(1, 2, 3, &supplier_purchases([1, 2]))),
        workdir.write("s/2", page(2, 2, 3, &supplier_purchases([5]))),
    ];
    // One page was ingested by itself, before anybody called it part of a snapshot.
    ingest(&workdir, "12", [&first]).assert_code(0);
    let output = snapshot(&workdir, &[&first, &second]);
    output.assert_code(0);
    assert_eq!(output.outcomes(), ["already_ingested", "ingested"]);
    let after = [
        (5, "first"),
        (4, "†first"),
        (3, "†first"),
        (2, "first"),
        (1, "first"),
    ];
    assert_eq!(stored_notes(&workdir), pairs(&after));
}

/// When a version of the table was committed, as its log says it.
fn committed_at(workdir: &Workdir, version: u64) -> i64 {
    let name = format!("lake/supplier_purchases/_delta_log/{version:020}.json");
    let log = std::fs::read_to_string(workdir.path(&name)).expect("an entry of the log");
    let first = log.lines().next().expect("a line");
    let entry: Value = serde_json::from_str(first).expect("JSON");
    let millis = entry["commitInfo"]["timestamp"].as_i64();
    millis.expect("the time of a commit")
}

#[test]
fn older_versions_of_the_lake_are_read_by_number_or_by_time() {
    let workdir = Workdir::new();
    let take = |name: &str, text: &str| {
        let report = ingest_text(&workdir, name, text).json();
        report["table_versions"]["supplier_purchases"]
            .as_u64()
            .expect("a version")
    };
    let first = take("1", &version(9, "a", ""));
    let second = take("2", &version(10, "b", DELETED));
    assert!(first < second);
    let notes = |arguments: &[&str]| {
        let every = ["--company-id", "12", "--deleted", "include"];
        let answer = workdir.report("supplier-purchases", every.iter().chain(arguments));
        let purchases = answer.assert_code(0).json()["data"]["purchases"].clone();
        purchases[0]["notes"].clone()
    };
    for (version, expected) in [(first, "a"), (second, "b")] {
        assert_eq!(notes(&["--lake-version", &version.to_string()]), expected);
        let time = chrono::DateTime::from_timestamp_millis(committed_at(&workdir, version));
        let time = time.expect("a time of this century").to_rfc3339();
        assert_eq!(notes(&["--as-of", &time]), expected, "{time}");
    }
    assert_eq!(notes(&["--as-of", "2200-01-01T00:00:00Z"]), "b");
    for (option, value) in [
        ("--lake-version", "99"),
        ("--as-of", "2001-01-01T00:00:00Z"),
    ] {
        let words = ["--company-id", "12", option, value];
        let answer = workdir.report("supplier-purchases", words);
        answer.assert_code(1).assert_stdout("");
    }
    let summary = ["--company-id", "12", "--lake-version", &first.to_string()];
    let summary = workdir.report("supplier-summary", summary);
    assert_eq!(summary.assert_code(0).json()["data"][0]["purchases"], 1);
}

#[test]
fn a_list_that_moved_while_it_was_saved_deletes_nothing() {
    let two_versions = |id| {
        let newer = SupplierPurchaseFixture {
            id,
            updated_at: "2026-10-07T09:00:00-03:00",
            notes: "newer",
            ..SupplierPurchaseFixture::default()
        };
        [supplier_purchases([id]), vec![newer.json()]].concat()
    };
    // Twice on one page, and a page that was saved twice, are no other list.
    let still = [
        page(1, 1, 2, &two_versions(1)),
        page(1, 1, 2, &two_versions(1)) + "\n",
    ];
    let moved = [
        page(1, 2, 4, &supplier_purchases([1, 2])),
        page(2, 2, 4, &supplier_purchases([2, 3])) + "\n",
    ];
    for (pages, is_whole) in [(still, true), (moved, false)] {
        let workdir = five();
        let files = ["s/1", "s/2"].map(|name| workdir.path(name));
        for (file, text) in files.iter().zip(&pages) {
            workdir.write(file.to_str().expect("a path of letters"), text);
        }
        // In two files, and as lines of one.
        let lines = workdir.write("lines", pages.join("\n"));
        for inputs in [
            vec![files[0].as_path(), files[1].as_path()],
            vec![lines.as_path()],
        ] {
            let output = snapshot(&workdir, &inputs);
            output.assert_code(0);
            let drifted = !output.json()["warned_by_rule"]["CPL-PAGE-DRIFT"].is_null();
            assert_eq!(drifted, !is_whole, "{}", output.transcript());
            let live = list(&workdir, "12", &json!({})).json();
            assert_eq!(live["meta"]["total"], if is_whole { 1 } else { 5 });
        }
    }
}
