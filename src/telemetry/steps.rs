//! What there is to tell about a step: before it begins, and when it has ended.

use chrono::{DateTime, NaiveDate, Utc};

use crate::run_report::{Exit, RunReport};

/// A column of a table, for catalogues: name and type.
pub type DatasetColumn = (String, String);

/// Something that is read or written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LineageDataset {
    /// A table of a lake.
    Table {
        /// The lake, as a path or URL.
        lake: String,
        /// The table.
        table: &'static str,
        /// Its columns; none when they are not told.
        columns: Vec<DatasetColumn>,
    },
    /// A file, an object or, as `-`, standard input, as a path or URL.
    File(String),
}

/// The step of a job file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StepId {
    /// The job.
    pub job: String,
    /// The step.
    pub step: String,
    /// The data date.
    pub date: NaiveDate,
}

/// What is known before a step begins. A command that is no job is one step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StepStart {
    /// The run, as in the `run_id` columns; a UUID.
    pub run_id: String,
    /// `ingest`, `check`, `report`, `page` or `lake`.
    pub command: &'static str,
    /// Where it stands in a job.
    pub step: Option<StepId>,
    /// The lake.
    pub lake: Option<String>,
    /// What is read; the inputs of an ingest stand in its report.
    pub inputs: Vec<LineageDataset>,
    /// What is written.
    pub outputs: Vec<LineageDataset>,
}

impl StepStart {
    /// What log lines say about the step they belong to.
    pub fn span(&self) -> tracing::Span {
        let of = self.step.as_ref();
        // The level of errors, so that quiet logs have it too.
        tracing::error_span!(
            "step",
            run_id = self.run_id,
            job = of.map(|of| of.job.as_str()),
            step = of.map(|of| of.step.as_str()),
            date = of.map(|of| tracing::field::display(of.date)),
        )
    }

    /// The job file's name, or none.
    pub(super) fn job(&self) -> &str {
        self.step.as_ref().map_or("", |step| &step.job)
    }

    /// The step's name in its job, or none.
    pub(super) fn step(&self) -> &str {
        self.step.as_ref().map_or("", |step| &step.step)
    }
}

/// How a step ended.
#[derive(Clone, Debug)]
pub struct StepEnd {
    /// The exit code it alone would have had.
    pub exit: Exit,
    /// Why it has no result; without secrets.
    pub error: Option<String>,
    /// The run report of an ingest, also of one that failed on its way.
    pub report: Option<RunReport>,
}

/// A step that has ended.
#[derive(Clone, Debug)]
pub struct FinishedStep {
    /// What was known before.
    pub start: StepStart,
    /// When it began.
    pub started_at: DateTime<Utc>,
    /// When it ended.
    pub ended_at: DateTime<Utc>,
    /// How it ended.
    pub end: StepEnd,
}

impl FinishedStep {
    /// Wall time.
    pub(super) fn seconds(&self) -> f64 {
        seconds_between(self.started_at, self.ended_at)
    }
}

/// The whole command: all that its steps did.
#[derive(Debug)]
pub struct FinishedCommand<'a> {
    /// `ingest`, `run` and so on.
    pub name: &'a str,
    /// The job file's name, or none.
    pub job: &'a str,
    /// The steps, in the order they ended.
    pub steps: &'a [FinishedStep],
    /// When it began.
    pub started_at: DateTime<Utc>,
    /// When it ended.
    pub ended_at: DateTime<Utc>,
    /// The exit code of the process.
    pub exit: Exit,
    /// Why it has no result; without secrets.
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
