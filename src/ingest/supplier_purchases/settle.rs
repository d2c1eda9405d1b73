//! The end of a run: what was read is folded, merged with the table and committed. When another
//! process was quicker with some of it, the rest is worked out again.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use super::SupplierPurchases;
use super::collector::{Collector, ReadInput};
use super::dump::note_dumps;
use super::fold::{Absence, Candidate, Passed, arrange, fold};
use super::merge::{Arrivals, Merged};
use super::snapshot::FullSnapshot;
use super::table::supplier_purchases_spec;
use crate::ingest::error::RunError;
use crate::ingest::input_row::{input_row, recounted};
use crate::ingest::kind::Kind;
use crate::ingest::options::{Ingested, Stopped};
use crate::ingest::tally::InputTally;
use crate::input::Refusal;
use crate::lake::{
    ChangeOutcome, CommitOutcome, CommittedDigests, Digest, InputRow, PartitionValue,
    PartitionWriter, RecoveredInputs, StagedFiles, WriterOptions, rejects_spec,
};
use crate::run_report::{Outcome, TableVersions};

/// Commits what was read, and reports.
pub(super) fn settle(mut run: Collector<'_>) -> Result<Ingested, Stopped> {
    let mut read = std::mem::take(&mut run.read);
    let is_whole = note_dumps(&run.pages, &run.unread, &mut run.tally, &mut run.reports);
    run.pages = Vec::new();
    let snapshot = FullSnapshot::of(&mut run, &read, is_whole);
    let candidates = gather(&mut read);
    let mut settling = Settling {
        run: &run,
        snapshot,
        candidates,
        versions: TableVersions::default(),
        deleted_by_absence: 0,
        was_applied: false,
        notes: Vec::new(),
        failure: None,
    };
    let ended = match settling.commit_all(read) {
        Ok(ended) => ended,
        Err(error) => {
            settling.failure = Some(error);
            Vec::new()
        }
    };
    let Settling {
        versions,
        deleted_by_absence,
        was_applied,
        notes,
        failure,
        ..
    } = settling;
    run.tally.notes.extend(notes);
    for Ended { input, outcome } in ended {
        run.tally.add(&input.tally);
        run.reports
            .note(input.index, outcome, Some(&input.totals), &input.tally);
    }
    if was_applied {
        run.tally.notes.push(
            "the same inputs were applied as a full snapshot before: nothing was deleted by them now"
                .to_owned(),
        );
    }
    if deleted_by_absence > 0 {
        run.tally.notes.push(format!(
            "{deleted_by_absence} purchases that the full snapshot lacks are now marked deleted"
        ));
    }
    let ingested = Ingested {
        tally: run.tally,
        inputs: run.reports.finish(),
        versions,
    };
    match failure {
        None => Ok(ingested),
        Some(error) => Err(Stopped::after(error, ingested)),
    }
}

/// The versions of all inputs, arranged.
fn gather(inputs: &mut [ReadInput]) -> Vec<Candidate> {
    let mut candidates: Vec<Candidate> = Vec::new();
    for input in inputs {
        if candidates.is_empty() {
            candidates = std::mem::take(&mut input.candidates);
        } else {
            candidates.append(&mut input.candidates);
        }
    }
    arrange(&mut candidates);
    candidates
}

/// An input and how it ended.
struct Ended {
    input: ReadInput,
    outcome: Outcome,
}

struct Settling<'r, 'a> {
    run: &'r Collector<'a>,
    snapshot: FullSnapshot,
    /// Those of the inputs that take part, arranged.
    candidates: Vec<Candidate>,
    versions: TableVersions,
    deleted_by_absence: u64,
    /// The same inputs were a full snapshot before.
    was_applied: bool,
    /// What about the run somebody should know.
    notes: Vec<String>,
    /// Why the run has no result, although its rows may be committed.
    failure: Option<RunError>,
}

impl Settling<'_, '_> {
    fn commit_all(&mut self, read: Vec<ReadInput>) -> Result<Vec<Ended>, RunError> {
        let (mut left, mut ended) = (read, Vec::new());
        // A round that another process wins leaves fewer inputs for the next.
        loop {
            let known = self.known(&left)?;
            let is_applied = self
                .snapshot
                .digest
                .is_some_and(|d| known.rows.contains(&d));
            if is_applied {
                if let Some(refusal) = self.snapshot.refusal(self.run.lake)? {
                    return Ok(left.into_iter().map(|one| refused(one, &refusal)).collect());
                }
                self.snapshot = FullSnapshot::default();
                self.was_applied = true;
            }
            let (old, mut new) = split_known(left, &known);
            self.recover(&old, &known)?;
            if new.is_empty() && self.snapshot.digest.is_none() {
                ended.extend(old.into_iter().map(already_ingested));
                return Ok(ended);
            }
            // A full snapshot speaks of all it holds, known or not.
            let present: &[ReadInput] = if self.snapshot.digest.is_some() {
                &old
            } else {
                &[]
            };
            if let Some(passed) = self.commit(&new, present, &known)? {
                for input in &mut new {
                    let passed = passed.get(&input.index).copied().unwrap_or_default();
                    input.tally.pass(passed.duplicate, passed.superseded);
                }
                ended.extend(old.into_iter().map(already_ingested));
                ended.extend(new.into_iter().map(|input| Ended {
                    input,
                    outcome: Outcome::Ingested,
                }));
                return Ok(ended);
            }
            left = old;
            left.extend(new);
            left.sort_by_key(|input| input.index);
        }
    }

    fn known(&self, inputs: &[ReadInput]) -> Result<CommittedDigests, RunError> {
        let mut digests: Vec<Digest> = inputs.iter().map(digest_of).collect();
        digests.extend(self.snapshot.digest);
        let table = supplier_purchases_spec().name;
        Ok(self
            .run
            .lake
            .committed_digests(table, SupplierPurchases::NAME, &digests)?)
    }

    /// Commits rejects and rows; nothing when another process was quicker with some of them.
    fn commit(
        &mut self,
        new: &[ReadInput],
        present: &[ReadInput],
        known: &CommittedDigests,
    ) -> Result<Option<BTreeMap<usize, Passed>>, RunError> {
        if !self.commit_rejects(new, known)? {
            return Ok(None);
        }
        let taking_part: HashSet<usize> = new.iter().chain(present).map(|i| i.index).collect();
        // An input that is known is known for good.
        self.candidates
            .retain(|candidate| taking_part.contains(&candidate.input));
        let (lake, run_id) = (self.run.lake, self.run.options.run.run_id.as_str());
        let full = &self.snapshot;
        let arrivals = Arrivals {
            lake,
            run_id,
            max_partitions: self.run.options.max_partitions,
            incoming: &self.run.incoming,
            candidates: &self.candidates,
            complete: &full.companies,
        };
        let mut passed = BTreeMap::new();
        let mut deleted = 0;
        let mut digests: Vec<Digest> = new.iter().map(digest_of).collect();
        digests.extend(full.digest);
        let committed = lake.commit_change(
            &supplier_purchases_spec(),
            run_id,
            SupplierPurchases::NAME,
            &digests,
            &mut |snapshot| -> Result<_, RunError> {
                let Merged {
                    mut change,
                    folded,
                    deleted_by_absence,
                } = arrivals.merge(snapshot)?;
                passed = folded.passed;
                deleted = deleted_by_absence;
                change.inputs = new.iter().map(|input| self.row(input, &passed)).collect();
                change.full_snapshots = full.marks(snapshot.version + 1);
                Ok(change)
            },
        );
        let rows_version = match committed {
            Ok(CommitOutcome::Committed {
                rows_version,
                inputs_version,
                ..
            }) => {
                self.versions.inputs = inputs_version.or(self.versions.inputs);
                rows_version
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
        Ok(Some(passed))
    }

    fn commit_rejects(
        &mut self,
        new: &[ReadInput],
        known: &CommittedDigests,
    ) -> Result<bool, RunError> {
        let due: Vec<&ReadInput> = new
            .iter()
            .filter(|input| !known.rejects.contains(&digest_of(input)))
            .collect();
        if due.is_empty() {
            return Ok(true);
        }
        let staged = self.stage_rejects(&due)?;
        let digests: Vec<Digest> = due.iter().map(|input| digest_of(input)).collect();
        let outcome = self.run.lake.commit_rejects(
            self.run_id(),
            SupplierPurchases::NAME,
            &digests,
            &staged,
        )?;
        match outcome {
            ChangeOutcome::Committed { version } => {
                self.versions.rejects = Some(version);
                Ok(true)
            }
            ChangeOutcome::AlreadyCommitted { .. } => {
                staged.discard(self.run.lake)?;
                Ok(false)
            }
        }
    }

    fn stage_rejects(&self, inputs: &[&ReadInput]) -> Result<StagedFiles, RunError> {
        let options = WriterOptions::new(self.run_id());
        let mut writer = PartitionWriter::new(self.run.lake, &rejects_spec(), options)?;
        for rejects in inputs.iter().flat_map(|input| &input.rejects) {
            let kind = PartitionValue::text(SupplierPurchases::NAME)?;
            writer.append(kind, self.run.held_rejects.get(*rejects)?)?;
        }
        let staged = writer.finish()?;
        let rejected: u64 = inputs.iter().map(|input| input.tally.counts.rejected).sum();
        if staged.rows != rejected {
            let path = inputs.first().map(|input| input.path.clone());
            staged.discard(self.run.lake)?;
            return Err(RunError::Unbalanced {
                path: path.unwrap_or_default(),
                counts: inputs
                    .first()
                    .map(|input| input.tally.counts)
                    .unwrap_or_default(),
            });
        }
        Ok(staged)
    }

    /// Lists the inputs that a run stopped at its very end has committed and not listed.
    fn recover(&mut self, met: &[ReadInput], known: &CommittedDigests) -> Result<(), RunError> {
        let unlisted: BTreeSet<Digest> = met
            .iter()
            .map(digest_of)
            .filter(|digest| known.rows.contains(digest) && !known.inputs.contains(digest))
            .collect();
        if unlisted.is_empty() {
            return Ok(());
        }
        let (lake, run_id, kind) = (self.run.lake, self.run_id(), SupplierPurchases::NAME);
        let digests: Vec<Digest> = unlisted.into_iter().collect();
        let RecoveredInputs {
            inputs_version,
            lost,
        } = lake.recover_inputs(run_id, &supplier_purchases_spec(), kind, &digests)?;
        let mut version = inputs_version;
        let rows: Vec<InputRow> = lost
            .iter()
            .filter_map(|lost| self.recount(met, lost))
            .collect();
        if !rows.is_empty() {
            version = lake.commit_inputs_only(run_id, kind, &rows)?.or(version);
            self.notes
                .extend(rows.iter().map(|row| recounted(&row.path)));
        }
        self.versions.inputs = version.or(self.versions.inputs);
        Ok(())
    }

    /// The row of an input as if it had come alone, and into an empty table: which of its versions
    /// stood when it came, nobody can tell any more.
    fn recount(&self, met: &[ReadInput], digest: &Digest) -> Option<InputRow> {
        let input = met.iter().find(|input| input.digest == *digest)?;
        let of_input = |candidate: &&Candidate| candidate.input == input.index;
        let alone: Vec<Candidate> = self.candidates.iter().filter(of_input).cloned().collect();
        let folded = fold(&alone, Absence::MeansNothing, &|_start| None);
        Some(self.row(input, &folded.passed))
    }

    /// The row of an input, of whose versions some are not written.
    fn row(&self, input: &ReadInput, passed: &BTreeMap<usize, Passed>) -> InputRow {
        let mut tally = input.tally.clone();
        let Passed {
            duplicate,
            superseded,
        } = passed.get(&input.index).copied().unwrap_or_default();
        tally.pass(duplicate, superseded);
        let now = self.run.options.now_micros;
        input_row(&input.path, input.digest, &input.totals, &tally, false, now)
    }

    fn run_id(&self) -> &str {
        &self.run.options.run.run_id
    }
}

fn digest_of(input: &ReadInput) -> Digest {
    input.digest
}

/// Nothing of this run came from it.
fn already_ingested(mut input: ReadInput) -> Ended {
    input.tally = input.tally.of_known();
    Ended {
        input,
        outcome: Outcome::AlreadyIngested,
    }
}

/// Nothing of this run comes from it, since the snapshot that it is part of is refused.
fn refused(mut input: ReadInput, refusal: &Refusal) -> Ended {
    input.tally = InputTally {
        refusal: Some(refusal.clone()),
        ..InputTally::default()
    };
    Ended {
        input,
        outcome: Outcome::Refused,
    }
}

/// Splits off what the lake knows, and later copies of the same content within the run.
fn split_known(
    inputs: Vec<ReadInput>,
    known: &CommittedDigests,
) -> (Vec<ReadInput>, Vec<ReadInput>) {
    let mut seen = HashSet::new();
    inputs.into_iter().partition(|input| {
        let digest = digest_of(input);
        known.rows.contains(&digest) || !seen.insert(digest)
    })
}
