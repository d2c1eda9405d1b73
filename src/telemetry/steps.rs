//! What is known about a step: before it starts, and when it has ended.

use std::sync::Arc;

use chrono::{DateTime, NaiveDate, Utc};

use crate::run_report::{InputOutcome, RunReport};
use crate::values::ExitCode;

/// A column of a table in lineage events: name and type.
pub type DatasetColumn = (String, String);

/// A dataset that a step reads or writes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LineageDataset {
    /// A table of a lake.
    Table {
        /// The lake, as a path or URL.
        lake: String,
        /// The table.
        table: &'static str,
        /// Its columns; empty when they are not reported.
        columns: Vec<DatasetColumn>,
    },
    /// A file, an object or standard input (`-`), as a path or URL.
    File(String),
    /// A table of a database.
    DatabaseTable {
        /// The server, such as `postgres://db.example.com:5432`.
        namespace: String,
        /// Database, schema and table.
        name: String,
    },
}

/// Identifies a step of a job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StepId {
    /// The job.
    pub job: String,
    /// The step.
    pub step: String,
    /// The data date.
    pub date: NaiveDate,
}

/// What is known before a step starts. A command that is not a job is one step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StepStart {
    /// The run id, as in the `run_id` columns; a UUID.
    pub run_id: String,
    /// `ingest`, `check`, `report`, `dashboard` or `lake`.
    pub command: &'static str,
    /// The step of a job, if any.
    pub step: Option<StepId>,
    /// The lake.
    pub lake: Option<String>,
    /// The datasets read; the inputs of an ingest are in its report.
    pub inputs: Vec<LineageDataset>,
    /// The datasets written.
    pub outputs: Vec<LineageDataset>,
}

impl StepStart {
    /// The tracing span that identifies the step in log lines.
    pub fn span(&self) -> tracing::Span {
        let of = self.step.as_ref();
        // Error level, so that quiet logs contain it too.
        tracing::error_span!(
            "step",
            run_id = self.run_id,
            job = of.map(|of| of.job.as_str()),
            step = of.map(|of| of.step.as_str()),
            date = of.map(|of| tracing::field::display(of.date)),
        )
    }

    /// The name of the job, or an empty text.
    pub(super) fn job(&self) -> &str {
        self.step.as_ref().map_or("", |step| &step.job)
    }

    /// The name of the step in its job, or an empty text.
    pub(super) fn step(&self) -> &str {
        self.step.as_ref().map_or("", |step| &step.step)
    }
}

/// How a step ended.
#[derive(Clone, Debug)]
pub struct StepEnd {
    /// The exit code of the step by itself.
    pub exit: ExitCode,
    /// The error, without secrets.
    pub error: Option<String>,
    /// The run report of an ingest, also of a failed one.
    pub report: Option<Arc<RunReport>>,
}

/// A step that has ended.
#[derive(Clone, Debug)]
pub struct FinishedStep {
    /// What was known before the step.
    pub start: StepStart,
    /// The time of the start.
    pub started_at: DateTime<Utc>,
    /// The time of the end.
    pub ended_at: DateTime<Utc>,
    /// The result of the step.
    pub end: StepEnd,
}

impl FinishedStep {
    /// Wall time.
    pub(super) fn seconds(&self) -> f64 {
        seconds_between(self.started_at, self.ended_at)
    }
}

/// The numbers of inputs of a run, by outcome.
pub(super) fn inputs_by_outcome(report: &RunReport) -> [(&'static str, u64); 3] {
    let outcomes = [
        InputOutcome::Ingested,
        InputOutcome::AlreadyIngested,
        InputOutcome::Refused,
    ];
    outcomes.map(|outcome| (outcome.name(), report.inputs_with(outcome) as u64))
}

/// A command that has ended, with its steps.
#[derive(Debug)]
pub struct FinishedCommand<'a> {
    /// The name of the command, such as `ingest`.
    pub name: &'a str,
    /// The name of the job, or an empty text.
    pub job: &'a str,
    /// The steps, in the order they ended.
    pub steps: &'a [FinishedStep],
    /// The time of the start.
    pub started_at: DateTime<Utc>,
    /// The time of the end.
    pub ended_at: DateTime<Utc>,
    /// The exit code of the process.
    pub exit: ExitCode,
    /// The error, without secrets.
    pub error: Option<&'a str>,
}

/// Seconds from one instant to a later one.
pub(super) fn seconds_between(from: DateTime<Utc>, to: DateTime<Utc>) -> f64 {
    (to - from)
        .to_std()
        .map_or(0.0, |elapsed| elapsed.as_secs_f64())
}

/// Counts are far below 2^53, up to which a float is exact.
#[expect(clippy::cast_precision_loss, reason = "counts far below 2^53")]
pub(super) fn number(count: u64) -> f64 {
    count as f64
}
