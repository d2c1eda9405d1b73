//! Why the care of a lake stops.

use arrow::error::ArrowError;

use crate::lake::LakeError;

/// An error of the care of a lake.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MaintenanceError {
    /// The tables cannot be read or written.
    #[error(transparent)]
    Lake(#[from] LakeError),
    /// There is no table at all.
    #[error("there is no lake at {lake}: check --lake, or ingest something into it first")]
    NoLake {
        /// Where it was looked for.
        lake: String,
    },
    /// The store refuses.
    #[error("cannot {action} {file} of table {table:?}")]
    Store {
        /// What was tried, as a verb.
        action: &'static str,
        /// The table.
        table: String,
        /// The file, below the table's folder.
        file: String,
        /// What the store said.
        source: Box<object_store::Error>,
    },
    /// Days were asked of a table that has none.
    #[error("table {table:?} is not parted by days or months: leave --from and --to out")]
    NotPartitionedByDate {
        /// The table.
        table: String,
    },
    /// A partition has a value that its type does not allow.
    #[error(
        "the partition {value:?} of {file} in table {table:?} is none of this program: run `lake verify`"
    )]
    Partition {
        /// The table.
        table: String,
        /// The file.
        file: String,
        /// The value.
        value: String,
    },
    /// Rows could not be put in order.
    #[error("cannot put the rows of table {table:?} in order")]
    Order {
        /// The table.
        table: String,
        /// What the Arrow library said.
        source: Box<ArrowError>,
    },
    /// Compaction has read other rows than it has written.
    #[error(
        "compacting {partition} of table {table:?} would change {what}: nothing was committed; run `lake verify --deep`, and report this"
    )]
    ContentDiffers {
        /// The table.
        table: String,
        /// The partition.
        partition: String,
        /// Which number, before and after.
        what: String,
    },
    /// A file of the version to be restored is gone.
    #[error(
        "version {version} of table {table:?} cannot be restored: {missing} of its files are gone, the first is {first}; a vacuum takes what was removed longer ago than its retention; choose a later version"
    )]
    Vacuumed {
        /// The table.
        table: String,
        /// The version.
        version: i64,
        /// How many files are gone.
        missing: usize,
        /// One of them.
        first: String,
    },
    /// No table was there yet at the instant that is to come back.
    #[error(
        "--as-of is before the first version of every table asked for, and would empty them; they begin: {first}. Give a later time (`lake history` shows the versions), or --allow-empty if they are to be emptied"
    )]
    BeforeFirstVersion {
        /// Each table with the time of its first version.
        first: String,
    },
    /// Rejects would go whose inputs stay.
    #[error(
        "{inputs} inputs would lose their rejects and would not be read again, since their rows stay: restore all tables together with --all --as-of, and do not ingest meanwhile"
    )]
    RejectsWithoutInputs {
        /// How many inputs.
        inputs: usize,
    },
    /// Somebody asked to stop.
    #[error("interrupted: what was committed stays, and nothing is half-done")]
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

    /// Whether other writers kept being quicker (exit code 5).
    pub fn is_conflict(&self) -> bool {
        matches!(self, Self::Lake(error) if error.is_conflict())
    }
}
