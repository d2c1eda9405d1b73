//! Commits a run: selects the newest versions, merges them with the table and commits the changes.
//! If another process commits some of the inputs first, the change is computed again without them.

use std::collections::{BTreeMap, HashMap, HashSet};

use chrono::NaiveDate;

use super::SupplierPurchases;
use super::full_snapshot::FullSnapshot;
use super::input_versions::PendingVersions;
use super::merge::{MergeInput, MergeResult, SnapshotEffect};
use super::outgoing::Outgoing;
use super::select_versions::{
    Discarded, SnapshotMode, VersionCandidate, select_newest, sort_candidates,
};
use super::snapshot_order::SnapshotOrder;
use super::uncommitted_records::UncommittedRecords;
use crate::ingest::counters::InputCounters;
use crate::ingest::error::RunError;
use crate::ingest::ingest_run::IngestRun;
use crate::ingest::pending_input::{digests, split_known};
use crate::ingest::record_kind::RecordKind;
use crate::ingest::removal::MAX_ATTEMPTS;
use crate::input::Refusal;
use crate::lake::{CommitOutcome, CommittedDigests, Digest, InputRow, ListedInput};
use crate::run_report::InputOutcome;

/// The note on a lake whose states were not kept before.
const HISTORY_BEGINS: &str = "table supplier_versions begins with the states that supplier_purchases has: inputs ingested before cannot be replaced or removed";

/// The commit of the inputs of a run.
pub(super) struct RunCommit<'r, 'a> {
    pub(super) run: &'r mut IngestRun<'a, SupplierPurchases>,
    pub(super) records: &'r UncommittedRecords<'r>,
    pub(super) snapshot: FullSnapshot,
    /// The candidates of the participating inputs, sorted.
    pub(super) candidates: Vec<VersionCandidate>,
    pub(super) effect: SnapshotEffect,
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
        let mut superseded = 0;
        // Each conflict with another process leaves fewer inputs for the next attempt, or other
        // inputs whose place they take.
        loop {
            let lake = self.records.lake;
            if lake.complete_history(self.run.run_id(), &SupplierPurchases::table(), None)? {
                self.run.counters.notes.push(HISTORY_BEGINS.to_owned());
            }
            let outgoing = Outgoing::of_run(lake, self.run, &remaining)?;
            let wanted = digests(&remaining);
            let (table, kind) = (SupplierPurchases::table().name, SupplierPurchases::NAME);
            let mut known = lake.committed_digests(table, kind, &wanted)?;
            known.rows.retain(|digest| !outgoing.leaves(*digest));
            let (old, mut new) = split_known(remaining, &known, &mut HashSet::new());
            let candidates = &self.candidates;
            self.run.recover(lake, &old, &known, |run, lost| {
                Ok(lost
                    .iter()
                    .map(|input| recount(run, input, candidates))
                    .collect())
            })?;
            match self.snapshot.order(lake, None)? {
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
            let is_done = if !outgoing.inputs.is_empty() {
                self.change(&mut new, &old, &known, &outgoing)?
            } else if new.is_empty() && self.snapshot.is_none() {
                true
            } else {
                self.commit(&mut new, &old, &known)?
            };
            if is_done {
                self.record(&new, &old, &outgoing);
                return Ok(());
            }
            remaining = old;
            remaining.extend(new);
            remaining.sort_by_key(|input| input.index);
            superseded += usize::from(!outgoing.inputs.is_empty());
            if superseded > MAX_ATTEMPTS {
                return Err(RunError::Superseded);
            }
        }
    }

    fn record(&mut self, new: &[PendingVersions], old: &[PendingVersions], outgoing: &Outgoing) {
        for input in old {
            // Its path brought other content before.
            let outcome = if outgoing.has_path(&input.path) {
                InputOutcome::Ingested
            } else {
                InputOutcome::AlreadyIngested
            };
            self.run.record(input, outcome);
        }
        for input in new {
            self.run.record(input, InputOutcome::Ingested);
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
        let new_inputs: HashSet<usize> = new.iter().map(|input| input.index).collect();
        let known_inputs = self.known_inputs(old)?;
        self.keep_candidates(&new_inputs, old);
        let full = &self.snapshot;
        let (lake, run_id) = (self.records.lake, self.run.run_id());
        let options = self.run.options;
        let merge_input = MergeInput {
            lake,
            run_id,
            max_partitions: options.max_partitions,
            accepted_rows: &self.records.rows,
            candidates: &self.candidates,
            new_inputs: &new_inputs,
            snapshot_date: full.date(),
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

    /// Inputs of a full snapshot that were ingested before, by position: it comprises all its inputs.
    pub(super) fn known_inputs(
        &self,
        old: &[PendingVersions],
    ) -> Result<BTreeMap<usize, ListedInput>, RunError> {
        if self.snapshot.is_none() {
            return Ok(BTreeMap::new());
        }
        self.listed(old)
    }

    /// Drops the candidates of inputs that take no part in the commit. An input once committed stays
    /// committed, so they are not needed again.
    pub(super) fn keep_candidates(&mut self, new_inputs: &HashSet<usize>, old: &[PendingVersions]) {
        let mut participating = new_inputs.clone();
        if !self.snapshot.is_none() {
            participating.extend(old.iter().map(|input| input.index));
        }
        self.candidates
            .retain(|candidate| participating.contains(&candidate.input));
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
        // Of copies in the run the first: it comprises the same states.
        let mut seen = HashSet::new();
        let first = old.iter().filter(|input| seen.insert(input.digest));
        let row = |input: &PendingVersions| Some((input.index, listed.get(&input.digest)?.clone()));
        Ok(first.filter_map(row).collect())
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
        let staged = self
            .records
            .stage_rejects(self.run.run_id(), &uncommitted)?;
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
pub(super) fn written_counters(
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
