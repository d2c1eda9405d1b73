//! The conductor: takes a job, calls the stages in order, hands the answer to standard output.

mod check;
mod ingest;
mod job_file;
mod kinds;
mod lake;
mod output;
mod page;
mod report;
mod step;
mod tables;

use std::io::Write;
use std::path::PathBuf;

use crate::ingest::{Progress, RunError};
use crate::job::{CheckJob, IngestJob, JobError, LakeJob, PageJob, ReportJob};
use crate::lake::LakeError;
use crate::lake::care::CareError;
use crate::render::RenderError;
use crate::report::ReportError;
use crate::source::SourceError;
use crate::store::{StoreError, Stores, remedy, scrubbed};
use crate::summary::RunReport;

pub use job_file::run_job_file;
pub use step::StepContext;

use output::{put, put_file};

/// How a command ended; the numbers are part of the interface.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Exit {
    /// 0: done.
    Done,
    /// 1: storage, network or disk failed.
    Failed,
    /// 2: wrong usage or parameter.
    Usage,
    /// 3: done, but at least one input was refused.
    Refused,
    /// 4: the ledger did not balance; nothing was committed.
    Unbalanced,
    /// 5: other writers kept being quicker; nothing was committed.
    Conflict,
    /// 130: interrupted; nothing half-done.
    Interrupted,
}

impl Exit {
    /// The code of the process.
    pub fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Failed => 1,
            Self::Usage => 2,
            Self::Refused => 3,
            Self::Unbalanced => 4,
            Self::Conflict => 5,
            Self::Interrupted => 130,
        }
    }

    /// The one of two that says more about what is left to do: a failure more than an input that
    /// was refused, an interruption more than all else.
    #[must_use]
    pub fn worst(self, other: Self) -> Self {
        let severity = |exit| match exit {
            Self::Done => 0,
            Self::Refused => 1,
            Self::Usage => 2,
            Self::Failed => 3,
            Self::Conflict => 4,
            Self::Unbalanced => 5,
            Self::Interrupted => 6,
        };
        if severity(other) > severity(self) {
            other
        } else {
            self
        }
    }
}

/// An error and its causes, each once: some errors repeat their cause in their own text. URLs lose
/// their signatures, and what a store said gets its remedy.
pub fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut causes = String::new();
    let mut cause = error.source();
    while let Some(error) = cause {
        let said = error.to_string();
        if !text.contains(&said) && !causes.contains(&said) {
            causes.push_str(": ");
            causes.push_str(&said);
        }
        cause = error.source();
    }
    // What to do comes before what a store said, which may be a page of XML.
    let told = remedy(&text).or_else(|| remedy(&causes));
    if let Some(remedy) = told.filter(|remedy| !text.contains(remedy)) {
        text.push_str(": ");
        text.push_str(remedy);
    }
    text.push_str(&causes);
    scrubbed(&text)
}

/// Why a command has no result.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PipelineError {
    /// The command line or job file.
    #[error(transparent)]
    Job(#[from] JobError),
    /// The inputs.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// Reading, judging or writing.
    #[error(transparent)]
    Run(#[from] RunError),
    /// The lake.
    #[error(transparent)]
    Lake(#[from] LakeError),
    /// An object store that an answer goes to.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The care of the lake.
    #[error(transparent)]
    Care(#[from] CareError),
    /// The answer cannot be worked out.
    #[error(transparent)]
    Report(#[from] ReportError),
    /// The answer cannot be written down.
    #[error(transparent)]
    Render(#[from] RenderError),
    /// The run report cannot be written down.
    #[error("cannot write the run report as JSON")]
    Json(#[from] serde_json::Error),
    /// A partition of the table has a name that no run gives.
    #[error(
        "the partition {partition:?} of {path} is none of this program; was the lake written by another one?"
    )]
    Partition {
        /// The value.
        partition: String,
        /// The file.
        path: String,
    },
    /// An output file cannot be written.
    #[error("cannot write {path}")]
    Output {
        /// The file.
        path: PathBuf,
        /// The system's answer.
        source: std::io::Error,
    },
    /// Standard output cannot be written.
    #[error("cannot write to standard output")]
    Stdout(#[source] std::io::Error),
}

impl PipelineError {
    /// The exit code this error stands for.
    pub fn exit(&self) -> Exit {
        match self {
            // A reader that has seen enough is no failure.
            Self::Stdout(error) | Self::Render(RenderError::Sink(error))
                if error.kind() == std::io::ErrorKind::BrokenPipe =>
            {
                Exit::Done
            }
            Self::Job(_)
            | Self::Care(CareError::NoDays { .. })
            | Self::Report(ReportError::Parameter(_))
            | Self::Render(RenderError::Format(_))
            | Self::Source(SourceError::NotFound(_) | SourceError::Pattern { .. }) => Exit::Usage,
            Self::Store(error)
            | Self::Source(SourceError::Store(error))
            | Self::Lake(LakeError::Store(error))
            | Self::Run(RunError::Lake(LakeError::Store(error)))
                if error.is_usage() =>
            {
                Exit::Usage
            }
            Self::Run(RunError::Unbalanced { .. }) => Exit::Unbalanced,
            Self::Run(RunError::Interrupted) | Self::Care(CareError::Interrupted) => {
                Exit::Interrupted
            }
            Self::Care(error) if error.is_conflict() => Exit::Conflict,
            Self::Run(RunError::Lake(error)) | Self::Lake(error) if error.is_conflict() => {
                Exit::Conflict
            }
            _ => Exit::Failed,
        }
    }
}

/// Where talk goes while a command runs. The library never prints itself.
pub trait Watcher {
    /// Inputs are about to be read; `total_bytes` are their stored bytes, when known.
    fn begin(&mut self, total_bytes: Option<u64>, progress: &Progress);
    /// Reading has ended.
    fn end(&mut self);
    /// A run has ended; for people.
    fn summary(&mut self, report: &RunReport);
}

/// What every stage may use.
pub struct Stage<'a> {
    /// Data.
    pub stdout: &'a mut dyn Write,
    /// Talk.
    pub watcher: &'a mut dyn Watcher,
    /// Counters and the switch to stop.
    pub progress: Progress,
    /// The way to object stores.
    pub stores: Stores,
    /// Measures elapsed time.
    pub started: std::time::Instant,
    /// The step of a job that is being run, if it is one.
    pub step: Option<StepContext>,
}

impl std::fmt::Debug for Stage<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Stage")
            .field("progress", &self.progress)
            .finish_non_exhaustive()
    }
}

/// Ingests.
///
/// # Errors
/// [`PipelineError::exit`] tells the exit code.
pub fn run_ingest(job: &IngestJob, stage: &mut Stage<'_>) -> Result<Exit, PipelineError> {
    if job.dry_run {
        return ingest::show_plan(job, stage);
    }
    ingest::run(job, stage)
}

/// Checks without writing.
///
/// # Errors
/// [`PipelineError::exit`] tells the exit code.
pub fn run_check(job: &CheckJob, stage: &mut Stage<'_>) -> Result<Exit, PipelineError> {
    check::run(job, stage)
}

/// Answers a question. A parameter that breaks a rule is answered in the documented error shape
/// on standard output, and returned as an error for people.
///
/// # Errors
/// [`PipelineError::exit`] tells the exit code.
pub fn run_report(job: &ReportJob, stage: &mut Stage<'_>) -> Result<Exit, PipelineError> {
    report::run(job, stage)
}

/// Writes the page with charts and tables.
///
/// # Errors
/// [`PipelineError::exit`] tells the exit code.
pub fn run_page(job: &PageJob, stage: &mut Stage<'_>) -> Result<Exit, PipelineError> {
    page::run(job, stage)
}

/// Looks after the tables of a lake.
///
/// # Errors
/// [`PipelineError::exit`] tells the exit code.
pub fn run_lake(job: &LakeJob, stage: &mut Stage<'_>) -> Result<Exit, PipelineError> {
    lake::run(job, stage)
}
