//! Writes the rows and rejects of chunks to data files, by partition.

use std::collections::BTreeMap;

use arrow::array::RecordBatch;
use arrow::compute::concat_batches;
use chrono::NaiveDate;

use super::Purchases;
use crate::ingest::error::RunError;
use crate::ingest::ingest_run::IngestRun;
use crate::ingest::pending_input::to_i64;
use crate::ingest::record_kind::RecordKind;
use crate::lake::{
    InputRow, Lake, PartitionValue, PartitionWriter, StagedFiles, WriterOptions, rejects_spec,
};
use crate::purchase::columns::DayRows;
use crate::run_report::RecordCounts;

/// Rejects are few: a smaller segment than that of rows saves memory.
const REJECT_SEGMENT_BYTES: usize = 4 << 20;

/// The rows and rejects of one chunk, numbered within their input.
#[derive(Clone, Debug)]
pub(super) struct ChunkBatches {
    pub(super) days: Vec<DayRows>,
    pub(super) rejects: Option<RecordBatch>,
}

/// The rows and rejects of an input until its commit.
#[derive(Default)]
pub(super) enum UncommittedRows {
    /// No chunk yet.
    #[default]
    None,
    /// In memory.
    OneChunk(ChunkBatches),
    /// In data files of its own, from the second chunk on.
    OwnFiles(Box<OutputWriters>),
}

impl UncommittedRows {
    /// The writers of the data files; rows in memory are passed to them.
    pub(super) fn into_writers(
        self,
        lake: &Lake,
        run: &IngestRun<'_, Purchases>,
    ) -> Result<OutputWriters, RunError> {
        let in_memory = match self {
            Self::OwnFiles(writers) => return Ok(*writers),
            Self::OneChunk(batches) => Some(batches),
            Self::None => None,
        };
        let mut writers = OutputWriters::create(lake, run)?;
        in_memory.map_or(Ok(()), |batches| writers.append(batches))?;
        Ok(writers)
    }

    /// Memory of the rows and rejects that are not written to data files.
    pub(super) fn bytes_in_memory(&self) -> usize {
        match self {
            Self::OneChunk(batches) => batches.bytes(),
            Self::None | Self::OwnFiles(_) => 0,
        }
    }
}

impl ChunkBatches {
    fn bytes(&self) -> usize {
        // The days are slices of the same arrays: each reports the size of all.
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

/// Writers of the data files of one large input, or of several small ones.
pub(super) struct OutputWriters {
    pub(super) rows: PartitionWriter,
    pub(super) rejects: PartitionWriter,
}

impl OutputWriters {
    pub(super) fn create(lake: &Lake, run: &IngestRun<'_, Purchases>) -> Result<Self, RunError> {
        let options = WriterOptions {
            max_partitions: run.options.max_partitions,
            ..WriterOptions::new(run.run_id())
        };
        let few = WriterOptions {
            segment_bytes: REJECT_SEGMENT_BYTES,
            ..options.clone()
        };
        Ok(Self {
            rows: PartitionWriter::new(lake, &Purchases::table(), options)?,
            rejects: PartitionWriter::new(lake, &rejects_spec(), few)?,
        })
    }

    pub(super) fn append(&mut self, batches: ChunkBatches) -> Result<(), RunError> {
        self.append_rows(batches.days)?;
        self.append_rejects(batches.rejects)
    }

    pub(super) fn append_rows(&mut self, days: Vec<DayRows>) -> Result<(), RunError> {
        for DayRows { day, batch } in days.into_iter().filter(|day| day.batch.num_rows() > 0) {
            // Validated times are from 1970 to 2261.
            let date = NaiveDate::from_epoch_days(day).unwrap_or_default();
            self.rows.append(PartitionValue::date(date)?, batch)?;
        }
        Ok(())
    }

    pub(super) fn append_rejects(&mut self, rejects: Option<RecordBatch>) -> Result<(), RunError> {
        if let Some(rejects) = rejects {
            self.rejects
                .append(PartitionValue::text(Purchases::NAME)?, rejects)?;
        }
        Ok(())
    }

    /// Writes buffered rows to the data files.
    pub(super) fn flush(&mut self) -> Result<(), RunError> {
        self.rows.flush()?;
        Ok(self.rejects.flush()?)
    }

    /// Finishes the data files of the rows and of the rejects of these inputs, and compares the
    /// counts of the inputs with the row counts of the files themselves.
    pub(super) fn finish(
        self,
        lake: &Lake,
        inputs: &[InputRow],
    ) -> Result<(StagedFiles, StagedFiles), RunError> {
        let rows = self.rows.finish()?;
        let rejects = self.rejects.finish()?;
        let accepted: i64 = inputs.iter().map(|input| input.counts.accepted).sum();
        let with_rejects = inputs.iter().filter(|input| input.with_rejects);
        let kept: i64 = with_rejects.map(|input| input.counts.rejected).sum();
        if to_i64(rows.rows) == accepted && to_i64(rejects.rows) == kept {
            return Ok((rows, rejects));
        }
        let first = inputs.first().map(|input| input.path.clone());
        let counts = RecordCounts {
            accepted: rows.rows,
            rejected: rejects.rows,
            ..RecordCounts::default()
        };
        rows.discard(lake)?;
        rejects.discard(lake)?;
        let path = first.unwrap_or_default();
        Err(RunError::Unbalanced { path, counts })
    }

    pub(super) fn discard(self) -> Result<(), RunError> {
        self.rows.discard()?;
        Ok(self.rejects.discard()?)
    }
}

/// Combines the rows and rejects of small inputs, so that the writer buffers a few batches instead
/// of thousands.
#[derive(Default)]
pub(super) struct BatchAccumulator {
    days: BTreeMap<i32, Vec<RecordBatch>>,
    rejects: Vec<RecordBatch>,
}

impl BatchAccumulator {
    pub(super) fn add(&mut self, days: Vec<DayRows>, rejects: Option<RecordBatch>) {
        for DayRows { day, batch } in days {
            self.days.entry(day).or_default().push(batch);
        }
        self.rejects.extend(rejects);
    }

    pub(super) fn write(self, writers: &mut OutputWriters) -> Result<(), RunError> {
        for (day, batches) in self.days {
            if let Some(batch) = concat(&batches)? {
                writers.append_rows(vec![DayRows { day, batch }])?;
            }
        }
        writers.append_rejects(concat(&self.rejects)?)
    }
}

fn concat(batches: &[RecordBatch]) -> Result<Option<RecordBatch>, RunError> {
    let one = batches
        .first()
        .map(|first| concat_batches(first.schema_ref(), batches));
    Ok(one.transpose()?)
}
