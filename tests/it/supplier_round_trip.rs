//! The answers of `report supplier-purchases` as inputs: the same purchases in a fresh lake.

use std::path::Path;

use serde_json::{Value, json};

use crate::python::python;
use crate::supplier_fixtures::{
    SupplierPurchaseFixture, ingest, ingest_text, single_page, supplier_purchases,
};
use crate::workdir::{Workdir, sample};

/// The samples, and purchases that are deleted in every way or hold what forms differ in.
fn mixed() -> Workdir {
    let workdir = Workdir::new();
    ingest_text(
        &workdir,
        "first",
        &single_page(&supplier_purchases([900_001, 900_002])),
    );
    // 900001 is deleted by its absence.
    let rest = workdir.write("rest", single_page(&supplier_purchases([900_002])));
    ingest(&workdir, "12", ["--full-snapshot".into(), rest]).assert_code(0);
    let only = workdir.write("only", single_page(&supplier_purchases([900_003])));
    ingest(&workdir, "12", ["--deleted-only".into(), only]).assert_code(0);
    let rows = "id,registration_date,supplier_id,updated_at,total,currency,excluido,were_stock_movements_deleted\n\
                900004,2026-10-14,3,2026-10-15T10:00:00-03:00,12.34,BRL,true,\n\
                900005,2026-10-14,3,2026-10-15T10:00:00-03:00,1.5,KWD,true,true\n\
                900006,2026-10-14,3,2026-10-15T10:00:00.000120+05:45,1,JPY,false,false\n";
    let rows = workdir.write("rows.csv", rows);
    ingest(&workdir, "12", [rows]).assert_code(0);
    let mores = [
        ",\"were_stock_movements_deleted\":false",
        ",\"were_stock_movements_deleted\":true",
        ",\"code\":-7,\"color\":{\"a\":[1,\"x,\\\"y\\\"\"]},\"supplier_note\":null",
        ",\"order_number\":\"-1\",\"invoice\":{\"serie\":\"'@\",\"number\":\"000789\"}",
    ];
    for (id, more) in (900_010..).zip(mores) {
        let notes = "=1+1\\n; \\\"quoted\\\", é";
        let purchase = SupplierPurchaseFixture {
            id,
            notes,
            more,
            ..SupplierPurchaseFixture::default()
        };
        ingest_text(&workdir, &format!("{id}"), &single_page(&[purchase.json()]));
    }
    for dump in ["2026-10-31", "2026-11-07"] {
        ingest(&workdir, "12", [sample("suppliers").join(dump)]).assert_code(0);
    }
    workdir
}

/// The state of a lake without what a row says of its own origin.
fn state(lake: &Path) -> Vec<Value> {
    let mut rows = python("supplier_lake.py", ["rows".as_ref(), lake.as_os_str()]);
    let rows = rows.as_array_mut().expect("a list");
    for row in rows.iter_mut() {
        let row = row.as_object_mut().expect("a row");
        for origin in ["version_hash", "source_file", "source_row", "run_id"] {
            row.remove(origin);
        }
    }
    std::mem::take(rows)
}

/// The state of a fresh lake that has read these answers.
#[track_caller]
fn read_back(answers: &Path) -> Vec<Value> {
    let fresh = Workdir::new();
    ingest(&fresh, "12", [answers]).assert_code(0);
    state(&fresh.lake())
}

#[track_caller]
fn assert_same(found: &[Value], expected: &[Value]) {
    assert_eq!(found.len(), expected.len());
    for (found, expected) in found.iter().zip(expected) {
        assert_eq!(found, expected);
    }
}

const EVERY: [&str; 4] = ["--company-id", "12", "--deleted", "include"];

#[test]
fn a_csv_answer_read_back_is_the_same_state() {
    let workdir = mixed();
    let answer = workdir.path("list.csv");
    let to = [
        "--format",
        "csv",
        "--output",
        answer.to_str().expect("text"),
    ];
    workdir
        .report("supplier-purchases", EVERY.iter().chain(&to))
        .assert_code(0);
    let mut expected = state(&workdir.lake());
    for row in &mut expected {
        // An empty cell is no text.
        for (_, value) in row.as_object_mut().expect("a row") {
            if value == "" {
                *value = Value::Null;
            }
        }
    }
    assert_same(&read_back(&answer), &expected);
}

/// JSON has the documented keys alone, and no word for a flag that is not known.
fn as_documented(mut row: Value) -> Value {
    row["extra"] = Value::Null;
    if row["is_deleted"] == true && row["were_stock_movements_deleted"].is_null() {
        row["were_stock_movements_deleted"] = json!(false);
    }
    row
}

#[test]
fn the_pages_of_a_json_answer_read_back_are_the_same_state_with_nulls_and_without() {
    let workdir = mixed();
    let expected: Vec<Value> = state(&workdir.lake())
        .into_iter()
        .map(as_documented)
        .collect();
    assert!(expected.iter().any(|row| row["is_deleted"] == true));
    for more in [&[][..], &["--omit-null"]] {
        let folder = format!("pages{}", more.len());
        let to = ["--per-page", "7", "--all-pages", &folder];
        workdir
            .report("supplier-purchases", EVERY.iter().chain(&to).chain(more))
            .assert_code(0);
        assert_same(&read_back(&workdir.path(&folder)), &expected);
        let lines = workdir.path(&folder).join("page-1.json");
        let text = std::fs::read_to_string(lines).expect("a page");
        assert_eq!(text.contains("null"), more.is_empty(), "{text}");
    }
    let refused = [&EVERY[..], &["--omit-null", "--format", "csv"]].concat();
    workdir
        .report("supplier-purchases", refused)
        .assert_code(2)
        .assert_stderr_contains(&["--omit-null", "--format json"]);
}
