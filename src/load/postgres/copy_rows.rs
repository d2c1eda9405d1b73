//! Rows in the binary form of `COPY`: record batches come in, bytes go out.
//!
//! <https://www.postgresql.org/docs/current/sql-copy.html#id-1.9.3.55.9.4>
//!
//! Refused: texts with U+0000, which PostgreSQL cannot store.

use arrow::array::{
    Array, AsArray, BinaryArray, BooleanArray, Date32Array, Decimal128Array, Int16Array,
    Int64Array, RecordBatch, StringArray, TimestampMicrosecondArray,
};
use arrow::compute::cast;
use arrow::datatypes::{
    DataType, Date32Type, Decimal128Type, Int16Type, Int64Type, TimestampMicrosecondType,
};
use chrono::NaiveDate;

use super::numeric::write_numeric;
use crate::load::LoadError;
use crate::load::columns::{ColumnKind, LoadColumn};
use crate::load::rows::SourceFile;

/// The signature, the flags and the length of the header extension.
pub(super) const HEADER: &[u8] = b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0";
/// The end: a row of -1 columns.
pub(super) const TRAILER: [u8; 2] = (-1i16).to_be_bytes();
/// The length of a null.
const NULL: [u8; 4] = (-1i32).to_be_bytes();
/// The first byte of `jsonb` in binary form, its version.
const JSONB_VERSION: u8 = 1;
/// Days from 1970 to 2000, the first day of PostgreSQL.
const DAYS_TO_2000: i32 = 10_957;
/// Microseconds of these days.
const MICROS_TO_2000: i64 = 10_957 * 86_400_000_000;
/// The reason of a refused text.
const HAS_NUL: &str = "contains U+0000, which PostgreSQL cannot store";

/// The values of a column in a batch.
enum Cells {
    Text(StringArray),
    Json(StringArray),
    Bytes(BinaryArray),
    BigInt(Int64Array),
    SmallInt(Int16Array),
    Boolean(BooleanArray),
    Numeric(Decimal128Array),
    Instant(TimestampMicrosecondArray),
    Day(Date32Array),
    /// The value of a partition, as it is written in each row.
    Constant(Vec<u8>),
}

/// Appends the rows of a batch of `file`, with these columns. `first_row` is the position of the
/// batch in the file.
pub(super) fn write_rows(
    columns: &[LoadColumn],
    file: SourceFile<'_>,
    batch: &RecordBatch,
    first_row: usize,
    out: &mut Vec<u8>,
) -> Result<(), LoadError> {
    let cells: Result<Vec<Cells>, LoadError> = columns
        .iter()
        .map(|column| cells(column, file, batch))
        .collect();
    let cells = cells?;
    let count = i16::try_from(cells.len()).expect("a table has fewer columns");
    for row in 0..batch.num_rows() {
        out.extend_from_slice(&count.to_be_bytes());
        for (column, cells) in columns.iter().zip(&cells) {
            cells.write(row, out).map_err(|problem| LoadError::Value {
                file: file.path.to_owned(),
                row: first_row + row,
                column: column.name.clone(),
                problem,
            })?;
        }
    }
    Ok(())
}

fn cells(
    column: &LoadColumn,
    file: SourceFile<'_>,
    batch: &RecordBatch,
) -> Result<Cells, LoadError> {
    let unsupported = |data_type: String| LoadError::Unsupported {
        column: column.name.clone(),
        data_type,
    };
    if column.is_partition {
        let value = file.partition(&column.name).unwrap_or_default();
        let value = constant(column.kind, value);
        return value
            .map(Cells::Constant)
            .ok_or_else(|| unsupported(format!("{:?} of a partition", column.kind)));
    }
    let values = batch.column_by_name(&column.name);
    let values = values.ok_or_else(|| unsupported("none".to_owned()))?;
    Ok(match column.kind {
        ColumnKind::Text | ColumnKind::Json => {
            let texts = cast(values, &DataType::Utf8);
            let texts = texts.map_err(|error| unsupported(error.to_string()))?;
            let texts = texts.as_string::<i32>().clone();
            if column.kind == ColumnKind::Json {
                Cells::Json(texts)
            } else {
                Cells::Text(texts)
            }
        }
        ColumnKind::Bytes => Cells::Bytes(values.as_binary::<i32>().clone()),
        ColumnKind::BigInt => Cells::BigInt(values.as_primitive::<Int64Type>().clone()),
        ColumnKind::SmallInt => Cells::SmallInt(values.as_primitive::<Int16Type>().clone()),
        ColumnKind::Boolean => Cells::Boolean(values.as_boolean().clone()),
        ColumnKind::Numeric => Cells::Numeric(values.as_primitive::<Decimal128Type>().clone()),
        ColumnKind::Instant => {
            Cells::Instant(values.as_primitive::<TimestampMicrosecondType>().clone())
        }
        ColumnKind::Day => Cells::Day(values.as_primitive::<Date32Type>().clone()),
    })
}

/// A field with the value of a partition; none if the text is no value of the type.
fn constant(kind: ColumnKind, text: &str) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    match kind {
        ColumnKind::Day => {
            let day: NaiveDate = text.parse().ok()?;
            let epoch = NaiveDate::from_ymd_opt(2000, 1, 1)?;
            let days = i32::try_from(day.signed_duration_since(epoch).num_days()).ok()?;
            write_field(&days.to_be_bytes(), &mut out);
        }
        ColumnKind::BigInt => write_field(&text.parse::<i64>().ok()?.to_be_bytes(), &mut out),
        ColumnKind::Text if !text.contains('\0') => write_field(text.as_bytes(), &mut out),
        _ => return None,
    }
    Some(out)
}

fn write_field(bytes: &[u8], out: &mut Vec<u8>) {
    // A cell of the lake is far below 2 GiB: a record is at most some megabytes.
    let length = i32::try_from(bytes.len()).expect("a cell is below 2 GiB");
    out.extend_from_slice(&length.to_be_bytes());
    out.extend_from_slice(bytes);
}

impl Cells {
    fn is_null(&self, row: usize) -> bool {
        match self {
            Self::Text(cells) | Self::Json(cells) => cells.is_null(row),
            Self::Bytes(cells) => cells.is_null(row),
            Self::BigInt(cells) => cells.is_null(row),
            Self::SmallInt(cells) => cells.is_null(row),
            Self::Boolean(cells) => cells.is_null(row),
            Self::Numeric(cells) => cells.is_null(row),
            Self::Instant(cells) => cells.is_null(row),
            Self::Day(cells) => cells.is_null(row),
            Self::Constant(_) => false,
        }
    }

    /// Appends the field of a row, or says why the target cannot have it.
    fn write(&self, row: usize, out: &mut Vec<u8>) -> Result<(), &'static str> {
        if self.is_null(row) {
            out.extend_from_slice(&NULL);
            return Ok(());
        }
        match self {
            Self::Text(cells) => {
                let text = cells.value(row).as_bytes();
                if memchr::memchr(0, text).is_some() {
                    return Err(HAS_NUL);
                }
                write_field(text, out);
            }
            Self::Json(cells) => {
                let text = cells.value(row).as_bytes();
                if has_escaped_nul(text) {
                    return Err(HAS_NUL);
                }
                let length = i32::try_from(text.len() + 1).expect("a cell is below 2 GiB");
                out.extend_from_slice(&length.to_be_bytes());
                out.push(JSONB_VERSION);
                out.extend_from_slice(text);
            }
            Self::Bytes(cells) => write_field(cells.value(row), out),
            Self::BigInt(cells) => write_field(&cells.value(row).to_be_bytes(), out),
            Self::SmallInt(cells) => write_field(&cells.value(row).to_be_bytes(), out),
            Self::Boolean(cells) => write_field(&[u8::from(cells.value(row))], out),
            Self::Numeric(cells) => write_numeric(cells.value(row), out),
            Self::Instant(cells) => {
                let micros = cells.value(row).checked_sub(MICROS_TO_2000);
                let micros = micros.ok_or("is before the first instant of PostgreSQL")?;
                write_field(&micros.to_be_bytes(), out);
            }
            Self::Day(cells) => {
                let days = cells.value(row).checked_sub(DAYS_TO_2000);
                let days = days.ok_or("is before the first day of PostgreSQL")?;
                write_field(&days.to_be_bytes(), out);
            }
            Self::Constant(field) => out.extend_from_slice(field),
        }
        Ok(())
    }
}

/// Whether JSON text has the escape of U+0000: `\u0000` after an even number of backslashes.
fn has_escaped_nul(text: &[u8]) -> bool {
    memchr::memmem::find_iter(text, br"\u0000").any(|at| {
        let before = text[..at].iter().rev();
        before.take_while(|byte| **byte == b'\\').count() % 2 == 0
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_unescaped_backslash_begins_an_escape() {
        for (text, expected) in [
            (r#"{"a":"\u0000"}"#, true),
            (r#"{"a":"\\u0000"}"#, false),
            (r#"{"a":"\\\u0000"}"#, true),
            (r#"{"a":"\u0001"}"#, false),
            (r#"{"a":"\\u0000 \u0000"}"#, true),
        ] {
            assert_eq!(has_escaped_nul(text.as_bytes()), expected, "{text}");
        }
    }

    #[test]
    fn partitions_are_days_since_2000_numbers_and_texts() {
        let day = |text| constant(ColumnKind::Day, text);
        assert_eq!(day("2000-01-02").unwrap(), [0, 0, 0, 4, 0, 0, 0, 1]);
        assert_eq!(day("1999-12-31").unwrap(), [0, 0, 0, 4, 255, 255, 255, 255]);
        assert_eq!(day("2000-13-01"), None);
        let text = constant(ColumnKind::Text, "2026-10").unwrap();
        assert_eq!(text, b"\0\0\0\x072026-10");
        let number = constant(ColumnKind::BigInt, "12").unwrap();
        assert_eq!(number, [0, 0, 0, 8, 0, 0, 0, 0, 0, 0, 0, 12]);
        assert_eq!(constant(ColumnKind::BigInt, "x"), None);
    }
}
