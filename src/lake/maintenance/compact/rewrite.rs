//! Rewrites one partition: its files come in; uncommitted files of about the target size with the
//! same rows, sorted, go out.
//!
//! Refused: files whose counts and sums differ after the rewrite.

use super::external_sort::ExternalSorter;
use super::plan::{CompactOptions, PartitionPlan};
use super::sums::TableSums;
use super::writer::CompactionWriter;
use crate::lake::maintenance::MaintainedTable;
use crate::lake::{FileRef, Lake, LakeError, StagedFiles};

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
) -> Result<RewrittenPartition, LakeError> {
    let spec = &maintained.spec;
    let Some(first) = plan.files.first() else {
        let staged = StagedFiles::none(spec);
        return Ok(RewrittenPartition { plan, staged });
    };
    let partition = first.file.partition_in(spec)?;
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
    sorter.finish(&mut |batch| writer.append(&batch))?;
    let staged = writer.finish()?;
    match differences(lake, maintained, &before, &staged) {
        Ok(None) => Ok(RewrittenPartition { plan, staged }),
        Ok(Some(what)) => {
            staged.discard(lake)?;
            Err(LakeError::ContentDiffers {
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
) -> Result<Option<String>, LakeError> {
    let mut after = TableSums::default();
    for file in &staged.files {
        for batch in lake.read_rows(&maintained.spec, &FileRef::of_staged(file), None)? {
            after.add(&batch?)?;
        }
    }
    Ok(before.difference(&after))
}
