//! What can go wrong with a lake: one enum, with paths, sources, and what to do about it.

use std::io;
use std::path::PathBuf;

use arrow::error::ArrowError;
use chrono::{DateTime, SecondsFormat};
use deltalake::DeltaTableError;
use parquet::errors::ParquetError;

use super::Digest;
use crate::storage::StoreError;

mod wrap;

pub(super) use wrap::write_error;

/// An error of the lake room.
///
/// [`LakeError::is_conflict`] tells the conflict that retries did not settle (exit code 5) from
/// trouble with the environment (exit code 1). Expected outcomes, such as another process being
/// quicker with the same input, are values ([`super::CommitOutcome`]), not errors.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LakeError {
    /// The text given as the lake's location cannot be one.
    #[error("{location:?} cannot be the location of a lake: {reason}")]
    Location {
        /// What was given.
        location: String,
        /// Why it is refused.
        reason: &'static str,
    },
    /// The object store that the lake is in.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A run id that cannot be part of a file name.
    #[error("{run_id:?} cannot be a run id: use 1 to 64 letters, digits, hyphens and underscores")]
    RunId {
        /// What was given.
        run_id: String,
    },
    /// A file or directory operation failed.
    #[error("cannot {action} {}", path.display())]
    Io {
        /// What was tried, as a verb.
        action: &'static str,
        /// On what.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// There is no such table.
    #[error(
        "there is no table {table:?} in the lake {lake}: check --lake, or ingest something into it first"
    )]
    NoTable {
        /// The table.
        table: String,
        /// Where it was looked for.
        lake: String,
    },
    /// The table exists, this version of it does not.
    #[error("table {table:?} has no version {version}: its newest is {newest}")]
    NoVersion {
        /// The table.
        table: String,
        /// The version asked for.
        version: i64,
        /// The newest there is.
        newest: i64,
    },
    /// The table is younger than the instant that was asked for.
    #[error(
        "table {table:?} has no version of that time: its oldest, version {oldest}, is of {}; ask for a later time",
        utc(*committed_at)
    )]
    NoVersionAsOf {
        /// The table.
        table: String,
        /// The oldest version that can still be read.
        oldest: i64,
        /// When that was committed, in microseconds since 1970 in UTC.
        committed_at: i64,
    },
    /// The table needs features that other readers of this lake would not see.
    #[error(
        "table {table:?} has protocol reader {reader}, writer {writer}; at most reader 1, writer 2 is supported: switch its table features off or use another lake"
    )]
    Protocol {
        /// The table.
        table: String,
        /// Its minimum reader version.
        reader: i32,
        /// Its minimum writer version.
        writer: i32,
    },
    /// A table of that name exists with other columns.
    #[error(
        "column {column:?} of table {table:?} should be {expected}, but is {found}: use another lake, or migrate the table"
    )]
    SchemaDiffers {
        /// The table.
        table: String,
        /// The first column that differs.
        column: String,
        /// What the specification says.
        expected: String,
        /// What the table says.
        found: String,
    },
    /// A table specification that cannot be written.
    #[error("column {column:?} of table {table:?} cannot be stored: {reason}")]
    Spec {
        /// The table.
        table: String,
        /// The column.
        column: String,
        /// Why.
        reason: String,
    },
    /// A record batch does not have the columns of its table.
    #[error("a batch for table {table:?} has {found} where column {column:?} should be {expected}")]
    BatchShape {
        /// The table.
        table: String,
        /// The first column that differs.
        column: String,
        /// What the specification says.
        expected: String,
        /// What the batch says.
        found: String,
    },
    /// A column was asked for that the table does not have.
    #[error("table {table:?} has no column {column:?}")]
    NoColumn {
        /// The table.
        table: String,
        /// The column.
        column: String,
    },
    /// Data files of one table were handed over for another.
    #[error("data files of table {found:?} were given where table {expected:?} was meant")]
    WrongTable {
        /// The table of the commit.
        expected: String,
        /// The table the files belong to.
        found: String,
    },
    /// A partition value that must not become part of a path.
    #[error("partition value {} is refused: {reason}", escaped_start(value))]
    Partition {
        /// The value.
        value: String,
        /// Why.
        reason: &'static str,
    },
    /// More partitions in one run than the limit.
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
        /// What was tried, as a verb.
        action: &'static str,
        /// The file.
        path: PathBuf,
        /// What the Parquet library said.
        source: Box<ParquetError>,
    },
    /// A batch was asked for that is not held.
    #[error("batch {number} of table {table:?} is not held: it was forgotten, or never put")]
    NotBuffered {
        /// The table.
        table: String,
        /// Its number, in the order the batches were put.
        number: usize,
    },
    /// Record batches could not be built, moved out to disk or read back.
    #[error("cannot {action} record batches of table {table:?}")]
    Arrow {
        /// What was tried, as a verb.
        action: &'static str,
        /// The table.
        table: String,
        /// What the Arrow library said.
        source: Box<ArrowError>,
    },
    /// A data file does not hold what was written to it.
    #[error(
        "the data file {} has {found} {what} where {expected} were written: nothing was committed; check the disk",
        path.display()
    )]
    FileDiffers {
        /// The file.
        path: PathBuf,
        /// Rows or bytes.
        what: &'static str,
        /// What was written.
        expected: u64,
        /// What is there.
        found: u64,
    },
    /// An encoding task panicked.
    #[error("the encoder of table {table:?} stopped unexpectedly: nothing was committed")]
    EncoderStopped {
        /// The table.
        table: String,
    },
    /// The Delta log could not be opened, read or written.
    #[error("cannot {action} the table {table:?}")]
    Delta {
        /// What was tried, as a verb.
        action: &'static str,
        /// The table.
        table: String,
        /// What the Delta library said.
        source: Box<DeltaTableError>,
    },
    /// A file of the Delta log could not be read.
    #[error("cannot read {file} of the log of table {table:?}")]
    LogStore {
        /// The table.
        table: String,
        /// The log file, or the log's directory.
        file: String,
        /// What the store said.
        source: Box<object_store::Error>,
    },
    /// The Delta log holds something it should not.
    #[error("the log of table {table:?} is damaged in {file}: {reason}")]
    LogDamaged {
        /// The table.
        table: String,
        /// The log file.
        file: String,
        /// What is wrong there.
        reason: String,
    },
    /// The log names a data file outside its table.
    #[error(
        "the log of table {table:?} names the data file {}, which is not a plain path inside the table: do not trust this lake",
        escaped_start(path)
    )]
    PathOutsideTable {
        /// The table.
        table: String,
        /// The path, as the log has it.
        path: String,
    },
    /// A change removes a file that the version it was planned on does not have.
    #[error(
        "the data file {} is not in version {version} of table {table:?}, so it cannot be removed: nothing was committed",
        escaped_start(path)
    )]
    NotInVersion {
        /// The table.
        table: String,
        /// The file's path below the table's directory.
        path: String,
        /// The version.
        version: i64,
    },
    /// The same input twice in one commit.
    #[error("the input with digest {digest} is twice in one batch")]
    DuplicateInput {
        /// The digest.
        digest: Digest,
    },
    /// A batch without inputs has no identity that could keep it from being committed twice.
    #[error("a batch must have at least one input")]
    NoInputs,
    /// Rejects were staged, but no input of the batch takes them.
    #[error("{rows} rejects were staged, but no input of the batch is marked as having rejects")]
    UnexpectedRejects {
        /// How many.
        rows: u64,
    },
    /// Other writers kept being quicker.
    #[error(
        "{attempts} tries to commit to table {table:?} lost against other writers: nothing of this commit is in the table; run the command again"
    )]
    Conflict {
        /// The table.
        table: String,
        /// How often it was tried.
        attempts: u32,
        /// The last refusal.
        source: Box<DeltaTableError>,
    },
    /// The commit failed, and the log was read back: it is not there.
    #[error("the commit to table {table:?} failed and is not in its log; run the command again")]
    NotCommitted {
        /// The table.
        table: String,
        /// Why it failed.
        source: Box<DeltaTableError>,
    },
    /// The rows are committed, and what was to follow failed.
    #[error(
        "the rows are in version {version} of table {table:?}, but their inputs could not be listed in `inputs`: run the same command again"
    )]
    NotListed {
        /// The table of the rows.
        table: String,
        /// Its version with the rows.
        version: i64,
        /// Why.
        source: Box<Self>,
    },
    /// The commit failed in a way that may have landed, and the log could not be read back.
    #[error(
        "it is not known whether run {run_id} committed to table {table:?}: run the same command again when the store answers, it takes nothing twice (reading back failed too: {readback})"
    )]
    OutcomeUnknown {
        /// The table.
        table: String,
        /// The run.
        run_id: String,
        /// Why reading the log back failed.
        readback: Box<Self>,
        /// Why the commit failed.
        source: Box<DeltaTableError>,
    },
}

impl LakeError {
    /// Whether other writers were quicker until the attempts were used up (exit code 5).
    pub fn is_conflict(&self) -> bool {
        matches!(self, Self::Conflict { .. })
    }

    /// The version that the rows of the failed commit are in, when they are in all the same.
    pub fn rows_version(&self) -> Option<i64> {
        match self {
            Self::NotListed { version, .. } => Some(*version),
            _ => None,
        }
    }

    /// Whether the commit may have landed all the same: data files must then not be deleted.
    pub fn is_outcome_unknown(&self) -> bool {
        matches!(self, Self::OutcomeUnknown { .. })
    }
}

/// An instant, for a message.
fn utc(micros: i64) -> String {
    DateTime::from_timestamp_micros(micros).map_or_else(
        || format!("{micros} µs since 1970"),
        |time| time.to_rfc3339_opts(SecondsFormat::AutoSi, true),
    )
}

/// The start of a text that somebody else wrote, escaped, for a message.
fn escaped_start(text: &str) -> String {
    const SHOWN: usize = 80;
    let mut shown: String = text
        .chars()
        .take(SHOWN)
        .flat_map(char::escape_debug)
        .collect();
    if text.chars().count() > SHOWN {
        shown.push('…');
    }
    format!("\"{shown}\"")
}
