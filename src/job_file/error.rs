//! Why a job has failed.

use std::path::{Path, PathBuf};

use super::JobFileProblem;
use crate::commands::{CommandError, OptionError};
use crate::values::ExitCode;

/// Why a job or another command has failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum JobFileError {
    /// There is no such job file.
    #[error("there is no job file {}; {remedy}", named.display())]
    NotFound {
        /// The path or name that was given.
        named: PathBuf,
        /// The jobs there are.
        remedy: String,
    },
    /// The job file cannot be read.
    #[error("cannot read the job file {path}")]
    Read {
        /// The file.
        path: PathBuf,
        /// The error of the operating system.
        source: std::io::Error,
    },
    /// The job file is invalid.
    #[error("{}:{}", path.display(), first_problem(path, problems))]
    Invalid {
        /// The file.
        path: PathBuf,
        /// What is wrong, in the order of the file.
        problems: Vec<JobFileProblem>,
    },
    /// The arguments and the settings of the job file do not fit together.
    #[error(transparent)]
    Arguments(#[from] clap::Error),
    /// A command has failed.
    #[error(transparent)]
    Command(#[from] CommandError),
}

impl JobFileError {
    /// The exit code of the process.
    pub fn exit_code(&self) -> ExitCode {
        match self {
            Self::NotFound { .. }
            | Self::Read { .. }
            | Self::Invalid { .. }
            | Self::Arguments(_) => ExitCode::Usage,
            Self::Command(error) => error.exit_code(),
        }
    }
}

impl From<OptionError> for JobFileError {
    fn from(error: OptionError) -> Self {
        Self::Command(error.into())
    }
}

/// The first problem, and how to list the others.
fn first_problem(path: &Path, problems: &[JobFileProblem]) -> String {
    let first = problems.first().map(ToString::to_string);
    let first = first.unwrap_or_default();
    match problems.len() {
        0 | 1 => first,
        more => format!(
            "{first} (and {} more; `purchase-etl jobs check {}` lists all)",
            more - 1,
            path.display()
        ),
    }
}
