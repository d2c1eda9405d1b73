//! Commands that can be a step of a job, and their telemetry.

use std::fmt;
use std::path::{Path, PathBuf};

use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;
use serde_json::Value;
use uuid::Uuid;

use super::output::store_url;
use super::{CommandError, OptionError, RunContext, SharedContext};
use crate::input::{Input, OrderEvents};
use crate::lake::TableSpec;
use crate::storage::{Stores, error_text};
use crate::telemetry::{DatasetColumn, LineageDataset, StepEnd, StepStart};
use crate::values::ExitCode;

/// A command that can be a step of a job, with its arguments.
pub trait StepCommand: fmt::Debug + Send + Sync {
    /// Its name on the command line.
    fn name(&self) -> &'static str;

    /// Path or URL of its lake.
    fn lake(&self) -> Option<&str>;

    /// Refuses arguments that do not fit together. Storage is not accessed.
    ///
    /// # Errors
    /// [`OptionError`] names the option.
    fn validate(&self) -> Result<(), OptionError> {
        Ok(())
    }

    /// Whether telemetry reports it when it is not a step; not if it only shows something.
    fn is_instrumented(&self) -> bool {
        true
    }

    /// The datasets it reads, as far as they are known beforehand.
    fn datasets_read(&self) -> Vec<LineageDataset> {
        Vec::new()
    }

    /// The datasets it writes.
    fn datasets_written(&self) -> Vec<LineageDataset> {
        Vec::new()
    }

    /// The files, folders, URLs and globs that it reads.
    fn inputs(&self) -> &[String] {
        &[]
    }

    /// What becomes of order events in its inputs: files of custom events are among them, or not.
    fn order_events(&self) -> OrderEvents {
        OrderEvents::Skip
    }

    /// Whether a run of a program started at `clock` would leave out this input.
    fn leaves_out(&self, _input: &Input, _clock: DateTime<Utc>) -> bool {
        false
    }

    /// The tables it writes.
    fn tables_written(&self) -> Vec<&'static str> {
        Vec::new()
    }

    /// The tables of purchases that its answer is about, if it publishes one.
    fn tables_published(&self) -> Vec<&'static str> {
        Vec::new()
    }

    /// The destination of its output, as far as it is known beforehand.
    fn output(&self) -> Option<OutputTarget>;

    /// Whether several days of a backfill may run it at the same time: only where the order of two
    /// runs has no effect.
    fn allows_parallel_days(&self) -> bool {
        false
    }

    /// Whether steps that need this one do not run if it refuses an input.
    fn is_gate(&self) -> bool {
        false
    }

    /// What it would do, in a job with this data date. Nothing is written.
    ///
    /// # Errors
    /// The lake or an input cannot be read. A missing input is not an error here.
    fn plan(
        &self,
        shared: &SharedContext<'_>,
        data_date: Option<NaiveDate>,
    ) -> Result<StepPlan, CommandError>;

    /// Runs it. [`execute`] calls this.
    ///
    /// # Errors
    /// [`CommandError::exit_code`] is the exit code.
    fn run(&self, context: &mut RunContext<'_>) -> Result<ExitCode, CommandError>;
}

/// What a step would do.
#[derive(Debug)]
pub struct StepPlan {
    /// The key of `details` in a plan as JSON.
    pub does: &'static str,
    /// What it does, for programs.
    pub details: Value,
    /// What it does, for people; lines that end with LF.
    pub text: String,
    /// Inputs that match nothing.
    pub missing: Vec<String>,
}

impl StepPlan {
    /// A plan in one line.
    pub(super) fn line(does: &'static str, text: &str) -> Self {
        Self {
            does,
            details: text.into(),
            text: format!("{text}\n"),
            missing: Vec::new(),
        }
    }
}

/// A destination of the output of a step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", tag = "to", content = "path")]
pub enum OutputTarget {
    /// Standard output.
    StandardOutput,
    /// A file; the first of many pages.
    File(PathBuf),
    /// A database, as a URL without user and password.
    Database(String),
}

impl OutputTarget {
    /// The destination of an option such as `--output`: a path, or standard output.
    pub(super) fn of(path: Option<&Path>) -> Self {
        path.map_or(Self::StandardOutput, |path| Self::File(path.to_owned()))
    }

    /// The path or URL, or `stdout`.
    pub fn shown(&self) -> String {
        match self {
            Self::StandardOutput => "stdout".to_owned(),
            Self::File(path) => path.display().to_string(),
            Self::Database(url) => url.clone(),
        }
    }

    /// Whether it exists; none for standard output and a database, and if the store cannot be read.
    pub fn exists(&self, stores: &Stores) -> Option<bool> {
        let Self::File(path) = self else {
            return None;
        };
        match store_url(path) {
            Ok(None) => Some(path.exists()),
            Ok(Some(url)) => stores.head(&url).ok().map(|object| object.is_some()),
            Err(_) => None,
        }
    }
}

/// Runs a command under a new run id and reports its start and end to telemetry.
///
/// # Errors
/// Those of [`StepCommand::run`].
pub fn execute(
    command: &dyn StepCommand,
    context: &mut RunContext<'_>,
) -> Result<ExitCode, CommandError> {
    context.run_id = Uuid::now_v7().to_string();
    context.run_report = None;
    let start = StepStart {
        run_id: context.run_id.clone(),
        command: command.name(),
        step: context.step.clone(),
        lake: command.lake().map(str::to_owned),
        inputs: command.datasets_read(),
        outputs: command.datasets_written(),
    };
    let span = start.span();
    let _entered = span.enter();
    let telemetry = context.shared.telemetry;
    let open = telemetry.step_started(start);
    let ran = command.run(context).map_err(|error| context.explain(error));
    let (exit, error) = match &ran {
        Ok(exit) => (*exit, None),
        Err(error) => (error.exit_code(), Some(error_text(error))),
    };
    let end = StepEnd {
        exit,
        // A reader that closes the pipe early is not an error.
        error: error.filter(|_| exit != ExitCode::Done),
        report: context.run_report.clone(),
    };
    telemetry.step_ended(open, end);
    ran
}

/// A table of a lake with its columns, for lineage.
pub(super) fn table_dataset(lake: &str, spec: &TableSpec) -> LineageDataset {
    let fields = spec.schema.fields().iter();
    let mut columns: Vec<DatasetColumn> = fields
        .map(|field| (field.name().clone(), field.data_type().to_string()))
        .collect();
    let partitions = spec.partition_columns.iter();
    columns.extend(partitions.map(|column| {
        let kind = format!("{:?}", column.partition_type);
        (column.name.to_owned(), kind)
    }));
    LineageDataset::Table {
        lake: lake.to_owned(),
        table: spec.name,
        columns,
    }
}
