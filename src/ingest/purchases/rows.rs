//! The accepted purchases of a chunk, by UTC day, with the fingerprints of their event ids.

use arrow::array::{Array, BooleanArray, StringArray, TimestampMicrosecondArray};
use arrow::compute::{filter_record_batch, max, min};
use arrow::error::ArrowError;

use crate::purchase::columns::DayRows;

/// The accepted purchases of a chunk.
#[derive(Debug, Default)]
pub struct PurchaseRows {
    /// Rows by UTC day.
    pub days: Vec<PurchaseDay>,
    /// Fingerprints of the records, in order.
    pub fingerprints: Vec<u64>,
    /// Fingerprints of the product ids.
    pub products: foldhash::HashSet<u64>,
    /// Number of purchases whose record has a quantity.
    pub with_quantity: u64,
    /// Number of purchases whose record has none; a line of an order always has one of its own.
    pub without_quantity: u64,
    /// Number of rows that were dropped as duplicate events.
    pub duplicates: u64,
}

impl PurchaseRows {
    /// The earliest and the latest time, µs since 1970.
    pub(super) fn times(&self) -> Option<(i64, i64)> {
        let columns = self.days.iter().filter_map(|day| {
            let column = day.rows.batch.column_by_name("time")?;
            column.as_any().downcast_ref::<TimestampMicrosecondArray>()
        });
        let ranges = columns.filter_map(|times| min(times).zip(max(times)));
        ranges.reduce(|one, other| (one.0.min(other.0), one.1.max(other.1)))
    }
}

/// The rows of one UTC day.
#[derive(Debug)]
pub struct PurchaseDay {
    /// The rows, in source order.
    pub rows: DayRows,
    /// For each row, the fingerprint of its event id, if it has one; empty if no row has.
    event_ids: Vec<Option<u128>>,
}

impl PurchaseDay {
    /// Computes the fingerprints of the event ids.
    pub(super) fn new(rows: DayRows) -> Self {
        let column = rows.batch.column_by_name("event_id");
        let ids = column.and_then(|ids| ids.as_any().downcast_ref::<StringArray>());
        let ids = ids.filter(|ids| ids.null_count() < ids.len());
        let fingerprints =
            |ids: &StringArray| ids.iter().map(|id| id.map(event_fingerprint)).collect();
        let event_ids = ids.map(fingerprints).unwrap_or_default();
        Self { rows, event_ids }
    }

    /// Whether some row has an event id.
    pub(super) fn has_events(&self) -> bool {
        !self.event_ids.is_empty()
    }

    /// Drops the rows whose event id `is_new` refuses; returns their number.
    ///
    /// # Errors
    /// None that rows can cause; Arrow's own are passed on.
    pub(super) fn retain_events(
        &mut self,
        mut is_new: impl FnMut(u128) -> bool,
    ) -> Result<u64, ArrowError> {
        let is_kept = |id: &Option<u128>| id.is_none_or(&mut is_new);
        let kept: Vec<bool> = self.event_ids.iter().map(is_kept).collect();
        let dropped = kept.iter().filter(|is_kept| !**is_kept).count();
        if dropped > 0 {
            let mut rows = kept.iter();
            self.event_ids.retain(|_id| rows.next() == Some(&true));
            let batch = &mut self.rows.batch;
            *batch = filter_record_batch(batch, &BooleanArray::from(kept))?;
        }
        Ok(dropped as u64)
    }
}

/// Half a BLAKE3 hash: among 10^12 ids the probability of a collision is about 10^-15.
pub(super) fn event_fingerprint(event_id: &str) -> u128 {
    let hash = blake3::hash(event_id.as_bytes());
    let (half, _) = hash.as_bytes().split_at(16);
    u128::from_le_bytes(half.try_into().unwrap_or_default())
}
