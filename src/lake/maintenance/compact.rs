//! Compaction: a table and a target size come in; versions with the same rows, sorted, in fewer
//! files go out.
//!
//! ```text
//! plan -> for each partition: read -> sort and merge -> write -> compare -> commit
//! ```
//!
//! It is safe while others write: files appended in the meantime are not part of it. A partition whose
//! files another process has replaced is planned again, and given up after some rounds. If the
//! process is killed, it leaves orphans.

mod external_sort;
mod plan;
mod rewrite;
mod sort_keys;
mod sums;
mod writer;

use std::collections::{BTreeSet, HashSet};

use serde::Serialize;

use super::loaded_table::{LiveFile, LoadedTable};
use super::{FileCount, MaintainedTable};
use crate::lake::actions::remove_actions;
use crate::lake::commit::{CommitIdentity, CommitOperation, PlannedCommit};
use crate::lake::counts::signed;
use crate::lake::{Lake, LakeError};

pub use plan::CompactOptions;
pub(super) use sums::TableSums;

use plan::PartitionPlan;
use rewrite::RewrittenPartition;
use writer::COMPACTED_TAG;

/// The bytes committed at once, so that an interruption loses little and each commit is unlikely to
/// conflict.
const COMMIT_BYTES: u64 = 1 << 30;

/// The partitions committed at once.
const COMMIT_PARTITIONS: usize = 500;

/// How often a partition that other processes keep changing is planned.
const MAX_ROUNDS: u32 = 5;

/// The result of compacting a table, or the estimate of a dry run.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct CompactionReport {
    /// The table.
    pub table: String,
    /// Partitions that were rewritten, completely or in part.
    pub partitions: u64,
    /// The files that were replaced.
    pub before: FileCount,
    /// The files that replaced them; in a dry run an estimate.
    pub after: FileCount,
    /// The rows in these files.
    pub rows: u64,
    /// The versions that were committed.
    pub versions: Vec<i64>,
    /// Partitions that other processes kept changing; the next compaction tries them again.
    pub given_up: Vec<String>,
}

impl Lake {
    /// Compacts a table; `None` if it does not exist. `interrupted` is called between partitions.
    ///
    /// # Errors
    /// [`LakeError::ContentDiffers`] if the rows would change,
    /// [`LakeError::Interrupted`], [`LakeError::Conflict`] if all attempts conflicted with
    /// other writers, or an error of the store. What was committed before stays.
    pub fn compact(
        &self,
        maintained: &MaintainedTable,
        options: &CompactOptions,
        interrupted: &dyn Fn() -> bool,
    ) -> Result<Option<CompactionReport>, LakeError> {
        if !self.has_table(maintained)? {
            return Ok(None);
        }
        let mut run = CompactionRun {
            lake: self,
            maintained,
            options,
            interrupted,
            commits: 0,
            done: CompactionReport {
                table: maintained.spec.name.to_owned(),
                ..CompactionReport::default()
            },
        };
        if options.dry_run {
            for plan in run.plan(None)? {
                let after = FileCount {
                    files: plan.output_files(options.target_bytes),
                    bytes: plan.bytes(),
                };
                run.record(&plan, after, plan.rows());
            }
        } else {
            run.compact_in_rounds()?;
        }
        Ok(Some(run.done))
    }
}

/// A compaction of one table.
struct CompactionRun<'a> {
    lake: &'a Lake,
    maintained: &'a MaintainedTable,
    options: &'a CompactOptions,
    interrupted: &'a dyn Fn() -> bool,
    commits: u32,
    done: CompactionReport,
}

impl CompactionRun<'_> {
    fn plan(&self, only: Option<&BTreeSet<String>>) -> Result<Vec<PartitionPlan>, LakeError> {
        let loaded = self.lake.load_checked(&self.maintained.spec)?;
        let mut plans = plan::plan(self.lake, self.maintained, self.options, &loaded.files)?;
        if let Some(only) = only {
            plans.retain(|plan| only.contains(&plan.name));
        }
        Ok(plans)
    }

    fn compact_in_rounds(&mut self) -> Result<(), LakeError> {
        let mut again = None;
        for _ in 0..MAX_ROUNDS {
            let plans = self.plan(again.as_ref())?;
            let changed_meanwhile = self.rewrite_and_commit(plans)?;
            if changed_meanwhile.is_empty() {
                return Ok(());
            }
            again = Some(changed_meanwhile);
        }
        self.done.given_up = again.into_iter().flatten().collect();
        Ok(())
    }

    /// Rewrites and commits in groups; returns the partitions that other processes have changed.
    fn rewrite_and_commit(
        &mut self,
        plans: Vec<PartitionPlan>,
    ) -> Result<BTreeSet<String>, LakeError> {
        let mut changed_meanwhile = BTreeSet::new();
        let mut group: Vec<RewrittenPartition> = Vec::new();
        let mut bytes = 0;
        for plan in plans {
            bytes += plan.bytes();
            let rewritten = if (self.interrupted)() {
                Err(LakeError::Interrupted)
            } else {
                rewrite::rewrite(self.lake, self.maintained, self.options, plan)
            };
            match rewritten {
                Ok(rewritten) => group.push(rewritten),
                Err(error) => {
                    self.discard(group)?;
                    return Err(error);
                }
            }
            if bytes >= COMMIT_BYTES || group.len() >= COMMIT_PARTITIONS {
                bytes = 0;
                changed_meanwhile.extend(self.commit(std::mem::take(&mut group))?);
            }
        }
        changed_meanwhile.extend(self.commit(group)?);
        Ok(changed_meanwhile)
    }

    fn discard(&self, group: Vec<RewrittenPartition>) -> Result<(), LakeError> {
        for rewritten in group {
            rewritten.staged.discard(self.lake)?;
        }
        Ok(())
    }

    /// Commits those partitions whose files all still exist.
    fn commit(&mut self, group: Vec<RewrittenPartition>) -> Result<Vec<String>, LakeError> {
        let (lake, spec) = (self.lake, &self.maintained.spec);
        let mut changed_meanwhile = Vec::new();
        let mut left = group;
        let run_id = self.options.run_id.as_str();
        let name = format!("compact-{run_id}-{}", self.commits);
        let identity = CommitIdentity::of_maintenance(spec, run_id, &name);
        let committed = lake.commit(&identity, &mut |table| {
            let loaded = LoadedTable::of(lake, spec.name, table.clone())?;
            let live: HashSet<&str> = loaded.files.iter().map(LiveFile::relative_path).collect();
            let is_whole = |one: &RewrittenPartition| {
                let mut files = one.plan.files.iter();
                files.all(|file| live.contains(file.relative_path()))
            };
            let (whole, changed): (Vec<_>, Vec<_>) =
                std::mem::take(&mut left).into_iter().partition(is_whole);
            left = whole;
            for rewritten in changed {
                changed_meanwhile.push(rewritten.plan.name.clone());
                rewritten.staged.discard(lake)?;
            }
            if left.is_empty() {
                return Ok(None);
            }
            Ok(Some(self.planned_commit(&loaded, &left)?))
        });
        self.commits += 1;
        // Only after a conflict it is certain that no version contains them.
        if let Err(LakeError::Conflict { .. }) = &committed {
            self.discard(left)?;
            return committed.map(|_| changed_meanwhile);
        }
        if let Some(version) = committed?.version() {
            self.done.versions.push(version);
            for RewrittenPartition { plan, staged } in &left {
                let mut after = FileCount::default();
                staged.files.iter().for_each(|file| after.add(file.bytes));
                self.record(plan, after, staged.rows);
            }
        }
        Ok(changed_meanwhile)
    }

    /// The rows stay the same: readers of the change feed see no changes.
    fn planned_commit(
        &self,
        loaded: &LoadedTable,
        group: &[RewrittenPartition],
    ) -> Result<PlannedCommit, LakeError> {
        let spec = &self.maintained.spec;
        let files = group.iter().flat_map(|one| &one.plan.files);
        let replaced: Vec<_> = files.map(|live| live.file.clone()).collect();
        let mut removes = remove_actions(spec.name, &loaded.state, &replaced)?;
        for remove in &mut removes {
            remove.data_change = false;
        }
        let target_bytes = self.options.target_bytes;
        let mut adds = Vec::new();
        for rewritten in group {
            adds.extend(self.lake.add_actions(spec, &rewritten.staged)?);
        }
        for add in &mut adds {
            add.data_change = false;
            let tag = (COMPACTED_TAG.to_owned(), Some(target_bytes.to_string()));
            add.tags = Some([tag].into());
        }
        let target_bytes = signed(target_bytes);
        Ok(PlannedCommit {
            removes,
            adds,
            ..PlannedCommit::new(CommitOperation::Compact { target_bytes })
        })
    }

    fn record(&mut self, plan: &PartitionPlan, after: FileCount, rows: u64) {
        self.done.partitions += 1;
        for live in &plan.files {
            self.done.before.add(live.bytes());
        }
        self.done.after.files += after.files;
        self.done.after.bytes += after.bytes;
        self.done.rows += rows;
    }
}
