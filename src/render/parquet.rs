//! Answers as Parquet files.
//!
//! | answer | columns; not null unless stated otherwise |
//! |---|---|
//! | quantity series | `time` Utf8, `purchase_quantity` Int64 |
//! | revenue series | `time` Utf8, `revenue` Decimal128(38, 9), `currency` Utf8 (null without purchases) |
//! | product list | `product_id` Utf8 |
//! | supplier purchases | as the table has them, the company first: [`super::supplier_purchases`] |
//! | supplier summary | keys and dates, counts Int64, sums Decimal128(38, 9), `names_seen` a list of Utf8; `supplier_id`, `supplier_name` and `currency` may be null |

use std::sync::Arc;

use arrow::array::{ArrayRef, Date32Array, Decimal128Array, Int64Array, RecordBatch, StringArray};
use arrow::datatypes::{DataType, Field, Schema};
use arrow::error::ArrowError;
use chrono::{DateTime, NaiveDate};
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::properties::WriterProperties;

use super::supplier_purchases::page_rows;
use super::supplier_summary::summary_batch;
use super::{Answer, Format, RenderError};
use crate::report::{ProductList, QuantitySeries, RevenueSeries};
use crate::values::money::Amount;

/// Precision and scale of every amount of the lake.
pub(super) const AMOUNT: (u8, i8) = (38, 9);

pub(super) fn write(answer: &Answer) -> Result<Vec<u8>, RenderError> {
    let batch = match answer {
        Answer::QuantitySeries(series) => quantity_series(series),
        Answer::RevenueSeries(series) => revenue_series(series),
        Answer::ProductList(list) => product_list(list),
        Answer::SupplierSummary(summary) => summary_batch(summary),
        Answer::SupplierPurchases(page) => return page_rows(page, Format::Parquet),
    }?;
    let mut bytes = Vec::new();
    let mut writer = ArrowWriter::try_new(&mut bytes, batch.schema(), Some(properties()))?;
    writer.write(&batch)?;
    writer.close()?;
    Ok(bytes)
}

/// The writer properties of every Parquet answer.
pub(super) fn properties() -> WriterProperties {
    WriterProperties::builder()
        .set_compression(Compression::ZSTD(ZstdLevel::default()))
        .build()
}

fn quantity_series(series: &QuantitySeries) -> Result<RecordBatch, ArrowError> {
    let quantities = series.points.iter().map(|p| p.purchase_quantity);
    table([
        (
            Field::new("time", DataType::Utf8, false),
            texts(series.points.iter().map(|point| point.time.as_str())),
        ),
        (
            Field::new("purchase_quantity", DataType::Int64, false),
            Arc::new(Int64Array::from_iter_values(quantities)),
        ),
    ])
}

fn revenue_series(series: &RevenueSeries) -> Result<RecordBatch, ArrowError> {
    let (precision, scale) = AMOUNT;
    let nanos = series.points.iter().map(|point| point.revenue.nanos());
    let revenues = Decimal128Array::from_iter_values(nanos);
    let revenues = revenues.with_precision_and_scale(precision, scale)?;
    let currencies = StringArray::from(vec![series.currency_code(); series.points.len()]);
    table([
        (
            Field::new("time", DataType::Utf8, false),
            texts(series.points.iter().map(|point| point.time.as_str())),
        ),
        (
            Field::new("revenue", DataType::Decimal128(precision, scale), false),
            Arc::new(revenues),
        ),
        (
            Field::new("currency", DataType::Utf8, true),
            Arc::new(currencies),
        ),
    ])
}

fn product_list(list: &ProductList) -> Result<RecordBatch, ArrowError> {
    table([(
        Field::new("product_id", DataType::Utf8, false),
        texts(list.products.iter().map(String::as_str)),
    )])
}

/// Dates as days since 1970.
pub(super) fn dates(dates: impl Iterator<Item = NaiveDate>) -> ArrayRef {
    let epoch = DateTime::UNIX_EPOCH.date_naive();
    let days = dates.map(|date| date.signed_duration_since(epoch).num_days());
    let days =
        days.map(|days| i32::try_from(days).expect("chrono's calendar fits 32 bits of days"));
    Arc::new(Date32Array::from_iter_values(days))
}

/// Amounts as decimals.
pub(super) fn decimals(
    amounts: impl Iterator<Item = Option<Amount>>,
) -> Result<ArrayRef, ArrowError> {
    let nanos: Decimal128Array = amounts.map(|amount| amount.map(Amount::nanos)).collect();
    Ok(Arc::new(
        nanos.with_precision_and_scale(AMOUNT.0, AMOUNT.1)?,
    ))
}

fn texts<'a>(values: impl Iterator<Item = &'a str>) -> ArrayRef {
    Arc::new(StringArray::from_iter_values(values))
}

fn table<const N: usize>(columns: [(Field, ArrayRef); N]) -> Result<RecordBatch, ArrowError> {
    let (fields, arrays): (Vec<Field>, Vec<ArrayRef>) = columns.into_iter().unzip();
    RecordBatch::try_new(Arc::new(Schema::new(fields)), arrays)
}
