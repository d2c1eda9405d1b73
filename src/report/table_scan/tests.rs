//! A file without a required column is an error; a file without a nullable column is an older one.

use crate::report::fixture::{
    PurchaseTableFixture, TestPurchase, remove_column, request, resolved,
};
use crate::report::supplier_table::fixture::{
    SupplierTableFixture, parameters_with, purchase_row, set_text,
};
use crate::report::{
    DataPath, ReportError, SeriesRequest, product_list, quantity_series, supplier_purchases,
};
use crate::supplier_purchase::SupplierPurchaseField;

/// Two days of an app, one file each.
fn two_days() -> PurchaseTableFixture {
    let shop = |time: &str| TestPurchase::at(time).product("mug").app("shop");
    PurchaseTableFixture::of(&[
        shop("2024-01-30T10:00:00Z").quantity(2),
        shop("2024-01-31T10:00:00Z").quantity(3),
    ])
}

fn items(table: &PurchaseTableFixture, app_id: Option<&str>) -> Result<i64, ReportError> {
    let series = SeriesRequest {
        app_id: app_id.map(str::to_owned),
        ..request(2, "2024-01-31", "day", "UTC")
    };
    quantity_series(&resolved(&series), &table.files).map(|series| series.gross_items)
}

fn assert_names(error: &ReportError, file: &DataPath, column: &str) {
    let ReportError::Scan { source, .. } = error else {
        panic!("{error:?}");
    };
    let text = source.to_string();
    let named = format!("column `{column}` in {}", file.as_str());
    assert!(text.contains(&named), "{text}");
}

#[test]
fn a_file_without_a_required_column_is_named() {
    for app in [None, Some("shop")] {
        let table = two_days();
        let damaged = &table.files[1].path;
        remove_column(damaged, "quantity");
        let error = items(&table, app).expect_err("a damaged file");
        assert_names(&error, damaged, "quantity");
    }
    let table = two_days();
    remove_column(&table.files[0].path, "product_id");
    let error = product_list(&table.files, None).expect_err("a damaged file");
    assert_names(&error, &table.files[0].path, "product_id");
}

#[test]
fn an_older_file_has_null_in_a_nullable_column() {
    let table = two_days();
    remove_column(&table.files[0].path, "app_id");
    assert_eq!(items(&table, None).expect("an answer"), 5);
    assert_eq!(items(&table, Some("shop")).expect("an answer"), 3);
    // The older file does not hide the damage of the other.
    remove_column(&table.files[1].path, "is_refund");
    let error = items(&table, Some("shop")).expect_err("a damaged file");
    assert_names(&error, &table.files[1].path, "is_refund");
}

/// Three purchases of two months, each with an order number.
fn supplier_table() -> SupplierTableFixture {
    let row = |id, date| {
        let mut row = purchase_row(id, date);
        let order = format!("A-{id}");
        set_text(&mut row, SupplierPurchaseField::OrderNumber, Some(&order));
        row
    };
    SupplierTableFixture::of(&[
        row(1, "2025-03-01"),
        row(2, "2025-03-02"),
        row(3, "2025-04-01"),
    ])
}

/// The order numbers of the list.
fn orders(table: &SupplierTableFixture) -> Result<Vec<Option<String>>, ReportError> {
    let page = supplier_purchases(&parameters_with(|_| ()), &table.files)?;
    let orders = page.purchases.iter().map(|row| {
        let order = row.text(SupplierPurchaseField::OrderNumber);
        order.map(str::to_owned)
    });
    Ok(orders.collect())
}

#[test]
fn supplier_purchases_need_all_columns_but_the_nullable_ones() {
    let table = supplier_table();
    let complete = ["A-3", "A-2", "A-1"].map(|order| Some(order.to_owned()));
    assert_eq!(orders(&table).expect("an answer"), complete);
    remove_column(&table.files[0].path, "order_number");
    let older = [complete[0].clone(), None, None];
    assert_eq!(orders(&table).expect("an answer"), older);
    for column in ["is_deleted", "updated_at"] {
        let table = supplier_table();
        let march = &table.files[0].path;
        remove_column(march, column);
        let error = orders(&table).expect_err("a damaged file");
        assert_names(&error, march, column);
    }
}
