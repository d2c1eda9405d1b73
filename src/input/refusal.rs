//! Why an input cannot be read: its own fault (a refusal) or the environment's (an error).

use std::fmt;
use std::path::PathBuf;

use super::csv::encoding::InvalidBytes;
use crate::rules::RuleId;
use crate::storage::StoreError;

/// Where something stands in an input, in its decompressed bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct SourcePosition {
    /// Offset of the first byte.
    pub byte_offset: u64,
    /// Line, counted from 1.
    pub line: u64,
}

/// An input that commits nothing, because of what stands in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The rule it breaks.
    pub rule: RuleId,
    /// Where, when one place is to blame.
    pub place: Option<SourcePosition>,
    /// What is wrong there.
    pub message: String,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.rule)?;
        if let Some(SourcePosition { byte_offset, line }) = self.place {
            write!(f, "line {line}, byte {byte_offset}: ")?;
        }
        f.write_str(&self.message)
    }
}

/// The environment failed while an input was read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum InputError {
    /// Nothing matches what the user named.
    #[error("no input found at {0}: check the path or quote the pattern")]
    NotFound(String),
    /// What the user named lies in the lake that it would go to.
    #[error("{0} lies in the lake: name the dumps that go into it, not its own files")]
    InLake(String),
    /// The pattern cannot be understood.
    #[error("{pattern} is no valid pattern")]
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
        /// The system's answer.
        source: std::io::Error,
    },
    /// The object store that inputs are in.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Either of the two.
#[derive(Debug)]
pub enum ReadError {
    /// The input's fault.
    Refused(Refusal),
    /// The environment's.
    Failed(InputError),
    /// Text without a byte order mark turns out not to be UTF-8: it has to be read again.
    NotUtf8(InvalidBytes),
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
