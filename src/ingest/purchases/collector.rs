//! Collects validated chunks in order, accepts or refuses each input at its end, and commits.
//!
//! Inputs of one chunk are buffered in memory and share data files and commits, so that thousands
//! of small files need few of both; a larger input has its own data files and commit.

mod result_sink;

use chrono::NaiveDate;

use super::commit_buffer::CommitBuffer;
use super::cross_chunk::{PurchaseCrossChunkState, apply_day_limit};
use super::output_writers::{ChunkBatches, OutputWriters};
use super::{PurchaseRows, Purchases};
use crate::ingest::counters::InputCounters;
use crate::ingest::error::RunError;
use crate::ingest::ingest_run::IngestRun;
use crate::ingest::options::{IngestFailure, IngestOptions, IngestOutcome};
use crate::ingest::record_kind::RecordKind;
use crate::ingest::reject_rows::reject_rows;
use crate::ingest::runner::{Progress, process_inputs};
use crate::ingest::validate::ValidatedChunk;
use crate::input::{Input, InputTotals};
use crate::lake::Lake;
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
    let run = IngestRun::open(lake, inputs, options)
        .map_err(|error| IngestFailure::after(error, IngestOutcome::default()))?;
    let mut collector = PurchaseCollector::new(run);
    let ended = collector.read_all(progress);
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
    run: IngestRun<'a, Purchases>,
    /// Positions of the inputs of the current pass.
    current_inputs: Vec<usize>,
    /// Positions of the inputs to be read again.
    retry: Vec<usize>,
    open: OpenPurchaseInput,
    buffer: CommitBuffer,
    cross_chunk: PurchaseCrossChunkState,
}

impl<'a> PurchaseCollector<'a> {
    fn new(run: IngestRun<'a, Purchases>) -> Self {
        Self {
            run,
            current_inputs: Vec::new(),
            retry: Vec::new(),
            open: OpenPurchaseInput::default(),
            buffer: CommitBuffer::default(),
            cross_chunk: PurchaseCrossChunkState::default(),
        }
    }

    fn read_all(&mut self, progress: &Progress) -> Result<(), RunError> {
        let mut to_read = self.run.skip_ingested_files(false)?;
        // An input that another process committed meanwhile is read again and then recognised.
        while !to_read.is_empty() {
            let list: Vec<Input> = to_read
                .iter()
                .filter_map(|&i| self.run.inputs.get(i).cloned())
                .collect();
            self.current_inputs = to_read;
            process_inputs(&list, &self.run.options.run, progress, self)?;
            self.commit_pending()?;
            to_read = std::mem::take(&mut self.retry);
        }
        Ok(())
    }

    fn finish(self) -> IngestOutcome {
        let Self {
            mut run,
            cross_chunk,
            ..
        } = self;
        cross_chunk.add_run_findings(&mut run.counters);
        run.finish()
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
            let path = self.run.reports.path(index);
            let run_id = self.run.run_id();
            Some(reject_rows(&validated.rejects, base, &path, run_id)?)
        };
        Ok(ChunkBatches {
            days: rows.days,
            rejects,
        })
    }

    fn check_across_chunks(&mut self, rows: &mut PurchaseRows) -> Result<(), RunError> {
        let lake = self.run.lake;
        let in_lake = |day: i32| {
            let date = NaiveDate::from_epoch_days(day).unwrap_or_default();
            Ok(lake.column_texts(&Purchases::table(), "event_id", date..=date)?)
        };
        let counters = &mut self.open.counters;
        self.cross_chunk.update(rows, counters, &in_lake)?;
        apply_day_limit(counters, rows, self.run.options.max_partitions);
        Ok(())
    }

    fn keep(&mut self, batches: ChunkBatches) -> Result<(), RunError> {
        if self.open.writers.is_none() && self.open.first_chunk.is_none() && self.open.chunks == 1 {
            self.open.first_chunk = Some(batches);
            return Ok(());
        }
        if self.open.writers.is_none() {
            // Two active writers would need twice the memory.
            self.buffer.flush(&mut self.run)?;
            let mut writers = OutputWriters::create(&self.run)?;
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
        self.run
            .reports
            .record(index, InputOutcome::Refused, totals, &open.counters);
        Ok(())
    }

    fn commit_pending(&mut self) -> Result<(), RunError> {
        let retry = self.buffer.commit_all(&mut self.run)?;
        if !retry.is_empty() {
            // Their own events must not count as duplicates then.
            self.cross_chunk.reset();
            self.retry.extend(retry);
        }
        Ok(())
    }
}
