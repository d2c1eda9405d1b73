//! Buffers complete inputs and commits them to the lake.

use std::collections::{BTreeMap, HashSet};

use super::Purchases;
use super::output_writers::{BatchAccumulator, ChunkBatches, OutputWriters};
use super::pending_input::PendingInput;
use super::recount::recount;
use super::table::purchases_spec;
use crate::ingest::error::RunError;
use crate::ingest::input_row::{recounted_note, to_i64};
use crate::ingest::record_kind::RecordKind;
use crate::lake::{
    CommitBatch, CommitOutcome, CommittedDigests, Digest, InputRow, Lake, PartitionWriter,
    RecoveredInputs, StagedFiles, WriterOptions, rejects_spec,
};
use crate::run_report::{InputOutcome, RecordCounts, TableVersions};

/// Maximum number of inputs in one commit: a commit takes tens of milliseconds for any number of
/// inputs, and so does every later read of its log entry.
const MAX_INPUTS: usize = 10_000;

/// Maximum number of records in one commit: some seconds of work, which is lost if the machine
/// stops before the commit.
const MAX_RECORDS: u64 = 1_000_000;

/// Maximum memory of rows that are not yet written to data files.
const MAX_UNSTAGED_BYTES: usize = 16 << 20;

/// Collects small inputs for a shared commit, and makes all commits.
///
/// Rows are written to shared data files while further inputs are read. If the lake turns out to
/// contain one of the staged inputs already, the files are discarded and the remaining inputs are
/// read again.
pub(super) struct CommitBuffer<'a> {
    lake: &'a Lake,
    run_id: &'a str,
    max_partitions: usize,
    /// Inputs whose rows are in memory.
    unstaged: Vec<PendingInput>,
    unstaged_bytes: usize,
    /// Inputs whose rows are in the shared data files.
    staged: Vec<PendingInput>,
    digests: HashSet<Digest>,
    writers: Option<OutputWriters>,
    records: u64,
    days: HashSet<i32>,
    /// Whether inputs are looked up in the lake before their rows are written: at the start, and as
    /// long as some of them are found there.
    checks_known: bool,
    /// Inputs of which an earlier run committed the rejects and not the rows.
    committed_rejects: HashSet<Digest>,
    /// Versions of the latest commits.
    pub(super) versions: TableVersions,
    /// Remarks on the run.
    pub(super) notes: Vec<String>,
    /// A failure after the rows of the latest commit were committed.
    pub(super) failure: Option<RunError>,
}

/// Outcomes of inputs.
#[derive(Default)]
pub(super) struct CommitResult {
    pub(super) finished: Vec<(PendingInput, InputOutcome)>,
    /// Positions of the inputs to be read again.
    pub(super) retry: Vec<usize>,
}

impl<'a> CommitBuffer<'a> {
    pub(super) fn new(lake: &'a Lake, run_id: &'a str, max_partitions: usize) -> Self {
        Self {
            lake,
            run_id,
            max_partitions,
            unstaged: Vec::new(),
            unstaged_bytes: 0,
            staged: Vec::new(),
            digests: HashSet::new(),
            writers: None,
            records: 0,
            days: HashSet::new(),
            checks_known: true,
            committed_rejects: HashSet::new(),
            versions: TableVersions::default(),
            notes: Vec::new(),
            failure: None,
        }
    }

    /// Whether the buffer has to be committed before this input can be added.
    pub(super) fn is_full_for(&self, next: &PendingInput) -> bool {
        self.unstaged.len() + self.staged.len() >= MAX_INPUTS
            || self.records >= MAX_RECORDS
            || self.days.union(&next.counters.days).count() > self.max_partitions
    }

    /// Adds an input.
    pub(super) fn push(
        &mut self,
        pending: PendingInput,
        now_micros: i64,
    ) -> Result<CommitResult, RunError> {
        self.unstaged_bytes += pending.batches.as_ref().map_or(0, ChunkBatches::bytes);
        self.records += pending.counters.counts.read;
        self.days.extend(&pending.counters.days);
        self.unstaged.push(pending);
        if self.unstaged_bytes < MAX_UNSTAGED_BYTES {
            return Ok(CommitResult::default());
        }
        self.stage(now_micros)
    }

    /// Writes all rows in memory to data files.
    pub(super) fn flush(&mut self, now_micros: i64) -> Result<CommitResult, RunError> {
        let result = self.stage(now_micros)?;
        if let Some(writers) = &mut self.writers {
            writers.flush()?;
        }
        Ok(result)
    }

    /// Writes the rows of the unstaged inputs to the shared data files.
    fn stage(&mut self, now_micros: i64) -> Result<CommitResult, RunError> {
        self.unstaged_bytes = 0;
        let mut result = CommitResult::default();
        let unstaged = std::mem::take(&mut self.unstaged);
        if unstaged.is_empty() {
            return Ok(result);
        }
        let known = if self.checks_known {
            self.find_committed(&unstaged)?
        } else {
            CommittedDigests::default()
        };
        self.checks_known = !known.rows.is_empty() || !known.rejects.is_empty();
        self.committed_rejects.extend(&known.rejects);
        let (old, new): (Vec<PendingInput>, Vec<PendingInput>) =
            unstaged.into_iter().partition(|pending| {
                let digest = pending.digest();
                // Includes a later copy of the same content.
                known.rows.contains(&digest) || !self.digests.insert(digest)
            });
        self.recover(&old, &known, now_micros)?;
        result.add_already_ingested(old);
        let mut accumulator = BatchAccumulator::default();
        for mut pending in new {
            if let Some(ChunkBatches { days, rejects }) = pending.batches.take() {
                let with_rejects = self.with_rejects(&pending);
                accumulator.add(days, rejects.filter(|_| with_rejects));
            }
            self.staged.push(pending);
        }
        accumulator.write(self.staged_writers()?)?;
        Ok(result)
    }

    fn staged_writers(&mut self) -> Result<&mut OutputWriters, RunError> {
        let writers = match self.writers.take() {
            Some(writers) => writers,
            None => OutputWriters::create(self.lake, self.run_id, self.max_partitions)?,
        };
        Ok(self.writers.insert(writers))
    }

    fn with_rejects(&self, pending: &PendingInput) -> bool {
        !self.committed_rejects.contains(&pending.digest())
    }

    fn find_committed(&self, pending: &[PendingInput]) -> Result<CommittedDigests, RunError> {
        let digests: Vec<Digest> = pending.iter().map(PendingInput::digest).collect();
        Ok(self
            .lake
            .committed_digests(purchases_spec().name, Purchases::NAME, &digests)?)
    }

    /// Commits all inputs in the buffer.
    pub(super) fn commit_all(&mut self, now_micros: i64) -> Result<CommitResult, RunError> {
        let mut result = self.stage(now_micros)?;
        let staged = std::mem::take(&mut self.staged);
        self.digests.clear();
        self.days.clear();
        self.records = 0;
        if staged.is_empty() {
            return Ok(result);
        }
        self.staged_writers()?;
        let Some(writers) = self.writers.take() else {
            return Ok(result);
        };
        let known = self.find_committed(&staged)?;
        let changed_in_lake = |pending: &PendingInput| {
            let digest = pending.digest();
            let rejects_appeared = known.rejects.contains(&digest) && self.with_rejects(pending);
            known.rows.contains(&digest) || rejects_appeared
        };
        if staged.iter().any(changed_in_lake) {
            writers.discard()?;
        } else {
            let row = |pending: &PendingInput| pending.row(self.with_rejects(pending), now_micros);
            let rows = staged.iter().map(row).collect();
            if self.commit(writers, rows)? {
                let finished = staged.into_iter();
                let finished = finished.map(|pending| (pending, InputOutcome::Ingested));
                result.finished.extend(finished);
                return Ok(result);
            }
        }
        // Another process committed some of them meanwhile, or an earlier run was interrupted.
        self.checks_known = true;
        self.committed_rejects.extend(&known.rejects);
        let (old, retry): (Vec<PendingInput>, Vec<PendingInput>) = staged
            .into_iter()
            .partition(|pending| known.rows.contains(&pending.digest()));
        self.recover(&old, &known, now_micros)?;
        result.add_already_ingested(old);
        result.retry = retry.iter().map(|pending| pending.index).collect();
        Ok(result)
    }

    /// Commits an input with its own data files; `None` when it has to be read again.
    pub(super) fn commit_large_input(
        &mut self,
        writers: OutputWriters,
        pending: &PendingInput,
        now_micros: i64,
    ) -> Result<Option<InputOutcome>, RunError> {
        let known = self.find_committed(std::slice::from_ref(pending))?;
        let digest = pending.digest();
        if known.rows.contains(&digest) {
            writers.discard()?;
            self.recover(std::slice::from_ref(pending), &known, now_micros)?;
            return Ok(Some(InputOutcome::AlreadyIngested));
        }
        let with_rejects = !known.rejects.contains(&digest);
        let rows = vec![pending.row(with_rejects, now_micros)];
        let OutputWriters {
            rows: data,
            rejects,
        } = writers;
        let writers = if with_rejects {
            OutputWriters {
                rows: data,
                rejects,
            }
        } else {
            // An earlier run was interrupted after it had committed the same rejects.
            rejects.discard()?;
            let none =
                PartitionWriter::new(self.lake, &rejects_spec(), WriterOptions::new(self.run_id))?;
            OutputWriters {
                rows: data,
                rejects: none,
            }
        };
        Ok(self
            .commit(writers, rows)?
            .then_some(InputOutcome::Ingested))
    }

    fn commit(&mut self, writers: OutputWriters, inputs: Vec<InputRow>) -> Result<bool, RunError> {
        let rows: StagedFiles = writers.rows.finish()?;
        let rejects: StagedFiles = writers.rejects.finish()?;
        let accepted: i64 = inputs.iter().map(|input| input.counts.accepted).sum();
        let kept: i64 = inputs
            .iter()
            .filter(|input| input.with_rejects)
            .map(|input| input.counts.rejected)
            .sum();
        // Compare the counts with the row counts of the files themselves.
        if to_i64(rows.rows) != accepted || to_i64(rejects.rows) != kept {
            let path = inputs
                .first()
                .map(|input| input.path.clone())
                .unwrap_or_default();
            let counts = RecordCounts {
                accepted: rows.rows,
                rejected: rejects.rows,
                ..RecordCounts::default()
            };
            rows.discard(self.lake)?;
            rejects.discard(self.lake)?;
            return Err(RunError::Unbalanced { path, counts });
        }
        let spec = purchases_spec();
        let batch = CommitBatch {
            run_id: self.run_id,
            record_kind: Purchases::NAME,
            rows_table: &spec,
            inputs,
            rows,
            rejects,
        };
        let committed = self
            .lake
            .commit_batch(batch, &mut |step| tracing::debug!(%step, "commit"));
        match committed {
            Ok(CommitOutcome::Committed(versions)) => {
                self.versions.purchases = Some(versions.rows);
                self.versions.rejects = versions.rejects.or(self.versions.rejects);
                self.versions.inputs = versions.inputs.or(self.versions.inputs);
                Ok(true)
            }
            Ok(CommitOutcome::AlreadyCommitted { .. }) => Ok(false),
            Err(error) => match error.rows_version() {
                Some(version) => {
                    self.versions.purchases = Some(version);
                    self.failure = Some(error.into());
                    Ok(true)
                }
                None => Err(error.into()),
            },
        }
    }

    /// Adds the rows in `inputs` that an interrupted run did not write after it committed the
    /// inputs.
    fn recover(
        &mut self,
        inputs: &[PendingInput],
        known: &CommittedDigests,
        now: i64,
    ) -> Result<(), RunError> {
        // Copies of the same content are one input, under the first path.
        let named = inputs
            .iter()
            .rev()
            .map(|pending| (pending.digest(), pending));
        let mut unlisted: BTreeMap<Digest, &PendingInput> = named.collect();
        unlisted.retain(|digest, _| known.rows.contains(digest) && !known.inputs.contains(digest));
        if unlisted.is_empty() {
            return Ok(());
        }
        let digests: Vec<Digest> = unlisted.keys().copied().collect();
        let spec = purchases_spec();
        let RecoveredInputs {
            inputs_version,
            lost,
        } = self
            .lake
            .recover_inputs(self.run_id, &spec, Purchases::NAME, &digests)?;
        self.versions.inputs = inputs_version.or(self.versions.inputs);
        unlisted.retain(|digest, _| lost.contains(digest));
        let rows = recount(self.lake, unlisted.into_values(), now)?;
        self.notes
            .extend(rows.iter().map(|row| recounted_note(&row.path)));
        if !rows.is_empty() {
            let version = self
                .lake
                .commit_inputs_only(self.run_id, Purchases::NAME, &rows)?;
            self.versions.inputs = version.or(self.versions.inputs);
        }
        Ok(())
    }
}

impl CommitResult {
    fn add_already_ingested(&mut self, old: Vec<PendingInput>) {
        let known = |pending| (pending, InputOutcome::AlreadyIngested);
        self.finished.extend(old.into_iter().map(known));
    }
}
