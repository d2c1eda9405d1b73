//! What became of the steps of a job on one day, for the summary at its end.

use std::time::Duration;

use chrono::NaiveDate;

use crate::run_report::RecordCounts;
use crate::values::ExitCode;

/// What became of a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StepState {
    /// It ended with this code.
    Ended(ExitCode),
    /// Its answer was held back.
    HeldBack,
    /// It did not run, because a step that it needs has failed or the deadline has passed.
    Skipped,
}

impl StepState {
    /// Its name in summaries.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ended(ExitCode::Done) => "ok",
            Self::Ended(exit) => exit.name(),
            Self::HeldBack => "held back",
            Self::Skipped => "skipped",
        }
    }
}

/// A step of a job that has ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StepSummary {
    /// The step.
    pub step: String,
    /// What became of it.
    pub state: StepState,
    /// How many times it was started; 0 if it did not run.
    pub attempts: u32,
    /// The records of an ingest, by outcome.
    pub counts: Option<RecordCounts>,
    /// The destination of its output: a path, a URL or `stdout`.
    pub output: Option<String>,
    /// Wall time of all attempts.
    pub elapsed: Duration,
}

/// The steps of a job on one day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JobSummary {
    /// The job.
    pub job: String,
    /// The data date.
    pub date: NaiveDate,
    /// The steps, in the order they ran; without those that an interruption prevented.
    pub steps: Vec<StepSummary>,
}
