//! The revenue series: `time`, `revenue` and its currency, per day or hour.
//!
//! JSON: `{"message":"success","data":[{"time":…,"revenue":…}]}`, the amounts digit by digit with
//! the decimals of their currency. Parquet: `time` Utf8, `revenue` Decimal128(38, 9), both not
//! null, `currency` Utf8. Without purchases the currency is null, or an empty cell of CSV.

use std::sync::Arc;

use arrow::array::StringArray;

use super::amount_text::amount_text;
use super::answer_table::TableCell;
use super::chart::ExactNumber;
use super::csv::{csv_bytes, text_cell};
use super::dashboard::{Provenance, revenue};
use super::json_writer::JsonValue;
use super::parquet::{decimals, optional, parquet_bytes, required, required_texts};
use super::text_table::{TextAnswer, text_bytes};
use super::visual::visual_bytes;
use super::{Answer, Format, RenderError, Screen, UnsupportedFormat};
use crate::report::RevenueSeries;
use crate::response::SUCCESS;

impl Answer for RevenueSeries {
    const NAME: &'static str = "revenue series";
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
                let (chart, table) = revenue(self, provenance);
                Ok(visual_bytes(format, &chart, &table, provenance))
            }
            Format::Ndjson => Err(UnsupportedFormat::of::<Self>(format).into()),
        }
    }
}

/// The shape of the revenue endpoint: `data[].revenue` instead of `data[].purchase_quantity`.
fn document(series: &RevenueSeries) -> JsonValue {
    let decimals = series.decimals();
    let rows = series.points.iter().map(|point| {
        let revenue = amount_text(point.revenue, decimals);
        JsonValue::Object(vec![
            ("time", JsonValue::Text(point.time.clone())),
            ("revenue", JsonValue::Digits(revenue)),
        ])
    });
    JsonValue::Object(vec![
        ("message", JsonValue::text(Some(SUCCESS))),
        ("data", JsonValue::List(rows.collect())),
    ])
}

fn text_answer(series: &RevenueSeries, provenance: &Provenance) -> TextAnswer {
    let (_, table) = revenue(series, provenance);
    let decimals = series.decimals();
    let total = series.total().map_or_else(
        || TableCell::text(Some("out of range")),
        |amount| TableCell::Number(ExactNumber::Money { amount, decimals }),
    );
    TextAnswer {
        table,
        bar_column: Some(1),
        detail_columns: &[],
        totals: vec![vec![TableCell::text(Some("Total")), total]],
        notes: vec![provenance.sentence()],
    }
}

fn csv(series: &RevenueSeries) -> Result<Vec<u8>, RenderError> {
    let decimals = series.decimals();
    let currency = series.currency_code().unwrap_or_default();
    csv_bytes(["time", "revenue", "currency"], |table| {
        for point in &series.points {
            let revenue = amount_text(point.revenue, decimals);
            table.write_record([text_cell(&point.time).as_ref(), &revenue, currency])?;
        }
        Ok(())
    })
}

fn parquet(series: &RevenueSeries) -> Result<Vec<u8>, RenderError> {
    let points = &series.points;
    let currencies = StringArray::from(vec![series.currency_code(); points.len()]);
    parquet_bytes([
        required_texts("time", points.iter().map(|point| &point.time)),
        required(
            "revenue",
            decimals(points.iter().map(|point| Some(point.revenue)))?,
        ),
        optional("currency", Arc::new(currencies)),
    ])
}
