//! A complete input that waits for its commit.

use super::output_writers::ChunkBatches;
use crate::ingest::counters::InputCounters;
use crate::ingest::input_row::input_row;
use crate::input::InputTotals;
use crate::lake::{Digest, InputRow};

/// An input that has been read to its end and is not refused.
#[derive(Clone, Debug)]
pub(super) struct PendingInput {
    /// Position among the inputs of the run.
    pub(super) index: usize,
    pub(super) path: String,
    pub(super) totals: InputTotals,
    pub(super) counters: InputCounters,
    /// Its rows, if they are few enough to be buffered in memory.
    pub(super) batches: Option<ChunkBatches>,
}

impl PendingInput {
    pub(super) fn digest(&self) -> Digest {
        Digest::new(*self.totals.digest.as_bytes())
    }

    /// Its row in `inputs`.
    pub(super) fn row(&self, with_rejects: bool, now_micros: i64) -> InputRow {
        input_row(
            &self.path,
            self.digest(),
            &self.totals,
            &self.counters,
            with_rejects,
            now_micros,
        )
    }
}
