//! Ingests or checks customer purchases: the rows of each input are appended.
//!
//! Inputs of one chunk are buffered in memory and share data files and commits, so that thousands
//! of small files need few of both; a larger input has its own data files and commit.

use std::collections::HashSet;
use std::sync::Arc;

use super::Purchases;
use super::commit_buffer::{CommitBuffer, PendingPurchases};
use super::cross_chunk::{PurchaseCrossChunkState, apply_day_limit};
use super::events_in_lake::{EventSource, EventsInLake};
use super::order_notes::OrderNotes;
use super::output_writers::{ChunkBatches, OutputWriters, UncommittedRows};
use super::replace_input::{Replacement, replace_input};
use crate::ingest::check;
use crate::ingest::collector::{CollectedChunk, CommitPolicy, OpenInput, collect};
use crate::ingest::counters::InputCounters;
use crate::ingest::error::RunError;
use crate::ingest::findings::FindingSink;
use crate::ingest::ingest_run::{IngestRun, create_tables};
use crate::ingest::options::{IngestFailure, IngestOptions, IngestOutcome};
use crate::ingest::removal::MAX_ATTEMPTS;
use crate::ingest::runner::{Progress, RunSettings};
use crate::input::Input;
use crate::lake::{Digest, Lake};
use crate::purchase::columns::{DayRows, shift_source_rows};
use crate::run_report::InputOutcome;

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
    create_tables::<Purchases>(lake)?;
    let mut options = options.clone();
    options.run.kind.events_in_lake = Some(Arc::new(EventsInLake::new(events)));
    let policy = AppendPolicy {
        buffer: Some(CommitBuffer::new(lake)),
        ..AppendPolicy::default()
    };
    collect(inputs, &options, progress, policy, None)
}

/// Validates customer purchases as [`ingest`] does into an empty lake, and writes nothing.
///
/// # Errors
/// The run is interrupted, or the sink fails.
pub fn check<E: From<RunError>>(
    inputs: &[Input],
    settings: &RunSettings<Purchases>,
    reject_limit: f64,
    progress: &Progress,
    sink: &mut FindingSink<'_, E>,
) -> Result<IngestOutcome, E> {
    let policy = AppendPolicy::default();
    check::check(inputs, settings, reject_limit, progress, sink, policy)
}

/// Appends the rows of complete inputs.
#[derive(Default)]
struct AppendPolicy<'l> {
    /// Commits the inputs; `None` in a check.
    buffer: Option<CommitBuffer<'l>>,
    /// The inputs of a check: the same content counts once.
    checked: HashSet<Digest>,
    cross_chunk: PurchaseCrossChunkState,
    /// Positions of the inputs to be read again.
    retry: Vec<usize>,
    /// Whether the input that is read takes the place of what its path brought before.
    replaces: bool,
    /// How often it was read, because another process changed the same inputs.
    attempts: usize,
    orders: OrderNotes,
}

impl<'l> AppendPolicy<'l> {
    /// Commits an input in the place of what it differs from.
    fn replace(
        &mut self,
        lake: &'l Lake,
        run: &mut IngestRun<'_, Purchases>,
        mut input: PendingPurchases,
    ) -> Result<(), RunError> {
        let content = std::mem::take(&mut input.content);
        let writers = content.into_writers(lake, run)?;
        match replace_input(lake, run, writers, &input)? {
            Replacement::Committed => {
                self.cross_chunk.accept_open();
                run.record(&input, InputOutcome::Ingested);
                return run.take_failure();
            }
            Replacement::Superseded => self.retry.push(input.index),
            Replacement::Refused(refusal) => {
                let counters = InputCounters {
                    refusal: Some(refusal),
                    ..input.counters
                };
                let outcome = InputOutcome::Refused;
                run.reports
                    .record(input.index, outcome, Some(&input.totals), &counters);
            }
        }
        self.cross_chunk.discard_open();
        Ok(())
    }
}

impl CommitPolicy<Purchases> for AppendPolicy<'_> {
    const REPLACES_ALONE: bool = true;

    type Content = UncommittedRows;

    fn add_chunk(
        &mut self,
        run: &mut IngestRun<'_, Purchases>,
        open: &mut OpenInput<UncommittedRows>,
        chunk: CollectedChunk<Purchases>,
    ) -> Result<(), RunError> {
        let mut rows = chunk.rows.unwrap_or_default();
        let kind = &run.options.run.kind;
        open.counters.with_quantity += rows.with_quantity;
        open.counters.without_quantity += rows.without_quantity;
        self.cross_chunk
            .update(kind, &mut rows, &mut open.counters)?;
        apply_day_limit(&mut open.counters, &rows, run.options.max_partitions);
        if open.counters.refusal.is_some() {
            return Ok(());
        }
        let Some(buffer) = &mut self.buffer else {
            let times = open.counters.times.into_iter().chain(rows.times());
            let wider =
                |one: (i64, i64), other: (i64, i64)| (one.0.min(other.0), one.1.max(other.1));
            open.counters.times = times.reduce(wider);
            return Ok(());
        };
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
                buffer.flush(run)?;
                let mut writers = Box::new(OutputWriters::create(buffer.lake, run)?);
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
        self.orders.add_input(input.index, &input.counters);
        let Some(buffer) = &mut self.buffer else {
            self.cross_chunk.accept_open();
            let outcome = if self.checked.insert(input.digest) {
                InputOutcome::Checked
            } else {
                InputOutcome::AlreadyIngested
            };
            run.record(&input, outcome);
            return Ok(());
        };
        if self.replaces && !input.difference.is_none() {
            let lake = buffer.lake;
            return self.replace(lake, run, input);
        }
        let writers = match input.content {
            UncommittedRows::OwnFiles(writers) => writers,
            UncommittedRows::None | UncommittedRows::OneChunk(_) => {
                if buffer.is_full_for(&input, run.options.max_partitions) {
                    let retry = buffer.commit_all(run)?;
                    self.cross_chunk.read_again(&retry, &run.options.run.kind);
                    self.retry.extend(retry);
                }
                self.cross_chunk.accept_open();
                return buffer.push(run, input);
            }
        };
        input.content = UncommittedRows::None;
        if buffer.commit_large_input(run, *writers, &input)? {
            self.cross_chunk.accept_open();
            return run.take_failure();
        }
        // Its own events must not count as duplicates when it is read again.
        self.cross_chunk.discard_open();
        self.retry.push(input.index);
        Ok(())
    }

    fn begin_replacement(
        &mut self,
        run: &mut IngestRun<'_, Purchases>,
        index: usize,
    ) -> Result<(), RunError> {
        self.replaces = true;
        self.attempts += 1;
        if self.attempts > MAX_ATTEMPTS {
            return Err(RunError::Superseded);
        }
        if let Some(buffer) = &self.buffer {
            run.read_listing(buffer.lake)?;
        }
        let path = run.reports.path(index);
        run.options.run.kind.leave_out_events(Some(path));
        Ok(())
    }

    fn end_replacement(&mut self, run: &mut IngestRun<'_, Purchases>) {
        self.replaces = false;
        self.attempts = 0;
        run.options.run.kind.leave_out_events(None);
    }

    fn commit(&mut self, run: &mut IngestRun<'_, Purchases>) -> Result<Vec<usize>, RunError> {
        if let Some(buffer) = &mut self.buffer {
            let retry = buffer.commit_all(run)?;
            run.list_copies(buffer.lake)?;
            self.cross_chunk.read_again(&retry, &run.options.run.kind);
            self.retry.extend(retry);
            if self.retry.is_empty() {
                let order_events = run.options.run.kind.order_events();
                self.orders.compare(buffer.lake, order_events);
            }
        }
        Ok(std::mem::take(&mut self.retry))
    }

    fn finish(self, run: &mut IngestRun<'_, Purchases>) {
        self.cross_chunk.add_run_findings(&mut run.counters);
        self.orders.add_to(run);
    }
}
