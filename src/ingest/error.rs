//! Errors that end a run. Invalid records and refused inputs are no errors: they are counted.

use crate::input::InputError;
use crate::lake::{LakeError, TableSpec};
use crate::run_report::RecordCounts;
use crate::storage::LimitReached;
use crate::values::ExitCode;

/// Why a run ended without a result.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RunError {
    /// The lake failed.
    #[error(transparent)]
    Lake(#[from] LakeError),
    /// No more threads can be started.
    #[error(transparent)]
    Limit(#[from] LimitReached),
    /// The machine ran out of a resource while an input was read; the input is not at fault.
    #[error(transparent)]
    Exhausted(InputError),
    /// Records were lost or duplicated: a bug of this program. Nothing of the input is committed.
    #[error(
        "record counts of {path} are inconsistent ({counts:?}), which is a bug: nothing of it was committed; please report it"
    )]
    Unbalanced {
        /// The input.
        path: String,
        /// Its counts.
        counts: RecordCounts,
    },
    /// An input cannot be taken out, because a later one counts duplicates of its events.
    #[error(
        "{path}, ingested later, counts {duplicates} events as duplicates, perhaps of these: take that input out first, and ingest it again afterwards"
    )]
    CountsDuplicates {
        /// The later input.
        path: String,
        /// Its duplicates.
        duplicates: i64,
    },
    /// An input was ingested before the lake kept the history of its states.
    #[error(
        "{path} cannot be taken out: it was ingested before table supplier_versions existed, so the states that it replaced are not known; restore an earlier state of the lake with `lake restore --all --as-of`, or ingest a full snapshot"
    )]
    BeforeHistory {
        /// The input.
        path: String,
    },
    /// Other processes kept changing the inputs that were to be changed.
    #[error("other processes are changing the same inputs: run the command again")]
    Superseded,
    /// Stopped by a signal.
    #[error("interrupted: the tables contain no partial input")]
    Interrupted,
    /// A thread of the run ended early.
    #[error("a worker thread ended unexpectedly, which is a bug; please report it")]
    Worker,
    /// The run has more rows than 32 bits can number.
    #[error("more than 4,000,000,000 supplier purchases in one run; ingest fewer inputs at once")]
    TooManyRows,
    /// The table has two rows for one purchase: another program has written to it.
    #[error(
        "table supplier_purchases contains purchase {id} of company {company_id} twice; restore an earlier version with `lake restore --table supplier_purchases`"
    )]
    DoubledKey {
        /// The company.
        company_id: i64,
        /// The purchase.
        id: i64,
    },
    /// The table has a partition that this program does not write.
    #[error("file {path} is in a partition that is not a company_id and registration_month")]
    BadPartition {
        /// The file.
        path: String,
    },
    /// The table lacks key columns, or they have another type.
    #[error("table supplier_purchases lacks a key column, or it has another type")]
    KeyColumns,
    /// Rows could not be converted to Arrow columns.
    #[error("cannot build the Arrow columns of a batch")]
    Columns(#[from] arrow::error::ArrowError),
}

impl RunError {
    /// The exit code of a command that fails with it.
    pub fn exit_code(&self) -> ExitCode {
        match self {
            Self::Lake(error) => error.exit_code(),
            Self::Exhausted(error) => error.exit_code(),
            Self::Unbalanced { .. } => ExitCode::Unbalanced,
            Self::Interrupted => ExitCode::Interrupted,
            Self::CountsDuplicates { .. } | Self::BeforeHistory { .. } => ExitCode::Usage,
            Self::Superseded => ExitCode::Conflict,
            _ => ExitCode::Failed,
        }
    }

    /// A table that would get another number of rows than it must have.
    pub(super) fn unbalanced(table: &TableSpec, rows: u64) -> Self {
        let counts = RecordCounts {
            accepted: rows,
            ..RecordCounts::default()
        };
        Self::Unbalanced {
            path: table.name.to_owned(),
            counts,
        }
    }

    /// The table version that contains the rows, if they were committed before the failure.
    pub(super) fn rows_version(&self) -> Option<i64> {
        match self {
            Self::Lake(error) => error.rows_version(),
            _ => None,
        }
    }
}
