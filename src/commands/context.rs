//! What a command uses: output, progress, stores, telemetry and the time.

use std::collections::BTreeSet;
use std::fmt;
use std::io::Write;
use std::sync::Arc;
use std::time::Instant;

use chrono::{DateTime, NaiveDate, Utc};

use super::{CommandError, Deadline, JobSummary, PublishingStep, Terminal, TimeLimit};
use crate::ingest::Progress;
use crate::run_report::RunReport;
use crate::storage::{LimitReached, Stores, probe_files, probe_threads};
use crate::telemetry::{StepId, Telemetry};

/// Progress and summaries of a command for the user. The library does not print by itself.
pub trait ProgressUi {
    /// Reading starts; `total_bytes` is the stored size of all inputs, if known.
    fn begin(&mut self, total_bytes: Option<u64>, progress: &Progress);
    /// Reading ends.
    fn end(&mut self);
    /// Shows the summary of a run.
    fn summary(&mut self, report: &RunReport);
    /// Shows the steps of a job that has ended for one day.
    fn steps(&mut self, _summary: &JobSummary) {}
}

/// The part of a context that steps share when they run at the same time.
#[derive(Clone)]
pub struct SharedContext<'a> {
    /// Counters, and the flag of an interruption.
    pub progress: Progress,
    /// Access to object stores.
    pub stores: Stores,
    /// Metrics, traces, lineage and alerts.
    pub telemetry: &'a Telemetry,
    /// Threads in each pool of the report engine.
    pub report_threads: usize,
    /// The clock at the start of the process, which no option overrides: deletions depend on it.
    pub clock: DateTime<Utc>,
    /// The current time of a command whose options do not set it.
    pub now: DateTime<Utc>,
    /// Digest of the job file, for the steps of a job.
    pub job_digest: Option<String>,
    /// The deadline of the job.
    pub deadline: Option<Deadline>,
}

/// What a command uses.
pub struct RunContext<'a> {
    /// Receives data.
    pub stdout: &'a mut dyn Write,
    /// The terminal that receives the data; none for a pipe, a file and the steps of a job.
    pub terminal: Option<Terminal>,
    /// Shows progress and summaries.
    pub progress_ui: &'a mut dyn ProgressUi,
    /// What concurrent steps share.
    pub shared: SharedContext<'a>,
    /// Measures elapsed time.
    pub started: Instant,
    /// The step of the job, for a job.
    pub step: Option<StepId>,
    /// The limit of the running step.
    pub time_limit: Option<TimeLimit>,
    /// How many times the step was started, with the current attempt.
    pub attempts: u32,
    /// Id of the run, in run reports, commits and the names of files. [`super::execute`] sets it.
    pub run_id: String,
    /// The run report of the command.
    pub run_report: Option<Arc<RunReport>>,
    /// The paths of the inputs of the ingest steps before this one in the job; none without such a
    /// step.
    pub job_inputs: Option<BTreeSet<String>>,
    /// The steps after this one in the job that publish answers, in their order.
    pub later_answers: Vec<PublishingStep>,
}

impl<'a> RunContext<'a> {
    /// The context of a command, or of the first step of a job; without a terminal.
    pub fn new(
        stdout: &'a mut dyn Write,
        progress_ui: &'a mut dyn ProgressUi,
        shared: SharedContext<'a>,
    ) -> Self {
        Self {
            stdout,
            terminal: None,
            progress_ui,
            shared,
            started: Instant::now(),
            step: None,
            time_limit: None,
            attempts: 1,
            run_id: String::new(),
            run_report: None,
            job_inputs: None,
            later_answers: Vec::new(),
        }
    }

    /// The data date of the job; `None` outside a job.
    pub(super) fn data_date(&self) -> Option<NaiveDate> {
        self.step.as_ref().map(|step| step.date)
    }

    /// The error of a command: of its time limit, if it was interrupted because of it.
    pub(super) fn explain(&self, error: CommandError) -> CommandError {
        match &self.time_limit {
            Some(limit) => limit.explain(error),
            None => error,
        }
    }

    /// Tests beforehand that polars can start its threads and open its files, because it panics if
    /// it cannot: the threads of its pool, executor and runtime, and a few for reading files.
    pub(super) fn probe_report(&self) -> Result<(), LimitReached> {
        /// Files that polars opens besides those of the table.
        const REPORT_FILES: usize = 8;
        probe_files(REPORT_FILES)?;
        probe_threads(3 * self.shared.report_threads + 4)
    }
}

impl fmt::Debug for SharedContext<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SharedContext")
            .field("progress", &self.progress)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for RunContext<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RunContext")
            .field("shared", &self.shared)
            .field("step", &self.step)
            .finish_non_exhaustive()
    }
}
