//! The columns by name and type, and which of them the lake may look into.

use std::sync::Arc;

use arrow::datatypes::{DataType, Field, Schema, SchemaRef, TimeUnit};

use super::builders::amount_type;
use crate::record::lineage_fields;

/// Names of the partition columns, outer first; `company_id` is a 64-bit number,
/// `registration_month` a text such as `2025-01`.
pub const PARTITION_COLUMNS: [&str; 2] = ["company_id", "registration_month"];

/// Columns that may carry min/max statistics in the Delta log: none that is personal data.
pub const STATISTICS_COLUMNS: [&str; 3] = ["id", "registration_date", "updated_at"];

/// Columns whose values hardly ever repeat within a month of a company.
pub const UNIQUE_COLUMNS: [&str; 7] = [
    "id",
    "invoice_number",
    "code",
    "order_number",
    "updated_at",
    "version_hash",
    "source_row",
];

/// Arrow schema of the data files, as in the table of the module above it.
pub fn schema() -> SchemaRef {
    let utc = || DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into()));
    let null = |name: &str, form: DataType| Field::new(name, form, true);
    let full = |name: &str, form: DataType| Field::new(name, form, false);
    let mut fields = vec![
        full("id", DataType::Int64),
        full("registration_date", DataType::Date32),
        null("supplier_id", DataType::Int64),
        null("supplier_name", DataType::Utf8),
        null("invoice_serie", DataType::Utf8),
        null("invoice_number", DataType::Utf8),
        null("code", DataType::Int64),
        null("value_of_items", amount_type()),
        null("value_of_items_currency", DataType::Utf8),
        null("discount", amount_type()),
        null("discount_currency", DataType::Utf8),
        null("other_expenses_value", amount_type()),
        null("other_expenses_value_currency", DataType::Utf8),
        null("total", amount_type()),
        null("total_currency", DataType::Utf8),
        null("notes", DataType::Utf8),
        null("pay_shipping", DataType::Boolean),
        null("carrier_id", DataType::Int64),
        null("carrier_name", DataType::Utf8),
        null("shipping_value", amount_type()),
        null("shipping_value_currency", DataType::Utf8),
        null("status", DataType::Utf8),
        null("order_number", DataType::Utf8),
        null("has_stock_movement_out", DataType::Boolean),
        null("were_stock_movements_deleted", DataType::Boolean),
        full("is_deleted", DataType::Boolean),
        null("created_at", utc()),
        null("created_at_offset_minutes", DataType::Int16),
        full("updated_at", utc()),
        full("updated_at_offset_minutes", DataType::Int16),
        full("version_hash", DataType::Int64),
        null("extra", DataType::Utf8),
    ];
    fields.extend(lineage_fields());
    Arc::new(Schema::new(fields))
}
