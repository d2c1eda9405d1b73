//! Why a command has failed.

use std::io;
use std::path::PathBuf;
use std::time::Duration;

use crate::ingest::RunError;
use crate::input::InputError;
use crate::lake::LakeError;
use crate::load::LoadError;
use crate::render::RenderError;
use crate::report::{ParameterError, ReportError, SupplierParameterErrors};
use crate::rules::UnknownRule;
use crate::storage::{LimitReached, StoreError};
use crate::values::ExitCode;

/// An option that is invalid together with others, or for the program's data.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OptionError {
    /// An option has an invalid value.
    #[error("{option}: invalid value {value:?}: {reason}")]
    Invalid {
        /// The option.
        option: &'static str,
        /// The value on the command line or in the job file.
        value: String,
        /// What is wrong with it, or `expected` and what is valid.
        reason: String,
    },
    /// An option does not apply here and would be ignored without notice.
    #[error("{option} {reason}")]
    NotApplicable {
        /// The option.
        option: &'static str,
        /// Why, and what to do.
        reason: &'static str,
    },
}

/// Why a command has failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CommandError {
    /// The options do not fit together.
    #[error(transparent)]
    Option(#[from] OptionError),
    /// The inputs.
    #[error(transparent)]
    Input(#[from] InputError),
    /// Reading, validating or writing.
    #[error(transparent)]
    Run(#[from] RunError),
    /// The lake.
    #[error(transparent)]
    Lake(#[from] LakeError),
    /// The load into a database.
    #[error(transparent)]
    Load(#[from] LoadError),
    /// The object store of an output.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The machine allows no more threads or open files.
    #[error(transparent)]
    Limit(#[from] LimitReached),
    /// No signal handler can be installed.
    #[error(
        "cannot install the signal handler; if no thread can be started, raise the process limit (ulimit -u, or pids.max of a container)"
    )]
    Signals(#[source] io::Error),
    /// The report cannot be computed.
    #[error(transparent)]
    Report(#[from] ReportError),
    /// The report cannot be rendered.
    #[error(transparent)]
    Render(#[from] RenderError),
    /// The rule does not exist.
    #[error(transparent)]
    Rule(#[from] UnknownRule),
    /// A report or listing cannot be serialized.
    #[error("cannot write the output as JSON")]
    Json(#[from] serde_json::Error),
    /// A partition of the table has an invalid value.
    #[error(
        "invalid partition value {partition:?} in {path}; was the lake written by another program?"
    )]
    Partition {
        /// The partition value.
        partition: String,
        /// The file.
        path: String,
    },
    /// No input has this path or digest.
    #[error(
        "unknown input {name:?} in the lake {lake}; `purchase-etl inputs list` lists its inputs: give a path as it is listed there, or 8 or more digits of a digest"
    )]
    NoInput {
        /// The path, or the beginning of the digest.
        name: String,
        /// The lake.
        lake: String,
    },
    /// An input that is in the tables cannot be ignored.
    #[error(
        "{path} is in the tables, so it cannot be ignored; take it out first with `purchase-etl inputs remove`"
    )]
    IgnoredIsCurrent {
        /// The input.
        path: String,
    },
    /// No run has this id.
    #[error("unknown run {id:?} in the lake {lake}; `purchase-etl runs list` lists its runs")]
    NoRun {
        /// The id, or its beginning.
        id: String,
        /// The lake.
        lake: String,
    },
    /// Several ids of runs begin with this.
    #[error("several runs begin with {id:?}; use a longer prefix: {}", runs.join(", "))]
    SeveralRuns {
        /// The beginning.
        id: String,
        /// Some of the runs.
        runs: Vec<String>,
    },
    /// A run report is not valid JSON.
    #[error("the report _runs/{run_id}.json is damaged; the tables do not need it")]
    DamagedRun {
        /// The run.
        run_id: String,
        /// The error of the parser.
        source: serde_json::Error,
    },
    /// The step has reached its timeout.
    #[error(
        "the step did not end within {} and was stopped; what it committed before stays. Run it again, or raise its `timeout`",
        humantime::format_duration(*.0)
    )]
    Timeout(Duration),
    /// The job has reached its deadline.
    #[error(
        "the step was stopped: the deadline of the job, --deadline {}, has passed. What it committed before stays; run the job again",
        humantime::format_duration(*.0)
    )]
    Deadline(Duration),
    /// An output file cannot be written.
    #[error("cannot write {path}")]
    Output {
        /// The file.
        path: PathBuf,
        /// The error of the operating system.
        source: io::Error,
    },
    /// Standard output cannot be written.
    #[error("cannot write to stdout")]
    Stdout(#[source] io::Error),
}

impl From<ParameterError> for CommandError {
    fn from(error: ParameterError) -> Self {
        Self::Report(error.into())
    }
}

impl From<SupplierParameterErrors> for CommandError {
    fn from(errors: SupplierParameterErrors) -> Self {
        Self::Report(errors.into())
    }
}

impl CommandError {
    /// The exit code of the command.
    pub fn exit_code(&self) -> ExitCode {
        match self {
            // A reader that closes the pipe early is not an error.
            Self::Stdout(error) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::Done,
            Self::Option(_)
            | Self::Rule(_)
            | Self::NoInput { .. }
            | Self::IgnoredIsCurrent { .. }
            | Self::NoRun { .. }
            | Self::SeveralRuns { .. } => ExitCode::Usage,
            Self::Input(error) => error.exit_code(),
            Self::Run(error) => error.exit_code(),
            Self::Lake(error) => error.exit_code(),
            Self::Load(error) => error.exit_code(),
            Self::Store(error) => error.exit_code(),
            Self::Report(error) => error.exit_code(),
            Self::Render(error) => error.exit_code(),
            Self::Limit(_)
            | Self::Signals(_)
            | Self::Json(_)
            | Self::Partition { .. }
            | Self::DamagedRun { .. }
            | Self::Timeout(_)
            | Self::Deadline(_)
            | Self::Output { .. }
            | Self::Stdout(_) => ExitCode::Failed,
        }
    }
}
