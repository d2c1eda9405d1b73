//! The results of expectations, and the answers that a job holds back.

use serde::Serialize;

/// What an expectation that is not met leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ExpectationSeverity {
    /// Exit code 6, and answers about the table are held back.
    Error,
    /// A warning.
    Warn,
}

/// The result of an expectation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ExpectationOutcome {
    /// It is met.
    Passed,
    /// It is not met.
    Failed,
    /// There is nothing to compare.
    Skipped,
}

impl ExpectationOutcome {
    /// Its name in run reports and metrics.
    pub fn name(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Failed => "failed",
            Self::Skipped => "skipped",
        }
    }
}

/// An expectation of a table and its result.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ExpectationResult {
    /// The name of the expectation, as the key of a job file.
    pub expectation: &'static str,
    /// The table.
    pub table: &'static str,
    /// What it leads to if it is not met.
    pub severity: ExpectationSeverity,
    /// The result.
    pub outcome: ExpectationOutcome,
    /// What is expected.
    pub expected: String,
    /// What was found; null if it was skipped.
    pub found: Option<String>,
    /// Why it was skipped; null otherwise.
    pub reason: Option<String>,
}

impl ExpectationResult {
    /// Whether it is not met and holds back answers.
    pub fn is_error(&self) -> bool {
        self.outcome == ExpectationOutcome::Failed && self.severity == ExpectationSeverity::Error
    }
}

/// An answer that a job did not write, because the data it is about are incomplete.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct HeldAnswer {
    /// The step of the job.
    pub step: String,
    /// Where it would have been written: a path, a URL or `stdout`.
    pub output: String,
}
