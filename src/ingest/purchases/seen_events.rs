//! Finds duplicate event ids: Currents delivers events at least once.

use std::collections::HashSet;

use arrow::array::{Array, BooleanArray, StringArray};
use arrow::compute::filter_record_batch;

use crate::ingest::error::RunError;
use crate::purchase::columns::DayRows;

/// The event ids of this run, and those in the lake of the days of this run.
///
/// Memory: 16 bytes and some overhead for each event of these days; only dumps of Currents have
/// event ids. The time of an event never changes, so a duplicate is of the same day.
#[derive(Debug, Default)]
pub(super) struct SeenEvents {
    accepted: HashSet<u128>,
    /// Ids of the open input; discarded when it is refused.
    open: HashSet<u128>,
    days: HashSet<i32>,
}

impl SeenEvents {
    /// Drops the rows of duplicate events; returns their number. `event_ids_in_lake` returns the
    /// ids in the lake of a day; it is called once for each day.
    pub(super) fn drop_seen(
        &mut self,
        days: &mut [DayRows],
        event_ids_in_lake: &dyn Fn(i32) -> Result<Vec<String>, RunError>,
    ) -> Result<u64, RunError> {
        let mut dropped = 0;
        for DayRows { day, batch } in days {
            let Some(ids) = batch.column_by_name("event_id") else {
                continue;
            };
            let Some(ids) = ids.as_any().downcast_ref::<StringArray>() else {
                continue;
            };
            if ids.null_count() < ids.len() && self.days.insert(*day) {
                self.accepted
                    .extend(event_ids_in_lake(*day)?.iter().map(|id| fingerprint(id)));
            }
            let keep: BooleanArray = (0..ids.len())
                .map(|row| Some(ids.is_null(row) || self.is_new(ids.value(row))))
                .collect();
            let lost = keep.len() - keep.true_count();
            if lost > 0 {
                *batch = filter_record_batch(batch, &keep)?;
                dropped += lost as u64;
            }
        }
        Ok(dropped)
    }

    fn is_new(&mut self, event_id: &str) -> bool {
        let id = fingerprint(event_id);
        !self.accepted.contains(&id) && self.open.insert(id)
    }

    /// Accepts the open input.
    pub(super) fn accept_open(&mut self) {
        self.accepted.extend(self.open.drain());
    }

    /// Discards the accepted inputs: some are read again. The ids in the lake are read again, too.
    pub(super) fn reset(&mut self) {
        self.accepted.clear();
        self.days.clear();
    }

    /// Discards the open input: it is refused or read again.
    pub(super) fn discard_open(&mut self) {
        self.open.clear();
    }
}

/// Half a BLAKE3 hash: among 10^12 ids the probability of a collision is about 10^-15.
fn fingerprint(event_id: &str) -> u128 {
    let hash = blake3::hash(event_id.as_bytes());
    let (half, _) = hash.as_bytes().split_at(16);
    u128::from_le_bytes(half.try_into().unwrap_or_default())
}
