//! Errors of changes of inputs.

use crate::values::ExitCode;

/// Why inputs cannot be taken out, or a table cannot be restored after some were.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum InputChangeError {
    /// A table holds another number of rows of an input than the table of inputs lists.
    #[error(
        "table {table:?} holds {found} rows of {path}, but {expected} are listed: check the lake with `purchase-etl lake verify --deep`"
    )]
    RowsDiffer {
        /// The table.
        table: String,
        /// The input.
        path: String,
        /// The listed rows.
        expected: u64,
        /// The rows in the table.
        found: u64,
    },
    /// Rejects of so many inputs would be removed, and the inputs stay.
    #[error(
        "{0} inputs would lose their rejects and would not be read again, because their rows stay: restore all tables together with --all --as-of, without ingesting in the meantime"
    )]
    RejectsWithoutInputs(usize),
    /// A table alone cannot be restored to a version before a change of inputs: the other tables
    /// would keep the change.
    #[error(
        "inputs were replaced or removed since that version of table {table:?}, the first of them {path}: restore all tables together with `lake restore --all --as-of`"
    )]
    RestoreOfOneTable {
        /// The table.
        table: String,
        /// One of the inputs.
        path: String,
    },
    /// Other processes change the tables faster than the history of states follows.
    #[error(
        "table {0:?} could not be completed, because other processes changed the lake: run the same command again"
    )]
    HistoryBehind(String),
}

impl InputChangeError {
    /// The exit code of a command that fails with it.
    pub fn exit_code(&self) -> ExitCode {
        match self {
            Self::RowsDiffer { .. } | Self::RejectsWithoutInputs(_) | Self::HistoryBehind(_) => {
                ExitCode::Failed
            }
            Self::RestoreOfOneTable { .. } => ExitCode::Usage,
        }
    }
}
