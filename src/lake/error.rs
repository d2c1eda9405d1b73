//! The error type of the lake, with paths, sources and remedies.

use std::io;
use std::path::PathBuf;

use arrow::error::ArrowError;
use deltalake::DeltaTableError;
use parquet::errors::ParquetError;

use super::Digest;
use crate::storage::StoreError;

mod input_change;
mod properties;
mod text;
mod wrap;

pub use input_change::InputChangeError;
pub(super) use text::utc;
pub(super) use wrap::{check_written, write_error};

use text::escaped_start;

/// An error of the lake.
///
/// [`LakeError::is_conflict`] distinguishes conflicts that persisted through all retries (exit code
/// 5) from problems of the environment (exit code 1). Expected outcomes, such as an input that
/// another process has already committed, are values ([`super::CommitOutcome`]), not errors.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LakeError {
    /// The text is not a valid location of a lake.
    #[error("invalid lake location {location:?}: {reason}")]
    Location {
        /// The given text.
        location: String,
        /// Why it is refused.
        reason: &'static str,
    },
    /// An error of the object store that the lake is in.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A run id that cannot be part of a file name.
    #[error("invalid run id {run_id:?}: use 1 to 64 letters, digits, hyphens and underscores")]
    RunId {
        /// The given id.
        run_id: String,
    },
    /// A file or directory operation failed.
    #[error("cannot {action} {}", path.display())]
    Io {
        /// The failed operation, as a verb.
        action: &'static str,
        /// The file or directory.
        path: PathBuf,
        /// The error of the system.
        source: io::Error,
    },
    /// The table does not exist.
    #[error("there is no table {table:?} in the lake {lake}: check --lake, or ingest data first")]
    NoTable {
        /// The table.
        table: String,
        /// The lake.
        lake: String,
    },
    /// The table exists, but not in this version.
    #[error("table {table:?} has no version {version}; the newest is {newest}")]
    NoVersion {
        /// The table.
        table: String,
        /// The requested version.
        version: i64,
        /// The newest version.
        newest: i64,
    },
    /// The table is younger than the requested instant.
    #[error(
        "table {table:?} has no version at that time: the oldest, version {oldest}, was committed at {}; give a later time",
        utc(*committed_at)
    )]
    NoVersionAsOf {
        /// The table.
        table: String,
        /// The oldest version that can still be read.
        oldest: i64,
        /// When it was committed, in microseconds since 1970 in UTC.
        committed_at: i64,
    },
    /// The table requires protocol features that other readers of the lake do not support.
    #[error(
        "table {table:?} has protocol reader {reader}, writer {writer}; at most reader 1, writer 2 is supported: disable its table features or use another lake"
    )]
    Protocol {
        /// The table.
        table: String,
        /// Its minimum reader version.
        reader: i32,
        /// Its minimum writer version.
        writer: i32,
    },
    /// The table exists with other columns.
    #[error(
        "column {column:?} of table {table:?} should be {expected}, but is {found}: use another lake, or migrate the table"
    )]
    SchemaDiffers {
        /// The table.
        table: String,
        /// The first column that differs.
        column: String,
        /// The specified column.
        expected: String,
        /// The column of the table.
        found: String,
    },
    /// The table lacks nullable columns of its specification: it can be read, and written after an
    /// upgrade.
    #[error(
        "table {table:?} has no column {}, because an earlier version of the program created it: run `purchase-etl lake upgrade --lake {lake}`, which adds it",
        columns.join(", ")
    )]
    MissingColumns {
        /// The table.
        table: String,
        /// The missing columns, in the order of the specification.
        columns: Vec<String>,
        /// The lake.
        lake: String,
    },
    /// Inputs that were taken out or replaced stand in the way.
    #[error(transparent)]
    InputChange(#[from] InputChangeError),
    /// A table specification that cannot be stored.
    #[error("column {column:?} of table {table:?} cannot be stored: {reason}")]
    Spec {
        /// The table.
        table: String,
        /// The column.
        column: String,
        /// The reason.
        reason: String,
    },
    /// A record batch does not have the columns of its table.
    #[error("a batch for table {table:?} has {found} where column {column:?} should be {expected}")]
    BatchShape {
        /// The table.
        table: String,
        /// The first column that differs.
        column: String,
        /// The specified column.
        expected: String,
        /// The column of the batch.
        found: String,
    },
    /// The requested column is not in the table.
    #[error("table {table:?} has no column {column:?}")]
    NoColumn {
        /// The table.
        table: String,
        /// The column.
        column: String,
    },
    /// Data files of one table were passed to a commit of another.
    #[error("data files of table {found:?} cannot be committed to table {expected:?}")]
    WrongTable {
        /// The table of the commit.
        expected: String,
        /// The table of the files.
        found: String,
    },
    /// A partition value that is not safe in a path.
    #[error("invalid partition value {}: {reason}", escaped_start(value))]
    Partition {
        /// The value.
        value: String,
        /// The reason.
        reason: &'static str,
    },
    /// A run has more partitions than the limit.
    #[error(
        "table {table:?}: more than {limit} partitions in one run: load less at once, or raise the limit"
    )]
    TooManyPartitions {
        /// The table.
        table: String,
        /// The limit.
        limit: usize,
    },
    /// A Parquet file could not be written or read.
    #[error("cannot {action} the Parquet file {}", path.display())]
    Parquet {
        /// The failed operation, as a verb.
        action: &'static str,
        /// The file.
        path: PathBuf,
        /// The error of the Parquet library.
        source: Box<ParquetError>,
    },
    /// The requested batch is not in the buffer.
    #[error(
        "batch {number} of table {table:?} is not in the buffer: it was removed, or never stored"
    )]
    NotBuffered {
        /// The table.
        table: String,
        /// Its number, in the order the batches were stored.
        number: usize,
    },
    /// Record batches could not be built, spilled or read back.
    #[error("cannot {action} of table {table:?}")]
    Arrow {
        /// The failed operation and its object.
        action: &'static str,
        /// The table.
        table: String,
        /// The error of the Arrow library.
        source: Box<ArrowError>,
    },
    /// A data file does not contain what was written to it.
    #[error(
        "the data file {} has {found} {what}, but {expected} were written: nothing was committed; check the disk",
        path.display()
    )]
    FileDiffers {
        /// The file.
        path: PathBuf,
        /// Rows or bytes.
        what: &'static str,
        /// The written number.
        expected: u64,
        /// The number found.
        found: u64,
    },
    /// An encoding task panicked.
    #[error("the encoder of table {0:?} stopped unexpectedly: nothing was committed")]
    EncoderStopped(String),
    /// The Delta log could not be opened, read or written.
    #[error("cannot {action} the table {table:?}")]
    Delta {
        /// The failed operation, as a verb.
        action: &'static str,
        /// The table.
        table: String,
        /// The error of the Delta library.
        source: Box<DeltaTableError>,
    },
    /// The store of a table reported an error.
    #[error("cannot {action} {file} of table {table:?}")]
    TableStore {
        /// The failed operation, as a verb.
        action: &'static str,
        /// The table.
        table: String,
        /// The file, below the table's folder; a file of the log by its name.
        file: String,
        /// The error of the store.
        source: Box<object_store::Error>,
    },
    /// The Delta log is damaged.
    #[error("the log of table {table:?} is damaged in {file}: {reason}")]
    LogDamaged {
        /// The table.
        table: String,
        /// The log file.
        file: String,
        /// The problem.
        reason: String,
    },
    /// The log names a data file outside its table.
    #[error(
        "the log of table {table:?} names the data file {}, which is not a plain path inside the table: the lake cannot be trusted",
        escaped_start(path)
    )]
    PathOutsideTable {
        /// The table.
        table: String,
        /// The path in the log.
        path: String,
    },
    /// A change removes a file that is not in the version it was planned on.
    #[error(
        "the data file {} is not in version {version} of table {table:?}, so it cannot be removed: nothing was committed",
        escaped_start(path)
    )]
    NotInVersion {
        /// The table.
        table: String,
        /// The path below the table's directory.
        path: String,
        /// The version.
        version: i64,
    },
    /// A commit contains the same input twice.
    #[error("the input with digest {0} occurs twice in one batch")]
    DuplicateInput(Digest),
    /// A batch without inputs: it would have no identity that prevents a second commit.
    #[error("a batch must have at least one input")]
    NoInputs,
    /// Rejects were staged, but no input of the batch has rejects.
    #[error("{0} rejects were staged, but no input of the batch is marked as having rejects")]
    UnexpectedRejects(u64),
    /// All attempts conflicted with other writers.
    #[error(
        "commit conflict: all {attempts} attempts to commit to table {table:?} conflicted with other writers; nothing of this commit is in the table; run the command again"
    )]
    Conflict {
        /// The table.
        table: String,
        /// The number of attempts.
        attempts: u32,
        /// The last conflict.
        source: Box<DeltaTableError>,
    },
    /// The commit failed, and the log confirms that it is not there.
    #[error("the commit to table {table:?} failed and is not in its log; run the command again")]
    NotCommitted {
        /// The table.
        table: String,
        /// The cause.
        source: Box<DeltaTableError>,
    },
    /// The rows are committed, but listing their inputs failed.
    #[error(
        "the rows are committed in version {version} of table {table:?}, but their inputs could not be added to table `inputs`: run the same command again"
    )]
    NotListed {
        /// The table of the rows.
        table: String,
        /// The version that contains the rows.
        version: i64,
        /// The cause.
        source: Box<Self>,
    },
    /// The commit may have succeeded, and the log could not be read back.
    #[error(
        "the outcome of the commit of run {run_id} to table {table:?} is unknown: run the same command again when the store is reachable; nothing is committed twice (the log could not be read back: {readback})"
    )]
    OutcomeUnknown {
        /// The table.
        table: String,
        /// The run.
        run_id: String,
        /// The error of the read-back.
        readback: Box<Self>,
        /// The error of the commit.
        source: Box<DeltaTableError>,
    },
    /// The lake, which is at this location, has none of its tables.
    #[error("there is no lake at {0}: check --lake, or ingest data first")]
    NoLake(String),
    /// Days were requested of this table, which is not partitioned by date.
    #[error("table {0:?} is not partitioned by day or month: remove --from and --to")]
    NotPartitionedByDate(String),
    /// A partition value in the log is invalid for its type.
    #[error("invalid partition value {value:?} of {file} in table {table:?}: run `lake verify`")]
    InvalidPartition {
        /// The table.
        table: String,
        /// The file.
        file: String,
        /// The value.
        value: String,
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
    /// None of the tables existed at the requested instant; each is given with the time of its
    /// first version.
    #[error(
        "--as-of is before the first version of every requested table, so a restore would empty them; first versions: {0}. Give a later time (`lake history` shows the versions), or --allow-empty to empty them"
    )]
    BeforeFirstVersion(String),
    /// The command was interrupted.
    #[error("interrupted: earlier commits stay, and no commit is incomplete")]
    Interrupted,
}
