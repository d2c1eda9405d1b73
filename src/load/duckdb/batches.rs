//! Record batches as DuckDB takes and returns them.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, RecordBatch, StringArray, new_null_array};
use arrow::compute::{cast, concat};
use arrow::datatypes::{DataType, Field, Schema};
use arrow::error::ArrowError;

use crate::load::LoadError;
use crate::load::columns::{ColumnKind, LoadColumn};
use crate::load::rows::SourceFile;

/// A batch with these columns in their order: those of the file, and the values of its partition.
pub(super) fn with_partitions(
    columns: &[LoadColumn],
    file: SourceFile<'_>,
    batch: &RecordBatch,
) -> Result<RecordBatch, LoadError> {
    let unsupported = |column: &LoadColumn, data_type: String| LoadError::Unsupported {
        column: column.name.clone(),
        data_type,
    };
    let mut fields = Vec::new();
    let mut arrays: Vec<ArrayRef> = Vec::new();
    for column in columns {
        let values = if column.is_partition {
            let value = file.partition(&column.name).unwrap_or_default();
            repeated(column.kind, value, batch.num_rows())
        } else {
            let values = batch.column_by_name(&column.name);
            let values = values.ok_or_else(|| unsupported(column, "none".to_owned()))?;
            match column.kind {
                ColumnKind::Text | ColumnKind::Json => cast(values, &DataType::Utf8),
                _ => Ok(Arc::clone(values)),
            }
        };
        let values = values.map_err(|error| unsupported(column, error.to_string()))?;
        let data_type = values.data_type().clone();
        fields.push(Field::new(&column.name, data_type, column.is_nullable));
        arrays.push(values);
    }
    let schema = Arc::new(Schema::new(fields));
    let made = RecordBatch::try_new(schema, arrays);
    // The batch has these columns and counts by construction.
    Ok(made.expect("columns of one length"))
}

/// The value of a partition in each row.
fn repeated(kind: ColumnKind, value: &str, rows: usize) -> Result<ArrayRef, ArrowError> {
    let data_type = match kind {
        ColumnKind::Day => DataType::Date32,
        ColumnKind::BigInt => DataType::Int64,
        _ => DataType::Utf8,
    };
    let one: ArrayRef = Arc::new(StringArray::from(vec![value]));
    let one = cast(&one, &data_type)?;
    if one.is_null(0) {
        let problem = format!("{value:?} is no {data_type}");
        return Err(ArrowError::CastError(problem));
    }
    if rows == 0 {
        return Ok(new_null_array(&data_type, 0));
    }
    concat(&vec![&*one; rows])
}

/// The rows of a batch as texts; a null is empty.
pub(super) fn texts(batch: &RecordBatch) -> Result<Vec<Vec<String>>, ArrowError> {
    let columns: Result<Vec<StringArray>, ArrowError> = batch
        .columns()
        .iter()
        .map(|column| Ok(cast(column, &DataType::Utf8)?.as_string::<i32>().clone()))
        .collect();
    let columns = columns?;
    let rows = (0..batch.num_rows()).map(|at| {
        let row = columns.iter().map(|column| column.value(at).to_owned());
        row.collect()
    });
    Ok(rows.collect())
}
