//! Counts of rows, bytes and versions: `u64` in this program, `i64` in the log and in public types.

/// Converts a count or a version, which are far below the limit.
pub(super) fn signed(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// Converts a count of the log; a negative one counts as 0.
pub(super) fn unsigned(count: i64) -> u64 {
    u64::try_from(count).unwrap_or_default()
}
