//! Which step of which job a stage works for.

use chrono::NaiveDate;

/// The step that is being run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CurrentStep {
    /// Name of the job.
    pub job: String,
    /// Name of the step.
    pub step: String,
    /// The data date.
    pub date: NaiveDate,
}
