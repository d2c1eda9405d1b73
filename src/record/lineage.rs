//! The lineage columns of a row; the last three of every table of records.
//!
//! | column | type | null | |
//! |---|---|---|---|
//! | `source_row` | Int64 | no | 0-based ordinal of the record in its input |
//! | `source_file` | Utf8 (dictionary) | no | the input |
//! | `run_id` | Utf8 (dictionary) | no | the run that read it |

use std::sync::Arc;

use arrow::array::{ArrayRef, DictionaryArray, Int32Array, Int64Array, RecordBatch, StringArray};
use arrow::datatypes::{DataType, Field, Int32Type, Int64Type};
use arrow::error::ArrowError;

const SOURCE_ROW: &str = "source_row";

/// The columns and their content, in their order.
pub const LINEAGE_COLUMNS: [(&str, &str); 3] = [
    (SOURCE_ROW, "number of the record in its input, from 0"),
    (
        "source_file",
        "path of the input that the row came from, `-` for standard input",
    ),
    ("run_id", "the run that read it"),
];

/// The fields of [`LINEAGE_COLUMNS`].
pub fn lineage_fields() -> [Field; 3] {
    LINEAGE_COLUMNS.map(|(name, _)| {
        let data_type = match name {
            SOURCE_ROW => DataType::Int64,
            _ => DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8)),
        };
        Field::new(name, data_type, false)
    })
}

/// The columns of [`lineage_fields`] for rows of one input, read by one run.
///
/// # Errors
/// Only Arrow's own; these texts cause none.
pub fn lineage_columns(
    source_rows: Vec<i64>,
    source_file: &str,
    run_id: &str,
) -> Result<[ArrayRef; 3], ArrowError> {
    let rows = source_rows.len();
    Ok([
        Arc::new(Int64Array::from(source_rows)),
        constant_column(source_file, rows)?,
        constant_column(run_id, rows)?,
    ])
}

/// A dictionary column with the same text in every row.
fn constant_column(text: &str, rows: usize) -> Result<ArrayRef, ArrowError> {
    let keys = Int32Array::from(vec![0; rows]);
    let values = Arc::new(StringArray::from(vec![text]));
    Ok(Arc::new(DictionaryArray::<Int32Type>::try_new(
        keys, values,
    )?))
}

/// Replaces the input and the run of all rows: their content was first read from another input, by
/// another run.
///
/// # Errors
/// The batch has no such columns.
pub fn with_origin(
    batch: &RecordBatch,
    source_file: &str,
    run_id: &str,
) -> Result<RecordBatch, ArrowError> {
    let mut columns = batch.columns().to_vec();
    for (name, text) in [("source_file", source_file), ("run_id", run_id)] {
        let position = batch.schema().index_of(name)?;
        columns[position] = constant_column(text, batch.num_rows())?;
    }
    RecordBatch::try_new(batch.schema(), columns)
}

/// Adds `base` to `source_row`: chunks of an input are validated in parallel, and the number of
/// preceding records is known only when they are collected.
///
/// # Errors
/// The batch has no such column of 64-bit integers; also Arrow's own.
pub fn shift_source_rows(batch: &RecordBatch, base: i64) -> Result<RecordBatch, ArrowError> {
    if base == 0 {
        return Ok(batch.clone());
    }
    let position = batch.schema().index_of(SOURCE_ROW)?;
    let mut columns = batch.columns().to_vec();
    let rows = columns[position].as_any().downcast_ref::<Int64Array>();
    let rows = rows.ok_or_else(|| {
        ArrowError::CastError(format!("column {SOURCE_ROW} is not of type Int64"))
    })?;
    columns[position] = Arc::new(rows.unary::<_, Int64Type>(|row| row + base));
    RecordBatch::try_new(batch.schema(), columns)
}

#[cfg(test)]
mod tests {
    use super::*;
    use arrow::array::cast::AsArray;

    #[test]
    fn only_the_row_numbers_move() {
        let numbers = |of: [i64; 3]| Arc::new(Int64Array::from(of.to_vec())) as ArrayRef;
        let columns = [("id", numbers([7, 8, 9])), (SOURCE_ROW, numbers([0, 1, 5]))];
        let batch = RecordBatch::try_from_iter(columns).unwrap();
        let shifted = shift_source_rows(&batch, 100).unwrap();
        assert_eq!(shifted.column(0), batch.column(0));
        let rows = shifted.column(1).as_primitive::<Int64Type>();
        assert_eq!(rows.values(), &[100, 101, 105]);
        assert_eq!(shift_source_rows(&batch, 0).unwrap(), batch);
    }

    #[test]
    fn the_columns_are_those_of_the_fields() {
        let columns = lineage_columns(vec![3, 4], "a.json", "run").unwrap();
        let schema = Arc::new(arrow::datatypes::Schema::new(lineage_fields().to_vec()));
        let batch = RecordBatch::try_new(schema, columns.to_vec()).unwrap();
        assert_eq!(batch.num_rows(), 2);
        assert_eq!(
            shift_source_rows(&batch, 1).unwrap().column(1),
            batch.column(1)
        );
    }

    #[test]
    fn the_origin_of_rows_is_replaced_and_their_numbers_stay() {
        let schema = Arc::new(arrow::datatypes::Schema::new(lineage_fields().to_vec()));
        let rows = |file, run| {
            let columns = lineage_columns(vec![3, 4], file, run).unwrap();
            RecordBatch::try_new(Arc::clone(&schema), columns.to_vec()).unwrap()
        };
        let moved = with_origin(&rows("b.json", "run-2"), "a.json", "run-1").unwrap();
        assert_eq!(moved, rows("a.json", "run-1"));
        let column = ("id", Arc::new(Int64Array::from(vec![1])) as ArrayRef);
        let batch = RecordBatch::try_from_iter([column]).unwrap();
        assert!(with_origin(&batch, "a.json", "run-1").is_err());
    }

    #[test]
    fn a_batch_without_row_numbers_is_refused() {
        let column = ("id", Arc::new(Int64Array::from(vec![1])) as ArrayRef);
        let batch = RecordBatch::try_from_iter([column]).unwrap();
        assert!(shift_source_rows(&batch, 1).is_err());
    }
}
