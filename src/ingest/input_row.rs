//! The facts about an ingested input, as its row in the table of inputs.

use super::counters::InputCounters;
use crate::input::InputTotals;
use crate::lake::{Digest, InputCounts, InputRow};
use crate::run_report::RecordCounts;

/// The row of an input that was ingested at `now_micros`; `digest` is its identity.
pub(super) fn input_row(
    path: &str,
    digest: Digest,
    totals: &InputTotals,
    counters: &InputCounters,
    with_rejects: bool,
    now_micros: i64,
) -> InputRow {
    let file = totals.file;
    let size = file.map_or(totals.bytes, |file| file.size_bytes);
    InputRow {
        path: path.to_owned(),
        size_bytes: to_i64(size),
        modified_at: file.and_then(|file| file.modified_micros),
        digest,
        shape: totals.format.as_str().to_owned(),
        counts: counts(&counters.counts),
        ingested_at: now_micros,
        with_rejects,
    }
}

/// The note on an input whose row had to be worked out anew.
pub(super) fn recounted_note(path: &str) -> String {
    format!(
        "{path} was committed by a run that was stopped, and what that run had written down for the table of inputs is gone: its counts there were worked out anew"
    )
}

/// Counts and sizes are far below i64.
pub(super) fn to_i64(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

fn counts(counts: &RecordCounts) -> InputCounts {
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
