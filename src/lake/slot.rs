//! One partition of a writer: what waits for it in memory, what waits on disk, and its files.

use arrow::array::RecordBatch;
use arrow::compute::concat_batches;
use rayon::prelude::*;

use super::LakeError;
use super::encode::{Layout, OpenFile};
use super::partition::Partition;
use super::spill::{Spill, Spilled};
use super::staged::{self, DataFile};

/// From this size on (in memory) the batches of one segment are worth a row group of their own.
const ROW_GROUP_MIN_BYTES: usize = 1024 * 1024;

/// Spilled batches become a row group when they reach this size in memory.
const ROW_GROUP_SPILLED_BYTES: usize = 4 * 1024 * 1024;

/// What a partition has in the segment that is being filled.
#[derive(Debug)]
pub(super) struct Pending {
    partition: Partition,
    /// The partition's folder below the table's directory; empty without partitions.
    pub(super) folder: String,
    batches: Vec<RecordBatch>,
    bytes: usize,
}

/// A partition's share of a segment.
#[derive(Debug)]
pub(super) struct Work {
    pub(super) batches: Vec<RecordBatch>,
    pub(super) bytes: usize,
}

impl Pending {
    pub(super) fn new(partition: Partition, folder: String) -> Self {
        Self {
            partition,
            folder,
            batches: Vec::new(),
            bytes: 0,
        }
    }

    pub(super) fn push(&mut self, batch: RecordBatch, bytes: usize) {
        self.batches.push(batch);
        self.bytes += bytes;
    }

    pub(super) fn take(&mut self) -> Work {
        Work {
            batches: std::mem::take(&mut self.batches),
            bytes: std::mem::take(&mut self.bytes),
        }
    }

    pub(super) fn slot(&self) -> Slot {
        Slot {
            partition: self.partition.clone(),
            next_file: None,
            open: None,
            closed: Vec::new(),
            spilled: Vec::new(),
            spilled_bytes: 0,
        }
    }
}

/// A partition's files, and what was spilled for it.
#[derive(Debug)]
pub(super) struct Slot {
    partition: Partition,
    /// The name of the file to go on with, if the open one is not to be.
    pub(super) next_file: Option<String>,
    open: Option<OpenFile>,
    closed: Vec<OpenFile>,
    spilled: Vec<Spilled>,
    spilled_bytes: usize,
}

impl Slot {
    /// How many row groups of the open file are held as metadata.
    pub(super) fn row_groups(&self) -> usize {
        self.open.as_ref().map_or(0, OpenFile::row_groups)
    }

    /// Whether the next row group needs a new file.
    pub(super) fn needs_name(&self) -> bool {
        self.next_file.is_none() && self.open.is_none()
    }

    /// Writes the footer of the open file. Rows that come later go into another one.
    pub(super) fn close_file(&mut self) -> Result<(), LakeError> {
        if let Some(mut open) = self.open.take() {
            let closed = open.close();
            // Listed even if that failed: it has to be deleted.
            self.closed.push(open);
            closed?;
        }
        Ok(())
    }

    /// Takes a partition's share of a segment: as a row group if there is enough of it or if it is
    /// the `last`, else into the spill.
    pub(super) fn take(
        &mut self,
        layout: &Layout,
        spill: &Spill,
        work: Work,
        wide: bool,
        last: bool,
    ) -> Result<(), LakeError> {
        let Work { batches, bytes } = work;
        let mut batches = put_together(layout, batches)?;
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
            batches = put_together(layout, all)?;
            self.spilled_bytes = 0;
        }
        if batches.is_empty() {
            return Ok(());
        }
        if let Some(name) = self.next_file.take() {
            self.open = Some(OpenFile::new(layout, name));
        }
        match &mut self.open {
            Some(file) => file.append(layout, &batches, wide),
            None => Ok(()),
        }
    }

    /// Whether anything is still to be written for it.
    pub(super) fn has_spilled(&self) -> bool {
        !self.spilled.is_empty()
    }

    /// Writes the footer of the open file, makes all files durable and checks them.
    pub(super) fn seal(&mut self, layout: &Layout) -> Result<Vec<DataFile>, LakeError> {
        if let Some(open) = &mut self.open {
            open.close()?;
        }
        let files = self.closed.iter().chain(&self.open);
        files
            .map(|file| {
                let (path, partition) = (file.relative_path.clone(), self.partition.clone());
                staged::seal(&layout.spec, &layout.directory, path, partition, file.rows)
            })
            .collect()
    }

    /// The files written for it, by their paths below the table's directory.
    pub(super) fn relative_paths(&self) -> impl Iterator<Item = &str> {
        let files = self.closed.iter().chain(&self.open);
        files.map(|file| file.relative_path.as_str())
    }
}

/// Batches with fewer rows than this cost more each than the copying of their rows does.
const SMALL_BATCH_ROWS: usize = 1024;

/// Makes one batch of many small ones: a small file gives one of a hundred rows, and a piece of a
/// dump without order one of a few rows for every day.
fn put_together(layout: &Layout, batches: Vec<RecordBatch>) -> Result<Vec<RecordBatch>, LakeError> {
    let rows: usize = batches.iter().map(RecordBatch::num_rows).sum();
    let Some(first) = batches.first().filter(|_| batches.len() > 1) else {
        return Ok(batches);
    };
    if rows / batches.len() >= SMALL_BATCH_ROWS {
        return Ok(batches);
    }
    let one = concat_batches(&first.schema(), &batches);
    Ok(vec![one.map_err(LakeError::arrow(
        "put together",
        layout.spec.name,
    ))?])
}

/// Encodes or spills one segment, partitions in parallel; with few of them, columns too.
pub(super) fn encode_segment(
    layout: &Layout,
    spill: &Spill,
    slots: &mut [Slot],
    work: Vec<Work>,
    last: bool,
) -> Result<(), LakeError> {
    let busy: Vec<(&mut Slot, Work)> = slots
        .iter_mut()
        .zip(work)
        .filter(|(slot, work)| !work.batches.is_empty() || (last && slot.has_spilled()))
        .collect();
    let wide = busy.len() < 2 * rayon::current_num_threads();
    busy.into_par_iter()
        .try_for_each(|(slot, work)| slot.take(layout, spill, work, wide, last))
}
