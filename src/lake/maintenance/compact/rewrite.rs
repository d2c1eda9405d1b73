//! Rewrites one partition: its files come in; uncommitted files of about the target size with the
//! same rows, sorted, go out.
//!
//! Refused: files whose counts and sums differ after the rewrite.

use arrow::array::{ArrayRef, RecordBatch};
use arrow::compute::cast;
use arrow::datatypes::DataType;
use arrow::row::{OwnedRow, RowConverter, Rows, SortField};

use super::external_sort::ExternalSorter;
use super::plan::PartitionPlan;
use super::sums::TableSums;
use super::writer::CompactionWriter;
use super::{CompactOptions, MaintainedTable, MaintenanceError};
use crate::lake::counts::signed;
use crate::lake::maintenance::loaded_table::{LiveFile, partition_of};
use crate::lake::{DataFile, FileRef, Lake, LakeError, StagedFiles};

/// A partition that is rewritten and not committed.
pub(super) struct RewrittenPartition {
    pub(super) plan: PartitionPlan,
    pub(super) staged: StagedFiles,
}

/// Rewrites the files of a partition.
pub(super) fn rewrite(
    lake: &Lake,
    maintained: &MaintainedTable,
    options: &CompactOptions,
    plan: PartitionPlan,
) -> Result<RewrittenPartition, MaintenanceError> {
    let spec = &maintained.spec;
    let Some(first) = plan.files.first() else {
        let staged = StagedFiles::none(spec);
        return Ok(RewrittenPartition { plan, staged });
    };
    let partition = partition_of(spec, &first.file)?;
    let mut before = TableSums::default();
    let mut sorter = ExternalSorter::new(lake, maintained, &options.run_id)?;
    for live in &plan.files {
        for batch in lake.read_rows(spec, &live.file, None)? {
            let batch = batch?;
            before.add(&batch)?;
            sorter.push(batch)?;
        }
    }
    let rows_per_file = before
        .rows()
        .div_ceil(plan.output_files(options.target_bytes));
    let mut writer = CompactionWriter::new(lake, spec, &options.run_id, partition, rows_per_file);
    sorter.finish(&mut |batch| Ok(writer.append(&batch)?))?;
    let staged = writer.finish()?;
    match differences(lake, maintained, &before, &staged) {
        Ok(None) => Ok(RewrittenPartition { plan, staged }),
        Ok(Some(what)) => {
            staged.discard(lake)?;
            Err(MaintenanceError::ContentDiffers {
                table: spec.name.to_owned(),
                partition: plan.name,
                what,
            })
        }
        Err(error) => {
            staged.discard(lake)?;
            Err(error)
        }
    }
}

/// The first difference in the staged files, which are read back.
fn differences(
    lake: &Lake,
    maintained: &MaintainedTable,
    before: &TableSums,
    staged: &StagedFiles,
) -> Result<Option<String>, MaintenanceError> {
    let mut after = TableSums::default();
    for file in &staged.files {
        let file = file_ref(file);
        for batch in lake.read_rows(&maintained.spec, &file, None)? {
            after.add(&batch?)?;
        }
    }
    Ok(before.difference(&after))
}

/// A reference for reading a staged file back; it is found by its relative path.
fn file_ref(file: &DataFile) -> FileRef {
    FileRef {
        path: file.relative_path.clone(),
        rows: i64::try_from(file.rows).ok(),
        bytes: signed(file.bytes),
        relative_path: file.relative_path.clone(),
        partitions: Vec::new(),
    }
}

/// Converts the sort columns to keys that compare like the rows.
pub(super) struct SortKeys {
    columns: &'static [&'static str],
    converter: RowConverter,
    table: &'static str,
}

impl SortKeys {
    pub(super) fn of(maintained: &MaintainedTable) -> Result<Self, MaintenanceError> {
        let (table, columns) = (maintained.spec.name, maintained.sort_columns);
        let fields: Result<Vec<SortField>, MaintenanceError> = columns
            .iter()
            .map(|column| {
                let field = maintained.spec.schema.field_with_name(column);
                let field = field.map_err(MaintenanceError::order(table))?;
                Ok(SortField::new(value_type_of(field.data_type())))
            })
            .collect();
        let converter = RowConverter::new(fields?).map_err(MaintenanceError::order(table))?;
        Ok(Self {
            columns,
            converter,
            table,
        })
    }

    pub(super) fn rows(&self, batch: &RecordBatch) -> Result<Rows, MaintenanceError> {
        let columns: Result<Vec<ArrayRef>, MaintenanceError> = self
            .columns
            .iter()
            .map(|name| {
                let column = batch
                    .column_by_name(name)
                    .ok_or_else(|| LakeError::NoColumn {
                        table: self.table.to_owned(),
                        column: (*name).to_owned(),
                    })?;
                cast(column, &value_type_of(column.data_type()))
                    .map_err(MaintenanceError::order(self.table))
            })
            .collect();
        let keys = self.converter.convert_columns(&columns?);
        keys.map_err(MaintenanceError::order(self.table))
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
) -> Result<bool, MaintenanceError> {
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
