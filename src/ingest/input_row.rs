//! The row of an ingested input in the table `inputs`.

use super::counters::InputCounters;
use crate::input::InputTotals;
use crate::lake::{Digest, InputCounts, InputRow};
use crate::run_report::RecordCounts;

/// The row of an input ingested at `now_micros` (µs since 1970); `digest` identifies its content.
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

/// The note on an input whose row in `inputs` was recomputed.
pub(super) fn recounted_note(path: &str) -> String {
    format!(
        "{path} was committed by an interrupted run whose data for table inputs is lost: the counts of this input in table inputs were recomputed"
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
