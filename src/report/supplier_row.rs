//! Reads supplier purchases from a frame of the table: the columns of the table of fields, each
//! resolved once, and the values of each row.
//!
//! In: a frame with the columns of [`columns`]. Out: values by field, in the frame's order. Refused:
//! values that ingestion never writes.

use std::borrow::Cow;

use chrono::{DateTime, FixedOffset};
use polars::prelude::*;

use super::ReportError;
use super::supplier_table::{EXTRA, date_of};
use crate::supplier_purchase::{
    FIELDS, SupplierFieldSpec, SupplierFieldType, SupplierPurchaseValues, SupplierValue,
    column_names,
};
use crate::values::instant::Instant;
use crate::values::money::Amount;

/// The columns of a row.
pub(super) fn columns() -> Vec<Expr> {
    column_names().chain([EXTRA]).map(col).collect()
}

/// Reads all rows of a frame that has the columns of [`columns`].
pub(super) fn read_rows(
    mut frame: DataFrame,
) -> Result<Vec<SupplierPurchaseValues<'static>>, ReportError> {
    frame.rechunk_mut();
    let scan = |source| ReportError::Scan { files: 1, source };
    let stored = FIELDS.iter().filter_map(|spec| Some((spec, spec.column?)));
    let columns: Vec<(&SupplierFieldSpec, ValueColumn<'_>)> = stored
        .map(|(spec, name)| Ok((spec, ValueColumn::of(&frame, spec, name)?)))
        .collect::<PolarsResult<_>>()
        .map_err(scan)?;
    let extra = frame.column(EXTRA).and_then(Column::str).map_err(scan)?;
    // Values are set in their place, because a row is large.
    let mut rows: Vec<SupplierPurchaseValues<'static>> = Vec::new();
    rows.resize_with(frame.height(), SupplierPurchaseValues::default);
    for (at, values) in rows.iter_mut().enumerate() {
        values.extra = extra.get(at).map(owned);
        for (spec, column) in &columns {
            let value = column.get(at).map_err(|value| refused(spec, value))?;
            if value.is_none() && spec.is_required {
                return Err(refused(spec, "null".to_owned()));
            }
            values.set(spec.field, value);
        }
    }
    Ok(rows)
}

fn refused(spec: &SupplierFieldSpec, value: String) -> ReportError {
    ReportError::Value {
        column: spec.column.unwrap_or_default(),
        value,
    }
}

fn owned(text: &str) -> Cow<'static, str> {
    Cow::Owned(text.to_owned())
}

/// The column or the two columns of a field.
enum ValueColumn<'f> {
    Integer(&'f Int64Chunked),
    Text(&'f StringChunked),
    Boolean(&'f BooleanChunked),
    /// Days since 1970.
    Date(&'f Int32Chunked),
    /// Billionths.
    Amount(&'f Int128Chunked),
    /// Microseconds since 1970, and minutes east of UTC.
    Time(&'f Int64Chunked, &'f Int16Chunked),
}

impl<'f> ValueColumn<'f> {
    fn of(frame: &'f DataFrame, spec: &SupplierFieldSpec, name: &str) -> PolarsResult<Self> {
        let column = frame.column(name)?;
        Ok(match spec.field_type {
            SupplierFieldType::Integer(_) => Self::Integer(column.i64()?),
            SupplierFieldType::Boolean => Self::Boolean(column.bool()?),
            SupplierFieldType::Date => Self::Date(column.date()?.physical()),
            SupplierFieldType::Amount => Self::Amount(column.decimal()?.physical()),
            SupplierFieldType::Time => {
                let offsets = frame
                    .column(spec.offset_column.unwrap_or_default())?
                    .i16()?;
                Self::Time(column.datetime()?.physical(), offsets)
            }
            _ => Self::Text(column.str()?),
        })
    }

    /// The value in a row; the error is a value that ingestion never writes.
    #[inline]
    fn get(&self, at: usize) -> Result<Option<SupplierValue<'static>>, String> {
        Ok(match self {
            Self::Integer(column) => column.get(at).map(SupplierValue::Integer),
            Self::Text(column) => column.get(at).map(|text| SupplierValue::Text(owned(text))),
            Self::Boolean(column) => column.get(at).map(SupplierValue::Boolean),
            Self::Date(column) => match column.get(at) {
                None => None,
                Some(days) => Some(SupplierValue::Date(
                    date_of(days).ok_or_else(|| days.to_string())?,
                )),
            },
            Self::Amount(column) => match column.get(at) {
                None => None,
                Some(nanos) => Some(SupplierValue::Amount(
                    Amount::from_nanos(nanos).ok_or_else(|| nanos.to_string())?,
                )),
            },
            Self::Time(micros, offsets) => match micros.get(at) {
                None => None,
                Some(micros) => Some(SupplierValue::Time(instant(
                    micros,
                    offsets.get(at).unwrap_or(0),
                )?)),
            },
        })
    }
}

fn instant(micros_utc: i64, offset_minutes: i16) -> Result<Instant, String> {
    let offset = FixedOffset::east_opt(i32::from(offset_minutes) * 60);
    if offset.is_none() || DateTime::from_timestamp_micros(micros_utc).is_none() {
        return Err(format!("{micros_utc} at {offset_minutes} minutes"));
    }
    Ok(Instant {
        micros_utc,
        offset_minutes: Some(offset_minutes),
    })
}
