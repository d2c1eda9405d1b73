//! Runs commands for tests, without a program around them.

use std::str::FromStr;

use chrono::{DateTime, Utc};

use super::{JobSummary, ProgressUi, RunContext, SharedContext, StepCommand, execute};
use crate::ingest::Progress;
use crate::run_report::RunReport;
use crate::storage::{Stores, error_text};
use crate::telemetry::{Telemetry, TelemetrySettings};
use crate::values::ExitCode;

/// Shows nothing.
struct NoProgress;

impl ProgressUi for NoProgress {
    fn begin(&mut self, _total_bytes: Option<u64>, _progress: &Progress) {}
    fn end(&mut self) {}
    fn summary(&mut self, _report: &RunReport) {}
    fn steps(&mut self, _summary: &JobSummary) {}
}

/// A year after the commits: files are older than any retention.
fn clock() -> DateTime<Utc> {
    DateTime::from_str("2027-12-01T12:00:00Z").unwrap()
}

/// Runs a command with these stores; returns its output, or what is wrong.
pub(super) fn executed(command: &dyn StepCommand, stores: &Stores) -> Result<String, String> {
    let telemetry = Telemetry::new(command.name(), None, TelemetrySettings::default(), clock);
    let shared = SharedContext {
        progress: Progress::default(),
        stores: stores.clone(),
        telemetry: &telemetry,
        report_threads: 1,
        clock: clock(),
        now: clock(),
        job_digest: None,
        deadline: None,
    };
    let mut stdout = Vec::new();
    let mut progress_ui = NoProgress;
    let mut context = RunContext::new(&mut stdout, &mut progress_ui, shared);
    let ended = execute(command, &mut context);
    let output = String::from_utf8(stdout).unwrap();
    match ended {
        Ok(ExitCode::Done) => Ok(output),
        Ok(exit) => Err(format!("{exit:?}: {output}")),
        Err(error) => Err(error_text(&error)),
    }
}
