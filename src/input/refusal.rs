//! Why an input cannot be read: its content is invalid (a refusal) or the environment failed (an error).

use std::fmt;
use std::path::PathBuf;

use super::csv::encoding::InvalidBytes;
use crate::rules::RuleId;
use crate::storage::StoreError;
use crate::values::ExitCode;

/// A position in the decompressed bytes of an input.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct SourcePosition {
    /// Byte offset, from 0.
    pub byte_offset: u64,
    /// Line, from 1; of an Avro file the number of the block, of a
    /// Parquet file that of the row group. 0 where a refusal has none.
    pub line: u64,
}

/// The refusal of a whole input because of its content; nothing of it is committed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The violated rule.
    pub rule: RuleId,
    /// The position, if the error has one.
    pub position: Option<SourcePosition>,
    /// What is wrong, and how to fix it.
    pub message: String,
}

impl Refusal {
    /// The refusal of an input as a whole.
    pub fn new(rule: RuleId, message: impl Into<String>) -> Self {
        Self {
            rule,
            position: None,
            message: message.into(),
        }
    }

    /// The same for an error at this position.
    #[must_use]
    pub fn at(self, position: SourcePosition) -> Self {
        let position = Some(position);
        Self { position, ..self }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.rule)?;
        if let Some(SourcePosition { byte_offset, line }) = self.position {
            if line > 0 {
                write!(f, "line {line}, ")?;
            }
            write!(f, "byte {byte_offset}: ")?;
        }
        f.write_str(&self.message)
    }
}

/// An environment failure while an input was discovered or read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum InputError {
    /// No file or object matches the argument.
    #[error("no input found at {0}: check the path; a pattern must be in quotes")]
    NotFound(String),
    /// The argument matches several files or objects.
    #[error("{0} is not one file: give the path of the file")]
    NotOne(String),
    /// The argument is inside the target lake.
    #[error("{0} is inside the lake: give the dumps to ingest, not the files of the lake")]
    InLake(String),
    /// The pattern is invalid.
    #[error("invalid pattern {pattern}")]
    Pattern {
        /// As typed.
        pattern: String,
        /// Why.
        source: glob::PatternError,
    },
    /// Listing, opening or reading failed.
    #[error("cannot read {path}")]
    Read {
        /// The file or folder.
        path: PathBuf,
        /// The system error.
        source: std::io::Error,
    },
    /// The object store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl InputError {
    /// The exit code of a command that fails with it.
    pub fn exit_code(&self) -> ExitCode {
        match self {
            Self::NotFound(_) | Self::NotOne(_) | Self::InLake(_) | Self::Pattern { .. } => {
                ExitCode::Usage
            }
            Self::Read { .. } => ExitCode::Failed,
            Self::Store(error) => error.exit_code(),
        }
    }
}

/// Why reading an input stopped.
#[derive(Debug)]
pub enum ReadError {
    /// The input is refused.
    Refused(Refusal),
    /// The environment failed.
    Failed(InputError),
    /// Text without a byte order mark is not UTF-8: the input must be read again.
    NotUtf8(InvalidBytes),
    /// An Avro file with events of Currents of this type, which are no purchases.
    OtherEvents(String),
}

impl From<Refusal> for ReadError {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<InputError> for ReadError {
    fn from(error: InputError) -> Self {
        Self::Failed(error)
    }
}
