//! Columns of a batch, by name.
//!
//! Refused: columns that do not exist or have another type.

use arrow::array::{ArrayRef, AsArray, PrimitiveArray, RecordBatch, StringArray};
use arrow::datatypes::ArrowPrimitiveType;

use super::LakeError;

/// A column of the rows of `table`.
pub(super) fn column<'b>(
    batch: &'b RecordBatch,
    table: &str,
    name: &str,
) -> Result<&'b ArrayRef, LakeError> {
    batch.column_by_name(name).ok_or_else(missing(table, name))
}

/// A text column of the rows of `table`.
pub(super) fn texts<'b>(
    batch: &'b RecordBatch,
    table: &str,
    name: &str,
) -> Result<&'b StringArray, LakeError> {
    let texts = column(batch, table, name)?.as_string_opt::<i32>();
    texts.ok_or_else(missing(table, name))
}

/// A column of numbers or instants of the rows of `table`.
pub(super) fn numbers<'b, T: ArrowPrimitiveType>(
    batch: &'b RecordBatch,
    table: &str,
    name: &str,
) -> Result<&'b PrimitiveArray<T>, LakeError> {
    let numbers = column(batch, table, name)?.as_primitive_opt::<T>();
    numbers.ok_or_else(missing(table, name))
}

fn missing(table: &str, column: &str) -> impl Fn() -> LakeError {
    move || LakeError::NoColumn {
        table: table.to_owned(),
        column: column.to_owned(),
    }
}
