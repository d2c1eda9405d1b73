//! The conductor: takes a job, calls the stages in order, hands the answer to standard output.

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
mod step;
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
pub use job_file::run_job_file;
pub use step::CurrentStep;

use output::{put, put_file};

/// Why a command has no result.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PipelineError {
    /// The command line or job file.
    #[error(transparent)]
    Job(#[from] JobError),
    /// The inputs.
    #[error(transparent)]
    Source(#[from] InputError),
    /// Reading, judging or writing.
    #[error(transparent)]
    Run(#[from] RunError),
    /// The lake.
    #[error(transparent)]
    Lake(#[from] LakeError),
    /// An object store that an answer goes to.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The machine has no more threads or open files to give.
    #[error(transparent)]
    Limit(#[from] LimitReached),
    /// Nobody could hear of an interruption.
    #[error(
        "cannot listen for signals; if no thread can be started, raise the limit of processes (ulimit -u, pids.max of a container)"
    )]
    Signals(#[source] std::io::Error),
    /// The care of the lake.
    #[error(transparent)]
    Maintenance(#[from] MaintenanceError),
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
    /// There is no report of such a run.
    #[error("the lake {lake} has no run {id:?}; `purchase-etl runs list` shows those it has")]
    NoRun {
        /// The id, or the beginning of one.
        id: String,
        /// The lake.
        lake: String,
    },
    /// There are several runs whose ids begin like this.
    #[error("several runs begin with {id:?}; give more of the id: {}", runs.join(", "))]
    SeveralRuns {
        /// The beginning.
        id: String,
        /// Some of the runs.
        runs: Vec<String>,
    },
    /// A report is no JSON.
    #[error("the report _runs/{run_id}.json is damaged; the tables do not need it")]
    DamagedRun {
        /// The run.
        run_id: String,
        /// What the parser said.
        source: serde_json::Error,
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

/// Where talk goes while a command runs. The library never prints itself.
pub trait ProgressUi {
    /// Inputs are about to be read; `total_bytes` are their stored bytes, when known.
    fn begin(&mut self, total_bytes: Option<u64>, progress: &Progress);
    /// Reading has ended.
    fn end(&mut self);
    /// A run has ended; for people.
    fn summary(&mut self, report: &RunReport);
}

/// What every stage may use.
pub struct RunContext<'a> {
    /// Data.
    pub stdout: &'a mut dyn Write,
    /// Talk.
    pub progress_ui: &'a mut dyn ProgressUi,
    /// Counters and the switch to stop.
    pub progress: Progress,
    /// The way to object stores.
    pub stores: Stores,
    /// Others who want to know.
    pub telemetry: &'a Telemetry,
    /// Measures elapsed time.
    pub started: std::time::Instant,
    /// Threads that each of the pools of the report engine will start.
    pub report_threads: usize,
    /// The step of a job that is being run, if it is one.
    pub step: Option<CurrentStep>,
}

impl std::fmt::Debug for RunContext<'_> {
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
pub fn run_ingest(job: &IngestJob, context: &mut RunContext<'_>) -> Result<Exit, PipelineError> {
    if job.dry_run {
        return ingest::show_plan(job, context);
    }
    instrument::ingest(job, context)
}

/// Checks without writing.
///
/// # Errors
/// [`PipelineError::exit`] tells the exit code.
pub fn run_check(job: &CheckJob, context: &mut RunContext<'_>) -> Result<Exit, PipelineError> {
    instrument::check(job, context)
}

/// Answers a question. A parameter that breaks a rule is answered in the documented error shape
/// on standard output, and returned as an error for people.
///
/// # Errors
/// [`PipelineError::exit`] tells the exit code.
pub fn run_report(job: &ReportJob, context: &mut RunContext<'_>) -> Result<Exit, PipelineError> {
    instrument::report(job, context)
}

/// Writes the dashboard with charts and tables.
///
/// # Errors
/// [`PipelineError::exit`] tells the exit code.
pub fn run_dashboard(
    job: &DashboardJob,
    context: &mut RunContext<'_>,
) -> Result<Exit, PipelineError> {
    instrument::dashboard(job, context)
}

/// Shows what earlier runs did.
///
/// # Errors
/// [`PipelineError::exit`] tells the exit code.
pub fn run_runs(job: &RunsJob, context: &mut RunContext<'_>) -> Result<Exit, PipelineError> {
    runs::run(job, context)
}

/// Looks after the tables of a lake.
///
/// # Errors
/// [`PipelineError::exit`] tells the exit code.
pub fn run_lake(job: &LakeJob, context: &mut RunContext<'_>) -> Result<Exit, PipelineError> {
    instrument::lake(job, context)
}

/// Files that polars opens beside those of the table.
const REPORT_FILES: usize = 8;

/// Polars does not expect that it gets none of its threads and files: the threads of its pool, of its
/// executor and of its runtime, and some that read files and let go of them.
fn probe_report(context: &RunContext<'_>) -> Result<(), LimitReached> {
    probe_files(REPORT_FILES)?;
    probe_threads(3 * context.report_threads + 4)
}
