//! Parquet files with one row group, and the columns that several answers have.

use std::sync::Arc;

use arrow::array::{ArrayRef, Date32Array, Decimal128Array, RecordBatch, StringArray};
use arrow::datatypes::{Field, Schema};
use arrow::error::ArrowError;
use chrono::{DateTime, NaiveDate};
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::properties::WriterProperties;

use super::RenderError;
use crate::values::money::Amount;

/// Precision and scale of every amount of the lake.
const AMOUNT: (u8, i8) = (38, 9);

/// A file with these columns, which have the same length.
pub(super) fn parquet_bytes(
    columns: impl IntoIterator<Item = (Field, ArrayRef)>,
) -> Result<Vec<u8>, RenderError> {
    let batch = record_batch(columns)?;
    let mut bytes = Vec::new();
    let mut writer = ArrowWriter::try_new(&mut bytes, batch.schema(), Some(properties()))?;
    writer.write(&batch)?;
    writer.close()?;
    Ok(bytes)
}

/// Columns of the same length as one batch.
pub(super) fn record_batch(
    columns: impl IntoIterator<Item = (Field, ArrayRef)>,
) -> Result<RecordBatch, ArrowError> {
    let (fields, arrays): (Vec<Field>, Vec<ArrayRef>) = columns.into_iter().unzip();
    RecordBatch::try_new(Arc::new(Schema::new(fields)), arrays)
}

/// The writer properties of every Parquet answer.
pub(super) fn properties() -> WriterProperties {
    WriterProperties::builder()
        .set_compression(Compression::ZSTD(ZstdLevel::default()))
        .build()
}

/// A column that is not null.
pub(super) fn required(name: &str, values: ArrayRef) -> (Field, ArrayRef) {
    (Field::new(name, values.data_type().clone(), false), values)
}

/// A column that may be null.
pub(super) fn optional(name: &str, values: ArrayRef) -> (Field, ArrayRef) {
    (Field::new(name, values.data_type().clone(), true), values)
}

/// A column of texts that is not null.
pub(super) fn required_texts<T: AsRef<str>>(
    name: &str,
    values: impl IntoIterator<Item = T>,
) -> (Field, ArrayRef) {
    required(name, Arc::new(StringArray::from_iter_values(values)))
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
