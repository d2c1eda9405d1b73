//! `--metrics-file`: a file in Prometheus text format, for the textfile collector of the node
//! exporter.
//!
//! In: the current file and the steps of a command. Out: the new file: counters continue from the
//! current file, and a failed run keeps the time of the last successful one.

mod families;
mod previous_values;

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use super::file;
use super::steps::{FinishedCommand, FinishedStep, inputs_by_outcome, number, seconds_between};
use crate::run_report::RunReport;
use crate::storage::replace_file;
use crate::values::ExitCode;
use families::MetricFamilies;

/// Why the metrics file was not written.
#[derive(Debug, thiserror::Error)]
#[error("cannot write the metrics file {}", path.display())]
pub(super) struct MetricsError {
    path: PathBuf,
    source: MetricsCause,
}

#[derive(Debug, thiserror::Error)]
enum MetricsCause {
    #[error(transparent)]
    File(#[from] io::Error),
    #[error(transparent)]
    MetricFamilies(#[from] prometheus::Error),
}

/// Replaces the metrics file.
pub(super) fn write(path: &Path, command: &FinishedCommand<'_>) -> Result<(), MetricsError> {
    let failed = |source: MetricsCause| MetricsError {
        path: path.to_owned(),
        source,
    };
    let previous = file::read(path).unwrap_or_default();
    let text = text(&previous, command).map_err(|error| failed(error.into()))?;
    replace_file(path, text.as_bytes()).map_err(|error| failed(error.into()))
}

/// The text of the new file, given the text of the previous one.
fn text(previous: &str, command: &FinishedCommand<'_>) -> Result<String, prometheus::Error> {
    let families = MetricFamilies::new()?;
    previous_values::restore(&families, previous);
    for step in command.steps {
        add_step(&families, step);
    }
    add_command(&families, command);
    add_versions(&families, command.steps);
    families.text()
}

fn add_step(families: &MetricFamilies, step: &FinishedStep) {
    let (job, name) = (step.start.job(), step.start.step());
    // A command that is not a job is recorded once, as the command.
    if !job.is_empty() {
        let ended = RunSample {
            labels: [job, name, step.start.command],
            exit: step.end.exit,
            seconds: step.seconds(),
            at: step.ended_at.timestamp_millis(),
        };
        ended.record(families);
    }
    let Some(report) = &step.end.report else {
        return;
    };
    add_gates(families, [job, name], report);
    // Comparing expectations reads no records.
    if report.expectations.is_empty() {
        add_report(families, [job, name], report);
    }
}

fn add_command(families: &MetricFamilies, command: &FinishedCommand<'_>) {
    let ended = RunSample {
        labels: [command.job, "", command.name],
        exit: command.exit,
        seconds: seconds_between(command.started_at, command.ended_at),
        at: command.ended_at.timestamp_millis(),
    };
    ended.record(families);
    families
        .build_info
        .with_label_values(&[env!("CARGO_PKG_VERSION")])
        .set(1.0);
}

/// The sample recorded when a command or step ends.
struct RunSample<'a> {
    /// Job, step, command.
    labels: [&'a str; 3],
    exit: ExitCode,
    seconds: f64,
    /// Milliseconds since 1970.
    at: i64,
}

impl RunSample<'_> {
    fn record(&self, families: &MetricFamilies) {
        let [job, step, command] = self.labels;
        let labels = &self.labels;
        #[expect(clippy::cast_precision_loss, reason = "milliseconds far below 2^53")]
        let at = self.at as f64 / 1000.0;
        families
            .runs
            .with_label_values(&[job, step, command, self.exit.name()])
            .inc();
        families
            .last_duration
            .with_label_values(labels)
            .set(self.seconds);
        families.last_run.with_label_values(labels).set(at);
        families
            .last_exit_code
            .with_label_values(labels)
            .set(f64::from(self.exit.code()));
        if self.exit.is_success() {
            families.last_success.with_label_values(labels).set(at);
        }
    }
}

fn add_gates(families: &MetricFamilies, [job, step]: [&str; 2], report: &RunReport) {
    for result in &report.expectations {
        let (table, name, outcome) = (result.table, result.expectation, result.outcome.name());
        let labels = [job, step, table, name, outcome];
        families.gates.expectations.with_label_values(&labels).inc();
    }
    for held in &report.held_back {
        let labels = [job, held.step.as_str()];
        families.gates.held_back.with_label_values(&labels).inc();
    }
}

fn add_report(families: &MetricFamilies, of: [&str; 2], report: &RunReport) {
    let [job, step] = of;
    let kind = report.record_kind;
    for (outcome, count) in report.counts.by_outcome() {
        let records = &families.records;
        records
            .with_label_values(&[job, step, kind, outcome])
            .inc_by(number(count));
    }
    for (rules, by_rule) in [
        (&families.rejected, &report.rejected_by_rule),
        (&families.warned, &report.warned_by_rule),
    ] {
        for (rule, &count) in by_rule {
            rules
                .with_label_values(&[job, step, kind, rule.code()])
                .inc_by(number(count));
        }
    }
    for (outcome, count) in inputs_by_outcome(report) {
        let inputs = &families.inputs;
        inputs
            .with_label_values(&[job, step, kind, outcome])
            .inc_by(number(count));
    }
    families
        .read_bytes
        .with_label_values(&[job, step, kind])
        .inc_by(number(report.bytes));
}

/// Parallel steps may end in another order than they committed.
fn add_versions(families: &MetricFamilies, steps: &[FinishedStep]) {
    let mut newest = BTreeMap::new();
    let reports = steps.iter().filter_map(|step| step.end.report.as_ref());
    for (table, version) in reports.flat_map(|report| report.table_versions.named()) {
        let known = newest.entry(table).or_insert(version);
        *known = version.max(*known);
    }
    for (table, version) in newest {
        #[expect(clippy::cast_precision_loss, reason = "versions far below 2^53")]
        let version = version as f64;
        families
            .table_version
            .with_label_values(&[table])
            .set(version);
    }
}
