//! Inputs whose fate is decided, on their way into the lake.

use std::collections::HashSet;

use arrow::array::RecordBatch;
use chrono::NaiveDate;

use super::Purchases;
use super::table::purchases_spec;
use crate::ingest::error::RunError;
use crate::ingest::input_row::{clamp, input_row};
use crate::ingest::kind::Kind;
use crate::ingest::tally::InputTally;
use crate::lake::{
    Batch, CommitOutcome, Digest, InputRow, Known, Lake, PartitionValue, PartitionWriter,
    StagedFiles, WriterOptions, rejects_spec,
};
use crate::purchase::columns::DayRows;
use crate::source::Totals;
use crate::summary::{Counts, Outcome, TableVersions};

/// The rows and rejects of one piece, numbered within their input.
#[derive(Clone, Debug)]
pub(super) struct Taken {
    pub(super) days: Vec<DayRows>,
    pub(super) rejects: Option<RecordBatch>,
}

impl Taken {
    fn bytes(&self) -> usize {
        // The days are slices of the same arrays.
        let rows = self
            .days
            .iter()
            .map(|day| day.batch.get_array_memory_size())
            .max();
        rows.unwrap_or(0)
            + self
                .rejects
                .as_ref()
                .map_or(0, RecordBatch::get_array_memory_size)
    }
}

/// Rejects are few: gathering them as long as rows would only hold memory.
const REJECT_SEGMENT_BYTES: usize = 4 << 20;

/// Data files in the making: of one large input, or of a group of small ones.
pub(super) struct OwnFiles {
    rows: PartitionWriter,
    rejects: PartitionWriter,
}

impl OwnFiles {
    pub(super) fn create(
        lake: &Lake,
        run_id: &str,
        max_partitions: usize,
    ) -> Result<Self, RunError> {
        let options = WriterOptions {
            max_partitions,
            ..WriterOptions::new(run_id)
        };
        let few = WriterOptions {
            segment_bytes: REJECT_SEGMENT_BYTES,
            ..options.clone()
        };
        Ok(Self {
            rows: PartitionWriter::new(lake, &purchases_spec(), options)?,
            rejects: PartitionWriter::new(lake, &rejects_spec(), few)?,
        })
    }

    pub(super) fn append(&mut self, taken: Taken) -> Result<(), RunError> {
        self.append_rows(taken.days)?;
        self.append_rejects(taken.rejects)
    }

    fn append_rows(&mut self, days: Vec<DayRows>) -> Result<(), RunError> {
        for DayRows { day, batch } in days.into_iter().filter(|day| day.batch.num_rows() > 0) {
            // Times are checked to lie from 1970 to 2261.
            let date = NaiveDate::from_epoch_days(day).unwrap_or_default();
            self.rows.append(PartitionValue::date(date)?, batch)?;
        }
        Ok(())
    }

    fn append_rejects(&mut self, rejects: Option<RecordBatch>) -> Result<(), RunError> {
        if let Some(rejects) = rejects {
            self.rejects
                .append(PartitionValue::text(Purchases::NAME)?, rejects)?;
        }
        Ok(())
    }

    pub(super) fn discard(self) -> Result<(), RunError> {
        self.rows.discard()?;
        Ok(self.rejects.discard()?)
    }
}

/// An input that has been read to its end and is not refused.
#[derive(Clone, Debug)]
pub(super) struct Waiting {
    /// Position among the inputs of the run.
    pub(super) index: usize,
    pub(super) path: String,
    pub(super) totals: Totals,
    pub(super) tally: InputTally,
    /// Its rows, when they are few enough to wait in memory.
    pub(super) taken: Option<Taken>,
}

impl Waiting {
    fn digest(&self) -> Digest {
        Digest::new(*self.totals.digest.as_bytes())
    }

    fn row(&self, with_rejects: bool, now_micros: i64) -> InputRow {
        input_row(
            &self.path,
            self.digest(),
            &self.totals,
            &self.tally,
            with_rejects,
            now_micros,
        )
    }
}

/// Most inputs that share one commit: a commit costs milliseconds however many inputs it names,
/// and what waits for it is lost when the machine is.
const MOST_WAITING: usize = 1_000;

/// Most memory of rows that wait.
const MOST_WAITING_BYTES: usize = 32 << 20;

/// Where small inputs wait for a commit together, and where every commit is made.
pub(super) struct WaitingRoom<'a> {
    lake: &'a Lake,
    run_id: &'a str,
    max_partitions: usize,
    waiting: Vec<Waiting>,
    bytes: usize,
    days: HashSet<i32>,
    /// Versions of the latest commits.
    pub(super) versions: TableVersions,
}

impl<'a> WaitingRoom<'a> {
    pub(super) fn new(lake: &'a Lake, run_id: &'a str, max_partitions: usize) -> Self {
        Self {
            lake,
            run_id,
            max_partitions,
            waiting: Vec::new(),
            bytes: 0,
            days: HashSet::new(),
            versions: TableVersions::default(),
        }
    }

    /// Whether what waits has to be committed before this input may come in.
    pub(super) fn is_full_for(&self, next: &Waiting) -> bool {
        self.waiting.len() >= MOST_WAITING
            || self.bytes >= MOST_WAITING_BYTES
            || self.days.union(&next.tally.days).count() > self.max_partitions
    }

    /// Takes an input in.
    pub(super) fn admit(&mut self, waiting: Waiting) {
        self.bytes += waiting.taken.as_ref().map_or(0, Taken::bytes);
        self.days.extend(&waiting.tally.days);
        self.waiting.push(waiting);
    }

    fn known(&self, waiting: &[Waiting]) -> Result<Known, RunError> {
        let digests: Vec<Digest> = waiting.iter().map(Waiting::digest).collect();
        Ok(self
            .lake
            .known(purchases_spec().name, Purchases::NAME, &digests)?)
    }

    /// Commits all that wait; returns how each ended.
    pub(super) fn commit_all(
        &mut self,
        now_micros: i64,
    ) -> Result<Vec<(Waiting, Outcome)>, RunError> {
        let mut left = std::mem::take(&mut self.waiting);
        self.bytes = 0;
        self.days.clear();
        let mut settled = Vec::new();
        // A round that another process wins leaves fewer inputs for the next.
        while !left.is_empty() {
            let known = self.known(&left)?;
            let (old, new) = split_known(left, &known);
            self.heal(&old, &known, now_micros)?;
            settled.extend(
                old.into_iter()
                    .map(|waiting| (waiting, Outcome::AlreadyIngested)),
            );
            if new.is_empty() {
                break;
            }
            if self.commit_group(&new, &known, now_micros)? {
                settled.extend(new.into_iter().map(|waiting| (waiting, Outcome::Ingested)));
                break;
            }
            left = new;
        }
        Ok(settled)
    }

    /// Writes and commits a group; `false` when another process was quicker with some of it.
    fn commit_group(
        &mut self,
        group: &[Waiting],
        known: &Known,
        now_micros: i64,
    ) -> Result<bool, RunError> {
        let mut files = OwnFiles::create(self.lake, self.run_id, self.max_partitions)?;
        let mut rows = Vec::new();
        for waiting in group {
            let with_rejects = !known.rejects.contains(&waiting.digest());
            rows.push(waiting.row(with_rejects, now_micros));
            if let Some(Taken { days, rejects }) = waiting.taken.clone() {
                files.append_rows(days)?;
                files.append_rejects(rejects.filter(|_| with_rejects))?;
            }
        }
        self.commit(files, rows)
    }

    /// Commits an input with data files of its own; `None` when it has to be read again.
    pub(super) fn commit_own(
        &mut self,
        files: OwnFiles,
        waiting: &Waiting,
        now_micros: i64,
    ) -> Result<Option<Outcome>, RunError> {
        let known = self.known(std::slice::from_ref(waiting))?;
        let digest = waiting.digest();
        if known.rows.contains(&digest) {
            files.discard()?;
            self.heal(std::slice::from_ref(waiting), &known, now_micros)?;
            return Ok(Some(Outcome::AlreadyIngested));
        }
        let with_rejects = !known.rejects.contains(&digest);
        let rows = vec![waiting.row(with_rejects, now_micros)];
        let OwnFiles {
            rows: data,
            rejects,
        } = files;
        let files = if with_rejects {
            OwnFiles {
                rows: data,
                rejects,
            }
        } else {
            // An earlier run was stopped after it had committed the same rejects.
            rejects.discard()?;
            let none =
                PartitionWriter::new(self.lake, &rejects_spec(), WriterOptions::new(self.run_id))?;
            OwnFiles {
                rows: data,
                rejects: none,
            }
        };
        Ok(self.commit(files, rows)?.then_some(Outcome::Ingested))
    }

    fn commit(&mut self, files: OwnFiles, inputs: Vec<InputRow>) -> Result<bool, RunError> {
        let rows: StagedFiles = files.rows.finish()?;
        let rejects: StagedFiles = files.rejects.finish()?;
        let accepted: i64 = inputs.iter().map(|input| input.counts.accepted).sum();
        let kept: i64 = inputs
            .iter()
            .filter(|input| input.with_rejects)
            .map(|input| input.counts.rejected)
            .sum();
        // The ledger against what the files themselves say they hold.
        if clamp(rows.rows) != accepted || clamp(rejects.rows) != kept {
            let path = inputs
                .first()
                .map(|input| input.path.clone())
                .unwrap_or_default();
            let counts = Counts {
                accepted: rows.rows,
                rejected: rejects.rows,
                ..Counts::default()
            };
            rows.discard(self.lake)?;
            rejects.discard(self.lake)?;
            return Err(RunError::Unbalanced { path, counts });
        }
        let spec = purchases_spec();
        let batch = Batch {
            run_id: self.run_id,
            record_kind: Purchases::NAME,
            rows_table: &spec,
            inputs,
            rows,
            rejects,
        };
        match self
            .lake
            .commit_batch(batch, &mut |step| tracing::debug!(%step, "commit"))?
        {
            CommitOutcome::Committed {
                rows_version,
                rejects_version,
                inputs_version,
            } => {
                self.versions.purchases = Some(rows_version);
                self.versions.rejects = rejects_version.or(self.versions.rejects);
                self.versions.inputs = inputs_version.or(self.versions.inputs);
                Ok(true)
            }
            CommitOutcome::Raced { .. } => Ok(false),
        }
    }

    /// Adds the `inputs` rows that a run stopped at its very end has left out.
    fn heal(&mut self, known_inputs: &[Waiting], known: &Known, now: i64) -> Result<(), RunError> {
        let missing: Vec<InputRow> = known_inputs
            .iter()
            .filter(|waiting| {
                known.rows.contains(&waiting.digest()) && !known.inputs.contains(&waiting.digest())
            })
            .map(|waiting| waiting.row(false, now))
            .collect();
        if !missing.is_empty() {
            let version = self
                .lake
                .commit_inputs_only(self.run_id, Purchases::NAME, &missing)?;
            self.versions.inputs = version.or(self.versions.inputs);
        }
        Ok(())
    }
}

/// Splits off what the lake knows, and later copies of the same content within the group.
fn split_known(waiting: Vec<Waiting>, known: &Known) -> (Vec<Waiting>, Vec<Waiting>) {
    let mut seen = HashSet::new();
    waiting.into_iter().partition(|waiting| {
        known.rows.contains(&waiting.digest()) || !seen.insert(waiting.digest())
    })
}
