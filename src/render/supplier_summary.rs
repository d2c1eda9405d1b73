//! The supplier summary. Its format is defined here: no documented endpoint returns it.
//!
//! JSON: `{"data":[rows],"meta":{parameters}}`. In CSV `names_seen` is a JSON array of texts, in
//! Parquet a list; unknown values are null, or empty cells.
//!
//! | columns of Parquet | type; not null unless stated otherwise |
//! |---|---|
//! | `company_id`, counts | Int64 |
//! | `supplier_id` | Int64, may be null |
//! | `supplier_name`, `currency` | Utf8, may be null |
//! | `names_seen` | a list of Utf8 |
//! | `month` | Utf8, such as `2025-01` |
//! | sums | Decimal128(38, 9) |
//! | `first_date`, `last_date` | Date32 |

use std::sync::Arc;

use arrow::array::{ArrayRef, Int64Array, ListBuilder, StringArray, StringBuilder};

use super::amount_text::money_text;
use super::answer_table::{AnswerTable, TableCell, TableColumn};
use super::csv::{csv_bytes, text_cell};
use super::dashboard::{Provenance, status_by_month, status_counts_by_month};
use super::json_writer::JsonValue;
use super::parquet::{dates, decimals, optional, parquet_bytes, required};
use super::text_table::{TextAnswer, text_bytes};
use super::visual::visual_bytes;
use super::{Answer, Format, RenderError, Screen, UnsupportedFormat};
use crate::report::{PurchaseCounts, SupplierSummary, SupplierSummaryRow};
use crate::values::money::Amount;

#[cfg(test)]
mod tests;

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

impl Answer for SupplierSummary {
    const NAME: &'static str = "supplier summary";
    const FORMATS: &'static [Format] = Format::TABLE_AND_CHART;

    fn render(
        &self,
        format: Format,
        provenance: &Provenance,
        screen: Option<&Screen>,
    ) -> Result<Vec<u8>, RenderError> {
        match format {
            Format::Json => Ok(document(self).pretty()?),
            Format::Table => Ok(text_bytes(&text_answer(self, provenance), screen)),
            Format::Csv => csv(self),
            Format::Parquet => parquet(self),
            Format::Html | Format::Svg | Format::Png => {
                let months = status_counts_by_month(self.rows.iter());
                let (chart, _) = status_by_month(&months, provenance);
                Ok(visual_bytes(
                    format,
                    &chart,
                    &people_table(self),
                    provenance,
                ))
            }
            Format::Ndjson => Err(UnsupportedFormat::of::<Self>(format).into()),
        }
    }
}

fn counts(counts: PurchaseCounts) -> [i64; 4] {
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

fn document(summary: &SupplierSummary) -> JsonValue {
    let parameters = &summary.parameters;
    let (start, end) = parameters.registration();
    let date = |date: Option<chrono::NaiveDate>| {
        JsonValue::text(date.map(|date| date.to_string()).as_deref())
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
    let amounts = row
        .amounts
        .in_order()
        .map(|amount| JsonValue::Digits(money_text(amount, currency)));
    let dates = [row.first_date, row.last_date].map(|date| JsonValue::Text(date.to_string()));
    let values = values
        .into_iter()
        .chain(counts(row.purchases).map(JsonValue::number))
        .chain(amounts)
        .chain(dates);
    JsonValue::Object(COLUMNS.into_iter().zip(values).collect())
}

fn csv(summary: &SupplierSummary) -> Result<Vec<u8>, RenderError> {
    let company_id = summary.parameters.company_id().to_string();
    csv_bytes(COLUMNS, |table| {
        for row in &summary.rows {
            let currency = row.currency.as_deref();
            let mut names_seen = Vec::new();
            let written = names(row).compact(&mut names_seen);
            written.map_err(std::io::Error::from)?;
            let supplier_id = row.supplier_id.map(|id| id.to_string());
            let name = row.supplier_name.as_deref().unwrap_or_default();
            table.write_field(&company_id)?;
            table.write_field(supplier_id.unwrap_or_default())?;
            table.write_field(text_cell(name).as_ref())?;
            table.write_field(names_seen)?;
            table.write_field(month(row))?;
            table.write_field(text_cell(currency.unwrap_or_default()).as_ref())?;
            let counts = counts(row.purchases).map(|count| count.to_string());
            let amounts = row
                .amounts
                .in_order()
                .map(|amount| money_text(amount, currency));
            let dates = [row.first_date, row.last_date].map(|date| date.to_string());
            table.write_record(counts.iter().chain(&amounts).chain(&dates))?;
        }
        Ok(())
    })
}

fn parquet(summary: &SupplierSummary) -> Result<Vec<u8>, RenderError> {
    let rows = &summary.rows;
    let mut names_seen = ListBuilder::new(StringBuilder::new());
    for row in rows {
        names_seen.append_value(row.names_seen.iter().map(Some));
    }
    let company_id = summary.parameters.company_id();
    let companies = std::iter::repeat_n(company_id, rows.len());
    let supplier_ids = rows.iter().map(|row| row.supplier_id);
    let supplier_names = rows.iter().map(|row| row.supplier_name.as_deref());
    let months = rows.iter().map(month);
    let currencies = rows.iter().map(|row| row.currency.as_deref());
    let mut columns: Vec<ArrayRef> = vec![
        Arc::new(Int64Array::from_iter_values(companies)),
        Arc::new(supplier_ids.collect::<Int64Array>()),
        Arc::new(supplier_names.collect::<StringArray>()),
        Arc::new(names_seen.finish()),
        Arc::new(StringArray::from_iter_values(months)),
        Arc::new(currencies.collect::<StringArray>()),
    ];
    for at in 0..4 {
        let counts = rows.iter().map(|row| counts(row.purchases)[at]);
        columns.push(Arc::new(Int64Array::from_iter_values(counts)));
    }
    for at in 0..5 {
        columns.push(decimals(
            rows.iter().map(|row| Some(row.amounts.in_order()[at])),
        )?);
    }
    columns.push(dates(rows.iter().map(|row| row.first_date)));
    columns.push(dates(rows.iter().map(|row| row.last_date)));
    parquet_bytes(COLUMNS.into_iter().zip(columns).map(|(name, column)| {
        if matches!(name, "supplier_id" | "supplier_name" | "currency") {
            optional(name, column)
        } else {
            required(name, column)
        }
    }))
}

/// Columns that are left out on a narrow terminal, the first one first.
const DETAILS: [&str; 6] = [
    "Discount",
    "Other expenses",
    "Shipping",
    "Items",
    "Received",
    "Pending",
];

/// The cells of counts and amounts.
fn number_cells(
    counts: [i64; 4],
    amounts: [Option<Amount>; 5],
    currency: Option<&str>,
) -> impl Iterator<Item = TableCell> {
    let [purchases, received, pending, _] = counts;
    let counts = [purchases, received, pending].map(TableCell::count);
    let amounts = amounts.map(|amount| TableCell::money(amount, currency));
    counts.into_iter().chain(amounts)
}

/// The rows for people, with the totals of each currency.
fn text_answer(summary: &SupplierSummary, provenance: &Provenance) -> TextAnswer {
    let totals = summary.totals().into_iter().map(|total| {
        let currency = total.currency.as_deref();
        let cells = [
            TableCell::text(Some("Total")),
            TableCell::text(Some("")),
            TableCell::text(currency),
        ];
        let numbers = number_cells(counts(total.purchases), total.amounts, currency);
        cells.into_iter().chain(numbers).collect()
    });
    TextAnswer {
        table: people_table(summary),
        bar_column: None,
        detail_columns: &DETAILS,
        totals: totals.collect(),
        notes: vec![provenance.sentence()],
    }
}

/// The rows as a table for people; in HTML the chart of months is beside it.
fn people_table(summary: &SupplierSummary) -> AnswerTable {
    let rows = summary.rows.iter().map(|row| {
        let currency = row.currency.as_deref();
        let mut cells = vec![
            TableCell::supplier(row.supplier_id, row.supplier_name.as_deref()),
            TableCell::Text(month(row)),
            TableCell::text(currency),
        ];
        let amounts = row.amounts.in_order().map(Some);
        cells.extend(number_cells(counts(row.purchases), amounts, currency));
        cells
    });
    let texts = ["Supplier", "Month", "Currency"].map(TableColumn::text);
    let numbers = [
        "Purchases",
        "Received",
        "Pending",
        "Items",
        "Discount",
        "Other expenses",
        "Shipping",
        "Total",
    ];
    AnswerTable {
        caption: "Supplier purchases by month and currency".to_owned(),
        columns: texts
            .into_iter()
            .chain(numbers.map(TableColumn::number))
            .collect(),
        rows: rows.collect(),
    }
}
