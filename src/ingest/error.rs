//! Why a run ends without a result. Bad records and bad inputs are no errors: they are counted.

use crate::input::InputError;
use crate::lake::LakeError;
use crate::storage::LimitReached;

/// Why a run ended without a result.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RunError {
    /// The lake failed.
    #[error(transparent)]
    Lake(#[from] LakeError),
    /// The machine has no more threads to give.
    #[error(transparent)]
    Limit(#[from] LimitReached),
    /// The machine has run out of something while an input was read; no input is to blame.
    #[error(transparent)]
    Exhausted(InputError),
    /// Records were lost or doubled: a fault of this program. Nothing of the input is committed.
    #[error(
        "the ledger of {path} does not balance ({counts:?}): nothing was committed; please report this"
    )]
    Unbalanced {
        /// The input.
        path: String,
        /// Its counts.
        counts: crate::run_report::RecordCounts,
    },
    /// Asked to stop.
    #[error("interrupted: nothing half-done was left in the tables")]
    Interrupted,
    /// A thread of the run ended early.
    #[error("a worker thread stopped before its work was done; please report this")]
    Worker,
    /// A run that holds more rows than it can number.
    #[error("more than 4,000,000,000 supplier purchases in one run; ingest fewer inputs at once")]
    TooManyRows,
    /// The table has two rows for one purchase: something else has written to it.
    #[error(
        "the table of supplier purchases holds purchase {id} of company {company_id} twice; restore an earlier version of it"
    )]
    DoubledKey {
        /// The company.
        company_id: i64,
        /// The purchase.
        id: i64,
    },
    /// The table has a partition that no run writes.
    #[error("{path} lies in a partition that is no company and month")]
    BadPartition {
        /// The file.
        path: String,
    },
    /// The key columns of the table are not what they should be.
    #[error("the table of supplier purchases lacks its key columns")]
    KeyColumns,
    /// Rows could not be put into columns.
    #[error("cannot build the columns of a batch")]
    Columns(#[from] arrow::error::ArrowError),
}

impl RunError {
    /// The version that the rows of the failed commit are in, when they are in all the same.
    pub(super) fn rows_version(&self) -> Option<i64> {
        match self {
            Self::Lake(error) => error.rows_version(),
            _ => None,
        }
    }
}
