//! `--alert-command` and `--alert-url`: one event when a command has ended with one of the selected
//! outcomes.
//!
//! In: the finished command. Out: a program run with the event on its standard input, a request, or
//! both. Neither can make a run fail: errors are warnings.

use std::io::Write;
use std::process::{Child, Command as Process, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use clap::Args;
use serde_json::{Value, json};

use super::http::HttpSender;
use super::steps::{FinishedCommand, FinishedStep};
use crate::run_report::{InputOutcome, RecordCounts};
use crate::storage::{scrubbed, scrubbed_location};
use crate::values::ExitCode;

/// Limits how long the alert program can delay a job.
const COMMAND_TIMEOUT: Duration = Duration::from_secs(30);
/// The interval between checks whether the program has ended.
const POLL_INTERVAL: Duration = Duration::from_millis(20);
/// Maximum number of refusals in an event; the run report contains all of them.
const MAX_REFUSALS: usize = 20;

/// The settings of alerts.
#[derive(Clone, Default, Args)]
#[command(next_help_heading = "Observability")]
pub struct AlertSettings {
    /// Run this shell command when a run ends, with the event as JSON on its stdin
    #[arg(
        id = "alert_command",
        long = "alert-command",
        value_name = "COMMAND",
        env = "PURCHASE_ETL_ALERT_COMMAND",
        hide_env_values = true
    )]
    pub command: Option<String>,
    /// Post the event as JSON to this URL when a run ends
    #[arg(
        id = "alert_url",
        long = "alert-url",
        value_name = "URL",
        env = "PURCHASE_ETL_ALERT_URL",
        hide_env_values = true
    )]
    pub url: Option<String>,
    /// Alert when a run ends with one of these outcomes, separated by commas
    #[arg(
        id = "alert_on",
        long = "alert-on",
        value_enum,
        value_name = "OUTCOMES",
        value_delimiter = ',',
        env = "PURCHASE_ETL_ALERT_ON",
        default_value = "failed,usage,refused,unmet,unbalanced,conflict,interrupted"
    )]
    pub on: Vec<ExitCode>,
}

impl std::fmt::Debug for AlertSettings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Command and URL may contain secrets.
        f.debug_struct("AlertSettings")
            .field("on", &self.on)
            .finish_non_exhaustive()
    }
}

/// Why the alert program failed.
#[derive(Debug, thiserror::Error)]
enum AlertError {
    #[error("the command cannot be started")]
    Start(#[source] std::io::Error),
    #[error("the command did not end within {} seconds and was stopped", COMMAND_TIMEOUT.as_secs())]
    Timeout,
    #[error("the command ended with {0}")]
    Status(ExitStatus),
}

/// Sends the alert of a finished command, if its outcome is selected.
pub(super) fn send(
    settings: &AlertSettings,
    command: &FinishedCommand<'_>,
    sender: Option<&HttpSender>,
) {
    let AlertSettings {
        command: program,
        url,
        on,
    } = settings;
    if !on.contains(&command.exit) {
        return;
    }
    let event = event(command);
    if let Some(program) = program
        && let Err(error) = run_program(program, command, &event)
    {
        tracing::warn!("--alert-command failed: {}", super::error_text(&error));
    }
    if let (Some(url), Some(sender)) = (url, sender)
        && let Err(error) = sender.post(url, None, event.to_string().into_bytes())
    {
        tracing::warn!("--alert-url failed: {}", super::error_text(&error));
    }
}

/// The event, without secrets.
fn event(command: &FinishedCommand<'_>) -> Value {
    let time =
        |at: chrono::DateTime<chrono::Utc>| at.to_rfc3339_opts(chrono::SecondsFormat::Micros, true);
    let refusals: Vec<_> = command.steps.iter().flat_map(refusals).collect();
    let job = Some(command.job).filter(|job| !job.is_empty());
    let mut counts = RecordCounts::default();
    let reports = || {
        command
            .steps
            .iter()
            .filter_map(|step| step.end.report.as_ref())
    };
    for report in reports() {
        counts.add(&report.counts);
    }
    let held_back: Vec<_> = reports().flat_map(|report| &report.held_back).collect();
    json!({
        "event": "run_ended",
        "program": "purchase-etl",
        "program_version": env!("CARGO_PKG_VERSION"),
        "command": command.name,
        "job": job,
        "outcome": command.exit.name(),
        "exit_code": command.exit.code(),
        "started_at": time(command.started_at),
        "ended_at": time(command.ended_at),
        "error": command.error,
        "counts": counts,
        "held_back": held_back,
        "steps": command.steps.iter().map(step).collect::<Vec<_>>(),
        "refused_inputs": refusals.len(),
        "refusals": refusals.iter().take(MAX_REFUSALS).collect::<Vec<_>>(),
    })
}

fn step(step: &FinishedStep) -> Value {
    let report = step.end.report.as_ref();
    let of = step.start.step.as_ref();
    json!({
        "run_id": step.start.run_id,
        "command": step.start.command,
        "step": of.map(|of| &of.step),
        "date": of.map(|of| of.date.to_string()),
        "outcome": step.end.exit.name(),
        "exit_code": step.end.exit.code(),
        "lake": step.start.lake.as_deref().map(scrubbed_location),
        "counts": report.map(|report| report.counts),
        "expectations": report.map_or(&[][..], |report| &report.expectations),
        "held_back": report.map_or(&[][..], |report| &report.held_back),
        "rejected_by_rule": report.map(|report| &report.rejected_by_rule),
        "error": step.end.error,
    })
}

fn refusals(step: &FinishedStep) -> Vec<Value> {
    let report = step.end.report.iter();
    let inputs = report.flat_map(|report| &report.inputs);
    let refused = inputs.filter(|input| input.outcome == InputOutcome::Refused);
    refused
        .filter_map(|input| {
            let refusal = input.refusal.as_ref()?;
            Some(json!({
                "run_id": step.start.run_id,
                "path": scrubbed_location(&input.path),
                "rule_id": refusal.rule_id,
                "line": refusal.line,
                "byte_offset": refusal.byte_offset,
                "message": scrubbed(&refusal.message),
            }))
        })
        .collect()
}

fn run_program(
    program: &str,
    command: &FinishedCommand<'_>,
    event: &Value,
) -> Result<(), AlertError> {
    let run_ids: Vec<_> = command
        .steps
        .iter()
        .map(|step| step.start.run_id.as_str())
        .collect();
    let mut child = Process::new("sh")
        .args(["-c", program])
        .env("PURCHASE_ETL_OUTCOME", command.exit.name())
        .env("PURCHASE_ETL_EXIT_CODE", command.exit.code().to_string())
        .env("PURCHASE_ETL_COMMAND", command.name)
        .env("PURCHASE_ETL_JOB", command.job)
        .env("PURCHASE_ETL_RUN_IDS", run_ids.join(" "))
        .stdin(Stdio::piped())
        // Standard output contains data, and standard error may contain JSON lines.
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .map_err(AlertError::Start)?;
    let text = event.to_string();
    if let Some(mut stdin) = child.stdin.take() {
        // A program that does not read its input must not block, and does not fail.
        let write = move || drop(stdin.write_all(text.as_bytes()));
        // If no thread can be created, the program gets no event, but still runs.
        drop(std::thread::Builder::new().spawn(write));
    }
    wait_for_exit(&mut child)
}

fn wait_for_exit(child: &mut Child) -> Result<(), AlertError> {
    let started = Instant::now();
    loop {
        match child.try_wait().map_err(AlertError::Start)? {
            Some(status) if status.success() => return Ok(()),
            Some(status) => return Err(AlertError::Status(status)),
            None if started.elapsed() > COMMAND_TIMEOUT => {
                // Errors mean that the program has ended in the meantime.
                drop(child.kill());
                drop(child.wait());
                return Err(AlertError::Timeout);
            }
            None => std::thread::sleep(POLL_INTERVAL),
        }
    }
}
