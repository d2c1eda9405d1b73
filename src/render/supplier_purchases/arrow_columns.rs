//! Supplier purchases as Arrow columns, with the types of the table.
//!
//! | columns | type |
//! |---|---|
//! | `company_id`, `id`, `supplier_id`, `code`, `carrier_id` | Int64 |
//! | `registration_date` | Date32 |
//! | amounts | Decimal128(38, 9) |
//! | `pay_shipping`, `has_…`, `were_…`, `is_deleted` | Boolean |
//! | `created_at`, `updated_at` | Timestamp(µs, UTC), with `…_offset_minutes` Int16 |
//! | all others | Utf8 |

use std::sync::Arc;

use arrow::array::{
    ArrayRef, BooleanArray, Int16Array, Int64Array, RecordBatch, StringArray,
    TimestampMicrosecondArray,
};
use arrow::datatypes::SchemaRef;
use arrow::error::ArrowError;
use chrono::{DateTime, FixedOffset};

use super::csv_row::{COLUMNS, offset_minutes};
use crate::render::parquet::{dates, decimals, optional, record_batch, required};
use crate::report::{RowMoney, SupplierPurchaseRow};

const NOT_NULL: [&str; 6] = [
    "company_id",
    "id",
    "registration_date",
    "is_deleted",
    "updated_at",
    "updated_at_offset_minutes",
];

/// The columns and their types.
pub(super) fn schema() -> Result<SchemaRef, ArrowError> {
    Ok(batch(0, &[])?.schema())
}

/// Converts rows to a record batch.
pub(super) fn batch(
    company_id: i64,
    rows: &[SupplierPurchaseRow],
) -> Result<RecordBatch, ArrowError> {
    let columns = vec![
        numbers(rows, |_| Some(company_id)),
        numbers(rows, |row| Some(row.id)),
        dates(rows.iter().map(|row| row.registration_date)),
        numbers(rows, |row| row.supplier.id),
        texts(rows, |row| row.supplier.name.as_deref()),
        texts(rows, |row| row.invoice.serie.as_deref()),
        texts(rows, |row| row.invoice.number.as_deref()),
        numbers(rows, |row| row.code),
        amounts(rows, |row| &row.value_of_items)?,
        texts(rows, |row| row.value_of_items.currency.as_deref()),
        amounts(rows, |row| &row.discount)?,
        texts(rows, |row| row.discount.currency.as_deref()),
        amounts(rows, |row| &row.other_expenses_value)?,
        texts(rows, |row| row.other_expenses_value.currency.as_deref()),
        amounts(rows, |row| &row.total)?,
        texts(rows, |row| row.total.currency.as_deref()),
        texts(rows, |row| row.notes.as_deref()),
        flags(rows, |row| row.shipping.pay_shipping),
        numbers(rows, |row| row.shipping.carrier.id),
        texts(rows, |row| row.shipping.carrier.name.as_deref()),
        amounts(rows, |row| &row.shipping.shipping_value)?,
        texts(rows, |row| row.shipping.shipping_value.currency.as_deref()),
        texts(rows, |row| row.status.as_deref()),
        texts(rows, |row| row.order_number.as_deref()),
        flags(rows, |row| row.has_stock_movement_out),
        flags(rows, |row| row.were_stock_movements_deleted),
        flags(rows, |row| Some(row.is_deleted)),
        times(rows, |row| row.created_at),
        offsets(rows, |row| row.created_at),
        times(rows, |row| Some(row.updated_at)),
        offsets(rows, |row| Some(row.updated_at)),
        texts(rows, |row| row.extra.as_deref()),
    ];
    let columns = COLUMNS.into_iter().zip(columns);
    record_batch(columns.map(|(name, column)| {
        if NOT_NULL.contains(&name) {
            required(name, column)
        } else {
            optional(name, column)
        }
    }))
}

fn amounts<'a>(
    rows: &'a [SupplierPurchaseRow],
    of: impl Fn(&'a SupplierPurchaseRow) -> &'a RowMoney,
) -> Result<ArrayRef, ArrowError> {
    decimals(rows.iter().map(|row| of(row).amount))
}

fn numbers(
    rows: &[SupplierPurchaseRow],
    of: impl Fn(&SupplierPurchaseRow) -> Option<i64>,
) -> ArrayRef {
    Arc::new(rows.iter().map(of).collect::<Int64Array>())
}

fn texts<'a>(
    rows: &'a [SupplierPurchaseRow],
    of: impl Fn(&'a SupplierPurchaseRow) -> Option<&'a str>,
) -> ArrayRef {
    Arc::new(rows.iter().map(of).collect::<StringArray>())
}

fn flags(
    rows: &[SupplierPurchaseRow],
    of: impl Fn(&SupplierPurchaseRow) -> Option<bool>,
) -> ArrayRef {
    Arc::new(rows.iter().map(of).collect::<BooleanArray>())
}

fn times(
    rows: &[SupplierPurchaseRow],
    of: impl Fn(&SupplierPurchaseRow) -> Option<DateTime<FixedOffset>>,
) -> ArrayRef {
    let micros = rows
        .iter()
        .map(|row| of(row).map(|time| time.timestamp_micros()));
    let micros: TimestampMicrosecondArray = micros.collect();
    Arc::new(micros.with_timezone("UTC"))
}

fn offsets(
    rows: &[SupplierPurchaseRow],
    of: impl Fn(&SupplierPurchaseRow) -> Option<DateTime<FixedOffset>>,
) -> ArrayRef {
    let minutes = rows
        .iter()
        .map(|row| of(row).and_then(|time| i16::try_from(offset_minutes(&time)).ok()));
    Arc::new(minutes.collect::<Int16Array>())
}
