//! Collects validated chunks in order, accepts or refuses each input at its end, and commits.
//!
//! Inputs of one chunk are buffered in memory and share data files and commits, so that thousands
//! of small files need few of both; a larger input has its own data files and commit.

mod result_sink;

use chrono::NaiveDate;

use super::commit_buffer::{CommitBuffer, CommitResult};
use super::cross_chunk::{PurchaseCrossChunkState, apply_day_limit};
use super::output_writers::{ChunkBatches, OutputWriters};
use super::pending_input::PendingInput;
use super::table::purchases_spec;
use super::{PurchaseRows, Purchases};
use crate::ingest::counters::{InputCounters, RunCounters};
use crate::ingest::error::RunError;
use crate::ingest::ingested_files::IngestedFiles;
use crate::ingest::input_reports::InputReports;
use crate::ingest::options::{IngestFailure, IngestOptions, IngestOutcome};
use crate::ingest::record_kind::RecordKind;
use crate::ingest::reject_rows::reject_rows;
use crate::ingest::runner::{Progress, process_inputs};
use crate::ingest::validate::ValidatedChunk;
use crate::input::{Input, InputTotals};
use crate::lake::{Lake, inputs_spec, rejects_spec};
use crate::purchase::columns::shift_source_rows;
use crate::run_report::InputOutcome;

/// Ingests customer purchases. A second run with the same inputs changes nothing.
///
/// # Errors
/// The lake fails, record counts are inconsistent, or the run is interrupted. What was committed
/// before stays and is reported with the error; the rest is not visible to readers, and the same
/// command completes it.
pub fn ingest(
    lake: &Lake,
    inputs: &[Input],
    options: &IngestOptions<Purchases>,
    progress: &Progress,
) -> Result<IngestOutcome, IngestFailure> {
    let mut collector = PurchaseCollector::new(lake, inputs, options);
    let ended = collector.read_all(inputs, progress);
    let ingested = collector.finish();
    match ended {
        Ok(()) => Ok(ingested),
        Err(error) => Err(IngestFailure::after(error, ingested)),
    }
}

/// An input that is being read.
#[derive(Default)]
struct OpenPurchaseInput {
    counters: InputCounters,
    chunks: usize,
    /// The result of the first chunk, until there is a second.
    first_chunk: Option<ChunkBatches>,
    /// Writers of its own data files, from the second chunk on.
    writers: Option<OutputWriters>,
}

struct PurchaseCollector<'a> {
    lake: &'a Lake,
    options: &'a IngestOptions<Purchases>,
    /// Positions of the inputs of the current pass.
    current_inputs: Vec<usize>,
    /// Positions of the inputs to be read again.
    retry: Vec<usize>,
    open: OpenPurchaseInput,
    buffer: CommitBuffer<'a>,
    counters: RunCounters,
    reports: InputReports<'a>,
    cross_chunk: PurchaseCrossChunkState,
}

impl<'a> PurchaseCollector<'a> {
    fn new(lake: &'a Lake, inputs: &'a [Input], options: &'a IngestOptions<Purchases>) -> Self {
        Self {
            lake,
            options,
            current_inputs: Vec::new(),
            retry: Vec::new(),
            open: OpenPurchaseInput::default(),
            buffer: CommitBuffer::new(lake, &options.run.run_id, options.max_partitions),
            counters: RunCounters::default(),
            reports: InputReports::new(inputs, Purchases::NAME),
            cross_chunk: PurchaseCrossChunkState::default(),
        }
    }

    fn read_all(&mut self, inputs: &[Input], progress: &Progress) -> Result<(), RunError> {
        for spec in [purchases_spec(), rejects_spec(), inputs_spec()] {
            self.lake.create_if_missing(&spec)?;
        }
        let known = if self.options.verify_content {
            IngestedFiles::default()
        } else {
            IngestedFiles::load(self.lake, Purchases::NAME)?
        };
        let mut to_read = self.reports.skip_ingested_files(&known, &mut self.counters);
        // An input that another process committed meanwhile is read again and then recognised.
        while !to_read.is_empty() {
            let list: Vec<Input> = to_read
                .iter()
                .filter_map(|&i| inputs.get(i).cloned())
                .collect();
            self.current_inputs = to_read;
            process_inputs(&list, &self.options.run, progress, self)?;
            self.commit_pending()?;
            to_read = std::mem::take(&mut self.retry);
        }
        Ok(())
    }

    fn finish(self) -> IngestOutcome {
        let Self {
            mut counters,
            cross_chunk,
            reports,
            buffer,
            ..
        } = self;
        cross_chunk.add_run_findings(&mut counters);
        counters.notes.extend(buffer.notes);
        IngestOutcome {
            counters,
            inputs: reports.finish(),
            versions: buffer.versions,
        }
    }

    fn index(&self, input: usize) -> usize {
        self.current_inputs.get(input).copied().unwrap_or(input)
    }

    /// Numbers the rows of a chunk within the input and drops duplicate events.
    fn number_rows(
        &mut self,
        index: usize,
        validated: ValidatedChunk<Purchases>,
    ) -> Result<ChunkBatches, RunError> {
        let base = self.open.counters.counts.read - self.open.counters.counts.skipped;
        self.open.counters.add(&validated);
        let mut rows = validated.rows.unwrap_or_default();
        self.check_across_chunks(&mut rows)?;
        // Records of one input, far below i64.
        let shift = i64::try_from(base).unwrap_or(i64::MAX);
        for day in &mut rows.days {
            day.batch = shift_source_rows(&day.batch, shift)?;
        }
        let rejects = if validated.rejects.is_empty() {
            None
        } else {
            let path = self.reports.path(index);
            let run_id = &self.options.run.run_id;
            Some(reject_rows(&validated.rejects, base, &path, run_id)?)
        };
        Ok(ChunkBatches {
            days: rows.days,
            rejects,
        })
    }

    fn check_across_chunks(&mut self, rows: &mut PurchaseRows) -> Result<(), RunError> {
        let lake = self.lake;
        let in_lake = |day: i32| {
            let date = NaiveDate::from_epoch_days(day).unwrap_or_default();
            Ok(lake.column_texts(&purchases_spec(), "event_id", date..=date)?)
        };
        let counters = &mut self.open.counters;
        self.cross_chunk.update(rows, counters, &in_lake)?;
        apply_day_limit(counters, rows, self.options.max_partitions);
        Ok(())
    }

    fn keep(&mut self, batches: ChunkBatches) -> Result<(), RunError> {
        if self.open.writers.is_none() && self.open.first_chunk.is_none() && self.open.chunks == 1 {
            self.open.first_chunk = Some(batches);
            return Ok(());
        }
        if self.open.writers.is_none() {
            // Two active writers would need twice the memory.
            let result = self.buffer.flush(self.options.now_micros)?;
            self.record_committed(result)?;
            let mut writers = OutputWriters::create(
                self.lake,
                &self.options.run.run_id,
                self.options.max_partitions,
            )?;
            if let Some(first_chunk) = self.open.first_chunk.take() {
                writers.append(first_chunk)?;
            }
            self.open.writers = Some(writers);
        }
        match &mut self.open.writers {
            Some(writers) => writers.append(batches),
            None => Ok(()),
        }
    }

    /// Discards what was written of the open input and resets it.
    fn abandon(&mut self) -> Result<OpenPurchaseInput, RunError> {
        let mut open = std::mem::take(&mut self.open);
        self.cross_chunk.discard_open();
        if let Some(writers) = open.writers.take() {
            writers.discard()?;
        }
        Ok(open)
    }

    fn refuse(&mut self, index: usize, totals: Option<&InputTotals>) -> Result<(), RunError> {
        let open = self.abandon()?;
        self.reports
            .record(index, InputOutcome::Refused, totals, &open.counters);
        Ok(())
    }

    fn commit_pending(&mut self) -> Result<(), RunError> {
        let result = self.buffer.commit_all(self.options.now_micros)?;
        self.record_committed(result)
    }

    /// Records the outcomes of inputs; returns a failure that followed the commit of their rows.
    fn record_committed(&mut self, result: CommitResult) -> Result<(), RunError> {
        let CommitResult {
            finished,
            mut retry,
        } = result;
        if !retry.is_empty() {
            // Their own events must not count as duplicates then.
            self.cross_chunk.reset();
            self.retry.append(&mut retry);
        }
        for (pending, outcome) in finished {
            let counters = if outcome == InputOutcome::Ingested {
                pending.counters
            } else {
                pending.counters.for_known_input()
            };
            self.counters.add(&counters);
            self.reports
                .record(pending.index, outcome, Some(&pending.totals), &counters);
        }
        self.buffer.failure.take().map_or(Ok(()), Err)
    }

    /// The open input as one that is complete and ready to be committed.
    fn close(&mut self, index: usize, totals: InputTotals) -> Result<CompletedInput, RunError> {
        let open = std::mem::take(&mut self.open);
        let counts = open.counters.counts;
        if !counts.balances() {
            let path = self.reports.path(index);
            return Err(RunError::Unbalanced { path, counts });
        }
        let pending = PendingInput {
            index,
            path: self.reports.path(index),
            totals,
            counters: open.counters,
            batches: open.first_chunk,
        };
        Ok(CompletedInput {
            pending,
            writers: open.writers,
        })
    }
}

/// A complete input, with the writers of its own data files if it has any.
struct CompletedInput {
    pending: PendingInput,
    writers: Option<OutputWriters>,
}
