//! Which step of a job is under way.

use chrono::NaiveDate;

/// The step of a job that a stage works for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StepContext {
    /// The job.
    pub job: String,
    /// The step.
    pub step: String,
    /// The data date.
    pub date: NaiveDate,
}
