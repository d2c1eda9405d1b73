//! Finds event ids that were read before in the run: Currents delivers events at least once.

use super::rows::PurchaseRows;
use crate::ingest::error::RunError;

/// The event ids of this run that the lake does not have.
///
/// Memory: 16 bytes and some overhead for each event; only dumps of Currents have event ids.
#[derive(Debug, Default)]
pub(super) struct SeenEvents {
    accepted: foldhash::HashSet<u128>,
    /// Ids of the open input; discarded when it is refused.
    open: foldhash::HashSet<u128>,
}

impl SeenEvents {
    /// Drops the rows of events that were read before, and counts them as duplicates.
    pub(super) fn drop_seen(&mut self, rows: &mut PurchaseRows) -> Result<(), RunError> {
        let Self { accepted, open } = self;
        for day in &mut rows.days {
            let is_new = |id| !accepted.contains(&id) && open.insert(id);
            rows.duplicates += day.retain_events(is_new)?;
        }
        Ok(())
    }

    /// Accepts the open input.
    pub(super) fn accept_open(&mut self) {
        self.accepted.extend(self.open.drain());
    }

    /// Discards the accepted inputs: some are read again.
    pub(super) fn reset(&mut self) {
        self.accepted.clear();
    }

    /// Discards the open input: it is refused or read again.
    pub(super) fn discard_open(&mut self) {
        self.open.clear();
    }
}
