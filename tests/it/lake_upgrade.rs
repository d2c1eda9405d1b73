//! `lake upgrade`: tables as an earlier version wrote them, without a column that the program has,
//! are read, refused for writing, upgraded, and written again.

use std::fs;

use serde_json::{Value, json};

use crate::earlier_tables::{remove_column, replace, without_column};
use crate::lake_maintenance::{lake_command, lake_command_json, live, status};
use crate::purchase_fixtures::{PurchaseFixture, numbered};
use crate::python::python;
use crate::supplier_fixtures::{SupplierPurchaseFixture, ingest, ingest_text, list, single_page};
use crate::workdir::Workdir;

/// The values of a column by each external reader, sorted.
fn values(workdir: &Workdir, table: &str, column: &str) -> Value {
    let lake = workdir.lake();
    let arguments = [
        "column".as_ref(),
        lake.as_os_str(),
        table.as_ref(),
        column.as_ref(),
    ];
    python("lake_maintenance.py", arguments)
}

/// The same values by all readers: `nulls` nulls, then the texts.
fn by_all_readers(nulls: usize, texts: &[&str]) -> Value {
    let values = vec![Value::Null; nulls].into_iter();
    let values: Vec<Value> = values.chain(texts.iter().map(|text| json!(text))).collect();
    json!({"deltalake": values, "duckdb": values, "polars": values, "pyarrow": values})
}

/// The answers about customer purchases: items, items of an app, revenue, products.
fn answers(workdir: &Workdir) -> [String; 4] {
    let series = ["--length", "2", "--ending-at", "2026-10-06"];
    let with = |options: &[&'static str]| [series.as_slice(), options].concat();
    let items = workdir.report("quantity-series", series);
    let of_app = workdir.report("quantity-series", with(&["--app-id", "web"]));
    let money = workdir.report("revenue-series", with(&["--currency", "BRL"]));
    let names = workdir.report("product-list", [""; 0]);
    [items, of_app, money, names].map(|answer| answer.assert_code(0).stdout().to_owned())
}

fn of_app(app: &str) -> String {
    let more = format!(",\"app_id\":\"{app}\"");
    let record = PurchaseFixture {
        more: &more,
        ..PurchaseFixture::default()
    };
    format!("{}\n", record.json())
}

/// Every command that reads works on the lake.
fn assert_readable(workdir: &Workdir, table: &str) {
    lake_command(workdir, "history", &["--table", table]).assert_code(0);
    lake_command(workdir, "verify", &["--deep"]).assert_code(0);
    for path in live(workdir, table) {
        assert!(path.exists(), "{}", path.display());
    }
    let lake = workdir.lake();
    let dashboard = [
        "dashboard",
        "--output",
        "page.html",
        "--company-id",
        "12",
        "--lake",
    ];
    let arguments = dashboard
        .iter()
        .map(AsRef::as_ref)
        .chain([lake.as_os_str()]);
    workdir.run(arguments).assert_code(0);
}

/// Every command that writes a table refuses it, with the remedy.
fn assert_not_writable(workdir: &Workdir, table: &str, column: &str) {
    let before = status(workdir, table)["version"].clone();
    let refused = format!("table \"{table}\" has no column {column}");
    for (verb, arguments) in [
        ("compact", ["--table", table].as_slice()),
        ("restore", &["--table", table, "--to-version", "0"]),
    ] {
        let output = lake_command(workdir, verb, arguments);
        output.assert_code(1);
        output.assert_stderr_contains(&[&refused, "run `purchase-etl lake upgrade --lake "]);
    }
    assert_eq!(status(workdir, table)["version"], before);
}

/// The reports of an upgrade of customer purchases.
fn upgraded(version: Option<u64>) -> Value {
    let columns = json!([{"name": "app_id", "type": "string"}]);
    json!([
        {"table": "inputs", "columns": [], "committed_version": null},
        {"table": "purchases", "columns": columns, "committed_version": version},
        {"table": "rejects", "columns": [], "committed_version": null},
    ])
}

#[test]
fn customer_purchases_without_a_column_are_answered_and_upgraded() {
    let workdir = Workdir::new();
    let first = workdir.write("first.ndjson", numbered(0, 4));
    workdir.ingest([&first]).assert_code(0);
    let before = answers(&workdir);
    remove_column(&workdir, "purchases", "app_id");

    assert_eq!(answers(&workdir), before, "to the byte");
    assert_readable(&workdir, "purchases");
    let second = workdir.write("second.ndjson", of_app("web"));
    let refused = workdir.run(["ingest", "--lake", "lake", "second.ndjson"]);
    refused.assert_code(1);
    refused.assert_stderr_contains(&["has no column app_id", "lake upgrade"]);
    assert_not_writable(&workdir, "purchases", "app_id");

    let planned = lake_command_json(&workdir, "upgrade", &["--dry-run"]);
    assert_eq!(planned, upgraded(None));
    assert_not_writable(&workdir, "purchases", "app_id");
    let done = lake_command_json(&workdir, "upgrade", &[]);
    assert_eq!(done, upgraded(Some(2)));
    let again = lake_command(&workdir, "upgrade", &["--table", "purchases"]);
    again
        .assert_code(0)
        .assert_stdout("purchases: nothing to do\n");
    assert!(!again.stderr().contains("upgraded"), "{}", again.stderr());
    assert_eq!(answers(&workdir), before, "to the byte");
    assert_eq!(
        values(&workdir, "purchases", "app_id"),
        by_all_readers(4, &[])
    );
    let history = lake_command_json(&workdir, "history", &["--table", "purchases"]);
    assert_eq!(history["versions"][0]["operation"], "ADD COLUMN");

    workdir.ingest([&first, &second]).assert_code(0);
    // The same day has a file with the column and one without it.
    assert_eq!(live(&workdir, "purchases").len(), 2);
    let after = answers(&workdir);
    let of_app: Value = serde_json::from_str(&after[1]).expect("an answer");
    let items = of_app["data"].as_array().expect("days").iter();
    let items: u64 = items
        .filter_map(|day| day["purchase_quantity"].as_u64())
        .sum();
    assert_eq!(items, 1, "{of_app:#}");
    assert_eq!(
        values(&workdir, "purchases", "app_id"),
        by_all_readers(4, &["web"])
    );
    assert_readable(&workdir, "purchases");

    lake_command(&workdir, "compact", &[]).assert_code(0);
    assert_eq!(live(&workdir, "purchases").len(), 1);
    assert_eq!(answers(&workdir), after);
    assert_eq!(
        values(&workdir, "purchases", "app_id"),
        by_all_readers(4, &["web"])
    );
    assert_readable(&workdir, "purchases");
    // The files of the earlier version, in a table that has the column.
    let back = ["--table", "purchases", "--to-version", "1"];
    lake_command(&workdir, "restore", &back).assert_code(0);
    assert_eq!(answers(&workdir), before);
    workdir.ingest([&second]).assert_code(0);
    assert_eq!(answers(&workdir), after);
}

#[test]
fn a_data_file_without_a_required_column_is_an_error_that_names_it() {
    let workdir = Workdir::new();
    let input = workdir.write("first.ndjson", numbered(0, 4));
    workdir.ingest([&input]).assert_code(0);
    let [first, _] = supplier_dumps();
    ingest_text(&workdir, "first.json", &first);
    // Nulls for `app_id` do not make a missing quantity one.
    remove_column(&workdir, "purchases", "app_id");
    let damage = |table: &str, column: &str| {
        let path = live(&workdir, table).remove(0);
        replace(&workdir, &path, &without_column(&path, column));
        format!("column `{column}` in {}", path.display())
    };

    let series = ["--length", "2", "--ending-at", "2026-10-06", "--app-id"];
    let of_app = || workdir.report("quantity-series", series.iter().chain(&["web"]));
    of_app().assert_code(0);
    let named = damage("purchases", "quantity");
    of_app().assert_code(1).assert_stderr_contains(&[&named]);

    let named = damage("supplier_purchases", "is_deleted");
    for report in ["supplier-purchases", "supplier-summary"] {
        let answer = workdir.report(report, ["--company-id", "12"]);
        answer.assert_code(1).assert_stderr_contains(&[&named]);
    }
}

/// A first dump of purchases of two months, and a later one that changes a purchase and gives it an
/// order number.
fn supplier_dumps() -> [String; 2] {
    let purchase = |id, registration_date| SupplierPurchaseFixture {
        id,
        registration_date,
        ..SupplierPurchaseFixture::default()
    };
    let first = purchase(1, "2026-10-05");
    let changed = SupplierPurchaseFixture {
        updated_at: "2026-10-07T09:00:00-03:00",
        more: ",\"order_number\":\"A-7\"",
        ..first
    };
    let others = [purchase(2, "2026-10-06"), purchase(3, "2026-09-05")];
    [first, changed].map(|first| {
        let purchases = [first, others[0], others[1]];
        single_page(&purchases.map(SupplierPurchaseFixture::json))
    })
}

/// The answers about supplier purchases: list and summary.
fn supplier_answers(workdir: &Workdir) -> [String; 2] {
    let every = list(workdir, "12", &json!({"per_page": "500"}));
    let summary = workdir.report("supplier-summary", ["--company-id", "12"]);
    [&every, &summary].map(|answer| answer.assert_code(0).stdout().to_owned())
}

#[test]
fn supplier_purchases_without_a_column_are_merged_after_an_upgrade() {
    let [first, next] = supplier_dumps();
    let (workdir, new_lake) = (Workdir::new(), Workdir::new());
    for workdir in [&workdir, &new_lake] {
        ingest_text(workdir, "first.json", &first);
    }
    let before = supplier_answers(&workdir);
    let (table, column) = ("supplier_purchases", "order_number");
    remove_column(&workdir, table, column);
    assert_eq!(supplier_answers(&workdir), before, "to the byte");
    assert_readable(&workdir, table);
    assert_not_writable(&workdir, table, column);
    let path = workdir.write("next.json", &next);
    let refused = ingest(&workdir, "12", [path]);
    refused.assert_code(1);
    refused.assert_stderr_contains(&["has no column order_number", "lake upgrade"]);

    let planned = lake_command(&workdir, "upgrade", &["--table", table, "--dry-run"]);
    let line = "supplier_purchases: order_number string would be added\n";
    planned.assert_code(0).assert_stdout(line);
    assert!(!planned.stderr().contains("upgraded"), "nothing is done");
    let done = lake_command(&workdir, "upgrade", &[]);
    let line = "supplier_purchases: order_number string added in version 2\n";
    let done = done.assert_code(0);
    done.assert_stdout_contains(&[line, "inputs: nothing to do\n"]);
    let logged: Vec<&str> = done.stderr().lines().map(str::trim_start).collect();
    let upgraded = "INFO upgraded table=\"supplier_purchases\" columns=1";
    assert_eq!(logged, [upgraded], "only the table that was changed");
    assert_eq!(supplier_answers(&workdir), before, "to the byte");

    for workdir in [&workdir, &new_lake] {
        let counts = ingest_text(workdir, "next.json", &next).json()["counts"].clone();
        // The stored states are recognised by their hashes.
        let found = (counts["accepted"].as_u64(), counts["duplicate"].as_u64());
        assert_eq!(found, (Some(1), Some(2)), "{counts:#}");
    }
    let orders = by_all_readers(2, &["A-7"]);
    let assert_merged = || {
        assert_eq!(supplier_answers(&workdir), supplier_answers(&new_lake));
        assert_eq!(values(&workdir, table, column), orders);
        assert_readable(&workdir, table);
    };
    assert_merged();
    lake_command(&workdir, "compact", &[]).assert_code(0);
    assert_merged();
}

#[test]
fn a_table_with_another_difference_is_refused_by_an_upgrade_as_well() {
    let workdir = Workdir::new();
    let input = workdir.write("first.ndjson", numbered(0, 2));
    workdir.ingest([&input]).assert_code(0);
    let log = workdir
        .lake()
        .join("purchases/_delta_log/00000000000000000000.json");
    let text = fs::read_to_string(&log).expect("a commit");
    for (from, to, at_fault) in [
        ("\\\"app_id\\\"", "\\\"app\\\"", "\"app\""),
        ("\\\"product_id\\\"", "\\\"product\\\"", "\"product_id\""),
    ] {
        assert!(text.contains(from), "{text}");
        replace(&workdir, &log, text.replace(from, to).as_bytes());
        for arguments in [[].as_slice(), &["--dry-run"]] {
            let refused = lake_command(&workdir, "upgrade", arguments);
            let message = format!("column {at_fault} of table \"purchases\" should be");
            refused.assert_code(1);
            refused.assert_stderr_contains(&[&message]);
        }
        workdir
            .run(["lake", "verify", "--lake", "lake"])
            .assert_code(1);
    }
}
