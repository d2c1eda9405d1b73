//! The run report of `expect`.

use std::collections::BTreeMap;

use chrono::SecondsFormat;
use chrono_tz::Tz;

use super::ExpectCommand;
use super::results::{exit_code, note};
use crate::commands::publishing::held_back;
use crate::commands::{RunContext, StepCommand};
use crate::input::PassedOver;
use crate::lake::Lake;
use crate::run_report::{
    ExpectationResult, RecordCounts, RuleCounts, RunReport, SkippedEvents, TableVersions,
};
use crate::values::ExitCode;

impl ExpectCommand {
    /// The run report, with the answers that are held back.
    pub(super) fn run_report(
        &self,
        lake: &Lake,
        zone: Tz,
        expectations: Vec<ExpectationResult>,
        context: &RunContext<'_>,
    ) -> RunReport {
        let step = context.step.as_ref();
        let exit = exit_code(&expectations);
        let held = match exit {
            ExitCode::Unmet => held_back(&context.later_answers, &[self.table.spec().name]),
            _ => Vec::new(),
        };
        let elapsed = context.started.elapsed().as_millis();
        let now = self.now(context);
        RunReport {
            run_id: context.run_id.clone(),
            command: self.name(),
            program_version: env!("CARGO_PKG_VERSION"),
            record_kind: self.table.spec().name,
            lake: Some(lake.location().to_string()),
            started_at: now.to_rfc3339_opts(SecondsFormat::Micros, true),
            job: step.map(|step| step.job.clone()),
            step: step.map(|step| step.step.clone()),
            data_date: step.map(|step| step.date.to_string()),
            job_digest: context.shared.job_digest.clone(),
            settings: BTreeMap::from([
                ("date", self.date(zone, context).to_string()),
                ("timezone", zone.name().to_owned()),
                ("now", now.to_rfc3339_opts(SecondsFormat::Micros, true)),
            ]),
            counts: RecordCounts::default(),
            rejected_by_rule: RuleCounts::new(),
            warned_by_rule: RuleCounts::new(),
            passed_over: PassedOver::new(),
            skipped_events: SkippedEvents::default(),
            notes: expectations.iter().filter_map(note).collect(),
            expectations,
            held_back: held,
            table_versions: TableVersions::default(),
            bytes: 0,
            elapsed_ms: u64::try_from(elapsed).unwrap_or(u64::MAX),
            exit_code: exit.code(),
            error: None,
            inputs: Vec::new(),
        }
    }
}
