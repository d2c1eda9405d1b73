//! The values of a column as the cells of delimited text, and inside nested columns as JSON.

use std::fmt::{Display, Write};
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, ArrowPrimitiveType, AsArray, PrimitiveArray};
use arrow::datatypes::{
    ArrowTemporalType, DataType, Date32Type, Date64Type, Decimal32Type, Decimal64Type,
    Decimal128Type, Decimal256Type, DecimalType, Field, Float32Type, Float64Type, Int8Type,
    Int16Type, Int32Type, Int64Type, TimeUnit, TimestampMicrosecondType, TimestampMillisecondType,
    TimestampNanosecondType, TimestampSecondType, UInt8Type, UInt16Type, UInt32Type, UInt64Type,
};
use arrow::util::display::{ArrayFormatter, FormatOptions};

use crate::input::value_text::{write_double, write_float, write_hexadecimal};
use crate::json::{JsonCursor, JsonOptions};

/// What the cells of a column are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum CellForm {
    Text,
    Integer,
    /// A decimal, or a number of floating point.
    Number,
    Boolean,
    Date,
    /// With `Z` where the column is in UTC, else without an offset.
    Timestamp,
    /// Bytes in hexadecimal digits, or a type that has no field, such as a time of day.
    Other,
    /// A list, a map or a structure, as JSON.
    Nested,
}

impl CellForm {
    /// The form of the cells of a column.
    pub(super) fn of(field: &Arc<Field>) -> Self {
        match field.data_type() {
            DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View | DataType::Null => {
                Self::Text
            }
            DataType::Boolean => Self::Boolean,
            DataType::Float32
            | DataType::Float64
            | DataType::Decimal32(..)
            | DataType::Decimal64(..)
            | DataType::Decimal128(..)
            | DataType::Decimal256(..) => Self::Number,
            integer if integer.is_integer() => Self::Integer,
            DataType::Date32 | DataType::Date64 => Self::Date,
            DataType::Timestamp(..) => Self::Timestamp,
            nested if nested.is_nested() => Self::Nested,
            _ => Self::Other,
        }
    }

    /// Whether the cells are numbers.
    pub(super) fn is_number(self) -> bool {
        matches!(self, Self::Integer | Self::Number)
    }

    /// Whether a cell is one value.
    pub(super) fn is_flat(self) -> bool {
        !matches!(self, Self::Other | Self::Nested)
    }

    /// Whether a cell is JSON without quotes around it.
    pub(super) fn is_json_text(self, cell: &str) -> bool {
        match self {
            Self::Boolean | Self::Nested => true,
            Self::Integer | Self::Number => {
                let mut cursor = JsonCursor::new(cell, JsonOptions::default());
                cursor.number().is_ok() && cursor.end().is_ok()
            }
            Self::Text | Self::Date | Self::Timestamp | Self::Other => false,
        }
    }
}

/// Writes the value of a row; it is called for values that are not null.
pub(super) type CellWriter<'a> = Box<dyn Fn(usize, &mut String) + 'a>;

/// Writes the values of an array as the text of cells, without quotes.
pub(super) fn cell_writer(array: &ArrayRef) -> CellWriter<'_> {
    match array.data_type() {
        DataType::Utf8 => {
            let texts = array.as_string::<i32>();
            Box::new(|row, out| out.push_str(texts.value(row)))
        }
        DataType::LargeUtf8 => {
            let texts = array.as_string::<i64>();
            Box::new(|row, out| out.push_str(texts.value(row)))
        }
        DataType::Utf8View => {
            let texts = array.as_string_view();
            Box::new(|row, out| out.push_str(texts.value(row)))
        }
        DataType::Boolean => {
            let values = array.as_boolean();
            Box::new(|row, out| out.push_str(if values.value(row) { "true" } else { "false" }))
        }
        DataType::Int8 => displayed::<Int8Type>(array),
        DataType::Int16 => displayed::<Int16Type>(array),
        DataType::Int32 => displayed::<Int32Type>(array),
        DataType::Int64 => displayed::<Int64Type>(array),
        DataType::UInt8 => displayed::<UInt8Type>(array),
        DataType::UInt16 => displayed::<UInt16Type>(array),
        DataType::UInt32 => displayed::<UInt32Type>(array),
        DataType::UInt64 => displayed::<UInt64Type>(array),
        DataType::Float32 => {
            let values = array.as_primitive::<Float32Type>();
            Box::new(|row, out| {
                let value = values.value(row);
                write_number(out, value.into(), |out| write_float(out, value));
            })
        }
        DataType::Float64 => {
            let values = array.as_primitive::<Float64Type>();
            Box::new(|row, out| {
                let value = values.value(row);
                write_number(out, value, |out| write_double(out, value));
            })
        }
        DataType::Decimal32(..) => decimal::<Decimal32Type>(array),
        DataType::Decimal64(..) => decimal::<Decimal64Type>(array),
        DataType::Decimal128(..) => decimal::<Decimal128Type>(array),
        DataType::Decimal256(..) => decimal::<Decimal256Type>(array),
        DataType::Date32 => time::<Date32Type>(array, "%Y-%m-%d"),
        DataType::Date64 => time::<Date64Type>(array, "%Y-%m-%d"),
        DataType::Timestamp(unit, zone) => timestamp(array, *unit, zone.is_some()),
        DataType::BinaryView => {
            let values = array.as_binary_view();
            Box::new(|row, out| write_hexadecimal(out, values.value(row)))
        }
        DataType::FixedSizeBinary(_) => {
            let values = array.as_fixed_size_binary();
            Box::new(|row, out| write_hexadecimal(out, values.value(row)))
        }
        nested if nested.is_nested() => json_writer(array),
        _ => formatted(array),
    }
}

/// Writes the values of an array as JSON.
fn json_writer(array: &ArrayRef) -> CellWriter<'_> {
    match array.data_type() {
        DataType::List(_) => {
            let lists = array.as_list::<i32>();
            Box::new(|row, out| write_list(&lists.value(row), out))
        }
        DataType::LargeList(_) => {
            let lists = array.as_list::<i64>();
            Box::new(|row, out| write_list(&lists.value(row), out))
        }
        // A list of pairs: keys need not be texts.
        DataType::Map(..) => {
            let maps = array.as_map();
            Box::new(|row, out| {
                let pairs: ArrayRef = Arc::new(maps.value(row));
                write_list(&pairs, out);
            })
        }
        DataType::Struct(fields) => {
            let columns = array.as_struct().columns();
            let members: Vec<_> = fields
                .iter()
                .zip(columns)
                .map(|(field, column)| (json_text(field.name()), column, json_writer(column)))
                .collect();
            Box::new(move |row, out| {
                out.push('{');
                for (at, (name, column, writer)) in members.iter().enumerate() {
                    let comma = if at > 0 { "," } else { "" };
                    // Writing to a string cannot fail.
                    let _ = write!(out, "{comma}{name}:");
                    write_json(column, writer, row, out);
                }
                out.push('}');
            })
        }
        data_type => {
            let form = CellForm::of(&Arc::new(Field::new("", data_type.clone(), true)));
            let writer = cell_writer(array);
            Box::new(move |row, out| {
                let mut cell = String::new();
                writer(row, &mut cell);
                if form.is_json_text(&cell) {
                    out.push_str(&cell);
                } else {
                    out.push_str(&json_text(&cell));
                }
            })
        }
    }
}

fn write_list(items: &ArrayRef, out: &mut String) {
    let writer = json_writer(items);
    out.push('[');
    for row in 0..items.len() {
        if row > 0 {
            out.push(',');
        }
        write_json(items, &writer, row, out);
    }
    out.push(']');
}

fn write_json(array: &ArrayRef, writer: &CellWriter<'_>, row: usize, out: &mut String) {
    if array.is_null(row) || array.data_type().is_null() {
        out.push_str("null");
    } else {
        writer(row, out);
    }
}

fn json_text(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// Writes a number, or the name of what is none.
fn write_number(out: &mut String, value: f64, write: impl Fn(&mut String)) {
    if value.is_finite() {
        write(out);
    } else if value.is_nan() {
        out.push_str("NaN");
    } else {
        out.push_str(if value > 0.0 { "Infinity" } else { "-Infinity" });
    }
}

fn displayed<T: ArrowPrimitiveType<Native: Display>>(array: &ArrayRef) -> CellWriter<'_> {
    let values = array.as_primitive::<T>();
    Box::new(|row, out| {
        let _ = write!(out, "{}", values.value(row));
    })
}

fn decimal<T: DecimalType + ArrowPrimitiveType>(array: &ArrayRef) -> CellWriter<'_> {
    let values = array.as_primitive::<T>();
    Box::new(|row, out| out.push_str(&values.value_as_string(row)))
}

/// Dates and times, or the stored number where it is no date.
fn time<'a, T: ArrowPrimitiveType<Native: Display> + ArrowTemporalType>(
    array: &'a ArrayRef,
    format: &'static str,
) -> CellWriter<'a>
where
    i64: From<T::Native>,
{
    let values: &PrimitiveArray<T> = array.as_primitive::<T>();
    Box::new(move |row, out| {
        let _ = match values.value_as_datetime(row) {
            Some(time) => write!(out, "{}", time.format(format)),
            None => write!(out, "{}", values.value(row)),
        };
    })
}

fn timestamp(array: &ArrayRef, unit: TimeUnit, is_utc: bool) -> CellWriter<'_> {
    let format = if is_utc {
        "%Y-%m-%dT%H:%M:%S%.fZ"
    } else {
        "%Y-%m-%dT%H:%M:%S%.f"
    };
    match unit {
        TimeUnit::Second => time::<TimestampSecondType>(array, format),
        TimeUnit::Millisecond => time::<TimestampMillisecondType>(array, format),
        TimeUnit::Microsecond => time::<TimestampMicrosecondType>(array, format),
        TimeUnit::Nanosecond => time::<TimestampNanosecondType>(array, format),
    }
}

/// Types that fill no field, as Arrow shows them.
fn formatted(array: &ArrayRef) -> CellWriter<'_> {
    let options = FormatOptions::new();
    match ArrayFormatter::try_new(array.as_ref(), &options) {
        Ok(formatter) => Box::new(move |row, out| {
            let _ = write!(out, "{}", formatter.value(row));
        }),
        Err(_no_text) => Box::new(|_row, _out| {}),
    }
}
