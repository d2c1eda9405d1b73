//! Commits a run: selects the newest versions, merges them with the table and commits the changes.
//! If another process commits some of the inputs first, the change is computed again without them.

mod recovery;

use std::collections::{BTreeMap, HashSet};

use super::SupplierPurchases;
use super::collector::{PendingSupplierInput, SupplierCollector};
use super::dump_completeness::report_incomplete_dumps;
use super::full_snapshot::FullSnapshot;
use super::merge::{MergeInput, MergeResult};
use super::select_versions::{Discarded, VersionCandidate, sort_candidates};
use super::table::supplier_purchases_spec;
use crate::ingest::counters::InputCounters;
use crate::ingest::error::RunError;
use crate::ingest::input_row::input_row;
use crate::ingest::options::{IngestFailure, IngestOutcome};
use crate::ingest::record_kind::RecordKind;
use crate::input::Refusal;
use crate::lake::{
    CommitOutcome, CommittedDigests, Digest, InputRow, PartitionValue, PartitionWriter,
    StagedFiles, WriterOptions, rejects_spec,
};
use crate::run_report::{InputOutcome, TableVersions};

/// Commits the inputs that were read, and reports their outcomes.
pub(super) fn commit_run(mut run: SupplierCollector<'_>) -> Result<IngestOutcome, IngestFailure> {
    let mut read = std::mem::take(&mut run.read);
    let (counters, reports) = (&mut run.counters, &mut run.reports);
    let is_complete = report_incomplete_dumps(&run.pages, &run.skipped_paths, counters, reports);
    run.pages = Vec::new();
    let snapshot = FullSnapshot::from_run(&mut run, &read, is_complete);
    let candidates = collect_candidates(&mut read);
    let mut progress = CommitProgress {
        run: &run,
        snapshot,
        candidates,
        versions: TableVersions::default(),
        deleted_by_absence: 0,
        was_applied_before: false,
        notes: Vec::new(),
        failure: None,
    };
    let finished = match progress.commit_all(read) {
        Ok(finished) => finished,
        Err(error) => {
            progress.failure = Some(error);
            Vec::new()
        }
    };
    let CommitProgress {
        versions,
        deleted_by_absence,
        was_applied_before,
        notes,
        failure,
        ..
    } = progress;
    run.counters.notes.extend(notes);
    for CommittedInput { input, outcome } in finished {
        run.counters.add(&input.counters);
        run.reports
            .record(input.index, outcome, Some(&input.totals), &input.counters);
    }
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
    let ingested = IngestOutcome {
        counters: run.counters,
        inputs: run.reports.finish(),
        versions,
    };
    match failure {
        None => Ok(ingested),
        Some(error) => Err(IngestFailure::after(error, ingested)),
    }
}

/// The candidates of all inputs, sorted.
fn collect_candidates(inputs: &mut [PendingSupplierInput]) -> Vec<VersionCandidate> {
    let mut candidates: Vec<VersionCandidate> = Vec::new();
    for input in inputs {
        if candidates.is_empty() {
            candidates = std::mem::take(&mut input.candidates);
        } else {
            candidates.append(&mut input.candidates);
        }
    }
    sort_candidates(&mut candidates);
    candidates
}

/// An input with its outcome.
struct CommittedInput {
    input: PendingSupplierInput,
    outcome: InputOutcome,
}

struct CommitProgress<'r, 'a> {
    run: &'r SupplierCollector<'a>,
    snapshot: FullSnapshot,
    /// The candidates of the participating inputs, sorted.
    candidates: Vec<VersionCandidate>,
    versions: TableVersions,
    deleted_by_absence: u64,
    /// The same inputs were applied as a full snapshot before.
    was_applied_before: bool,
    /// Remarks on the run.
    notes: Vec<String>,
    /// Why the run failed; its rows may be committed nevertheless.
    failure: Option<RunError>,
}

impl CommitProgress<'_, '_> {
    fn commit_all(
        &mut self,
        read: Vec<PendingSupplierInput>,
    ) -> Result<Vec<CommittedInput>, RunError> {
        let (mut remaining, mut finished) = (read, Vec::new());
        // Each conflict with another process leaves fewer inputs for the next attempt.
        loop {
            let known = self.find_committed(&remaining)?;
            let is_applied = self
                .snapshot
                .digest
                .is_some_and(|d| known.rows.contains(&d));
            if is_applied {
                if let Some(refusal) = self.snapshot.refusal(self.run.lake)? {
                    return Ok(remaining
                        .into_iter()
                        .map(|one| refused(one, &refusal))
                        .collect());
                }
                self.snapshot = FullSnapshot::default();
                self.was_applied_before = true;
            }
            let (old, mut new) = split_known(remaining, &known);
            self.recover(&old, &known)?;
            if new.is_empty() && self.snapshot.digest.is_none() {
                finished.extend(old.into_iter().map(already_ingested));
                return Ok(finished);
            }
            // A full snapshot comprises all its inputs, also those ingested before.
            let present: &[PendingSupplierInput] = if self.snapshot.digest.is_some() {
                &old
            } else {
                &[]
            };
            if let Some(discarded) = self.commit(&new, present, &known)? {
                for input in &mut new {
                    let discarded = discarded.get(&input.index).copied().unwrap_or_default();
                    input
                        .counters
                        .record_discarded(discarded.duplicate, discarded.superseded);
                }
                finished.extend(old.into_iter().map(already_ingested));
                finished.extend(new.into_iter().map(|input| CommittedInput {
                    input,
                    outcome: InputOutcome::Ingested,
                }));
                return Ok(finished);
            }
            remaining = old;
            remaining.extend(new);
            remaining.sort_by_key(|input| input.index);
        }
    }

    fn find_committed(
        &self,
        inputs: &[PendingSupplierInput],
    ) -> Result<CommittedDigests, RunError> {
        let mut digests: Vec<Digest> = inputs.iter().map(digest_of).collect();
        digests.extend(self.snapshot.digest);
        let table = supplier_purchases_spec().name;
        Ok(self
            .run
            .lake
            .committed_digests(table, SupplierPurchases::NAME, &digests)?)
    }

    /// Commits rejects and rows; `None` when another process committed some of the inputs first.
    fn commit(
        &mut self,
        new: &[PendingSupplierInput],
        present: &[PendingSupplierInput],
        known: &CommittedDigests,
    ) -> Result<Option<BTreeMap<usize, Discarded>>, RunError> {
        if !self.commit_rejects(new, known)? {
            return Ok(None);
        }
        let participating: HashSet<usize> = new.iter().chain(present).map(|i| i.index).collect();
        // An input once committed stays committed, so its candidates are not needed again.
        self.candidates
            .retain(|candidate| participating.contains(&candidate.input));
        let (lake, run_id) = (self.run.lake, self.run.options.run.run_id.as_str());
        let full = &self.snapshot;
        let merge_input = MergeInput {
            lake,
            run_id,
            max_partitions: self.run.options.max_partitions,
            accepted_rows: &self.run.accepted_rows,
            candidates: &self.candidates,
            complete_companies: &full.companies,
        };
        let mut discarded = BTreeMap::new();
        let mut deleted = 0;
        let mut digests: Vec<Digest> = new.iter().map(digest_of).collect();
        digests.extend(full.digest);
        let committed = lake.commit_change(
            &supplier_purchases_spec(),
            run_id,
            SupplierPurchases::NAME,
            &digests,
            &mut |snapshot| -> Result<_, RunError> {
                let MergeResult {
                    mut change,
                    selection,
                    deleted_by_absence,
                } = merge_input.merge(snapshot)?;
                discarded = selection.discarded;
                deleted = deleted_by_absence;
                let row = |input| self.row(input, &discarded);
                change.inputs = new.iter().map(row).collect();
                change.full_snapshots = full.applied_snapshots(snapshot.version + 1);
                Ok(change)
            },
        );
        let rows_version = match committed {
            Ok(CommitOutcome::Committed(versions)) => {
                self.versions.inputs = versions.inputs.or(self.versions.inputs);
                versions.rows
            }
            Ok(CommitOutcome::AlreadyCommitted { .. }) => return Ok(None),
            Err(error) => {
                let Some(version) = error.rows_version() else {
                    return Err(error);
                };
                self.failure = Some(error);
                version
            }
        };
        self.versions.supplier_purchases = Some(rows_version);
        self.deleted_by_absence = deleted;
        Ok(Some(discarded))
    }

    fn commit_rejects(
        &mut self,
        new: &[PendingSupplierInput],
        known: &CommittedDigests,
    ) -> Result<bool, RunError> {
        let uncommitted: Vec<&PendingSupplierInput> = new
            .iter()
            .filter(|input| !known.rejects.contains(&digest_of(input)))
            .collect();
        if uncommitted.is_empty() {
            return Ok(true);
        }
        let staged = self.stage_rejects(&uncommitted)?;
        let digests: Vec<Digest> = uncommitted.iter().map(|input| digest_of(input)).collect();
        let outcome = self.run.lake.commit_rejects(
            self.run_id(),
            SupplierPurchases::NAME,
            &digests,
            &staged,
        )?;
        match outcome {
            CommitOutcome::Committed(version) => {
                self.versions.rejects = Some(version);
                Ok(true)
            }
            CommitOutcome::AlreadyCommitted { .. } => {
                staged.discard(self.run.lake)?;
                Ok(false)
            }
        }
    }

    fn stage_rejects(&self, inputs: &[&PendingSupplierInput]) -> Result<StagedFiles, RunError> {
        let options = WriterOptions::new(self.run_id());
        let mut writer = PartitionWriter::new(self.run.lake, &rejects_spec(), options)?;
        for rejects in inputs.iter().flat_map(|input| &input.rejects) {
            let kind = PartitionValue::text(SupplierPurchases::NAME)?;
            writer.append(kind, self.run.buffered_rejects.get(*rejects)?)?;
        }
        let staged = writer.finish()?;
        let rejected: u64 = inputs
            .iter()
            .map(|input| input.counters.counts.rejected)
            .sum();
        if staged.rows != rejected {
            let path = inputs.first().map(|input| input.path.clone());
            staged.discard(self.run.lake)?;
            return Err(RunError::Unbalanced {
                path: path.unwrap_or_default(),
                counts: inputs
                    .first()
                    .map(|input| input.counters.counts)
                    .unwrap_or_default(),
            });
        }
        Ok(staged)
    }

    /// The row of an input in `inputs`; `discarded` are its versions that are not written.
    fn row(
        &self,
        input: &PendingSupplierInput,
        discarded: &BTreeMap<usize, Discarded>,
    ) -> InputRow {
        let mut counters = input.counters.clone();
        let Discarded {
            duplicate,
            superseded,
        } = discarded.get(&input.index).copied().unwrap_or_default();
        counters.record_discarded(duplicate, superseded);
        let now = self.run.options.now_micros;
        input_row(
            &input.path,
            input.digest,
            &input.totals,
            &counters,
            false,
            now,
        )
    }

    fn run_id(&self) -> &str {
        &self.run.options.run.run_id
    }
}

fn digest_of(input: &PendingSupplierInput) -> Digest {
    input.digest
}

/// An input that was ingested before; this run wrote nothing of it.
fn already_ingested(mut input: PendingSupplierInput) -> CommittedInput {
    input.counters = input.counters.for_known_input();
    CommittedInput {
        input,
        outcome: InputOutcome::AlreadyIngested,
    }
}

/// An input refused with the full snapshot that it is part of.
fn refused(mut input: PendingSupplierInput, refusal: &Refusal) -> CommittedInput {
    input.counters = InputCounters {
        refusal: Some(refusal.clone()),
        ..InputCounters::default()
    };
    CommittedInput {
        input,
        outcome: InputOutcome::Refused,
    }
}

/// Splits inputs into those already in the lake or copies of an earlier input, and new ones.
fn split_known(
    inputs: Vec<PendingSupplierInput>,
    known: &CommittedDigests,
) -> (Vec<PendingSupplierInput>, Vec<PendingSupplierInput>) {
    let mut seen = HashSet::new();
    inputs.into_iter().partition(|input| {
        let digest = digest_of(input);
        known.rows.contains(&digest) || !seen.insert(digest)
    })
}
