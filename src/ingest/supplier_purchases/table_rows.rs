//! The key columns of the rows of the table: a file comes in; its rows go out one by one.

use arrow::array::AsArray;
use arrow::compute::cast;
use arrow::datatypes::{DataType, Int64Type, TimestampMicrosecondType};

use super::table::supplier_purchases_spec;
use crate::ingest::error::RunError;
use crate::lake::{FileRef, Lake};

const COLUMNS: [&str; 7] = [
    "id",
    "is_deleted",
    "updated_at",
    "version_hash",
    "source_row",
    "source_file",
    "run_id",
];

/// A row of a file of the table.
pub(super) struct TableRow<'a> {
    /// Its number in the file.
    pub(super) row: u32,
    pub(super) id: i64,
    pub(super) is_deleted: bool,
    pub(super) updated_at_micros: i64,
    pub(super) version_hash: i64,
    pub(super) source_row: i64,
    pub(super) path: &'a str,
    pub(super) run_id: &'a str,
}

/// Passes the rows of a file to `add`.
pub(super) fn for_each_row(
    lake: &Lake,
    file: &FileRef,
    add: &mut dyn FnMut(&TableRow<'_>),
) -> Result<(), RunError> {
    let mut number = 0_u32;
    for batch in lake.read_rows(&supplier_purchases_spec(), file, Some(&COLUMNS))? {
        let batch = batch?;
        let column = |name: &str| batch.column_by_name(name).ok_or(RunError::KeyColumns);
        let whole = |name: &str| {
            let numbers = column(name)?.as_primitive_opt::<Int64Type>();
            numbers.ok_or(RunError::KeyColumns)
        };
        let (ids, hashes, rows) = (whole("id")?, whole("version_hash")?, whole("source_row")?);
        let times = column("updated_at")?.as_primitive_opt::<TimestampMicrosecondType>();
        let times = times.ok_or(RunError::KeyColumns)?;
        let deleted = column("is_deleted")?
            .as_boolean_opt()
            .ok_or(RunError::KeyColumns)?;
        let texts = [
            cast(column("source_file")?, &DataType::Utf8)?,
            cast(column("run_id")?, &DataType::Utf8)?,
        ];
        let [paths, runs] = texts.each_ref().map(AsArray::as_string::<i32>);
        for row in 0..batch.num_rows() {
            add(&TableRow {
                row: number,
                id: ids.value(row),
                is_deleted: deleted.value(row),
                updated_at_micros: times.value(row),
                version_hash: hashes.value(row),
                source_row: rows.value(row),
                path: paths.value(row),
                run_id: runs.value(row),
            });
            number += 1;
        }
    }
    Ok(())
}
