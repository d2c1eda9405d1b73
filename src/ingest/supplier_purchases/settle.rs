//! The end of a run: what was read is folded, merged with the table and committed. When another
//! process was quicker with some of it, the rest is worked out again.

use std::collections::{BTreeMap, HashSet};

use super::SupplierPurchases;
use super::collector::{Collector, ReadInput};
use super::dump::check_dumps;
use super::fold::{Candidate, Passed, arrange};
use super::merge::{Arrivals, Merged};
use super::snapshot::FullSnapshot;
use super::table::supplier_purchases_spec;
use crate::ingest::error::RunError;
use crate::ingest::input_row::input_row;
use crate::ingest::kind::Kind;
use crate::ingest::options::Ingested;
use crate::ingest::tally::InputTally;
use crate::lake::{
    ChangeOutcome, Digest, InputRow, Known, PartitionValue, PartitionWriter, StagedFiles,
    WriterOptions, rejects_spec,
};
use crate::source::Refusal;
use crate::summary::{Outcome, TableVersions};

/// Commits what was read, and reports.
pub(super) fn settle(mut run: Collector<'_>) -> Result<Ingested, RunError> {
    let mut read = std::mem::take(&mut run.read);
    let is_whole = note_dumps(&mut run);
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
    };
    let ended = settling.commit_all(read)?;
    let Settling {
        versions,
        deleted_by_absence,
        was_applied,
        ..
    } = settling;
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
    Ok(Ingested {
        tally: run.tally,
        inputs: run.reports.finish(),
        versions,
    })
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

/// Notes missing pages; tells whether the dumps are whole as far as they say.
fn note_dumps(run: &mut Collector<'_>) -> bool {
    let mut is_whole = true;
    for note in check_dumps(&run.pages, &run.unread) {
        is_whole = false;
        *run.tally.warned_by_rule.entry(note.rule).or_default() += 1;
        run.reports.add_note(note.input, note.sentence);
    }
    is_whole
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
            self.heal(&old, &known)?;
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
                self.commit_inputs(&new, &known)?;
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

    fn known(&self, inputs: &[ReadInput]) -> Result<Known, RunError> {
        let mut digests: Vec<Digest> = inputs.iter().map(digest_of).collect();
        digests.extend(self.snapshot.digest);
        let table = supplier_purchases_spec().name;
        Ok(self
            .run
            .lake
            .known(table, SupplierPurchases::NAME, &digests)?)
    }

    /// Commits rejects and rows; nothing when another process was quicker with some of them.
    fn commit(
        &mut self,
        new: &[ReadInput],
        present: &[ReadInput],
        known: &Known,
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
        let outcome = lake.commit_change(
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
                change.snapshots = full.marks(snapshot.version + 1);
                Ok(change)
            },
        )?;
        match outcome {
            ChangeOutcome::Committed { version } => {
                self.versions.supplier_purchases = Some(version);
                self.deleted_by_absence = deleted;
                Ok(Some(passed))
            }
            ChangeOutcome::Raced { .. } => Ok(None),
        }
    }

    fn commit_rejects(&mut self, new: &[ReadInput], known: &Known) -> Result<bool, RunError> {
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
            ChangeOutcome::Raced { .. } => {
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

    fn commit_inputs(&mut self, inputs: &[ReadInput], known: &Known) -> Result<(), RunError> {
        let rows: Vec<InputRow> = inputs
            .iter()
            .map(|input| {
                let with_rejects = !known.rejects.contains(&digest_of(input));
                self.row(input, with_rejects)
            })
            .collect();
        self.add_input_rows(&rows)
    }

    /// Adds the `inputs` rows that a run stopped at its very end has left out.
    fn heal(&mut self, old: &[ReadInput], known: &Known) -> Result<(), RunError> {
        let mut healed = HashSet::new();
        let rows: Vec<InputRow> = old
            .iter()
            .filter(|input| {
                let digest = digest_of(input);
                let is_missing = known.rows.contains(&digest) && !known.inputs.contains(&digest);
                is_missing && healed.insert(digest)
            })
            .map(|input| self.row(input, false))
            .collect();
        self.add_input_rows(&rows)
    }

    fn add_input_rows(&mut self, rows: &[InputRow]) -> Result<(), RunError> {
        if rows.is_empty() {
            return Ok(());
        }
        let version =
            self.run
                .lake
                .commit_inputs_only(self.run_id(), SupplierPurchases::NAME, rows)?;
        self.versions.inputs = version.or(self.versions.inputs);
        Ok(())
    }

    fn row(&self, input: &ReadInput, with_rejects: bool) -> InputRow {
        let now = self.run.options.now_micros;
        input_row(
            &input.path,
            input.digest,
            &input.totals,
            &input.tally,
            with_rejects,
            now,
        )
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
    input.tally = InputTally::default();
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
fn split_known(inputs: Vec<ReadInput>, known: &Known) -> (Vec<ReadInput>, Vec<ReadInput>) {
    let mut seen = HashSet::new();
    inputs.into_iter().partition(|input| {
        let digest = digest_of(input);
        known.rows.contains(&digest) || !seen.insert(digest)
    })
}
