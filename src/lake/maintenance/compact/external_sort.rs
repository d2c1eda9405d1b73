//! External merge sort: batches of any total size come in, the same rows go out sorted.
//!
//! Memory: one chunk while it is sorted, and then a small batch of each of at most [`MERGE_FAN_IN`]
//! sorted runs; the runs are kept in a [`BatchBuffer`], on disk beyond its limit. The result is
//! deterministic if the sort columns identify a row.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};

use arrow::array::RecordBatch;
use arrow::compute::interleave_record_batch;
use arrow::row::{OwnedRow, Rows};

use super::sort_keys::SortKeys;
use crate::lake::maintenance::MaintainedTable;
use crate::lake::{BatchBuffer, BufferedBatchId, Lake, LakeError};

/// The size of a chunk, which is sorted in memory.
const CHUNK_BYTES: usize = 64 << 20;

/// The bytes of sorted runs kept in memory.
const BUFFER_BYTES: usize = 64 << 20;

/// The batch size of a sorted run: small, since one batch of each run is in memory during a merge.
const RUN_BATCH_BYTES: usize = 1 << 20;

/// The maximum number of rows in a batch.
const BATCH_ROWS: usize = 8192;

/// The number of runs that are merged at once.
const MERGE_FAN_IN: usize = 64;

/// Receives sorted batches.
type BatchSink<'s> = dyn FnMut(RecordBatch) -> Result<(), LakeError> + 's;

/// The state of a sort.
pub(super) struct ExternalSorter {
    keys: SortKeys,
    chunk: Vec<RecordBatch>,
    chunk_bytes: usize,
    buffer: BatchBuffer,
    runs: VecDeque<VecDeque<BufferedBatchId>>,
    chunk_limit: usize,
}

impl ExternalSorter {
    pub(super) fn new(
        lake: &Lake,
        maintained: &MaintainedTable,
        run_id: &str,
    ) -> Result<Self, LakeError> {
        Self::with_limits(lake, maintained, run_id, CHUNK_BYTES, BUFFER_BYTES)
    }

    fn with_limits(
        lake: &Lake,
        maintained: &MaintainedTable,
        run_id: &str,
        chunk_limit: usize,
        buffer_limit: usize,
    ) -> Result<Self, LakeError> {
        Ok(Self {
            keys: SortKeys::of(maintained)?,
            chunk: Vec::new(),
            chunk_bytes: 0,
            buffer: BatchBuffer::new(lake, &maintained.spec, run_id, buffer_limit)?,
            runs: VecDeque::new(),
            chunk_limit,
        })
    }

    pub(super) fn push(&mut self, batch: RecordBatch) -> Result<(), LakeError> {
        self.chunk_bytes += batch.get_array_memory_size();
        self.chunk.push(batch);
        if self.chunk_bytes >= self.chunk_limit {
            self.flush_chunk()?;
        }
        Ok(())
    }

    /// Passes all rows to `sink`, in order.
    pub(super) fn finish(mut self, sink: &mut BatchSink<'_>) -> Result<(), LakeError> {
        if self.runs.is_empty() {
            // All rows fit into memory.
            let chunk = std::mem::take(&mut self.chunk);
            return sort(&self.keys, &chunk, sink);
        }
        self.flush_chunk()?;
        while self.runs.len() > MERGE_FAN_IN {
            let first: Vec<_> = self.runs.drain(..MERGE_FAN_IN).collect();
            let mut merged = VecDeque::new();
            let buffer = &mut self.buffer;
            merge(&self.keys, buffer, first, &mut |buffer, batch| {
                merged.push_back(buffer.put(batch)?);
                Ok(())
            })?;
            self.runs.push_back(merged);
        }
        let runs = self.runs.drain(..).collect();
        merge(&self.keys, &mut self.buffer, runs, &mut |_, batch| {
            sink(batch)
        })
    }

    /// Sorts the chunk and stores it as a run.
    fn flush_chunk(&mut self) -> Result<(), LakeError> {
        let chunk = std::mem::take(&mut self.chunk);
        self.chunk_bytes = 0;
        let mut run = VecDeque::new();
        let buffer = &mut self.buffer;
        sort(&self.keys, &chunk, &mut |batch| {
            run.push_back(buffer.put(batch)?);
            Ok(())
        })?;
        if !run.is_empty() {
            self.runs.push_back(run);
        }
        Ok(())
    }
}

/// Sorts batches that are in memory.
fn sort(
    keys: &SortKeys,
    batches: &[RecordBatch],
    sink: &mut BatchSink<'_>,
) -> Result<(), LakeError> {
    let rows: Result<Vec<Rows>, LakeError> = batches.iter().map(|batch| keys.rows(batch)).collect();
    let rows = rows?;
    let mut order: Vec<(usize, usize)> = Vec::new();
    for (at, batch) in batches.iter().enumerate() {
        order.extend((0..batch.num_rows()).map(|row| (at, row)));
    }
    let key = |position: &(usize, usize)| rows.get(position.0).map(|rows| rows.row(position.1));
    order.sort_by(|one, other| key(one).cmp(&key(other)));
    let sources: Vec<&RecordBatch> = batches.iter().collect();
    let bytes: usize = batches.iter().map(RecordBatch::get_array_memory_size).sum();
    let of_a_row = bytes.div_ceil(order.len().max(1)).max(1);
    let at_once = (RUN_BATCH_BYTES / of_a_row).clamp(1, BATCH_ROWS);
    for positions in order.chunks(at_once) {
        let sorted = interleave_record_batch(&sources, positions);
        sink(sorted.map_err(LakeError::arrow("sort the rows", keys.table))?)?;
    }
    Ok(())
}

/// The position in a run during a merge.
struct RunCursor {
    left: VecDeque<BufferedBatchId>,
    current: BufferedBatchId,
    keys: Rows,
    row: usize,
    /// The index of its batch among the sources.
    source: usize,
}

/// The current batch of each run, and the positions of the rows to output.
#[derive(Default)]
struct MergeSources {
    batches: Vec<RecordBatch>,
    positions: Vec<(usize, usize)>,
}

impl MergeSources {
    fn put(&mut self, batch: RecordBatch) -> usize {
        self.batches.push(batch);
        self.batches.len() - 1
    }

    fn take(&mut self, keys: &SortKeys) -> Result<RecordBatch, LakeError> {
        let sources: Vec<&RecordBatch> = self.batches.iter().collect();
        let merged = interleave_record_batch(&sources, &self.positions);
        self.positions.clear();
        merged.map_err(LakeError::arrow("sort the rows", keys.table))
    }
}

/// Merges sorted runs and removes them from the buffer.
fn merge(
    keys: &SortKeys,
    buffer: &mut BatchBuffer,
    runs: Vec<VecDeque<BufferedBatchId>>,
    sink: &mut dyn FnMut(&mut BatchBuffer, RecordBatch) -> Result<(), LakeError>,
) -> Result<(), LakeError> {
    let mut sources = MergeSources::default();
    let mut cursors: Vec<RunCursor> = Vec::new();
    let mut heap: BinaryHeap<Reverse<(OwnedRow, usize)>> = BinaryHeap::new();
    for mut run in runs {
        let Some(current) = run.pop_front() else {
            continue;
        };
        let batch = buffer.get(current)?;
        let cursor = RunCursor {
            keys: keys.rows(&batch)?,
            left: run,
            current,
            row: 0,
            source: sources.put(batch),
        };
        heap.push(Reverse((cursor.keys.row(0).owned(), cursors.len())));
        cursors.push(cursor);
    }
    while let Some(Reverse((_, at))) = heap.pop() {
        let Some(cursor) = cursors.get_mut(at) else {
            continue;
        };
        sources.positions.push((cursor.source, cursor.row));
        cursor.row += 1;
        let at_end = cursor.row == cursor.keys.num_rows();
        if at_end || sources.positions.len() == BATCH_ROWS {
            sink(buffer, sources.take(keys)?)?;
        }
        if at_end {
            buffer.forget(cursor.current);
            let Some(next) = cursor.left.pop_front() else {
                continue;
            };
            let batch = buffer.get(next)?;
            cursor.keys = keys.rows(&batch)?;
            (cursor.current, cursor.row) = (next, 0);
            if let Some(slot) = sources.batches.get_mut(cursor.source) {
                *slot = batch;
            }
        }
        heap.push(Reverse((cursor.keys.row(cursor.row).owned(), at)));
    }
    if sources.positions.is_empty() {
        return Ok(());
    }
    sink(buffer, sources.take(keys)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lake::maintenance::DatePartition;
    use crate::lake::testing::{lake, rows, spec};
    use arrow::array::AsArray;
    use arrow::datatypes::Int64Type;

    fn sorted(chunk_limit: usize, buffer_limit: usize, batches: i64) -> Vec<(i64, String)> {
        let (_folder, lake) = lake();
        let maintained = MaintainedTable {
            spec: spec(),
            sort_columns: &["purchased_at", "source_file"],
            must_be_sorted: true,
            replaces_rows: false,
            date_partition: DatePartition::None,
        };
        let mut sorter =
            ExternalSorter::with_limits(&lake, &maintained, "run", chunk_limit, buffer_limit)
                .unwrap();
        for batch in 0..batches {
            // Unordered batches with overlapping times.
            let from = (batch * 31) % 197;
            let file = format!("{}.json", (batch * 17) % 101);
            sorter.push(rows(&file, from, from + 5)).unwrap();
        }
        let mut found = Vec::new();
        let mut take = |batch: RecordBatch| {
            assert!((1..=BATCH_ROWS).contains(&batch.num_rows()));
            let files = batch
                .column_by_name("source_file")
                .unwrap()
                .as_string::<i32>();
            let rows = batch.column_by_name("source_row").unwrap();
            let rows = rows.as_primitive::<Int64Type>().values().iter();
            found.extend(
                rows.zip(files)
                    .map(|(row, file)| (*row, file.unwrap().to_owned())),
            );
            Ok(())
        };
        sorter.finish(&mut take).unwrap();
        found
    }

    #[test]
    fn rows_come_out_in_order_from_memory_from_disk_and_in_several_passes() {
        for batches in [0, 1, 10, 300] {
            let mut expected: Vec<(i64, String)> = (0..batches)
                .flat_map(|batch| {
                    let from = (batch * 31) % 197;
                    let file = format!("{}.json", (batch * 17) % 101);
                    (from..from + 5).map(move |row| (row, file.clone()))
                })
                .collect();
            expected.sort();
            // One chunk; chunks of several batches; one run per batch, all on disk.
            for (chunk, buffer) in [(usize::MAX, 0), (20_000, usize::MAX), (1, 0)] {
                assert_eq!(
                    sorted(chunk, buffer, batches),
                    expected,
                    "{batches}, {chunk}"
                );
            }
        }
    }
}
