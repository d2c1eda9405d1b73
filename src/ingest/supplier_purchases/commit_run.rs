//! Commits a run: selects the newest versions, merges them with the table and commits the changes.
//! If another process commits some of the inputs first, the change is computed again without them.

use std::collections::{BTreeMap, HashMap, HashSet};

use chrono::NaiveDate;

use super::SupplierPurchases;
use super::accepted_rows::AcceptedRows;
use super::full_snapshot::FullSnapshot;
use super::input_versions::PendingVersions;
use super::merge::{MergeInput, MergeResult, SnapshotEffect};
use super::select_versions::{
    Discarded, SnapshotMode, VersionCandidate, select_newest, sort_candidates,
};
use super::snapshot_order::SnapshotOrder;
use crate::ingest::counters::InputCounters;
use crate::ingest::error::RunError;
use crate::ingest::ingest_run::IngestRun;
use crate::ingest::pending_input::{digests, split_known};
use crate::ingest::record_kind::RecordKind;
use crate::input::Refusal;
use crate::lake::{
    BatchBuffer, CommitOutcome, CommittedDigests, Digest, InputRow, Lake, ListedInput,
    PartitionValue, PartitionWriter, StagedFiles, WriterOptions, rejects_spec,
};
use crate::run_report::InputOutcome;

/// Bytes of rejects kept in memory until the commit; the rest is spilled to disk.
const REJECT_BYTES: usize = 8 << 20;

/// The accepted rows of a run and its rejects, until they are committed to the lake.
pub(super) struct UncommittedRecords<'l> {
    pub(super) lake: &'l Lake,
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
    effect: SnapshotEffect,
    /// The date of the snapshot, if it was applied before.
    applied_before: Option<NaiveDate>,
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
        effect: SnapshotEffect::default(),
        applied_before: None,
    };
    let ended = commit.commit_all(read);
    let notes = notes(commit.applied_before, commit.effect);
    run.counters.notes.extend(notes);
    ended?;
    run.take_failure()
}

/// Notes on what the full snapshot has done.
fn notes(applied_before: Option<NaiveDate>, effect: SnapshotEffect) -> Vec<String> {
    let SnapshotEffect {
        deleted,
        undeleted,
        reverted,
    } = effect;
    let mut notes = Vec::new();
    if let Some(date) = applied_before {
        notes.push(format!(
            "the same inputs were applied as the full snapshot of {date} before: this run changed nothing"
        ));
    }
    for (purchases, what) in [
        (
            deleted,
            "missing from the full snapshot were marked as deleted",
        ),
        (
            undeleted,
            "of the full snapshot that were marked as deleted are no longer deleted",
        ),
        (
            reverted,
            "have the state of an input again that was ingested before",
        ),
    ] {
        if purchases > 0 {
            notes.push(format!("{purchases} purchases {what}"));
        }
    }
    notes
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
            let wanted = digests(&remaining);
            let (table, kind) = (SupplierPurchases::table().name, SupplierPurchases::NAME);
            let known = self.records.lake.committed_digests(table, kind, &wanted)?;
            let (old, mut new) = split_known(remaining, &known, &mut HashSet::new());
            let candidates = &self.candidates;
            self.run
                .recover(self.records.lake, &old, &known, |run, lost| {
                    Ok(lost
                        .iter()
                        .map(|input| recount(run, input, candidates))
                        .collect())
                })?;
            match self.snapshot.order(self.records.lake, None)? {
                SnapshotOrder::Next => {}
                SnapshotOrder::Applied => {
                    self.applied_before = self.snapshot.date();
                    self.snapshot = FullSnapshot::default();
                }
                SnapshotOrder::Refused(refusal) => {
                    self.refuse(old, &refusal);
                    self.refuse(new, &refusal);
                    return Ok(());
                }
            }
            if (new.is_empty() && self.snapshot.is_none()) || self.commit(&mut new, &old, &known)? {
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

    fn refuse(&mut self, inputs: Vec<PendingVersions>, refusal: &Refusal) {
        for mut input in inputs {
            input.counters = InputCounters {
                refusal: Some(refusal.clone()),
                ..InputCounters::default()
            };
            self.run.record(&input, InputOutcome::Refused);
        }
    }

    /// Commits the rejects and rows of `new`, and counts the versions that are not written; `false`
    /// when another process committed some of the inputs or a full snapshot first.
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
        let mut known_inputs = BTreeMap::new();
        if !full.is_none() {
            known_inputs = self.listed(old)?;
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
            known_inputs: &known_inputs,
        };
        let mut discarded = BTreeMap::new();
        let mut effect = SnapshotEffect::default();
        let committed = lake.commit_change(
            &SupplierPurchases::table(),
            run_id,
            SupplierPurchases::NAME,
            &digests(&*new),
            &full.parts,
            &mut |snapshot| -> Result<_, RunError> {
                // Another process may have applied a snapshot since.
                if full.order(lake, Some(snapshot.version))? != SnapshotOrder::Next {
                    return Ok(None);
                }
                let MergeResult {
                    mut change,
                    selection,
                    effect: of_merge,
                } = merge_input.merge(snapshot)?;
                discarded = selection.discarded;
                effect = of_merge;
                let row = |input: &PendingVersions| {
                    let counters = written_counters(input, &discarded);
                    input.row(&counters, false, options)
                };
                change.inputs = new.iter().map(row).collect();
                Ok(Some(change))
            },
        );
        if !self.run.record_commit(committed)? {
            return Ok(false);
        }
        self.effect = effect;
        for input in new {
            input.counters = written_counters(input, &discarded);
        }
        Ok(true)
    }

    /// The rows in the table of inputs of inputs that were ingested before, by position.
    fn listed(&self, old: &[PendingVersions]) -> Result<BTreeMap<usize, ListedInput>, RunError> {
        if old.is_empty() {
            return Ok(BTreeMap::new());
        }
        let mut all = self.records.lake.listed_inputs(SupplierPurchases::NAME)?;
        all.retain(ListedInput::is_current);
        // Of the paths of a content, the one with the counts is the one that its rows have.
        all.sort_by_key(|input| input.row.counts.read);
        let listed: HashMap<Digest, ListedInput> = all
            .into_iter()
            .map(|input| (input.row.digest, input))
            .collect();
        let row = |input: &PendingVersions| Some((input.index, listed.get(&input.digest)?.clone()));
        Ok(old.iter().filter_map(row).collect())
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
