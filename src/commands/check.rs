//! `check`: reads and validates inputs as `ingest` does, lists the findings and writes nothing.

mod check_assigned;
mod format;
mod github;
mod listing;
mod reported_finding;
mod results;
mod sarif;
mod service;

use chrono::NaiveDate;
use clap::Args;
use serde_json::json;

use super::assign_inputs::{ListedInputsByKind, assign_inputs};
use super::discovered::log_omitted_inputs;
use super::ingest::{exit_with, total_bytes};
use super::options::{Share, parse_share};
use super::read::{ReadArguments, ReadSettings, missing_notes};
use super::{
    CommandError, OptionError, OutputTarget, RunContext, SharedContext, StepCommand, StepPlan,
};
use crate::ingest::CheckEvent;
use crate::input::{
    DiscoveredInputs, Input, InputError, OrderEvents, PassedOver, discover_present,
};
use crate::lake::Lake;
use crate::storage::Stores;
use crate::telemetry::LineageDataset;
use crate::values::ExitCode;
use format::{CheckFormat, FindingsListed};
use listing::FindingListing;
use results::put_results;

pub(super) use check_assigned::check_assigned;

/// `check`
#[derive(Clone, Debug, Args)]
pub struct CheckCommand {
    /// How inputs are read
    #[command(flatten)]
    read: ReadArguments,
    /// Read times without an offset in the time zone of this lake, at a path or URL
    #[arg(long, value_name = "URI", hide_short_help = true)]
    lake: Option<String>,
    /// Set the format of the findings
    #[arg(
        long,
        value_enum,
        value_name = "FORMAT",
        default_value_t = CheckFormat::Text,
        help_heading = "Output"
    )]
    format: CheckFormat,
    /// List these findings in the formats text and github; other formats list all [default: first]
    #[arg(long, value_enum, value_name = "WHICH", help_heading = "Output")]
    findings: Option<FindingsListed>,
    /// Refuse an input with a larger share of rejects, e.g. 0.05
    #[arg(long, value_name = "SHARE", value_parser = parse_share, default_value = "5%")]
    reject_limit: Share,
}

impl StepCommand for CheckCommand {
    fn name(&self) -> &'static str {
        "check"
    }

    /// None: it takes a setting of a lake at most, and no data.
    fn lake(&self) -> Option<&str> {
        None
    }

    fn validate(&self) -> Result<(), OptionError> {
        if !self.format.can_be_short() && self.findings == Some(FindingsListed::First) {
            return Err(OptionError::NotApplicable {
                option: "--findings first",
                reason: "applies to --format text and github only; other formats list all findings",
            });
        }
        self.read.validate()
    }

    fn datasets_read(&self) -> Vec<LineageDataset> {
        let inputs = self.read.inputs.iter().cloned();
        inputs.map(LineageDataset::File).collect()
    }

    fn inputs(&self) -> &[String] {
        &self.read.inputs
    }

    fn order_events(&self) -> OrderEvents {
        self.read.order_events
    }

    fn output(&self) -> Option<OutputTarget> {
        Some(OutputTarget::StandardOutput)
    }

    fn is_gate(&self) -> bool {
        true
    }

    fn plan(
        &self,
        shared: &SharedContext<'_>,
        _data_date: Option<NaiveDate>,
    ) -> Result<StepPlan, CommandError> {
        let mut found = self.discover(&shared.stores)?;
        let missing = std::mem::take(&mut found.missing);
        let not_found = missing
            .iter()
            .map(|named| format!("  not found  {named}\n"));
        let not_found: String = not_found.collect();
        let missing = if self.read.optional {
            Vec::new()
        } else {
            missing
        };
        let inputs: Vec<_> = log_omitted_inputs(found)
            .iter()
            .map(|input| json!({ "path": input.location.shown(), "size_bytes": input.size_bytes }))
            .collect();
        Ok(StepPlan {
            does: "check",
            text: format!("check {} inputs\n", inputs.len()) + &not_found,
            details: json!({ "inputs": inputs, "missing": missing }),
            missing,
        })
    }

    fn run(&self, context: &mut RunContext<'_>) -> Result<ExitCode, CommandError> {
        let lake = self.lake.as_deref();
        let lake = lake.map(|lake| Lake::at(lake, &context.shared.stores));
        let zone = lake
            .transpose()?
            .map(|lake| self.read.lake_timezone(&lake))
            .transpose()?;
        let read = self
            .read
            .resolve(&context.run_id, context.shared.now, zone.flatten())?;
        let mut found = self.discover(&context.shared.stores)?;
        let passed_over = std::mem::take(&mut found.passed_over);
        match found.missing.first() {
            Some(first) if !self.read.optional => {
                return Err(InputError::NotFound(first.clone()).into());
            }
            _ => {}
        }
        for note in missing_notes(&found.missing) {
            tracing::warn!("{note}");
        }
        let inputs = log_omitted_inputs(found);
        let printing = CheckPrinting {
            format: self.format,
            findings: self.findings.unwrap_or_default(),
            reject_limit: self.reject_limit.0,
        };
        printing.print(&read, inputs, passed_over, context)
    }
}

/// How a check is printed, and when it refuses an input.
#[derive(Clone, Copy, Debug)]
struct CheckPrinting {
    format: CheckFormat,
    findings: FindingsListed,
    reject_limit: f64,
}

/// Checks inputs and lists the findings as text, the first ones of each rule.
pub(super) fn check_as_text(
    read: &ReadSettings,
    inputs: Vec<Input>,
    reject_limit: f64,
    context: &mut RunContext<'_>,
) -> Result<ExitCode, CommandError> {
    let printing = CheckPrinting {
        format: CheckFormat::Text,
        findings: FindingsListed::First,
        reject_limit,
    };
    printing.print(read, inputs, PassedOver::default(), context)
}

impl CheckPrinting {
    fn print(
        self,
        read: &ReadSettings,
        inputs: Vec<Input>,
        passed_over: PassedOver,
        context: &mut RunContext<'_>,
    ) -> Result<ExitCode, CommandError> {
        context
            .progress_ui
            .begin(total_bytes(&inputs), &context.shared.progress);
        let mut listing = FindingListing::new(self.format, self.findings, &context.shared.stores);
        let assigned = assign_inputs(inputs, &read.kinds, ListedInputsByKind::default());
        let checked = assigned.map_err(CommandError::from).and_then(|assigned| {
            listing.begin(&assigned.refused, context.stdout)?;
            let (stdout, progress) = (&mut *context.stdout, &context.shared.progress);
            let mut list = |kind: &str, event: CheckEvent<'_>| {
                listing.for_kind(kind, &mut *stdout).list(event)
            };
            check_assigned(assigned, self.reject_limit, progress, &mut list)
        });
        context.progress_ui.end();
        let mut checked = checked?;
        checked.counters.pass_over(passed_over);
        put_results(self.format, &listing, &checked, context.stdout)?;
        Ok(exit_with(&checked.inputs))
    }
}

impl CheckCommand {
    fn discover(&self, stores: &Stores) -> Result<DiscoveredInputs, InputError> {
        discover_present(&self.read.inputs, stores, None, self.read.order_events)
    }
}
