//! Why a load has failed. Nothing of it is in the target then.

use std::path::Path;

use crate::lake::LakeError;
use crate::values::ExitCode;

/// Why a load has failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LoadError {
    /// The lake.
    #[error(transparent)]
    Lake(#[from] LakeError),
    /// The target is not one that this program loads.
    #[error("{reason}")]
    Target {
        /// What is wrong and what to write. It never has a password.
        reason: String,
    },
    /// The database refused a statement or cannot be reached.
    #[error("database {target}: cannot {action}; nothing was loaded; {remedy}")]
    Database {
        /// What was being done.
        action: &'static str,
        /// The database, without user and password.
        target: String,
        /// What to do.
        remedy: String,
        /// The error of the database.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The library of a database is missing, or cannot be used.
    #[error("{problem}; nothing was loaded; {remedy}")]
    Library {
        /// What is wrong.
        problem: String,
        /// What to do.
        remedy: &'static str,
    },
    /// A table of the target does not belong to this lake.
    #[error("the table {table} of the target {problem}; nothing was loaded; {remedy}")]
    Foreign {
        /// The table.
        table: String,
        /// What is different.
        problem: String,
        /// What to do.
        remedy: &'static str,
    },
    /// A column of the target has another type.
    #[error(
        "column {column} of the table {table} of the target has the type {found}, expected {expected}; nothing was loaded; load into another --schema, or drop the table"
    )]
    ColumnDiffers {
        /// The table.
        table: String,
        /// The column.
        column: String,
        /// The type it should have.
        expected: &'static str,
        /// The type it has.
        found: String,
    },
    /// A value that the target cannot store.
    #[error(
        "row {row} of {file}: {column} {problem}; nothing was loaded; take the input out with `purchase-etl inputs remove`, or correct and ingest it again"
    )]
    Value {
        /// The data file of the lake.
        file: String,
        /// The row in it, from 0.
        row: usize,
        /// The column.
        column: String,
        /// What is wrong.
        problem: &'static str,
    },
    /// A table has a column of a type that no target column is defined for.
    #[error("column {column} has the type {data_type}, which cannot be loaded (a bug)")]
    Unsupported {
        /// The column.
        column: String,
        /// Its type.
        data_type: String,
    },
    /// The file of an answer.
    #[error("cannot read the answer {path}; nothing was loaded; give a Parquet file of a report")]
    Answer {
        /// Its path.
        path: String,
        /// The error of the file.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The load was interrupted.
    #[error("interrupted; nothing was loaded")]
    Interrupted,
}

impl LoadError {
    /// An error of the text of a target.
    pub(super) fn target(reason: impl Into<String>) -> Self {
        Self::Target {
            reason: reason.into(),
        }
    }

    /// An error of the file of an answer.
    pub fn answer<E: Into<Box<dyn std::error::Error + Send + Sync>>>(
        path: &Path,
    ) -> impl Fn(E) -> Self + use<E> {
        let path = path.display().to_string();
        move |source| Self::Answer {
            path: path.clone(),
            source: source.into(),
        }
    }

    /// The exit code of the command.
    pub fn exit_code(&self) -> ExitCode {
        match self {
            Self::Lake(error) => error.exit_code(),
            Self::Target { .. } => ExitCode::Usage,
            Self::Interrupted => ExitCode::Interrupted,
            Self::Database { .. }
            | Self::Library { .. }
            | Self::Foreign { .. }
            | Self::ColumnDiffers { .. }
            | Self::Value { .. }
            | Self::Answer { .. }
            | Self::Unsupported { .. } => ExitCode::Failed,
        }
    }
}
