//! What callers ask of an error of the lake.

use super::LakeError;
use crate::values::ExitCode;

impl LakeError {
    /// Whether all attempts conflicted with other writers (exit code 5).
    pub fn is_conflict(&self) -> bool {
        matches!(self, Self::Conflict { .. })
    }

    /// The exit code of a command that fails with it.
    pub fn exit_code(&self) -> ExitCode {
        match self {
            Self::Store(error) => error.exit_code(),
            Self::Conflict { .. } => ExitCode::Conflict,
            Self::NotPartitionedByDate(_) | Self::BeforeFirstVersion(_) => ExitCode::Usage,
            Self::InputChange(error) => error.exit_code(),
            Self::Interrupted => ExitCode::Interrupted,
            _ => ExitCode::Failed,
        }
    }

    /// The version that contains the rows of the failed commit, if they were committed.
    pub fn rows_version(&self) -> Option<i64> {
        match self {
            Self::NotListed { version, .. } => Some(*version),
            _ => None,
        }
    }

    /// Whether the commit may have succeeded: its data files must then not be deleted.
    pub fn is_outcome_unknown(&self) -> bool {
        matches!(self, Self::OutcomeUnknown { .. })
    }
}
