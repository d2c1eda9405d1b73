//! The state of one partition in a writer: its batches in memory, its spilled batches, and its
//! files.

use arrow::array::RecordBatch;
use arrow::compute::concat_batches;
use rayon::prelude::*;

use super::LakeError;
use super::encode::{DataFileLayout, OpenDataFile};
use super::partition::Partition;
use super::spill::{SpillFile, SpilledBatches};
use super::staged::{self, DataFile};

/// From this size in memory on, the batches of one segment become a row group of their own.
const ROW_GROUP_MIN_BYTES: usize = 1024 * 1024;

/// Spilled batches become a row group when they reach this size in memory.
const ROW_GROUP_SPILLED_BYTES: usize = 4 * 1024 * 1024;

/// The batches of a partition in the segment being filled.
#[derive(Debug, Default)]
pub(super) struct PendingPartition {
    partition: Partition,
    /// The partition's folder below the table's directory; empty without partitions.
    pub(super) folder: String,
    batches: Vec<RecordBatch>,
    bytes: usize,
}

/// A partition's share of a segment.
#[derive(Debug)]
pub(super) struct SegmentShare {
    pub(super) batches: Vec<RecordBatch>,
    pub(super) bytes: usize,
}

impl PendingPartition {
    pub(super) fn new(partition: Partition, folder: String) -> Self {
        Self {
            partition,
            folder,
            ..Self::default()
        }
    }

    pub(super) fn push(&mut self, batch: RecordBatch, bytes: usize) {
        self.batches.push(batch);
        self.bytes += bytes;
    }

    pub(super) fn take_share(&mut self) -> SegmentShare {
        SegmentShare {
            batches: std::mem::take(&mut self.batches),
            bytes: std::mem::take(&mut self.bytes),
        }
    }

    pub(super) fn new_state(&self) -> PartitionWriterState {
        PartitionWriterState {
            partition: self.partition.clone(),
            ..PartitionWriterState::default()
        }
    }
}

/// The files of a partition, and its spilled batches.
#[derive(Debug, Default)]
pub(super) struct PartitionWriterState {
    partition: Partition,
    /// The name of the next file, if the open one is not continued.
    pub(super) next_file: Option<String>,
    open: Option<OpenDataFile>,
    closed: Vec<OpenDataFile>,
    spilled: Vec<SpilledBatches>,
    spilled_bytes: usize,
}

impl PartitionWriterState {
    /// How many row groups of the open file are kept as metadata.
    pub(super) fn row_groups(&self) -> usize {
        self.open.as_ref().map_or(0, OpenDataFile::row_groups)
    }

    /// Whether the next row group needs a new file.
    pub(super) fn needs_name(&self) -> bool {
        self.next_file.is_none() && self.open.is_none()
    }

    /// Writes the footer of the open file. Later rows go into another one.
    pub(super) fn close_file(&mut self) -> Result<(), LakeError> {
        if let Some(mut open) = self.open.take() {
            let closed = open.close();
            // Listed even if closing failed: it must be deleted.
            self.closed.push(open);
            closed?;
        }
        Ok(())
    }

    /// Writes a partition's share of a segment: as a row group if it is large enough or the `last`,
    /// otherwise to the spill file.
    pub(super) fn write_share(
        &mut self,
        layout: &DataFileLayout,
        spill: &SpillFile,
        share: SegmentShare,
        parallel_columns: bool,
        last: bool,
    ) -> Result<(), LakeError> {
        let SegmentShare { batches, bytes } = share;
        let mut batches = combine_small_batches(layout, batches)?;
        let enough =
            bytes >= ROW_GROUP_MIN_BYTES || self.spilled_bytes + bytes >= ROW_GROUP_SPILLED_BYTES;
        if !enough && !last {
            self.spilled_bytes += bytes;
            self.spilled.extend(spill.put(&batches)?);
            return Ok(());
        }
        if !self.spilled.is_empty() {
            let mut all = Vec::with_capacity(batches.len() + self.spilled.len());
            for spilled in self.spilled.drain(..) {
                all.extend(spill.take(spilled)?);
            }
            all.append(&mut batches);
            batches = combine_small_batches(layout, all)?;
            self.spilled_bytes = 0;
        }
        if batches.is_empty() {
            return Ok(());
        }
        if let Some(name) = self.next_file.take() {
            self.open = Some(OpenDataFile::new(layout, name));
        }
        match &mut self.open {
            Some(file) => file.append(layout, &batches, parallel_columns),
            None => Ok(()),
        }
    }

    /// Whether it has spilled batches that are still to be written.
    pub(super) fn has_spilled(&self) -> bool {
        !self.spilled.is_empty()
    }

    /// Writes the footer of the open file, makes all files durable and checks them.
    pub(super) fn finish_files(
        &mut self,
        layout: &DataFileLayout,
    ) -> Result<Vec<DataFile>, LakeError> {
        if let Some(open) = &mut self.open {
            open.close()?;
        }
        let files = self.closed.iter().chain(&self.open);
        files
            .map(|file| {
                let (path, partition) = (file.relative_path.clone(), self.partition.clone());
                staged::sync_and_check(&layout.spec, &layout.directory, path, partition, file.rows)
            })
            .collect()
    }

    /// The paths of its files below the table's directory.
    pub(super) fn relative_paths(&self) -> impl Iterator<Item = &str> {
        let files = self.closed.iter().chain(&self.open);
        files.map(|file| file.relative_path.as_str())
    }
}

/// Below this average number of rows the cost per batch exceeds that of copying its rows.
const SMALL_BATCH_ROWS: usize = 1024;

/// Combines many small batches into one: a small file has a hundred rows, and a chunk of an
/// unordered dump a few rows for every day.
fn combine_small_batches(
    layout: &DataFileLayout,
    batches: Vec<RecordBatch>,
) -> Result<Vec<RecordBatch>, LakeError> {
    let rows: usize = batches.iter().map(RecordBatch::num_rows).sum();
    let Some(first) = batches.first().filter(|_| batches.len() > 1) else {
        return Ok(batches);
    };
    if rows / batches.len() >= SMALL_BATCH_ROWS {
        return Ok(batches);
    }
    let one = concat_batches(&first.schema(), &batches);
    Ok(vec![one.map_err(LakeError::arrow(
        "put together record batches",
        layout.spec.name,
    ))?])
}

/// Encodes or spills one segment, partitions in parallel; if there are few of them, columns too.
pub(super) fn encode_segment(
    layout: &DataFileLayout,
    spill: &SpillFile,
    states: &mut [PartitionWriterState],
    shares: Vec<SegmentShare>,
    last: bool,
) -> Result<(), LakeError> {
    let busy: Vec<(&mut PartitionWriterState, SegmentShare)> = states
        .iter_mut()
        .zip(shares)
        .filter(|(state, share)| !share.batches.is_empty() || (last && state.has_spilled()))
        .collect();
    let parallel_columns = busy.len() < 2 * rayon::current_num_threads();
    busy.into_par_iter().try_for_each(|(state, share)| {
        state.write_share(layout, spill, share, parallel_columns, last)
    })
}
