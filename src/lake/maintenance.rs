//! Maintenance of a lake's tables.
//!
//! | file | task |
//! |---|---|
//! | `status` | the contents of a table and of its folder |
//! | `history` | what each version did |
//! | `compact` | rewrites small files into large, sorted ones |
//! | `vacuum` | deletes files that no version needs |
//! | `verify` | compares the store with the logs |
//! | `restore` | makes an older version the newest |
//! | `manifest` | lists the files of each partition for readers without Delta |
//! | `upgrade` | adds the columns that its specification has and it lacks |
//! | `set_timezone` | sets the property with the time zone of the lake |
//!
//! Listing, sizes, footers and deletions use the table's object store; rows use
//! [`Lake::read_rows`](super::Lake::read_rows) and [`PartitionWriter`](super::PartitionWriter). The
//! current time is passed in.

mod compact;
mod history;
mod loaded_table;
mod manifest;
mod objects;
mod restorable;
mod restore;
mod set_timezone;
mod status;
#[cfg(test)]
mod tests;
mod upgrade;
mod vacuum;
mod verify;
mod withdraw;

use super::TableSpec;

pub use compact::{CompactOptions, CompactionReport};
pub use history::{History, HistoryEntry};
pub use loaded_table::DayRange;
pub use manifest::ManifestReport;
pub use restore::{RestoreReport, RestoreScope, RestoreTarget};
pub use set_timezone::TimezoneReport;
pub use status::{Checkpoint, FileCount, TableStatus};
pub use upgrade::{AddedColumn, UpgradeReport};
pub use vacuum::{VacuumCandidate, VacuumPlan, VacuumReason};
pub use verify::{
    TablesByRole, VerificationDepth, VerificationFinding, VerificationReport, VerificationSeverity,
    VerifiedTable,
};

/// A table, with the properties that its maintenance needs.
#[derive(Clone, Debug)]
pub struct MaintainedTable {
    /// The specification of the table.
    pub spec: TableSpec,
    /// The columns that its rows are sorted by, the first one first.
    pub sort_columns: &'static [&'static str],
    /// Whether a file whose rows are out of order is rewritten for that reason alone.
    pub must_be_sorted: bool,
    /// Whether later inputs may replace rows, so that it contains fewer rows than its inputs.
    pub replaces_rows: bool,
    /// How its partitions relate to days.
    pub date_partition: DatePartition,
}

/// How a partition determines the days of its rows.
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
    /// Partitions do not depend on days.
    None,
}

/// Formats an instant in milliseconds since 1970.
fn utc(millis: i64) -> String {
    super::error::utc(millis.saturating_mul(1000))
}
