//! The order of rows: batches come in, keys that compare like their rows go out.

use arrow::array::{ArrayRef, RecordBatch};
use arrow::compute::cast;
use arrow::datatypes::DataType;
use arrow::row::{OwnedRow, RowConverter, Rows, SortField};

use crate::lake::columns::column;
use crate::lake::maintenance::MaintainedTable;
use crate::lake::maintenance::loaded_table::LiveFile;
use crate::lake::{Lake, LakeError};

/// Converts the sort columns to keys that compare like the rows.
pub(super) struct SortKeys {
    columns: &'static [&'static str],
    converter: RowConverter,
    /// The table, for messages.
    pub(super) table: &'static str,
}

impl SortKeys {
    pub(super) fn of(maintained: &MaintainedTable) -> Result<Self, LakeError> {
        let (table, columns) = (maintained.spec.name, maintained.sort_columns);
        let fields: Result<Vec<SortField>, LakeError> = columns
            .iter()
            .map(|column| {
                let field = maintained.spec.schema.field_with_name(column);
                let field = field.map_err(LakeError::arrow("sort the rows", table))?;
                Ok(SortField::new(value_type_of(field.data_type())))
            })
            .collect();
        let converter =
            RowConverter::new(fields?).map_err(LakeError::arrow("sort the rows", table))?;
        Ok(Self {
            columns,
            converter,
            table,
        })
    }

    pub(super) fn rows(&self, batch: &RecordBatch) -> Result<Rows, LakeError> {
        let columns: Result<Vec<ArrayRef>, LakeError> = self
            .columns
            .iter()
            .map(|name| {
                let column = column(batch, self.table, name)?;
                cast(column, &value_type_of(column.data_type()))
                    .map_err(LakeError::arrow("sort the rows", self.table))
            })
            .collect();
        let keys = self.converter.convert_columns(&columns?);
        keys.map_err(LakeError::arrow("sort the rows", self.table))
    }
}

/// Dictionaries are an encoding: they sort like their values.
fn value_type_of(data_type: &DataType) -> DataType {
    match data_type {
        DataType::Dictionary(_, values) => values.as_ref().clone(),
        other => other.clone(),
    }
}

/// Whether the rows of a file are sorted. Only the sort columns are read.
pub(super) fn is_in_order(
    lake: &Lake,
    maintained: &MaintainedTable,
    live: &LiveFile,
) -> Result<bool, LakeError> {
    let keys = SortKeys::of(maintained)?;
    let mut last: Option<OwnedRow> = None;
    for batch in lake.read_rows(&maintained.spec, &live.file, Some(maintained.sort_columns))? {
        let rows = keys.rows(&batch?)?;
        let first = rows.iter().next().map(|row| row.owned());
        if let (Some(last), Some(first)) = (&last, &first)
            && first < last
        {
            return Ok(false);
        }
        if rows
            .iter()
            .zip(rows.iter().skip(1))
            .any(|(one, next)| next < one)
        {
            return Ok(false);
        }
        last = rows.iter().next_back().map(|row| row.owned()).or(last);
    }
    Ok(true)
}
