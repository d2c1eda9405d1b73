//! Rows into their order, whatever their number: batches come in, the same rows go out sorted.
//!
//! Memory: a chunk while it is sorted, and then a small batch of each of at most [`FAN_IN`] sorted
//! runs; the runs themselves wait in [`HeldBatches`], on disk beyond its limit. An order
//! that ends in the place of a row in its input leaves nothing to chance.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};

use arrow::array::RecordBatch;
use arrow::compute::interleave_record_batch;
use arrow::row::{OwnedRow, Rows};

use super::rewrite::Keys;
use super::{CareError, CaredTable};
use crate::lake::{HeldBatches, HeldId, Lake};

/// A chunk that is sorted in memory.
const CHUNK_BYTES: usize = 64 << 20;

/// What may wait in memory.
const HELD_BYTES: usize = 64 << 20;

/// The batches of a sorted run: small, since one of each run is in memory while they are merged.
const RUN_BATCH_BYTES: usize = 1 << 20;

/// Rows of a batch, at most.
const BATCH_ROWS: usize = 8192;

/// Runs that are merged at once.
const FAN_IN: usize = 64;

/// Takes sorted batches.
type Sink<'s> = dyn FnMut(RecordBatch) -> Result<(), CareError> + 's;

/// A sort in the making.
pub(super) struct Merger {
    table: &'static str,
    keys: Keys,
    chunk: Vec<RecordBatch>,
    chunk_bytes: usize,
    held: HeldBatches,
    runs: VecDeque<VecDeque<HeldId>>,
    chunk_limit: usize,
}

impl Merger {
    pub(super) fn new(lake: &Lake, cared: &CaredTable, run_id: &str) -> Result<Self, CareError> {
        Self::with_limits(lake, cared, run_id, CHUNK_BYTES, HELD_BYTES)
    }

    fn with_limits(
        lake: &Lake,
        cared: &CaredTable,
        run_id: &str,
        chunk_limit: usize,
        held_limit: usize,
    ) -> Result<Self, CareError> {
        Ok(Self {
            table: cared.spec.name,
            keys: Keys::of(cared)?,
            chunk: Vec::new(),
            chunk_bytes: 0,
            held: HeldBatches::new(lake, &cared.spec, run_id, held_limit)?,
            runs: VecDeque::new(),
            chunk_limit,
        })
    }

    pub(super) fn push(&mut self, batch: RecordBatch) -> Result<(), CareError> {
        self.chunk_bytes += batch.get_array_memory_size();
        self.chunk.push(batch);
        if self.chunk_bytes >= self.chunk_limit {
            self.put_chunk_away()?;
        }
        Ok(())
    }

    /// Hands all rows over, in their order.
    pub(super) fn finish(mut self, sink: &mut Sink<'_>) -> Result<(), CareError> {
        if self.runs.is_empty() {
            // It fits into memory.
            let chunk = std::mem::take(&mut self.chunk);
            return sort(self.table, &self.keys, &chunk, sink);
        }
        self.put_chunk_away()?;
        while self.runs.len() > FAN_IN {
            let first: Vec<_> = self.runs.drain(..FAN_IN).collect();
            let mut merged = VecDeque::new();
            let held = &mut self.held;
            merge(self.table, &self.keys, held, first, &mut |held, batch| {
                merged.push_back(held.put(batch)?);
                Ok(())
            })?;
            self.runs.push_back(merged);
        }
        let runs = self.runs.drain(..).collect();
        merge(
            self.table,
            &self.keys,
            &mut self.held,
            runs,
            &mut |_, batch| sink(batch),
        )
    }

    /// Sorts the chunk and lets it wait as a run.
    fn put_chunk_away(&mut self) -> Result<(), CareError> {
        let chunk = std::mem::take(&mut self.chunk);
        self.chunk_bytes = 0;
        let mut run = VecDeque::new();
        let held = &mut self.held;
        sort(self.table, &self.keys, &chunk, &mut |batch| {
            run.push_back(held.put(batch)?);
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
    table: &str,
    keys: &Keys,
    batches: &[RecordBatch],
    sink: &mut Sink<'_>,
) -> Result<(), CareError> {
    let rows: Result<Vec<Rows>, CareError> = batches.iter().map(|batch| keys.rows(batch)).collect();
    let rows = rows?;
    let mut order: Vec<(usize, usize)> = Vec::new();
    for (at, batch) in batches.iter().enumerate() {
        order.extend((0..batch.num_rows()).map(|row| (at, row)));
    }
    let key = |place: &(usize, usize)| rows.get(place.0).map(|rows| rows.row(place.1));
    order.sort_by(|one, other| key(one).cmp(&key(other)));
    let sources: Vec<&RecordBatch> = batches.iter().collect();
    let bytes: usize = batches.iter().map(RecordBatch::get_array_memory_size).sum();
    let of_a_row = bytes.div_ceil(order.len().max(1)).max(1);
    let at_once = (RUN_BATCH_BYTES / of_a_row).clamp(1, BATCH_ROWS);
    for places in order.chunks(at_once) {
        let sorted = interleave_record_batch(&sources, places);
        sink(sorted.map_err(CareError::order(table))?)?;
    }
    Ok(())
}

/// A run while it is merged.
struct Cursor {
    left: VecDeque<HeldId>,
    current: HeldId,
    keys: Rows,
    row: usize,
    /// The place of its batch among the sources.
    source: usize,
}

/// Batches that rows are taken from, and the rows that wait to be taken.
#[derive(Default)]
struct Sources {
    batches: Vec<RecordBatch>,
    places: Vec<(usize, usize)>,
}

impl Sources {
    fn put(&mut self, batch: RecordBatch) -> usize {
        self.batches.push(batch);
        self.batches.len() - 1
    }

    fn take(&mut self, table: &str) -> Result<RecordBatch, CareError> {
        let sources: Vec<&RecordBatch> = self.batches.iter().collect();
        let merged = interleave_record_batch(&sources, &self.places);
        self.places.clear();
        merged.map_err(CareError::order(table))
    }
}

/// Merges sorted runs, and forgets them.
fn merge(
    table: &str,
    keys: &Keys,
    held: &mut HeldBatches,
    runs: Vec<VecDeque<HeldId>>,
    sink: &mut dyn FnMut(&mut HeldBatches, RecordBatch) -> Result<(), CareError>,
) -> Result<(), CareError> {
    let mut sources = Sources::default();
    let mut cursors: Vec<Cursor> = Vec::new();
    let mut heap: BinaryHeap<Reverse<(OwnedRow, usize)>> = BinaryHeap::new();
    for mut run in runs {
        let Some(current) = run.pop_front() else {
            continue;
        };
        let batch = held.get(current)?;
        let cursor = Cursor {
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
        sources.places.push((cursor.source, cursor.row));
        cursor.row += 1;
        let is_spent = cursor.row == cursor.keys.num_rows();
        if is_spent || sources.places.len() == BATCH_ROWS {
            sink(held, sources.take(table)?)?;
        }
        if is_spent {
            held.forget(cursor.current);
            let Some(next) = cursor.left.pop_front() else {
                continue;
            };
            let batch = held.get(next)?;
            cursor.keys = keys.rows(&batch)?;
            (cursor.current, cursor.row) = (next, 0);
            if let Some(place) = sources.batches.get_mut(cursor.source) {
                *place = batch;
            }
        }
        heap.push(Reverse((cursor.keys.row(cursor.row).owned(), at)));
    }
    if sources.places.is_empty() {
        return Ok(());
    }
    sink(held, sources.take(table)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lake::care::Dated;
    use crate::lake::testing::{lake, rows, spec};
    use arrow::array::AsArray;
    use arrow::datatypes::Int64Type;

    fn sorted(chunk_limit: usize, held_limit: usize, batches: i64) -> Vec<(i64, String)> {
        let (_folder, lake) = lake();
        let cared = CaredTable {
            spec: spec(),
            order: &["purchased_at", "source_file"],
            must_be_ordered: true,
            replaces_rows: false,
            dated: Dated::No,
        };
        let mut merger =
            Merger::with_limits(&lake, &cared, "run", chunk_limit, held_limit).unwrap();
        for batch in 0..batches {
            // Batches in no order, whose times overlap.
            let from = (batch * 31) % 197;
            let file = format!("{}.json", (batch * 17) % 101);
            merger.push(rows(&file, from, from + 5)).unwrap();
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
        merger.finish(&mut take).unwrap();
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
            // All in one chunk; chunks of some batches; a run for each batch, all on disk.
            for (chunk, held) in [(usize::MAX, 0), (20_000, usize::MAX), (1, 0)] {
                assert_eq!(sorted(chunk, held, batches), expected, "{batches}, {chunk}");
            }
        }
    }
}
