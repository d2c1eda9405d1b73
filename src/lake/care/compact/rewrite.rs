//! One partition: its files come in; the same rows, in order, in files of about the target size,
//! counted and summed on both sides, go out uncommitted.
//!
//! Refused: files whose rows come out otherwise than they went in.

use arrow::array::{ArrayRef, RecordBatch};
use arrow::compute::cast;
use arrow::datatypes::DataType;
use arrow::row::{OwnedRow, RowConverter, Rows, SortField};

use super::merge::Merger;
use super::outputs::Outputs;
use super::plan::Work;
use super::sums::Sums;
use super::{CareError, CaredTable, CompactOptions};
use crate::lake::care::loaded::{LiveFile, partition_of};
use crate::lake::{DataFile, FileRef, Lake, LakeError, StagedFiles};

/// Work that is done and not committed.
pub(super) struct Rewritten {
    pub(super) work: Work,
    pub(super) staged: StagedFiles,
}

/// Rewrites the files of a partition.
pub(super) fn rewrite(
    lake: &Lake,
    cared: &CaredTable,
    options: &CompactOptions,
    work: Work,
) -> Result<Rewritten, CareError> {
    let spec = &cared.spec;
    let Some(first) = work.files.first() else {
        let staged = StagedFiles::none(spec);
        return Ok(Rewritten { work, staged });
    };
    let partition = partition_of(spec, &first.file)?;
    let mut before = Sums::default();
    let mut merger = Merger::new(lake, cared, &options.run_id)?;
    for live in &work.files {
        for batch in lake.read_rows(spec, &live.file, None)? {
            let batch = batch?;
            before.add(&batch)?;
            merger.push(batch)?;
        }
    }
    let rows_per_file = before.rows().div_ceil(work.outputs(options.target_bytes));
    let mut outputs = Outputs::new(lake, spec, &options.run_id, partition, rows_per_file);
    merger.finish(&mut |batch| Ok(outputs.append(&batch)?))?;
    let staged = outputs.finish()?;
    match differences(lake, cared, &before, &staged) {
        Ok(None) => Ok(Rewritten { work, staged }),
        Ok(Some(what)) => {
            staged.discard(lake)?;
            Err(CareError::Differs {
                table: spec.name.to_owned(),
                partition: work.name,
                what,
            })
        }
        Err(error) => {
            staged.discard(lake)?;
            Err(error)
        }
    }
}

/// What is different in the staged files, as they are read back.
fn differences(
    lake: &Lake,
    cared: &CaredTable,
    before: &Sums,
    staged: &StagedFiles,
) -> Result<Option<String>, CareError> {
    let mut after = Sums::default();
    for file in &staged.files {
        let file = file_ref(file);
        for batch in lake.read_rows(&cared.spec, &file, None)? {
            after.add(&batch?)?;
        }
    }
    Ok(before.difference(&after))
}

/// A staged file, to be read back. Its place in the store is found by its name.
fn file_ref(file: &DataFile) -> FileRef {
    FileRef {
        path: file.relative_path.clone(),
        rows: i64::try_from(file.rows).ok(),
        bytes: i64::try_from(file.bytes).unwrap_or(i64::MAX),
        relative_path: file.relative_path.clone(),
        partitions: Vec::new(),
    }
}

/// The columns of an order as keys that compare as the rows do.
pub(super) struct Keys {
    columns: &'static [&'static str],
    converter: RowConverter,
    table: &'static str,
}

impl Keys {
    pub(super) fn of(cared: &CaredTable) -> Result<Self, CareError> {
        let (table, columns) = (cared.spec.name, cared.order);
        let fields: Result<Vec<SortField>, CareError> = columns
            .iter()
            .map(|column| {
                let field = cared.spec.schema.field_with_name(column);
                let field = field.map_err(CareError::order(table))?;
                Ok(SortField::new(plain(field.data_type())))
            })
            .collect();
        let converter = RowConverter::new(fields?).map_err(CareError::order(table))?;
        Ok(Self {
            columns,
            converter,
            table,
        })
    }

    pub(super) fn rows(&self, batch: &RecordBatch) -> Result<Rows, CareError> {
        let columns: Result<Vec<ArrayRef>, CareError> = self
            .columns
            .iter()
            .map(|name| {
                let column = batch
                    .column_by_name(name)
                    .ok_or_else(|| LakeError::NoColumn {
                        table: self.table.to_owned(),
                        column: (*name).to_owned(),
                    })?;
                cast(column, &plain(column.data_type())).map_err(CareError::order(self.table))
            })
            .collect();
        let keys = self.converter.convert_columns(&columns?);
        keys.map_err(CareError::order(self.table))
    }
}

/// A dictionary is a way of holding values, not another order.
fn plain(data_type: &DataType) -> DataType {
    match data_type {
        DataType::Dictionary(_, values) => values.as_ref().clone(),
        other => other.clone(),
    }
}

/// Whether the rows of a file are in order. Only the columns of the order are read.
pub(super) fn is_in_order(
    lake: &Lake,
    cared: &CaredTable,
    live: &LiveFile,
) -> Result<bool, CareError> {
    let keys = Keys::of(cared)?;
    let mut last: Option<OwnedRow> = None;
    for batch in lake.read_rows(&cared.spec, &live.file, Some(cared.order))? {
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
