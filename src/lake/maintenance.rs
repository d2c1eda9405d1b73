//! The care of a lake: its tables come in; what state they are in, tables of fewer and larger files,
//! and room on the store come out.
//!
//! | file | job |
//! |---|---|
//! | `status` | what a table holds, and what lies around |
//! | `history` | what each version did |
//! | `compact` | small files into large ones, in order |
//! | `vacuum` | deletes what no version needs |
//! | `verify` | whether the store holds what the logs say |
//! | `restore` | an older version as the newest |
//!
//! Listing, sizes, footers and deletions go through the table's object store; rows through
//! [`Lake::read_rows`](super::Lake::read_rows) and [`PartitionWriter`](super::PartitionWriter).
//! The clock is passed in.

mod commit_with_retry;
mod compact;
mod error;
mod history;
mod loaded_table;
mod objects;
mod restore;
mod status;
#[cfg(test)]
mod tests;
mod vacuum;
mod verify;
mod withdraw;

use chrono::{DateTime, SecondsFormat};

use super::TableSpec;

pub use compact::{CompactOptions, CompactionReport};
pub use error::MaintenanceError;
pub use history::{History, HistoryEntry};
pub use loaded_table::DayRange;
pub use restore::{RestoreReport, RestoreTarget};
pub use status::{Checkpoint, FileCount, TableStatus};
pub use vacuum::{VacuumCandidate, VacuumPlan, VacuumReason};
pub use verify::{
    TablesByRole, VerificationDepth, VerificationFinding, VerificationReport, VerificationSeverity,
    VerifiedTable,
};

/// A table, and what its care has to know of it.
#[derive(Clone, Debug)]
pub struct MaintainedTable {
    /// What it looks like.
    pub spec: TableSpec,
    /// The columns its rows are put in order by, the first one first.
    pub sort_columns: &'static [&'static str],
    /// Whether a file whose rows are in another order is worth rewriting for that alone.
    pub must_be_sorted: bool,
    /// Whether later inputs may replace rows, so that it holds fewer than its inputs brought.
    pub replaces_rows: bool,
    /// Whether a partition says of which days its rows are.
    pub date_partition: DatePartition,
}

/// How a partition tells the days of its rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DatePartition {
    /// The partition column is the UTC day of an instant.
    Day {
        /// The partition column.
        partition_column: &'static str,
        /// The column with the instant.
        source_column: &'static str,
    },
    /// The partition column is the month of a date.
    Month {
        /// The partition column.
        partition_column: &'static str,
        /// The column with the date.
        source_column: &'static str,
    },
    /// Partitions have nothing to do with days.
    None,
}

/// An instant in milliseconds since 1970, as text.
fn utc(millis: i64) -> String {
    DateTime::from_timestamp_millis(millis).map_or_else(
        || format!("{millis} ms since 1970"),
        |time| time.to_rfc3339_opts(SecondsFormat::AutoSi, true),
    )
}

/// Counts of files and rows are far below the limits of the other type.
fn signed(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// The same the other way; what a log says below zero counts as nothing.
fn unsigned(count: i64) -> u64 {
    u64::try_from(count).unwrap_or_default()
}
