//! Marks of deletion: rows that a full snapshot has marked, and rows that are deleted by their own
//! state.

use std::sync::Arc;

use arrow::array::{BooleanArray, RecordBatch};

use super::super::{SupplierPurchaseColumns, SupplierPurchaseRuleSettings, is_marked_as_deleted};
use super::fixture::{DOCUMENTED, each_row, rows_of, settings, with};

/// The rows with the mark of deletion set.
fn marked(batch: &RecordBatch) -> RecordBatch {
    let mut columns = batch.columns().to_vec();
    let at = batch.schema().index_of("is_deleted").unwrap();
    columns[at] = Arc::new(BooleanArray::from(vec![true; batch.num_rows()]));
    RecordBatch::try_new(batch.schema(), columns).unwrap()
}

fn marks(batch: &RecordBatch) -> Vec<bool> {
    let rows = 0..batch.num_rows();
    rows.map(|row| is_marked_as_deleted(batch, row, 12))
        .collect()
}

/// The accepted rows of a table.
fn rows_of_table(settings: &SupplierPurchaseRuleSettings, text: &str) -> RecordBatch {
    let mut columns = SupplierPurchaseColumns::new();
    each_row(settings, text, |_, validated, purchase| {
        let purchase = purchase.unwrap_or_else(|| panic!("{validated:?}"));
        columns.push(purchase, 0);
    });
    columns.finish("table.csv", "run-1").unwrap().batch
}

#[test]
fn a_live_state_that_is_marked_is_recognised_whatever_its_values() {
    let unknown = with(r#""branch":"7","notes":null"#);
    // The first time has no offset, the second one is zero.
    let times = with(r#""created_at":"2025-01-14T10:00:00""#);
    let batch = rows_of(&[DOCUMENTED, &unknown, &times]).batch;
    assert_eq!(marks(&batch), [false; 3], "no row is deleted");
    assert_eq!(marks(&marked(&batch)), [true; 3]);
    let table = "id;data;fornecedor;criado em;atualizado em;excluido\n\
                 1;14/01/2025;Ana;14/01/2025 10:00;15/01/2025 10:00;n\n";
    let batch = rows_of_table(&settings(), table);
    assert_eq!(marks(&batch), [false]);
    assert_eq!(marks(&marked(&batch)), [true]);
}

#[test]
fn a_state_with_its_own_sign_of_deletion_is_not_marked() {
    let flags = ["true", "false"].map(|flag| {
        let flag = format!("\"were_stock_movements_deleted\":{flag}");
        with(&flag)
    });
    let batch = rows_of(&flags.each_ref().map(String::as_str)).batch;
    assert_eq!(marks(&batch), [false; 2]);
    let column = "id;data;atualizado em;excluido\n1;14/01/2025;15/01/2025 10:00;s\n";
    assert_eq!(marks(&rows_of_table(&settings(), column)), [false]);
    let deleted_only = SupplierPurchaseRuleSettings {
        deleted_only: true,
        ..settings()
    };
    let plain = "id;data;atualizado em\n1;14/01/2025;15/01/2025 10:00\n";
    assert_eq!(marks(&rows_of_table(&deleted_only, plain)), [false]);
    assert_eq!(marks(&marked(&rows_of_table(&settings(), plain))), [true]);
}

#[test]
fn a_row_that_does_not_fit_its_hash_is_not_marked() {
    let batch = marked(&rows_of(&[DOCUMENTED]).batch);
    assert!(is_marked_as_deleted(&batch, 0, 12));
    assert!(!is_marked_as_deleted(&batch, 0, 34), "another company");
    let without = batch.schema().index_of("extra").unwrap();
    let mut other = batch.clone();
    other.remove_column(without);
    assert!(!is_marked_as_deleted(&other, 0, 12), "a column is missing");
}
