//! Selects the files of a table to rewrite: its live files come in, one plan per partition goes
//! out.
//!
//! A file is small below half the target. A partition is rewritten if it has a file that no
//! compaction for this target has written, and either two small files or unsorted rows. So
//! compacting a compacted table does nothing.

use std::collections::BTreeMap;

use super::sort_keys::is_in_order;
use super::writer::COMPACTED_TAG;
use crate::lake::maintenance::MaintainedTable;
use crate::lake::maintenance::loaded_table::{DayRange, LiveFile};
use crate::lake::{Lake, LakeError};

/// The options of a compaction.
#[derive(Clone, Debug)]
pub struct CompactOptions {
    /// The approximate target size of files.
    pub target_bytes: u64,
    /// Only partitions with rows on these days.
    pub days: DayRange,
    /// The run, which becomes part of the file names.
    pub run_id: String,
    /// Only report what would be done.
    pub dry_run: bool,
}

/// The files of a partition that are rewritten together.
pub(super) struct PartitionPlan {
    /// The partition values, as text.
    pub(super) name: String,
    pub(super) files: Vec<LiveFile>,
}

impl PartitionPlan {
    pub(super) fn bytes(&self) -> u64 {
        self.files.iter().map(LiveFile::bytes).sum()
    }

    pub(super) fn rows(&self) -> u64 {
        self.files.iter().map(LiveFile::rows).sum()
    }

    /// The number of output files, each of about the target size and not above it.
    pub(super) fn output_files(&self, target_bytes: u64) -> u64 {
        self.bytes().div_ceil(target_bytes.max(1)).max(1)
    }
}

/// The plans, ordered by partition name.
pub(super) fn plan(
    lake: &Lake,
    maintained: &MaintainedTable,
    options: &CompactOptions,
    files: &[LiveFile],
) -> Result<Vec<PartitionPlan>, LakeError> {
    options.days.check_supported(maintained)?;
    let mut partitions: BTreeMap<String, Vec<&LiveFile>> = BTreeMap::new();
    for live in files {
        if options.days.overlaps(maintained, &live.file)? {
            let name = live.partition_text();
            partitions.entry(name).or_default().push(live);
        }
    }
    let mut plans = Vec::new();
    for (name, files) in partitions {
        if let Some(files) = files_to_rewrite(lake, maintained, options.target_bytes, &files)? {
            plans.push(PartitionPlan { name, files });
        }
    }
    Ok(plans)
}

/// The files of a partition to rewrite.
fn files_to_rewrite(
    lake: &Lake,
    maintained: &MaintainedTable,
    target_bytes: u64,
    files: &[&LiveFile],
) -> Result<Option<Vec<LiveFile>>, LakeError> {
    let is_small = |live: &&&LiveFile| live.bytes() < target_bytes / 2;
    let is_fresh = |live: &LiveFile| compacted_for(live).is_none_or(|target| target < target_bytes);
    let small = files.iter().filter(is_small).count();
    let worth_merging = small >= 2 && files.iter().filter(is_small).any(|live| is_fresh(live));
    let mut files_to_rewrite = Vec::new();
    for live in files {
        let merges = worth_merging && is_small(&live);
        // Files written by a compaction are sorted.
        let may_be_out_of_order = maintained.must_be_sorted && compacted_for(live).is_none();
        if merges || (may_be_out_of_order && !is_in_order(lake, maintained, live)?) {
            files_to_rewrite.push((*live).clone());
        }
    }
    Ok((!files_to_rewrite.is_empty()).then_some(files_to_rewrite))
}

/// The target size of the compaction that wrote a file.
fn compacted_for(live: &LiveFile) -> Option<u64> {
    let tags = live.add.tags.as_ref()?;
    tags.get(COMPACTED_TAG)?.as_ref()?.parse().ok()
}
