//! A complete input that waits for its commit, and its row in the table `inputs`.

use std::collections::HashSet;

use super::changed_input::InputDifference;
use super::counters::InputCounters;
use super::options::IngestOptions;
use crate::input::InputTotals;
use crate::lake::{CommittedDigests, Digest, InputCounts, InputRow, InputState};
use crate::run_report::RecordCounts;

/// An input that has been read to its end and is not refused.
#[derive(Debug)]
pub(super) struct PendingInput<C> {
    /// Position among the inputs of the run.
    pub(super) index: usize,
    pub(super) path: String,
    /// Identifies its content.
    pub(super) digest: Digest,
    pub(super) totals: InputTotals,
    pub(super) counters: InputCounters,
    /// A hash of the settings that its rows depend on.
    pub(super) reading_settings: Option<String>,
    /// How it differs from what is listed of its path and content.
    pub(super) difference: InputDifference,
    /// What its kind keeps of it until the commit.
    pub(super) content: C,
}

impl<C> PendingInput<C> {
    /// Its row in `inputs`, ingested with these options and counters.
    pub(super) fn row<K>(
        &self,
        counters: &InputCounters,
        with_rejects: bool,
        options: &IngestOptions<K>,
    ) -> InputRow {
        let file = self.totals.file;
        let size = file.map_or(self.totals.bytes, |file| file.size_bytes);
        InputRow {
            path: self.path.clone(),
            size_bytes: to_i64(size),
            modified_at: file.and_then(|file| file.modified_micros),
            digest: self.digest,
            shape: self.totals.format.as_str().to_owned(),
            counts: input_counts(&counters.counts),
            ingested_at: options.now_micros,
            default_timezone: Some(options.default_timezone.name().to_owned()),
            with_rejects,
            state: InputState::Current,
            reading_settings: self.reading_settings.clone(),
            reason: None,
        }
    }
}

/// Splits inputs into those that are committed already or copies of one in `seen`, and new ones,
/// which are added to `seen`.
pub(super) fn split_known<C>(
    inputs: Vec<PendingInput<C>>,
    known: &CommittedDigests,
    seen: &mut HashSet<Digest>,
) -> (Vec<PendingInput<C>>, Vec<PendingInput<C>>) {
    inputs
        .into_iter()
        .partition(|input| known.rows.contains(&input.digest) || !seen.insert(input.digest))
}

/// The digests of inputs.
pub(super) fn digests<'p, C: 'p>(
    inputs: impl IntoIterator<Item = &'p PendingInput<C>>,
) -> Vec<Digest> {
    inputs.into_iter().map(|input| input.digest).collect()
}

/// Counts and sizes are far below i64.
pub(super) fn to_i64(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

fn input_counts(counts: &RecordCounts) -> InputCounts {
    let RecordCounts {
        read,
        accepted,
        rejected,
        duplicate,
        superseded,
        skipped,
    } = *counts;
    InputCounts {
        read: to_i64(read),
        accepted: to_i64(accepted),
        rejected: to_i64(rejected),
        duplicate: to_i64(duplicate),
        superseded: to_i64(superseded),
        skipped: to_i64(skipped),
    }
}
