//! The supplier summary as a JSON document, a CSV table and Arrow columns. Its format is defined
//! here: no documented endpoint returns it.
//!
//! JSON: `{"data":[rows],"meta":{parameters}}`. In CSV `names_seen` is a JSON array of texts, in
//! Parquet a list; unknown values are null, or empty cells.

use std::sync::Arc;

use arrow::array::{ArrayRef, Int64Array, ListBuilder, RecordBatch, StringArray, StringBuilder};
use arrow::datatypes::{Field, Schema};
use arrow::error::ArrowError;
use csv::Writer;

use super::amount_text::money_text;
use super::csv::text_cell;
use super::json_writer::JsonValue;
use super::parquet::{dates, decimals};
use crate::report::{SummaryAmounts, SupplierSummary, SupplierSummaryRow};
use crate::values::money::Amount;

/// The keys of a row, which are also the column names.
const COLUMNS: [&str; 17] = [
    "company_id",
    "supplier_id",
    "supplier_name",
    "names_seen",
    "month",
    "currency",
    "purchases",
    "received",
    "pending",
    "without_status",
    "value_of_items",
    "discount",
    "other_expenses",
    "shipping",
    "total",
    "first_date",
    "last_date",
];

fn amounts(row: &SupplierSummaryRow) -> [Amount; 5] {
    let SummaryAmounts {
        value_of_items,
        discount,
        other_expenses,
        shipping,
        total,
    } = row.amounts;
    [value_of_items, discount, other_expenses, shipping, total]
}

fn counts(row: &SupplierSummaryRow) -> [i64; 4] {
    let counts = row.purchases;
    [
        counts.purchases,
        counts.received,
        counts.pending,
        counts.without_status,
    ]
}

fn month(row: &SupplierSummaryRow) -> String {
    row.month.format("%Y-%m").to_string()
}

fn names(row: &SupplierSummaryRow) -> JsonValue {
    let names = row
        .names_seen
        .iter()
        .map(|name| JsonValue::Text(name.clone()));
    JsonValue::List(names.collect())
}

/// The summary as a JSON document.
pub(super) fn summary_document(summary: &SupplierSummary) -> JsonValue {
    let parameters = &summary.parameters;
    let (start, end) = parameters.registration();
    let date = |date: Option<chrono::NaiveDate>| {
        date.map_or(JsonValue::Null, |date| JsonValue::Text(date.to_string()))
    };
    let suppliers = parameters.supplier_ids().iter().copied();
    let company_id = parameters.company_id();
    let rows = summary.rows.iter().map(|row| document_row(company_id, row));
    JsonValue::Object(vec![
        ("data", JsonValue::List(rows.collect())),
        (
            "meta",
            JsonValue::Object(vec![
                ("company_id", JsonValue::number(company_id)),
                (
                    "supplier_ids",
                    JsonValue::List(suppliers.map(JsonValue::number).collect()),
                ),
                ("registration_start", date(start)),
                ("registration_end", date(end)),
                (
                    "deleted",
                    JsonValue::text(Some(parameters.deleted().as_str())),
                ),
            ]),
        ),
    ])
}

fn document_row(company_id: i64, row: &SupplierSummaryRow) -> JsonValue {
    let currency = row.currency.as_deref();
    let values = [
        JsonValue::number(company_id),
        row.supplier_id.map_or(JsonValue::Null, JsonValue::number),
        JsonValue::text(row.supplier_name.as_deref()),
        names(row),
        JsonValue::Text(month(row)),
        JsonValue::text(currency),
    ];
    let amounts = amounts(row).map(|amount| JsonValue::Digits(money_text(amount, currency)));
    let dates = [row.first_date, row.last_date].map(|date| JsonValue::Text(date.to_string()));
    let values = values
        .into_iter()
        .chain(counts(row).map(JsonValue::number))
        .chain(amounts)
        .chain(dates);
    JsonValue::Object(COLUMNS.into_iter().zip(values).collect())
}

/// Writes the rows as CSV.
pub(super) fn summary_table(
    summary: &SupplierSummary,
    table: &mut Writer<&mut Vec<u8>>,
) -> Result<(), csv::Error> {
    table.write_record(COLUMNS)?;
    let company_id = summary.parameters.company_id().to_string();
    for row in &summary.rows {
        let currency = row.currency.as_deref();
        let mut names_seen = Vec::new();
        let written = names(row).compact(&mut names_seen);
        written.map_err(std::io::Error::from)?;
        table.write_field(&company_id)?;
        let supplier_id = row.supplier_id.map(|id| id.to_string());
        table.write_field(supplier_id.unwrap_or_default())?;
        let name = row.supplier_name.as_deref().unwrap_or_default();
        table.write_field(text_cell(name).as_ref())?;
        table.write_field(names_seen)?;
        table.write_field(month(row))?;
        table.write_field(text_cell(currency.unwrap_or_default()).as_ref())?;
        for count in counts(row) {
            table.write_field(count.to_string())?;
        }
        for amount in amounts(row) {
            table.write_field(money_text(amount, currency))?;
        }
        table.write_field(row.first_date.to_string())?;
        table.write_field(row.last_date.to_string())?;
        table.write_record(None::<&[u8]>)?;
    }
    Ok(())
}

/// Converts the rows to a record batch.
pub(super) fn summary_batch(summary: &SupplierSummary) -> Result<RecordBatch, ArrowError> {
    let rows = &summary.rows;
    let mut names_seen = ListBuilder::new(StringBuilder::new());
    for row in rows {
        names_seen.append_value(row.names_seen.iter().map(Some));
    }
    let company_id = summary.parameters.company_id();
    let companies = std::iter::repeat_n(company_id, rows.len());
    let months = rows.iter().map(month);
    let mut columns: Vec<ArrayRef> = vec![
        Arc::new(Int64Array::from_iter_values(companies)),
        Arc::new(
            rows.iter()
                .map(|row| row.supplier_id)
                .collect::<Int64Array>(),
        ),
        texts(rows, |row| row.supplier_name.as_deref()),
        Arc::new(names_seen.finish()),
        Arc::new(StringArray::from_iter_values(months)),
        texts(rows, |row| row.currency.as_deref()),
    ];
    for at in 0..4 {
        let counts = rows.iter().map(|row| counts(row)[at]);
        columns.push(Arc::new(Int64Array::from_iter_values(counts)));
    }
    for at in 0..5 {
        columns.push(decimals(rows.iter().map(|row| Some(amounts(row)[at])))?);
    }
    columns.push(dates(rows.iter().map(|row| row.first_date)));
    columns.push(dates(rows.iter().map(|row| row.last_date)));
    let fields: Vec<Field> = COLUMNS
        .into_iter()
        .zip(&columns)
        .map(|(name, column)| {
            let nullable = matches!(name, "supplier_id" | "supplier_name" | "currency");
            Field::new(name, column.data_type().clone(), nullable)
        })
        .collect();
    RecordBatch::try_new(Arc::new(Schema::new(fields)), columns)
}

fn texts<'a>(
    rows: &'a [SupplierSummaryRow],
    of: impl Fn(&'a SupplierSummaryRow) -> Option<&'a str>,
) -> ArrayRef {
    Arc::new(rows.iter().map(of).collect::<StringArray>())
}
