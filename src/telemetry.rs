//! Telemetry of commands: metrics for Prometheus, traces and metrics for OpenTelemetry, lineage
//! events for OpenLineage, and alerts.
//!
//! In: the starts and ends of steps. Out: files and requests. Every error here is a warning:
//! telemetry never makes a run fail, and no event contains the user, password or query of a URL.

mod alert;
mod file;
mod http;
mod lineage;
mod metrics;
mod otel;
mod steps;

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, NaiveDate, Utc};
use clap::Args;

pub use alert::AlertSettings;
pub use lineage::LineageSettings;
pub use otel::OtelSettings;
pub use steps::{
    DatasetColumn, FinishedCommand, FinishedStep, LineageDataset, StepEnd, StepId, StepStart,
};

use crate::storage::{error_text, scrubbed};
use crate::values::ExitCode;
use http::HttpSender;
use lineage::LineageEmitter;

/// The settings of telemetry, as options of every command. Secrets, such as `OPENLINEAGE_API_KEY`
/// and `OTEL_EXPORTER_OTLP_HEADERS`, are taken from the environment only.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Observability")]
pub struct TelemetrySettings {
    /// Write metrics to this file in the Prometheus text format
    #[arg(long, value_name = "FILE", env = "PURCHASE_ETL_METRICS_FILE")]
    pub metrics_file: Option<PathBuf>,
    /// OpenTelemetry
    #[command(flatten)]
    pub otel: OtelSettings,
    /// OpenLineage
    #[command(flatten)]
    pub lineage: LineageSettings,
    /// Alerts
    #[command(flatten)]
    pub alert: AlertSettings,
}

impl TelemetrySettings {
    /// Adds what only the environment sets; an empty variable is one that is not set.
    #[must_use]
    pub fn with_environment(mut self, variable: impl Fn(&str) -> Option<String>) -> Self {
        let variable = |name| variable(name).filter(|value| !value.is_empty());
        let is_true = |text: String| text.eq_ignore_ascii_case("true");
        self.otel.disabled = variable("OTEL_SDK_DISABLED").is_some_and(is_true);
        self.otel.traceparent = variable("TRACEPARENT");
        self.otel.tracestate = variable("TRACESTATE");
        self.lineage.api_key = variable("OPENLINEAGE_API_KEY");
        self
    }
}

/// Records the steps of a command and reports them. It may be used from several threads.
#[derive(Debug)]
pub struct Telemetry {
    command: String,
    job: Option<String>,
    clock: fn() -> DateTime<Utc>,
    started_at: DateTime<Utc>,
    metrics_file: Option<PathBuf>,
    otel: OtelSettings,
    lineage: Option<LineageEmitter>,
    alert: AlertSettings,
    sender: Option<Arc<HttpSender>>,
    steps: Mutex<Vec<FinishedStep>>,
}

/// A step that has started.
#[derive(Debug)]
pub struct RunningStep {
    start: StepStart,
    started_at: DateTime<Utc>,
}

impl Telemetry {
    /// Creates the telemetry of a command, such as `ingest`, and of the job that it runs, if any.
    /// `clock` is the clock of the process.
    pub fn new(
        command: &str,
        job: Option<String>,
        settings: TelemetrySettings,
        clock: fn() -> DateTime<Utc>,
    ) -> Self {
        let TelemetrySettings {
            metrics_file,
            otel,
            lineage,
            alert,
        } = settings;
        let sends = otel.is_enabled() || lineage.lineage_url.is_some() || alert.url.is_some();
        let sender = sends.then(HttpSender::new).and_then(|sender| {
            sender
                .inspect_err(|error| tracing::warn!("telemetry is not sent: {}", error_text(error)))
                .map(Arc::new)
                .ok()
        });
        Self {
            command: command.to_owned(),
            job,
            clock,
            started_at: clock(),
            metrics_file,
            otel,
            lineage: LineageEmitter::new(lineage, sender.clone()),
            alert,
            sender,
            steps: Mutex::default(),
        }
    }

    /// Records the start of a step.
    #[must_use = "the end of a started step must be recorded"]
    pub fn step_started(&self, start: StepStart) -> RunningStep {
        let started_at = (self.clock)();
        if let Some(lineage) = &self.lineage {
            lineage.step_started(&start, started_at);
        }
        RunningStep { start, started_at }
    }

    /// Records the end of a step.
    pub fn step_ended(&self, open: RunningStep, end: StepEnd) {
        let RunningStep { start, started_at } = open;
        let step = FinishedStep {
            start,
            started_at,
            ended_at: (self.clock)(),
            end,
        };
        if let Some(lineage) = &self.lineage {
            lineage.step_ended(&step);
        }
        let mut steps = self.steps.lock().unwrap_or_else(PoisonError::into_inner);
        steps.push(step);
    }

    /// The tracing span of the failed step `of` a job, or of a failed command that is not a job.
    pub fn failure_span(&self, of: Option<&StepId>) -> Option<tracing::Span> {
        let steps = self.steps.lock().unwrap_or_else(PoisonError::into_inner);
        let failed = steps
            .iter()
            .rfind(|step| !step.end.exit.is_success() && step.start.step.as_ref() == of);
        failed.map(|step| step.start.span())
    }

    /// Records the end of a job for a data date, with all its steps.
    pub fn job_ended(&self, job: &str, date: NaiveDate, exit: ExitCode) {
        if let Some(lineage) = &self.lineage {
            lineage.job_ended(job, date, exit, (self.clock)());
        }
    }

    /// Records the end of the command: writes metrics, exports traces and sends alerts.
    pub fn finish(&self, exit: ExitCode, error: Option<&str>) {
        let ended_at = (self.clock)();
        let sender = self.sender.as_deref();
        if let Some(lineage) = &self.lineage {
            lineage.finish(ended_at);
        }
        let steps = self.steps.lock().unwrap_or_else(PoisonError::into_inner);
        let error = error.map(scrubbed);
        let command = FinishedCommand {
            name: &self.command,
            job: self.job.as_deref().unwrap_or_default(),
            steps: &steps,
            started_at: self.started_at,
            ended_at,
            exit,
            error: error.as_deref(),
        };
        if let Some(path) = &self.metrics_file
            && let Err(error) = metrics::write(path, &command)
        {
            tracing::warn!("{}", error_text(&error));
        }
        if let Some(sender) = sender
            && let Err(error) = otel::export(&self.otel, &command, sender)
        {
            tracing::warn!("cannot export to OpenTelemetry: {}", error_text(&error));
        }
        alert::send(&self.alert, &command, sender);
    }
}
