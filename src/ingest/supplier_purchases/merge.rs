//! Computes the next state of the table: from a table snapshot and the versions of the run, the
//! files to be removed and added.
//!
//! Only partitions with changes are rewritten. Each is read completely: memory depends on the
//! largest company and month, and on the number of keys in the run.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use chrono::NaiveDate;

use super::accepted_rows::AcceptedRows;
use super::rewrite_partitions::{NewRows, PartitionRewrite, partition_of};
use super::row_edits::RowEdits;
use super::select_versions::{SnapshotMode, VersionCandidate, VersionSelection, select_newest};
use super::stored_rows::{PartitionFile, StoredRows};
use crate::ingest::error::RunError;
use crate::lake::{Lake, ListedInput, Snapshot, StateOrder, TableChange};

/// The rows and versions of a run.
pub(super) struct MergeInput<'a> {
    pub(super) lake: &'a Lake,
    pub(super) run_id: &'a str,
    pub(super) max_partitions: usize,
    pub(super) accepted_rows: &'a AcceptedRows,
    /// Sorted by [`super::select_versions::sort_candidates`].
    pub(super) candidates: &'a [VersionCandidate],
    /// Positions of the inputs that are ingested now.
    pub(super) new_inputs: &'a HashSet<usize>,
    /// The date of the full snapshot.
    pub(super) snapshot_date: Option<NaiveDate>,
    /// For a full snapshot: the companies whose missing purchases are marked as deleted.
    pub(super) complete_companies: &'a BTreeSet<i64>,
    /// Those of its inputs that were ingested before, by their position: their rows keep the input
    /// and the run under which the table of inputs lists their content.
    pub(super) known_inputs: &'a BTreeMap<usize, ListedInput>,
}

/// The next state of the table, and the versions selected for it.
pub(super) struct MergeResult<C> {
    /// Without the rows of `inputs`.
    pub(super) change: C,
    pub(super) selection: VersionSelection,
    pub(super) effect: SnapshotEffect,
}

/// What a full snapshot changes beside the records that are accepted: purchases by number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct SnapshotEffect {
    /// Missing from it, and not deleted before.
    pub(super) deleted: u64,
    /// In it, and marked as deleted before.
    pub(super) undeleted: u64,
    /// In the state of an input that was ingested before, and in another of the same time before.
    pub(super) reverted: u64,
}

impl MergeInput<'_> {
    /// Computes the next state from a snapshot of the table.
    pub(super) fn merge(&self, snapshot: &Snapshot) -> Result<MergeResult<TableChange>, RunError> {
        let files = self.files(snapshot)?;
        let (candidates, companies) = (self.candidates, self.complete_companies);
        let table = StoredRows::find(self.lake, &files, candidates, companies)?;
        let selection = select_newest(candidates, self.snapshot_mode(), &|start| {
            table.at(start).map(|stored| stored.content)
        });
        let mut effect = SnapshotEffect {
            deleted: table.absent.len() as u64,
            ..SnapshotEffect::default()
        };
        let mut edits: HashMap<usize, RowEdits> = HashMap::new();
        let mut written = NewRows::of(self.accepted_rows, self.known_inputs);
        for &at in &selection.selected {
            let Some(candidate) = candidates.get(at) else {
                continue;
            };
            let is_known = self.known_inputs.contains_key(&candidate.input);
            let stored = table.of_key(candidates, at);
            // A selected version that is stored differs from it in the mark of deletion only.
            let is_marked = stored.is_some_and(|row| row.content.is_same_version_as(candidate));
            effect.undeleted += u64::from(is_marked);
            effect.reverted += u64::from(is_known && !is_marked);
            if let Some(stored) = stored {
                let edits = edits.entry(stored.file).or_default();
                if is_marked {
                    edits.mark(stored.row, false);
                    continue;
                }
                edits.drop_row(stored.row);
            }
            written.add(candidate);
        }
        if !companies.is_empty() {
            for (file, row) in table.marked_rows(self.lake, &files, candidates)? {
                edits.entry(file).or_default().mark(row, false);
                effect.undeleted += 1;
            }
        }
        for &(file, row) in &table.absent {
            edits.entry(file).or_default().mark(row, true);
        }
        let rewrite = PartitionRewrite {
            lake: self.lake,
            run_id: self.run_id,
            max_partitions: self.max_partitions,
            files: &files,
            edits,
        };
        let (remove, add) = rewrite.write(&mut [written])?;
        Ok(MergeResult {
            change: TableChange {
                remove,
                add,
                inputs: Vec::new(),
                states: Some(self.stage_states(self.order(snapshot))?),
            },
            selection,
            effect,
        })
    }

    /// The place of the states of the run, if they are committed on top of this version.
    pub(super) fn order(&self, snapshot: &Snapshot) -> StateOrder {
        StateOrder {
            commit: snapshot.version + 1,
            snapshot_date: self.snapshot_date,
        }
    }

    /// Only a full snapshot confirms that an unchanged purchase exists.
    pub(super) fn snapshot_mode(&self) -> SnapshotMode {
        if self.complete_companies.is_empty() {
            SnapshotMode::Incremental
        } else {
            SnapshotMode::Full
        }
    }

    /// The files of the companies of the run.
    fn files<'s>(&self, snapshot: &'s Snapshot) -> Result<Vec<PartitionFile<'s>>, RunError> {
        let mut companies: BTreeSet<i64> = self.complete_companies.clone();
        companies.extend(self.candidates.iter().map(|c| c.version.key.company_id));
        files_of(snapshot, &companies)
    }
}

/// The files of companies.
pub(super) fn files_of<'s>(
    snapshot: &'s Snapshot,
    companies: &BTreeSet<i64>,
) -> Result<Vec<PartitionFile<'s>>, RunError> {
    let mut files = Vec::new();
    for file in &snapshot.files {
        let partition = partition_of(file)?;
        if companies.contains(&partition.company_id) {
            files.push((partition, file));
        }
    }
    Ok(files)
}
