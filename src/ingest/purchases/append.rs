//! Ingests customer purchases: the rows of each input are appended.
//!
//! Inputs of one chunk are buffered in memory and share data files and commits, so that thousands
//! of small files need few of both; a larger input has its own data files and commit.

use std::sync::Arc;

use super::commit_buffer::{CommitBuffer, PendingPurchases, commit_large_input};
use super::cross_chunk::{PurchaseCrossChunkState, apply_day_limit};
use super::events_in_lake::{EventSource, EventsInLake};
use super::output_writers::{ChunkBatches, OutputWriters, UncommittedRows};
use super::{PurchaseRows, Purchases};
use crate::ingest::collector::{CollectedChunk, CommitPolicy, OpenInput, collect};
use crate::ingest::counters::InputCounters;
use crate::ingest::error::RunError;
use crate::ingest::ingest_run::IngestRun;
use crate::ingest::options::{IngestFailure, IngestOptions, IngestOutcome};
use crate::ingest::record_kind::RecordKind;
use crate::ingest::runner::Progress;
use crate::input::Input;
use crate::lake::Lake;
use crate::purchase::columns::{DayRows, shift_source_rows};

/// Ingests customer purchases. A second run with the same inputs changes nothing.
///
/// # Errors
/// The lake fails, record counts are inconsistent, or the run is interrupted. What was committed
/// before stays and is reported with the error; the rest is not visible to readers, and the same
/// command completes it.
pub fn ingest(
    lake: &Arc<Lake>,
    inputs: &[Input],
    options: &IngestOptions<Purchases>,
    progress: &Progress,
) -> Result<IngestOutcome, IngestFailure> {
    ingest_into(lake, Arc::clone(lake) as _, inputs, options, progress)
}

/// Ingests customer purchases; `events` are those of earlier runs.
pub(super) fn ingest_into(
    lake: &Lake,
    events: Arc<dyn EventSource>,
    inputs: &[Input],
    options: &IngestOptions<Purchases>,
    progress: &Progress,
) -> Result<IngestOutcome, IngestFailure> {
    let mut options = options.clone();
    options.run.kind.events_in_lake = Some(Arc::new(EventsInLake::new(events)));
    collect(lake, inputs, &options, progress, |_run| {
        Ok(AppendPolicy::default())
    })
}

/// Appends the rows of complete inputs.
#[derive(Default)]
struct AppendPolicy {
    buffer: CommitBuffer,
    cross_chunk: PurchaseCrossChunkState,
    /// Another process has changed the lake during the run.
    lake_changed: bool,
    /// Positions of the inputs to be read again.
    retry: Vec<usize>,
}

impl CommitPolicy<Purchases> for AppendPolicy {
    type Content = UncommittedRows;

    fn add_chunk(
        &mut self,
        run: &mut IngestRun<'_, Purchases>,
        open: &mut OpenInput<UncommittedRows>,
        chunk: CollectedChunk<Purchases>,
    ) -> Result<(), RunError> {
        let mut rows = chunk.rows.unwrap_or_default();
        self.check_across_chunks(run, &mut rows, &mut open.counters)?;
        if open.counters.refusal.is_some() {
            return Ok(());
        }
        let mut days: Vec<DayRows> = rows.days.into_iter().map(|day| day.rows).collect();
        for day in &mut days {
            day.batch = shift_source_rows(&day.batch, chunk.first_record)?;
        }
        let batches = ChunkBatches {
            days,
            rejects: chunk.rejects,
        };
        let mut writers = match std::mem::take(&mut open.content) {
            UncommittedRows::None => {
                open.content = UncommittedRows::OneChunk(batches);
                return Ok(());
            }
            UncommittedRows::OneChunk(first) => {
                // Two active writers would need twice the memory.
                self.buffer.flush(run)?;
                let mut writers = Box::new(OutputWriters::create(run)?);
                writers.append(first)?;
                writers
            }
            UncommittedRows::OwnFiles(writers) => writers,
        };
        writers.append(batches)?;
        open.content = UncommittedRows::OwnFiles(writers);
        Ok(())
    }

    fn discard(&mut self, content: UncommittedRows) -> Result<(), RunError> {
        self.cross_chunk.discard_open();
        match content {
            UncommittedRows::OwnFiles(writers) => writers.discard(),
            UncommittedRows::None | UncommittedRows::OneChunk(_) => Ok(()),
        }
    }

    fn add_input(
        &mut self,
        run: &mut IngestRun<'_, Purchases>,
        mut input: PendingPurchases,
    ) -> Result<(), RunError> {
        let writers = match input.content {
            UncommittedRows::OwnFiles(writers) => writers,
            UncommittedRows::None | UncommittedRows::OneChunk(_) => {
                if self.buffer.is_full_for(&input, run.options.max_partitions) {
                    self.commit_buffered(run)?;
                }
                self.cross_chunk.accept_open();
                return self.buffer.push(run, input);
            }
        };
        input.content = UncommittedRows::None;
        if commit_large_input(run, *writers, &input)? {
            self.cross_chunk.accept_open();
            return run.take_failure();
        }
        // Its own events must not count as duplicates when it is read again.
        self.cross_chunk.discard_open();
        self.retry.push(input.index);
        Ok(())
    }

    fn commit(&mut self, run: &mut IngestRun<'_, Purchases>) -> Result<Vec<usize>, RunError> {
        self.commit_buffered(run)?;
        Ok(std::mem::take(&mut self.retry))
    }

    fn finish(self, run: &mut IngestRun<'_, Purchases>) {
        self.cross_chunk.add_run_findings(&mut run.counters);
    }
}

impl AppendPolicy {
    /// Drops duplicate events, and refuses an input of too many days.
    fn check_across_chunks(
        &mut self,
        run: &IngestRun<'_, Purchases>,
        rows: &mut PurchaseRows,
        counters: &mut InputCounters,
    ) -> Result<(), RunError> {
        if self.lake_changed {
            // A worker may have compared the chunk with the lake as it was before.
            run.options.run.kind.drop_known(rows)?;
        }
        self.cross_chunk.update(rows, counters)?;
        apply_day_limit(counters, rows, run.options.max_partitions);
        Ok(())
    }

    fn commit_buffered(&mut self, run: &mut IngestRun<'_, Purchases>) -> Result<(), RunError> {
        let retry = self.buffer.commit_all(run)?;
        if !retry.is_empty() {
            // Their own events must not count as duplicates then.
            self.cross_chunk.reset();
            if let Some(events) = &run.options.run.kind.events_in_lake {
                events.forget();
            }
            self.lake_changed = true;
            self.retry.extend(retry);
        }
        Ok(())
    }
}
