//! Supplier purchases as rows of a CSV table.

use std::io::Write;

use super::purchase_json::time_text;
use crate::render::amount_text::money_text;
use crate::render::csv::text_cell;
use crate::supplier_purchase::{
    FIELDS, SupplierFieldSpec, SupplierFieldType, SupplierPurchaseValues, SupplierValue,
    column_names,
};

/// The columns of a file of supplier purchases, CSV or Parquet: the company, then the columns of
/// the table in their order, without `version_hash` and the lineage columns.
pub(super) fn columns() -> Vec<&'static str> {
    let names = ["company_id"].into_iter().chain(column_names());
    names.chain(["extra"]).collect()
}

/// Writes a purchase; unknown values are empty cells.
pub(super) fn write_row(
    company_id: i64,
    values: &SupplierPurchaseValues<'_>,
    table: &mut csv::Writer<impl Write>,
) -> Result<(), csv::Error> {
    table.write_field(company_id.to_string())?;
    for spec in FIELDS.iter().filter(|spec| spec.column.is_some()) {
        write_cell(spec, values, table)?;
        if spec.field_type == SupplierFieldType::Time {
            let time = values.time(spec.field);
            let offset = time.map(|time| time.offset_minutes.unwrap_or(0).to_string());
            table.write_field(offset.unwrap_or_default())?;
        }
    }
    table.write_field(&*text_cell(values.extra.as_deref().unwrap_or_default()))?;
    table.write_record(None::<&[u8]>)
}

#[inline]
fn write_cell(
    spec: &SupplierFieldSpec,
    values: &SupplierPurchaseValues<'_>,
    table: &mut csv::Writer<impl Write>,
) -> Result<(), csv::Error> {
    match values.get(spec.field) {
        None => table.write_field(""),
        Some(SupplierValue::Integer(number)) => table.write_field(number.to_string()),
        Some(SupplierValue::Text(text)) => table.write_field(&*text_cell(text)),
        Some(SupplierValue::Boolean(flag)) => {
            table.write_field(if *flag { "true" } else { "false" })
        }
        Some(SupplierValue::Date(date)) => table.write_field(date.to_string()),
        Some(SupplierValue::Amount(amount)) => {
            table.write_field(money_text(*amount, values.currency_of(spec.field)))
        }
        Some(SupplierValue::Currency(currency)) => table.write_field(currency.as_str()),
        Some(SupplierValue::Time(time)) => table.write_field(time_text(*time)),
    }
}
