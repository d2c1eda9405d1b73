//! Commits a run: selects the newest versions, merges them with the table and commits the changes.
//! If another process commits some of the inputs first, the change is computed again without them.

use std::collections::{BTreeMap, HashSet};

use super::SupplierPurchases;
use super::accepted_rows::AcceptedRows;
use super::full_snapshot::FullSnapshot;
use super::input_versions::PendingVersions;
use super::merge::{MergeInput, MergeResult};
use super::select_versions::{
    Discarded, SnapshotMode, VersionCandidate, select_newest, sort_candidates,
};
use crate::ingest::counters::InputCounters;
use crate::ingest::error::RunError;
use crate::ingest::ingest_run::IngestRun;
use crate::ingest::pending_input::{digests, split_known};
use crate::ingest::record_kind::RecordKind;
use crate::lake::{
    BatchBuffer, CommitOutcome, CommittedDigests, InputRow, Lake, PartitionValue, PartitionWriter,
    StagedFiles, WriterOptions, rejects_spec,
};
use crate::run_report::InputOutcome;

/// Bytes of rejects kept in memory until the commit; the rest is spilled to disk.
const REJECT_BYTES: usize = 8 << 20;

/// The accepted rows of a run and its rejects, until they are committed to the lake.
pub(super) struct UncommittedRecords<'l> {
    lake: &'l Lake,
    pub(super) rows: AcceptedRows,
    /// Discarded if their input is refused.
    pub(super) rejects: BatchBuffer,
}

impl<'l> UncommittedRecords<'l> {
    /// No record yet.
    pub(super) fn new(lake: &'l Lake, run_id: &str) -> Result<Self, RunError> {
        Ok(Self {
            lake,
            rows: AcceptedRows::new(lake, &SupplierPurchases::table(), run_id)?,
            rejects: BatchBuffer::new(lake, &rejects_spec(), run_id, REJECT_BYTES)?,
        })
    }
}

/// The commit of the inputs of a run.
struct RunCommit<'r, 'a> {
    run: &'r mut IngestRun<'a, SupplierPurchases>,
    records: &'r UncommittedRecords<'r>,
    snapshot: FullSnapshot,
    /// The candidates of the participating inputs, sorted.
    candidates: Vec<VersionCandidate>,
    deleted_by_absence: u64,
    /// The same inputs were applied as a full snapshot before.
    was_applied_before: bool,
}

/// Commits the inputs that were read, and records their outcomes.
///
/// # Errors
/// The lake fails, or record counts are inconsistent. The rows may be committed nevertheless.
pub(super) fn commit_run(
    run: &mut IngestRun<'_, SupplierPurchases>,
    snapshot: FullSnapshot,
    mut read: Vec<PendingVersions>,
    records: &UncommittedRecords<'_>,
) -> Result<(), RunError> {
    let mut commit = RunCommit {
        run,
        records,
        snapshot,
        candidates: take_candidates(&mut read),
        deleted_by_absence: 0,
        was_applied_before: false,
    };
    let ended = commit.commit_all(read);
    let RunCommit {
        deleted_by_absence,
        was_applied_before,
        ..
    } = commit;
    if was_applied_before {
        run.counters.notes.push(
            "the same inputs were applied as a full snapshot before: this run deleted nothing"
                .to_owned(),
        );
    }
    if deleted_by_absence > 0 {
        run.counters.notes.push(format!(
            "{deleted_by_absence} purchases missing from the full snapshot were marked as deleted"
        ));
    }
    ended?;
    run.take_failure()
}

/// Records the inputs that were read as if they were ingested into an empty lake.
pub(super) fn check_run(run: &mut IngestRun<'_, SupplierPurchases>, read: Vec<PendingVersions>) {
    let known = CommittedDigests::default();
    let (copies, mut new) = split_known(read, &known, &mut HashSet::new());
    let candidates = take_candidates(&mut new);
    let selection = select_newest(&candidates, SnapshotMode::Incremental, &|_start| None);
    for mut input in new {
        input.counters = written_counters(&input, &selection.discarded);
        run.record(&input, InputOutcome::Checked);
    }
    for input in copies {
        run.record(&input, InputOutcome::AlreadyIngested);
    }
}

/// The candidates of all inputs, sorted.
fn take_candidates(inputs: &mut [PendingVersions]) -> Vec<VersionCandidate> {
    let mut candidates: Vec<VersionCandidate> = Vec::new();
    for input in inputs {
        let of_input = &mut input.content.candidates;
        if candidates.is_empty() {
            candidates = std::mem::take(of_input);
        } else {
            candidates.append(of_input);
        }
    }
    sort_candidates(&mut candidates);
    candidates
}

impl RunCommit<'_, '_> {
    fn commit_all(&mut self, read: Vec<PendingVersions>) -> Result<(), RunError> {
        let mut remaining = read;
        // Each conflict with another process leaves fewer inputs for the next attempt.
        loop {
            let mut wanted = digests(&remaining);
            wanted.extend(self.snapshot.digest);
            let (table, kind) = (SupplierPurchases::table().name, SupplierPurchases::NAME);
            let known = self.records.lake.committed_digests(table, kind, &wanted)?;
            let is_applied = self
                .snapshot
                .digest
                .is_some_and(|d| known.rows.contains(&d));
            if is_applied {
                if let Some(refusal) = self.snapshot.refusal(self.records.lake)? {
                    for mut input in remaining {
                        input.counters = InputCounters {
                            refusal: Some(refusal.clone()),
                            ..InputCounters::default()
                        };
                        self.run.record(&input, InputOutcome::Refused);
                    }
                    return Ok(());
                }
                self.snapshot = FullSnapshot::default();
                self.was_applied_before = true;
            }
            let (old, mut new) = split_known(remaining, &known, &mut HashSet::new());
            let candidates = &self.candidates;
            self.run
                .recover(self.records.lake, &old, &known, |run, lost| {
                    Ok(lost
                        .iter()
                        .map(|input| recount(run, input, candidates))
                        .collect())
                })?;
            if (new.is_empty() && self.snapshot.digest.is_none())
                || self.commit(&mut new, &old, &known)?
            {
                for input in &old {
                    self.run.record(input, InputOutcome::AlreadyIngested);
                }
                for input in &new {
                    self.run.record(input, InputOutcome::Ingested);
                }
                return Ok(());
            }
            remaining = old;
            remaining.extend(new);
            remaining.sort_by_key(|input| input.index);
        }
    }

    /// Commits the rejects and rows of `new`, and counts the versions that are not written; `false`
    /// when another process committed some of the inputs first.
    fn commit(
        &mut self,
        new: &mut [PendingVersions],
        old: &[PendingVersions],
        known: &CommittedDigests,
    ) -> Result<bool, RunError> {
        if !self.commit_rejects(new, known)? {
            return Ok(false);
        }
        let full = &self.snapshot;
        let mut participating: HashSet<usize> = new.iter().map(|input| input.index).collect();
        // A full snapshot comprises all its inputs, also those ingested before.
        if full.digest.is_some() {
            participating.extend(old.iter().map(|input| input.index));
        }
        // An input once committed stays committed, so its candidates are not needed again.
        self.candidates
            .retain(|candidate| participating.contains(&candidate.input));
        let (lake, run_id) = (self.records.lake, self.run.run_id());
        let options = self.run.options;
        let merge_input = MergeInput {
            lake,
            run_id,
            max_partitions: options.max_partitions,
            accepted_rows: &self.records.rows,
            candidates: &self.candidates,
            complete_companies: &full.companies,
        };
        let mut discarded = BTreeMap::new();
        let mut deleted = 0;
        let mut to_commit = digests(&*new);
        to_commit.extend(full.digest);
        let committed = lake.commit_change(
            &SupplierPurchases::table(),
            run_id,
            SupplierPurchases::NAME,
            &to_commit,
            &mut |snapshot| -> Result<_, RunError> {
                let MergeResult {
                    mut change,
                    selection,
                    deleted_by_absence,
                } = merge_input.merge(snapshot)?;
                discarded = selection.discarded;
                deleted = deleted_by_absence;
                let row = |input: &PendingVersions| {
                    let counters = written_counters(input, &discarded);
                    input.row(&counters, false, options)
                };
                change.inputs = new.iter().map(row).collect();
                change.full_snapshots = full.applied_snapshots(snapshot.version + 1);
                Ok(change)
            },
        );
        if !self.run.record_commit(committed)? {
            return Ok(false);
        }
        self.deleted_by_absence = deleted;
        for input in new {
            input.counters = written_counters(input, &discarded);
        }
        Ok(true)
    }

    fn commit_rejects(
        &mut self,
        new: &[PendingVersions],
        known: &CommittedDigests,
    ) -> Result<bool, RunError> {
        let uncommitted: Vec<&PendingVersions> = new
            .iter()
            .filter(|input| !known.rejects.contains(&input.digest))
            .collect();
        if uncommitted.is_empty() {
            return Ok(true);
        }
        let staged = self.stage_rejects(&uncommitted)?;
        let outcome = self.records.lake.commit_rejects(
            self.run.run_id(),
            SupplierPurchases::NAME,
            &digests(uncommitted),
            &staged,
        )?;
        match outcome {
            CommitOutcome::Committed(version) => {
                self.run.versions.rejects = Some(version);
                Ok(true)
            }
            CommitOutcome::AlreadyCommitted { .. } => {
                staged.discard(self.records.lake)?;
                Ok(false)
            }
        }
    }

    fn stage_rejects(&self, inputs: &[&PendingVersions]) -> Result<StagedFiles, RunError> {
        let options = WriterOptions::new(self.run.run_id());
        let mut writer = PartitionWriter::new(self.records.lake, &rejects_spec(), options)?;
        for rejects in inputs.iter().flat_map(|input| &input.content.rejects) {
            let kind = PartitionValue::text(SupplierPurchases::NAME)?;
            writer.append(kind, self.records.rejects.get(*rejects)?)?;
        }
        let staged = writer.finish()?;
        let rejected: u64 = inputs
            .iter()
            .map(|input| input.counters.counts.rejected)
            .sum();
        if staged.rows != rejected {
            staged.discard(self.records.lake)?;
            let first = inputs
                .first()
                .map(|input| (input.path.clone(), input.counters.counts));
            let (path, counts) = first.unwrap_or_default();
            return Err(RunError::Unbalanced { path, counts });
        }
        Ok(staged)
    }
}

/// The row in `inputs` of an input as if it were the only one, ingested into an empty table: which
/// of its versions were written at the time is not recorded.
fn recount(
    run: &IngestRun<'_, SupplierPurchases>,
    input: &PendingVersions,
    candidates: &[VersionCandidate],
) -> InputRow {
    let of_input = |candidate: &&VersionCandidate| candidate.input == input.index;
    let alone: Vec<VersionCandidate> = candidates.iter().filter(of_input).cloned().collect();
    let selection = select_newest(&alone, SnapshotMode::Incremental, &|_start| None);
    let counters = written_counters(input, &selection.discarded);
    InputRow {
        // The zone of this run need not be the one in which the versions were read.
        default_timezone: None,
        ..input.row(&counters, false, run.options)
    }
}

/// The counters of an input without its versions that are not written.
fn written_counters(
    input: &PendingVersions,
    discarded: &BTreeMap<usize, Discarded>,
) -> InputCounters {
    let mut counters = input.counters.clone();
    let Discarded {
        duplicate,
        superseded,
    } = discarded.get(&input.index).copied().unwrap_or_default();
    counters.record_discarded(duplicate, superseded);
    counters
}
