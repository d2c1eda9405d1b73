//! The columns of the `supplier_purchases` table: accepted purchases go in one by one, one Arrow
//! batch with the version of each row comes out.
//!
//! | column | type | null | from |
//! |---|---|---|---|
//! | `id` | Int64 | no | at least 1 |
//! | `registration_date` | Date32 | no | |
//! | `supplier_id`, `supplier_name` | Int64, Utf8 | yes | `supplier` |
//! | `invoice_serie`, `invoice_number` | Utf8 | yes | `invoice`; text, with leading zeros |
//! | `code` | Int64 | yes | |
//! | `value_of_items`, `discount`, `other_expenses_value`, `total` | Decimal128(38,9) | yes | `.amount` of each, main unit |
//! | each of them with `_currency` behind it | Utf8 | yes | `.currency`, ISO 4217, upper case |
//! | `notes` | Utf8 | yes | |
//! | `pay_shipping` | Boolean | yes | `shipping.pay_shipping` |
//! | `carrier_id`, `carrier_name` | Int64, Utf8 | yes | `shipping.carrier` |
//! | `shipping_value`, `shipping_value_currency` | Decimal128(38,9), Utf8 | yes | `shipping.shipping_value` |
//! | `status` | Utf8 | yes | `pending` or `received` |
//! | `order_number` | Utf8 | yes | |
//! | `has_stock_movement_out`, `were_stock_movements_deleted` | Boolean | yes | |
//! | `is_deleted` | Boolean | no | |
//! | `created_at`, `updated_at` | Timestamp(µs, UTC) | yes, no | |
//! | each of them with `_offset_minutes` behind it | Int16 | yes, no | offset it was written with, or the default zone's |
//! | `version_hash` | Int64 | no | of all values above and `extra`, see [`SupplierPurchaseVersion`] |
//! | `extra` | Utf8 | yes | undocumented keys as a compact JSON object |
//! | `source_row` | Int64 | no | 0-based ordinal of the record in its input |
//! | `source_file`, `run_id` | Utf8 (dictionary) | no | lineage |
//!
//! The exact order is that of [`schema`]. The partition columns `company_id` and
//! `registration_month` stand in the path, not in the files.

mod builders;
mod schema;

use std::sync::Arc;

use arrow::array::{
    ArrayRef, BooleanBuilder, Date32Builder, Int64Builder, RecordBatch, StringBuilder,
};
use arrow::error::ArrowError;
use chrono::{Datelike, NaiveDate};

use self::builders::{InstantBuilder, MoneyBuilder, PartyBuilder};
use super::validate::{
    Amounts, Deletion, Invoice, Shipping, SupplierPurchase, SupplierPurchaseStatus,
};
use super::version::SupplierPurchaseVersion;
use crate::record::lineage_columns;

pub use self::schema::{PARTITION_COLUMNS, STATISTICS_COLUMNS, UNIQUE_COLUMNS, schema};
pub use crate::record::shift_source_rows;

/// Accepted purchases and what tells their states apart, in the order they came.
#[derive(Clone, Debug)]
pub struct SupplierRows {
    /// Schema as [`schema`].
    pub batch: RecordBatch,
    /// One for each row of `batch`.
    pub versions: Vec<SupplierPurchaseVersion>,
}

/// Builders of the columns.
#[derive(Debug, Default)]
pub struct SupplierPurchaseColumns {
    id: Int64Builder,
    registration_date: Date32Builder,
    supplier: PartyBuilder,
    invoice_serie: StringBuilder,
    invoice_number: StringBuilder,
    code: Int64Builder,
    value_of_items: MoneyBuilder,
    discount: MoneyBuilder,
    other_expenses_value: MoneyBuilder,
    total: MoneyBuilder,
    notes: StringBuilder,
    pay_shipping: BooleanBuilder,
    carrier: PartyBuilder,
    shipping_value: MoneyBuilder,
    status: StringBuilder,
    order_number: StringBuilder,
    has_stock_movement_out: BooleanBuilder,
    were_stock_movements_deleted: BooleanBuilder,
    is_deleted: BooleanBuilder,
    created_at: InstantBuilder,
    updated_at: InstantBuilder,
    version_hash: Int64Builder,
    extra: StringBuilder,
    source_row: Vec<i64>,
    versions: Vec<SupplierPurchaseVersion>,
}

impl SupplierPurchaseColumns {
    /// Empty columns.
    pub fn new() -> Self {
        Self::default()
    }

    /// How many purchases are in.
    pub fn len(&self) -> usize {
        self.versions.len()
    }

    /// Whether none is in.
    pub fn is_empty(&self) -> bool {
        self.versions.is_empty()
    }

    /// Appends a purchase with its ordinal in the piece of the input it was read from.
    pub fn push(&mut self, purchase: &SupplierPurchase<'_>, source_row: i64) {
        let SupplierPurchase {
            key,
            registration_date,
            supplier,
            invoice: Invoice { serie, number },
            code,
            amounts,
            notes,
            shipping,
            status,
            order_number,
            has_stock_movement_out,
            deletion,
            created_at,
            updated_at,
            extra,
        } = purchase;
        self.id.append_value(key.id);
        self.registration_date
            .append_value(days_since_epoch(*registration_date));
        self.supplier.push(supplier.id, supplier.name);
        self.invoice_serie.append_option(*serie);
        self.invoice_number.append_option(*number);
        self.code.append_option(*code);
        self.push_amounts(amounts);
        self.notes.append_option(*notes);
        let Shipping {
            pay_shipping,
            carrier,
        } = shipping;
        self.pay_shipping.append_option(*pay_shipping);
        self.carrier.push(carrier.id, carrier.name);
        self.status
            .append_option(status.map(SupplierPurchaseStatus::as_str));
        self.order_number.append_option(*order_number);
        self.has_stock_movement_out
            .append_option(*has_stock_movement_out);
        let Deletion {
            is_deleted,
            were_stock_movements_deleted,
        } = *deletion;
        self.were_stock_movements_deleted
            .append_option(were_stock_movements_deleted);
        self.is_deleted.append_value(is_deleted);
        self.created_at.push(*created_at);
        self.updated_at.push(Some(*updated_at));
        self.extra.append_option(extra.as_deref());
        let version = SupplierPurchaseVersion::of(purchase);
        self.version_hash.append_value(version.version_hash);
        self.source_row.push(source_row);
        self.versions.push(version);
    }

    fn push_amounts(&mut self, amounts: &Amounts) {
        let Amounts {
            value_of_items,
            discount,
            other_expenses_value,
            total,
            shipping_value,
        } = *amounts;
        self.value_of_items.push(value_of_items);
        self.discount.push(discount);
        self.other_expenses_value.push(other_expenses_value);
        self.total.push(total);
        self.shipping_value.push(shipping_value);
    }

    /// The columns as one batch, rows in the order they came.
    ///
    /// # Errors
    /// None that valid builders can cause; Arrow's own are passed on.
    pub fn finish(mut self, source_file: &str, run_id: &str) -> Result<SupplierRows, ArrowError> {
        let [supplier_id, supplier_name] = self.supplier.finish();
        let [value_of_items, value_of_items_currency] = self.value_of_items.finish();
        let [discount, discount_currency] = self.discount.finish();
        let [other_expenses, other_expenses_currency] = self.other_expenses_value.finish();
        let [total, total_currency] = self.total.finish();
        let [carrier_id, carrier_name] = self.carrier.finish();
        let [shipping_value, shipping_value_currency] = self.shipping_value.finish();
        let [created_at, created_at_offset] = self.created_at.finish();
        let [updated_at, updated_at_offset] = self.updated_at.finish();
        let mut columns: Vec<ArrayRef> = vec![
            Arc::new(self.id.finish()),
            Arc::new(self.registration_date.finish()),
            supplier_id,
            supplier_name,
            Arc::new(self.invoice_serie.finish()),
            Arc::new(self.invoice_number.finish()),
            Arc::new(self.code.finish()),
            value_of_items,
            value_of_items_currency,
            discount,
            discount_currency,
            other_expenses,
            other_expenses_currency,
            total,
            total_currency,
            Arc::new(self.notes.finish()),
            Arc::new(self.pay_shipping.finish()),
            carrier_id,
            carrier_name,
            shipping_value,
            shipping_value_currency,
            Arc::new(self.status.finish()),
            Arc::new(self.order_number.finish()),
            Arc::new(self.has_stock_movement_out.finish()),
            Arc::new(self.were_stock_movements_deleted.finish()),
            Arc::new(self.is_deleted.finish()),
            created_at,
            created_at_offset,
            updated_at,
            updated_at_offset,
            Arc::new(self.version_hash.finish()),
            Arc::new(self.extra.finish()),
        ];
        columns.extend(lineage_columns(self.source_row, source_file, run_id)?);
        Ok(SupplierRows {
            batch: RecordBatch::try_new(schema(), columns)?,
            versions: self.versions,
        })
    }
}

/// Days from 1970-01-01, as a `Date32` column holds them.
fn days_since_epoch(date: NaiveDate) -> i32 {
    date.num_days_from_ce() - NaiveDate::default().num_days_from_ce()
}
