//! Buffers complete inputs and commits them to the lake.

use std::collections::HashSet;

use super::Purchases;
use super::output_writers::{BatchAccumulator, ChunkBatches, OutputWriters, UncommittedRows};
use super::recount::recount;
use crate::ingest::error::RunError;
use crate::ingest::ingest_run::IngestRun;
use crate::ingest::pending_input::{PendingInput, digests, split_known};
use crate::ingest::record_kind::RecordKind;
use crate::lake::{
    CommitBatch, CommitOutcome, CommittedDigests, Digest, InputRow, Lake, LakeError,
    PartitionWriter, WriterOptions, rejects_spec,
};
use crate::run_report::InputOutcome;

/// Maximum number of inputs in one commit: a commit takes tens of milliseconds for any number of
/// inputs, and so does every later read of its log entry.
const MAX_INPUTS: usize = 10_000;

/// Maximum number of records in one commit: some seconds of work, which is lost if the machine
/// stops before the commit.
const MAX_RECORDS: u64 = 1_000_000;

/// Maximum memory of rows that are not yet written to data files.
const MAX_UNSTAGED_BYTES: usize = 16 << 20;

/// An input of customer purchases that is complete and not refused.
pub(super) type PendingPurchases = PendingInput<UncommittedRows>;

/// Collects small inputs for a shared commit, and makes all commits.
///
/// Rows are written to shared data files while further inputs are read. If the lake turns out to
/// contain one of the staged inputs already, the files are discarded and the remaining inputs are
/// read again.
pub(super) struct CommitBuffer<'l> {
    pub(super) lake: &'l Lake,
    /// Inputs whose rows are in memory.
    unstaged: Vec<PendingPurchases>,
    unstaged_bytes: usize,
    shared: SharedCommit,
    /// The inputs looked up last are not in the lake: the next ones are not looked up before their
    /// rows are written.
    expects_new: bool,
    /// Inputs of which an earlier run committed the rejects and not the rows.
    committed_rejects: HashSet<Digest>,
}

/// The inputs of the next shared commit.
#[derive(Default)]
struct SharedCommit {
    /// Inputs whose rows are in the shared data files.
    staged: Vec<PendingPurchases>,
    digests: HashSet<Digest>,
    writers: Option<OutputWriters>,
    /// Records and days of all its inputs, staged or not.
    records: u64,
    days: HashSet<i32>,
}

type PurchasesRun<'a> = IngestRun<'a, Purchases>;

impl<'l> CommitBuffer<'l> {
    /// No input yet.
    pub(super) fn new(lake: &'l Lake) -> Self {
        Self {
            lake,
            unstaged: Vec::new(),
            unstaged_bytes: 0,
            shared: SharedCommit::default(),
            expects_new: false,
            committed_rejects: HashSet::new(),
        }
    }

    /// Whether the buffer has to be committed before this input can be added.
    pub(super) fn is_full_for(&self, next: &PendingPurchases, max_partitions: usize) -> bool {
        let shared = &self.shared;
        self.unstaged.len() + shared.staged.len() >= MAX_INPUTS
            || shared.records >= MAX_RECORDS
            || shared.days.union(&next.counters.days).count() > max_partitions
    }

    /// Adds an input.
    pub(super) fn push(
        &mut self,
        run: &mut PurchasesRun<'_>,
        pending: PendingPurchases,
    ) -> Result<(), RunError> {
        self.unstaged_bytes += pending.content.bytes_in_memory();
        self.shared.records += pending.counters.counts.read;
        self.shared.days.extend(&pending.counters.days);
        self.unstaged.push(pending);
        if self.unstaged_bytes < MAX_UNSTAGED_BYTES {
            return Ok(());
        }
        self.stage(run)
    }

    /// Writes all rows in memory to data files.
    pub(super) fn flush(&mut self, run: &mut PurchasesRun<'_>) -> Result<(), RunError> {
        self.stage(run)?;
        let writers = self.shared.writers.as_mut();
        writers.map_or(Ok(()), OutputWriters::flush)
    }

    /// Writes the rows of the unstaged inputs to the shared data files.
    fn stage(&mut self, run: &mut PurchasesRun<'_>) -> Result<(), RunError> {
        self.unstaged_bytes = 0;
        let unstaged = std::mem::take(&mut self.unstaged);
        if unstaged.is_empty() {
            return Ok(());
        }
        let known = if self.expects_new {
            CommittedDigests::default()
        } else {
            self.find_committed(&digests(&unstaged))?
        };
        self.expects_new = known.rows.is_empty() && known.rejects.is_empty();
        self.committed_rejects.extend(&known.rejects);
        let (mut old, new) = split_known(unstaged, &known, &mut self.shared.digests);
        for pending in &mut old {
            let rows = std::mem::take(&mut pending.content);
            if known.is_without_rejects(&pending.digest) {
                let writers = rows.into_writers(self.lake, run)?;
                self.add_rejects(run, writers, pending)?;
            }
        }
        self.record_known(run, &old, &known)?;
        let mut accumulator = BatchAccumulator::default();
        for mut pending in new {
            let rows = std::mem::take(&mut pending.content);
            if let UncommittedRows::OneChunk(ChunkBatches { days, rejects }) = rows {
                let with_rejects = self.with_rejects(&pending);
                accumulator.add(days, rejects.filter(|_| with_rejects));
            }
            self.shared.staged.push(pending);
        }
        let writers = self.shared.writers.take();
        let mut writers = writers.map_or_else(|| OutputWriters::create(self.lake, run), Ok)?;
        accumulator.write(&mut writers)?;
        self.shared.writers = Some(writers);
        Ok(())
    }

    fn find_committed(&self, digests: &[Digest]) -> Result<CommittedDigests, LakeError> {
        let table = Purchases::table().name;
        self.lake.committed_digests(table, Purchases::NAME, digests)
    }

    fn with_rejects(&self, pending: &PendingPurchases) -> bool {
        !self.committed_rejects.contains(&pending.digest)
    }

    /// Commits all inputs in the buffer; returns the positions of those to be read again.
    pub(super) fn commit_all(
        &mut self,
        run: &mut PurchasesRun<'_>,
    ) -> Result<Vec<usize>, RunError> {
        self.stage(run)?;
        let SharedCommit {
            staged, writers, ..
        } = std::mem::take(&mut self.shared);
        if staged.is_empty() {
            return Ok(Vec::new());
        }
        let writers = writers.map_or_else(|| OutputWriters::create(self.lake, run), Ok)?;
        let known = self.find_committed(&digests(&staged))?;
        let changed_in_lake = |pending: &PendingPurchases| {
            let rejects_appeared =
                known.rejects.contains(&pending.digest) && self.with_rejects(pending);
            known.rows.contains(&pending.digest) || rejects_appeared
        };
        if staged.iter().any(changed_in_lake) {
            writers.discard()?;
        } else {
            let options = run.options;
            let row = |pending: &PendingPurchases| {
                pending.row(&pending.counters, self.with_rejects(pending), options)
            };
            let rows = staged.iter().map(row).collect();
            if self.commit(run, writers, rows)? {
                for pending in &staged {
                    run.record(pending, InputOutcome::Ingested);
                }
                return run.take_failure().map(|()| Vec::new());
            }
        }
        // Another process committed some of them meanwhile, or an earlier run was interrupted.
        self.expects_new = false;
        self.committed_rejects.extend(&known.rejects);
        let (old, retry): (Vec<PendingPurchases>, Vec<PendingPurchases>) = staged
            .into_iter()
            .partition(|pending| known.rows.contains(&pending.digest));
        self.record_known(run, &old, &known)?;
        Ok(retry.iter().map(|pending| pending.index).collect())
    }

    /// Commits an input with its own data files; `false` when it has to be read again. A failure after
    /// the commit of its rows is returned by [`IngestRun::take_failure`].
    pub(super) fn commit_large_input(
        &self,
        run: &mut PurchasesRun<'_>,
        writers: OutputWriters,
        pending: &PendingPurchases,
    ) -> Result<bool, RunError> {
        let known = self.find_committed(&[pending.digest])?;
        if known.rows.contains(&pending.digest) {
            if known.is_without_rejects(&pending.digest) {
                self.add_rejects(run, writers, pending)?;
            } else {
                writers.discard()?;
            }
            self.record_known(run, std::slice::from_ref(pending), &known)?;
            return Ok(true);
        }
        let with_rejects = !known.rejects.contains(&pending.digest);
        let row = pending.row(&pending.counters, with_rejects, run.options);
        let OutputWriters { rows, mut rejects } = writers;
        if !with_rejects {
            // An earlier run was interrupted after it had committed the same rejects.
            rejects.discard()?;
            let options = WriterOptions::new(run.run_id());
            rejects = PartitionWriter::new(self.lake, &rejects_spec(), options)?;
        }
        let is_committed = self.commit(run, OutputWriters { rows, rejects }, vec![row])?;
        if is_committed {
            run.record(pending, InputOutcome::Ingested);
        }
        Ok(is_committed)
    }

    /// Adds the rejects of an input whose rows are in the lake: a change of inputs that was stopped
    /// has taken them out.
    fn add_rejects(
        &self,
        run: &mut PurchasesRun<'_>,
        writers: OutputWriters,
        pending: &PendingPurchases,
    ) -> Result<(), RunError> {
        let OutputWriters { rows, rejects } = writers;
        rows.discard()?;
        let rejects = rejects.finish()?;
        let digests = [pending.digest];
        let (run_id, kind) = (run.run_id(), Purchases::NAME);
        let added = self.lake.commit_rejects(run_id, kind, &digests, &rejects)?;
        if let CommitOutcome::Committed(version) = added {
            run.versions.rejects = Some(version);
            return Ok(());
        }
        Ok(rejects.discard(self.lake)?)
    }

    /// Records inputs that were ingested before, and lists those that an interrupted run did not list.
    fn record_known(
        &self,
        run: &mut PurchasesRun<'_>,
        old: &[PendingPurchases],
        known: &CommittedDigests,
    ) -> Result<(), RunError> {
        let lake = self.lake;
        run.recover(lake, old, known, |run, lost| recount(lake, run, lost))?;
        for pending in old {
            run.record(pending, InputOutcome::AlreadyIngested);
        }
        Ok(())
    }

    fn commit(
        &self,
        run: &mut PurchasesRun<'_>,
        writers: OutputWriters,
        inputs: Vec<InputRow>,
    ) -> Result<bool, RunError> {
        let (rows, rejects) = writers.finish(self.lake, &inputs)?;
        let batch = CommitBatch {
            run_id: run.run_id(),
            record_kind: Purchases::NAME,
            rows_table: &Purchases::table(),
            inputs,
            rows,
            rejects,
        };
        let committed = self
            .lake
            .commit_batch(batch, &mut |step| tracing::debug!(%step, "commit"));
        run.record_commit(committed)
    }
}
