//! The facts about an ingested input, as its row in the table of inputs.

use super::tally::InputTally;
use crate::input::Totals;
use crate::lake::{Digest, InputCounts, InputRow};
use crate::run_report::Counts;

/// The row of an input that was ingested at `now_micros`; `digest` is its identity.
pub(super) fn input_row(
    path: &str,
    digest: Digest,
    totals: &Totals,
    tally: &InputTally,
    with_rejects: bool,
    now_micros: i64,
) -> InputRow {
    let file = totals.file;
    let size = file.map_or(totals.bytes, |file| file.size_bytes);
    InputRow {
        path: path.to_owned(),
        size_bytes: clamp(size),
        modified_at: file.and_then(|file| file.modified_micros),
        digest,
        shape: totals.shape.as_str().to_owned(),
        counts: counts(&tally.counts),
        ingested_at: now_micros,
        with_rejects,
    }
}

/// The note on an input whose row had to be worked out anew.
pub(super) fn recounted(path: &str) -> String {
    format!(
        "{path} was committed by a run that was stopped, and what that run had written down for the table of inputs is gone: its counts there were worked out anew"
    )
}

/// Counts and sizes are far below i64.
pub(super) fn clamp(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

fn counts(counts: &Counts) -> InputCounts {
    let Counts {
        read,
        accepted,
        rejected,
        duplicate,
        superseded,
        skipped,
    } = *counts;
    InputCounts {
        read: clamp(read),
        accepted: clamp(accepted),
        rejected: clamp(rejected),
        duplicate: clamp(duplicate),
        superseded: clamp(superseded),
        skipped: clamp(skipped),
    }
}
