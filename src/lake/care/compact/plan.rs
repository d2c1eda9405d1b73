//! Which files of a table are worth rewriting: its live files come in, the work for each partition
//! goes out.
//!
//! A file is small below half the target. A partition is worth the work when it has a file that no
//! compaction for this target has written, and either two small files or rows out of order. So a
//! compacted table has nothing to do.

use std::collections::BTreeMap;

use super::outputs::COMPACTED_TAG;
use super::rewrite::is_in_order;
use super::{CareError, CaredTable, CompactOptions};
use crate::lake::Lake;
use crate::lake::care::loaded::LiveFile;
use crate::lake::care::unsigned;

/// The files of a partition that are rewritten together.
pub(super) struct Work {
    /// The partition, as text.
    pub(super) name: String,
    pub(super) files: Vec<LiveFile>,
}

impl Work {
    pub(super) fn bytes(&self) -> u64 {
        self.files.iter().map(LiveFile::bytes).sum()
    }

    pub(super) fn rows(&self) -> u64 {
        let rows = self.files.iter().map(|live| live.file.rows);
        rows.map(|rows| unsigned(rows.unwrap_or_default())).sum()
    }

    /// How many files it becomes: each about the target, and not above it.
    pub(super) fn outputs(&self, target_bytes: u64) -> u64 {
        self.bytes().div_ceil(target_bytes.max(1)).max(1)
    }
}

/// The work, partition by partition, in the order of their names.
pub(super) fn plan(
    lake: &Lake,
    cared: &CaredTable,
    options: &CompactOptions,
    files: &[LiveFile],
) -> Result<Vec<Work>, CareError> {
    options.days.check(cared)?;
    let mut partitions: BTreeMap<String, Vec<&LiveFile>> = BTreeMap::new();
    for live in files {
        if options.days.wants(cared, &live.file)? {
            let name = live.partition_text();
            partitions.entry(name).or_default().push(live);
        }
    }
    let mut works = Vec::new();
    for (name, files) in partitions {
        if let Some(files) = chosen(lake, cared, options.target_bytes, &files)? {
            works.push(Work { name, files });
        }
    }
    Ok(works)
}

/// The files of a partition that are to be rewritten.
fn chosen(
    lake: &Lake,
    cared: &CaredTable,
    target_bytes: u64,
    files: &[&LiveFile],
) -> Result<Option<Vec<LiveFile>>, CareError> {
    let is_small = |live: &&&LiveFile| live.bytes() < target_bytes / 2;
    let is_fresh = |live: &LiveFile| compacted_for(live).is_none_or(|target| target < target_bytes);
    let small = files.iter().filter(is_small).count();
    let worth_merging = small >= 2 && files.iter().filter(is_small).any(|live| is_fresh(live));
    let mut chosen = Vec::new();
    for live in files {
        let merges = worth_merging && is_small(&live);
        // What a compaction has written is in order.
        let may_be_out_of_order = cared.must_be_ordered && compacted_for(live).is_none();
        if merges || (may_be_out_of_order && !is_in_order(lake, cared, live)?) {
            chosen.push((*live).clone());
        }
    }
    Ok((!chosen.is_empty()).then_some(chosen))
}

/// The target of the compaction that has written a file.
fn compacted_for(live: &LiveFile) -> Option<u64> {
    let tags = live.add.tags.as_ref()?;
    tags.get(COMPACTED_TAG)?.as_ref()?.parse().ok()
}
