//! Runs resolved jobs: calls the other rooms in order and writes the output.

mod assignment;
mod check;
mod dashboard;
mod discovered;
mod ingest;
mod instrument;
mod job_file;
mod lake;
mod output;
mod report;
mod runs;

mod tables;

use std::io::Write;
use std::path::PathBuf;

use crate::ingest::{Progress, RunError};
use crate::input::InputError;
use crate::job::{CheckJob, DashboardJob, IngestJob, JobError, LakeJob, ReportJob, RunsJob};
use crate::lake::LakeError;
use crate::lake::maintenance::MaintenanceError;
use crate::render::RenderError;
use crate::report::ReportError;
use crate::run_report::RunReport;
use crate::storage::{LimitReached, StoreError, Stores, probe_files, probe_threads};
use crate::telemetry::Telemetry;

pub use crate::run_report::Exit;
pub use crate::telemetry::StepId;
pub use job_file::run_job_file;

use output::{put, put_file};

/// Why a command has failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PipelineError {
    /// The command line or job file.
    #[error(transparent)]
    Job(#[from] JobError),
    /// The inputs.
    #[error(transparent)]
    Source(#[from] InputError),
    /// Reading, validating or writing.
    #[error(transparent)]
    Run(#[from] RunError),
    /// The lake.
    #[error(transparent)]
    Lake(#[from] LakeError),
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
    Signals(#[source] std::io::Error),
    /// The maintenance of the lake.
    #[error(transparent)]
    Maintenance(#[from] MaintenanceError),
    /// The report cannot be computed.
    #[error(transparent)]
    Report(#[from] ReportError),
    /// The report cannot be rendered.
    #[error(transparent)]
    Render(#[from] RenderError),
    /// The run report cannot be serialized.
    #[error("cannot write the run report as JSON")]
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
    /// An output file cannot be written.
    #[error("cannot write {path}")]
    Output {
        /// The file.
        path: PathBuf,
        /// The error of the operating system.
        source: std::io::Error,
    },
    /// Standard output cannot be written.
    #[error("cannot write to stdout")]
    Stdout(#[source] std::io::Error),
}

impl PipelineError {
    /// The exit code of this error.
    pub fn exit(&self) -> Exit {
        match self {
            // A reader that closes the pipe early is not an error.
            Self::Stdout(error) | Self::Render(RenderError::Sink(error))
                if error.kind() == std::io::ErrorKind::BrokenPipe =>
            {
                Exit::Done
            }
            Self::Job(_)
            | Self::Maintenance(
                MaintenanceError::NotPartitionedByDate { .. }
                | MaintenanceError::BeforeFirstVersion { .. },
            )
            | Self::NoRun { .. }
            | Self::SeveralRuns { .. }
            | Self::Report(ReportError::Parameter(_))
            | Self::Render(RenderError::Format(_))
            | Self::Source(
                InputError::NotFound(_) | InputError::InLake(_) | InputError::Pattern { .. },
            ) => Exit::Usage,
            Self::Store(error)
            | Self::Source(InputError::Store(error))
            | Self::Lake(LakeError::Store(error))
            | Self::Run(RunError::Lake(LakeError::Store(error)))
                if error.is_usage() =>
            {
                Exit::Usage
            }
            Self::Run(RunError::Unbalanced { .. }) => Exit::Unbalanced,
            Self::Run(RunError::Interrupted) | Self::Maintenance(MaintenanceError::Interrupted) => {
                Exit::Interrupted
            }
            Self::Maintenance(error) if error.is_conflict() => Exit::Conflict,
            Self::Run(RunError::Lake(error)) | Self::Lake(error) if error.is_conflict() => {
                Exit::Conflict
            }
            _ => Exit::Failed,
        }
    }
}

/// Progress and summaries of a command for the user. The library does not print by itself.
pub trait ProgressUi {
    /// Reading starts; `total_bytes` is the stored size of all inputs, if known.
    fn begin(&mut self, total_bytes: Option<u64>, progress: &Progress);
    /// Reading ends.
    fn end(&mut self);
    /// Shows the summary of a run.
    fn summary(&mut self, report: &RunReport);
}

/// What a command uses: output, progress, stores and telemetry.
pub struct RunContext<'a> {
    /// Receives data.
    pub stdout: &'a mut dyn Write,
    /// Shows progress and summaries.
    pub progress_ui: &'a mut dyn ProgressUi,
    /// Counters, and the flag of an interruption.
    pub progress: Progress,
    /// Access to object stores.
    pub stores: Stores,
    /// Metrics, traces, lineage and alerts.
    pub telemetry: &'a Telemetry,
    /// Measures elapsed time.
    pub started: std::time::Instant,
    /// Threads in each pool of the report engine.
    pub report_threads: usize,
    /// The step of the job, for a job.
    pub step: Option<StepId>,
}

impl std::fmt::Debug for RunContext<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RunContext")
            .field("progress", &self.progress)
            .finish_non_exhaustive()
    }
}

/// Ingests inputs.
///
/// # Errors
/// [`PipelineError::exit`] is the exit code.
pub fn run_ingest(job: &IngestJob, context: &mut RunContext<'_>) -> Result<Exit, PipelineError> {
    if job.dry_run {
        return ingest::show_plan(job, context);
    }
    instrument::ingest(job, context)
}

/// Validates inputs without writing.
///
/// # Errors
/// [`PipelineError::exit`] is the exit code.
pub fn run_check(job: &CheckJob, context: &mut RunContext<'_>) -> Result<Exit, PipelineError> {
    instrument::check(job, context)
}

/// Writes a report. An invalid parameter is answered in the documented error shape on stdout and
/// returned as an error.
///
/// # Errors
/// [`PipelineError::exit`] is the exit code.
pub fn run_report(job: &ReportJob, context: &mut RunContext<'_>) -> Result<Exit, PipelineError> {
    instrument::report(job, context)
}

/// Writes the dashboard with charts and tables.
///
/// # Errors
/// [`PipelineError::exit`] is the exit code.
pub fn run_dashboard(
    job: &DashboardJob,
    context: &mut RunContext<'_>,
) -> Result<Exit, PipelineError> {
    instrument::dashboard(job, context)
}

/// Lists earlier runs or shows the report of one.
///
/// # Errors
/// [`PipelineError::exit`] is the exit code.
pub fn run_runs(job: &RunsJob, context: &mut RunContext<'_>) -> Result<Exit, PipelineError> {
    runs::run(job, context)
}

/// Inspects or maintains the tables of a lake.
///
/// # Errors
/// [`PipelineError::exit`] is the exit code.
pub fn run_lake(job: &LakeJob, context: &mut RunContext<'_>) -> Result<Exit, PipelineError> {
    instrument::lake(job, context)
}

/// Files that polars opens besides those of the table.
const REPORT_FILES: usize = 8;

/// Tests beforehand that polars can start its threads and open its files, because it panics if it
/// cannot: the threads of its pool, executor and runtime, and a few for reading files.
fn probe_report(context: &RunContext<'_>) -> Result<(), LimitReached> {
    probe_files(REPORT_FILES)?;
    probe_threads(3 * context.report_threads + 4)
}
