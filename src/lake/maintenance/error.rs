//! The error type of the maintenance of a lake.

use arrow::error::ArrowError;

use crate::lake::LakeError;
use crate::values::ExitCode;

/// An error of the maintenance of a lake.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MaintenanceError {
    /// The tables cannot be read or written.
    #[error(transparent)]
    Lake(#[from] LakeError),
    /// The lake contains none of the tables.
    #[error("there is no lake at {lake}: check --lake, or ingest data first")]
    NoLake {
        /// The lake.
        lake: String,
    },
    /// The store reported an error.
    #[error("cannot {action} {file} of table {table:?}")]
    Store {
        /// The failed operation, as a verb.
        action: &'static str,
        /// The table.
        table: String,
        /// The file, below the table's folder.
        file: String,
        /// The error of the store.
        source: Box<object_store::Error>,
    },
    /// Days were requested of a table that is not partitioned by date.
    #[error("table {table:?} is not partitioned by day or month: remove --from and --to")]
    NotPartitionedByDate {
        /// The table.
        table: String,
    },
    /// A partition value is invalid for its type.
    #[error("invalid partition value {value:?} of {file} in table {table:?}: run `lake verify`")]
    Partition {
        /// The table.
        table: String,
        /// The file.
        file: String,
        /// The value.
        value: String,
    },
    /// Rows could not be sorted.
    #[error("cannot sort the rows of table {table:?}")]
    Order {
        /// The table.
        table: String,
        /// The error of the Arrow library.
        source: Box<ArrowError>,
    },
    /// The rows written by a compaction differ from the rows read.
    #[error(
        "compacting {partition} of table {table:?} would change {what} (a bug): nothing was committed; run `lake verify --deep`, and report this"
    )]
    ContentDiffers {
        /// The table.
        table: String,
        /// The partition.
        partition: String,
        /// The number that differs, before and after.
        what: String,
    },
    /// Files of the version to be restored are missing.
    #[error(
        "version {version} of table {table:?} cannot be restored: {missing} of its files are missing, the first is {first}; a vacuum deletes files removed longer ago than its retention; choose a later version"
    )]
    Vacuumed {
        /// The table.
        table: String,
        /// The version.
        version: i64,
        /// The number of missing files.
        missing: usize,
        /// The first of them.
        first: String,
    },
    /// None of the tables existed at the requested instant.
    #[error(
        "--as-of is before the first version of every requested table, so a restore would empty them; first versions: {first}. Give a later time (`lake history` shows the versions), or --allow-empty to empty them"
    )]
    BeforeFirstVersion {
        /// Each table with the time of its first version.
        first: String,
    },
    /// Rejects would be removed whose inputs stay.
    #[error(
        "{inputs} inputs would lose their rejects and would not be read again, because their rows stay: restore all tables together with --all --as-of, without ingesting in the meantime"
    )]
    RejectsWithoutInputs {
        /// The number of inputs.
        inputs: usize,
    },
    /// The command was interrupted.
    #[error("interrupted: earlier commits stay, and no commit is incomplete")]
    Interrupted,
}

impl MaintenanceError {
    pub(super) fn order(table: &str) -> impl Fn(ArrowError) -> Self + use<> {
        let table = table.to_owned();
        move |source| Self::Order {
            table: table.clone(),
            source: Box::new(source),
        }
    }

    pub(super) fn store(
        action: &'static str,
        table: &str,
        file: &str,
    ) -> impl Fn(object_store::Error) -> Self + use<> {
        let (table, file) = (table.to_owned(), file.to_owned());
        move |source| Self::Store {
            action,
            table: table.clone(),
            file: file.clone(),
            source: Box::new(source),
        }
    }

    /// The exit code of a command that fails with it.
    pub fn exit_code(&self) -> ExitCode {
        match self {
            Self::Lake(error) => error.exit_code(),
            Self::NotPartitionedByDate { .. } | Self::BeforeFirstVersion { .. } => ExitCode::Usage,
            Self::Interrupted => ExitCode::Interrupted,
            _ => ExitCode::Failed,
        }
    }
}
