//! Parquet files from text: the first line is `parquet.schema NAME TYPE, …`, each further line a row, as
//! JSON. Written by the library of Apache Arrow, in one row group.

use std::sync::Arc;

use arrow::array::{ArrayRef, BooleanArray, Float32Array, Int64Array, RecordBatch, StringArray};
use parquet::arrow::ArrowWriter;
use serde_json::Value;

/// Ends a text whose file has no valid footer.
const NO_FOOTER: &str = "(other bytes in place of the footer)";

/// The file that a text describes.
pub(crate) fn parquet_file(text: &str) -> Vec<u8> {
    let is_damaged = text.ends_with(NO_FOOTER);
    let mut lines = text.trim_end_matches(NO_FOOTER).lines();
    let schema = lines
        .next()
        .and_then(|line| line.strip_prefix("parquet.schema "));
    let rows: Vec<Value> = lines
        .map(|line| serde_json::from_str(line).expect("a row"))
        .collect();
    let columns = schema.expect("a schema").split(", ").map(|column| {
        let (name, column_type) = column.split_once(' ').expect("a name and a type");
        (
            name,
            column_of(column_type, rows.iter().map(|row| &row[name])),
            true,
        )
    });
    let batch = RecordBatch::try_from_iter_with_nullable(columns).expect("columns of one length");
    let mut file = written(&batch);
    if is_damaged {
        let footer = file.len() - 8 - usize::from(file[file.len() - 8]);
        let end = file.len() - 8;
        file[footer..end].fill(0xFF);
    }
    file
}

/// A batch as a file.
pub(crate) fn written(batch: &RecordBatch) -> Vec<u8> {
    let mut file = Vec::new();
    let mut writer = ArrowWriter::try_new(&mut file, batch.schema(), None).expect("a writer");
    writer.write(batch).expect("rows");
    writer.close().expect("a footer");
    file
}

fn column_of<'a>(column_type: &str, values: impl Iterator<Item = &'a Value>) -> ArrayRef {
    match column_type {
        "string" => Arc::new(values.map(Value::as_str).collect::<StringArray>()),
        "int64" => Arc::new(values.map(Value::as_i64).collect::<Int64Array>()),
        "bool" => Arc::new(values.map(Value::as_bool).collect::<BooleanArray>()),
        "float" => {
            let float = |value: &Value| value.to_string().parse::<f32>().ok();
            Arc::new(values.map(float).collect::<Float32Array>())
        }
        other => panic!("no type {other}"),
    }
}
