//! Other programs read the table of supplier purchases: deltalake for Python, Polars and DuckDB.

use serde_json::{Value, json};

use crate::dump_generator::generate;
use crate::python::python;
use crate::supplier_fixtures::{compare_with_oracle, ingest, list};
use crate::workdir::Workdir;

/// The columns of the table, and what each reader calls their types.
const TYPES: [(&[&str], [&str; 3]); 7] = [
    (
        &[
            "id",
            "company_id",
            "supplier_id",
            "code",
            "carrier_id",
            "source_row",
            "version_hash",
        ],
        ["int64", "Int64", "BIGINT"],
    ),
    (&["registration_date"], ["date32[day]", "Date", "DATE"]),
    (
        &[
            "value_of_items",
            "discount",
            "other_expenses_value",
            "total",
            "shipping_value",
        ],
        [
            "decimal128(38, 9)",
            "Decimal(precision=38, scale=9)",
            "DECIMAL(38,9)",
        ],
    ),
    (
        &["created_at", "updated_at"],
        [
            "timestamp[us, tz=UTC]",
            "Datetime(time_unit='us', time_zone='UTC')",
            "TIMESTAMP WITH TIME ZONE",
        ],
    ),
    (
        &["created_at_offset_minutes", "updated_at_offset_minutes"],
        ["int16", "Int16", "SMALLINT"],
    ),
    (
        &[
            "pay_shipping",
            "has_stock_movement_out",
            "were_stock_movements_deleted",
            "is_deleted",
        ],
        ["bool", "Boolean", "BOOLEAN"],
    ),
    (
        &[
            "registration_month",
            "supplier_name",
            "invoice_serie",
            "invoice_number",
            "value_of_items_currency",
            "discount_currency",
            "other_expenses_value_currency",
            "total_currency",
            "shipping_value_currency",
            "notes",
            "carrier_name",
            "status",
            "order_number",
            "extra",
            "source_file",
            "run_id",
        ],
        ["string", "String", "VARCHAR"],
    ),
];

const READERS: [&str; 3] = ["deltalake", "polars", "duckdb"];

#[test]
fn three_external_readers_find_the_same_state_of_supplier_purchases() {
    let workdir = Workdir::new();
    let arguments = [
        "--kind",
        "supplier-purchases",
        "--rows",
        "3000",
        "--seed",
        "41",
        "--companies",
        "2",
        "--shape",
        "ndjson",
        "--days",
        "90",
    ];
    let (folder, truth) = generate(&workdir, "dumps", &arguments);
    let mut runs = Vec::new();
    for dump in ["dump-1", "dump-2"] {
        for company in ["12", "34"] {
            let path = folder.join(dump).join(format!("company-{company}"));
            ingest(&workdir, company, [&path]).assert_code(0);
            let number: u64 = company.parse().expect("a number");
            runs.push(json!({"company": number, "paths": [path]}));
        }
    }
    let found = python("supplier_lake.py", ["readers".into(), workdir.lake()]);
    let state = compare_with_oracle(&json!({ "runs": runs }), &[workdir.lake()]);
    let mut deleted = Vec::new();
    for company in truth["companies"].as_array().expect("a list") {
        let ids = company["deleted"].as_array().expect("a list");
        deleted.extend(ids.iter().map(|id| json!([company["company_id"], id])));
    }
    for reader in READERS {
        let read = &found[reader];
        assert_eq!(read["rows"], state["state"]["rows"], "{reader}");
        assert_eq!(read["deleted"], json!(deleted), "{reader}");
        for same in ["by_month", "totals"] {
            assert_eq!(read[same], found["deltalake"][same], "{reader}: {same}");
        }
    }
    let read = found["duckdb"]["by_month"]
        .as_object()
        .expect("counts by month");
    let of_twelve: u64 = read
        .iter()
        .filter(|(month, _)| month.starts_with("12/"))
        .map(|(_, rows)| rows.as_u64().expect("a count"))
        .sum();
    let every = list(&workdir, "12", &json!({"deleted": "include"})).json();
    assert_eq!(every["meta"]["total"], of_twelve);
}

#[test]
fn columns_and_types_of_the_table_are_those_of_the_documentation() {
    let workdir = Workdir::new();
    let dump = crate::workdir::sample("suppliers/2026-10-31");
    ingest(&workdir, "12", [dump]).assert_code(0);
    let found = python("supplier_lake.py", ["readers".into(), workdir.lake()]);
    for (at, reader) in READERS.into_iter().enumerate() {
        let mut wanted = serde_json::Map::new();
        for (columns, names) in TYPES {
            let of_type = columns
                .iter()
                .map(|column| ((*column).to_owned(), json!(names[at])));
            wanted.extend(of_type);
        }
        assert_eq!(found[reader]["types"], Value::Object(wanted), "{reader}");
    }
}
