//! The run report of an ingest: its contents and where it is kept.

use std::collections::BTreeMap;

use super::{IngestCommand, OnRefused, exit_with};
use crate::commands::output::{put, put_file};
use crate::commands::publishing::{held_back, tables_of_refused};
use crate::commands::read::{ReadSettings, value_name};
use crate::commands::{CommandError, RunContext, StepCommand};
use crate::ingest::IngestOutcome;
use crate::lake::Lake;
use crate::run_report::{HeldAnswer, InputReport, RunReport};
use crate::storage::error_text;

impl IngestCommand {
    /// The report of a run that has ended, successful or not.
    pub(super) fn run_report(
        &self,
        lake: &Lake,
        ingested: IngestOutcome,
        failure: Option<&CommandError>,
        read: &ReadSettings,
        context: &RunContext<'_>,
    ) -> RunReport {
        let IngestOutcome {
            counters,
            inputs,
            versions,
        } = ingested;
        let step = context.step.as_ref();
        let elapsed = context.started.elapsed().as_millis();
        let exit = failure.map_or_else(|| exit_with(&inputs), CommandError::exit_code);
        RunReport {
            run_id: context.run_id.clone(),
            command: self.name(),
            program_version: env!("CARGO_PKG_VERSION"),
            record_kind: self.read.kind.name(),
            lake: Some(lake.location().to_string()),
            started_at: read
                .now
                .to_rfc3339_opts(chrono::SecondsFormat::Micros, true),
            job: step.map(|step| step.job.clone()),
            step: step.map(|step| step.step.clone()),
            data_date: step.map(|step| step.date.to_string()),
            job_digest: context.shared.job_digest.clone(),
            settings: self.settings(read, context),
            counts: counters.counts,
            rejected_by_rule: counters.rejected_by_rule,
            warned_by_rule: counters.warned_by_rule,
            notes: counters.notes,
            passed_over: counters.passed_over,
            skipped_events: counters.skipped_events,
            expectations: Vec::new(),
            held_back: self.held_back(&inputs, context),
            table_versions: versions,
            bytes: inputs.iter().map(|input| input.bytes).sum(),
            elapsed_ms: u64::try_from(elapsed).unwrap_or(u64::MAX),
            exit_code: exit.code(),
            error: failure.map(|error| error_text(error)),
            inputs,
        }
    }

    /// The answers of later steps that must not be written, because they would lack refused inputs.
    fn held_back(&self, inputs: &[InputReport], context: &RunContext<'_>) -> Vec<HeldAnswer> {
        if self.on_refused == OnRefused::Continue {
            return Vec::new();
        }
        let written = self.read.kind.tables().into_iter();
        let written: Vec<&'static str> = written.map(|spec| spec.name).collect();
        let tables = tables_of_refused(inputs, &written);
        held_back(&context.later_answers, &tables)
    }

    fn settings(
        &self,
        read: &ReadSettings,
        context: &RunContext<'_>,
    ) -> BTreeMap<&'static str, String> {
        let mut settings = read.effective_settings.clone();
        settings.insert("reject_limit", self.reject_limit.0.to_string());
        settings.insert("max_partitions", self.max_partitions.to_string());
        settings.insert("full_snapshot", self.full_snapshot.to_string());
        if let Some(date) = self.date_of_snapshot(read.now, context.data_date()) {
            settings.insert("snapshot_date", date.to_string());
        }
        let min_age = humantime::format_duration(self.min_age.unwrap_or_default());
        settings.insert("min_age", min_age.to_string());
        if let Some(changed_input) = self.changed_input {
            settings.insert("changed_input", value_name(&changed_input));
        }
        settings.insert("optional", self.read.optional.to_string());
        settings.insert("verify_content", self.verify_content.to_string());
        settings
    }

    /// Writes the run report to the lake and to `--summary`, and logs warnings and the summary.
    pub(super) fn store_report(
        &self,
        lake: &Lake,
        report: &RunReport,
        context: &mut RunContext<'_>,
    ) -> Result<(), CommandError> {
        let json = serde_json::to_vec_pretty(report)?;
        let in_lake = lake.write_run_report(&report.run_id, &json);
        for input in &report.inputs {
            for (rule, note) in input.ruled_notes() {
                let rule = rule.map(tracing::field::display);
                tracing::warn!(input = input.path, rule, "{note}");
            }
            if let Some(refusal) = &input.refusal {
                tracing::warn!(
                    input = input.path,
                    rule = %refusal.rule_id,
                    line = refusal.line,
                    byte_offset = refusal.byte_offset,
                    "refused: {}",
                    refusal.message
                );
            }
        }
        for note in &report.notes {
            tracing::warn!("{note}");
        }
        context.progress_ui.summary(report);
        let elsewhere = match &self.summary {
            Some(path) if path.as_os_str() == "-" => {
                put(context.stdout, &json).and_then(|()| put(context.stdout, b"\n"))
            }
            Some(path) => put_file(&context.shared.stores, path, &json),
            None => Ok(()),
        };
        in_lake?;
        elsewhere
    }
}
