//! `ingest`: shows the plan, or reads, validates, writes, commits and reports.

mod plan;
mod report;
mod run_inputs;
mod selected_inputs;
mod show_plan;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, NaiveDate, Utc};
use clap::{Args, ValueEnum};

use super::assign_inputs::{AssignedInputs, ListedInputsByKind, assign_inputs};
use super::discovered::log_passed_over;
use super::options::{Share, parse_share};
use super::read::{ReadArguments, ReadSettings, RecordKindSelection};
use super::step::table_dataset;
use super::{
    CommandError, OptionError, OutputTarget, RunContext, SharedContext, StepCommand, StepPlan,
};
use crate::ingest::supplier_purchases;
use crate::ingest::{
    ChangedInput, IngestFailure, IngestOptions, IngestOutcome, ListedInputs, ReadingSettings,
    RunSettings, purchases,
};
use crate::input::{Input, OrderEvents};
use crate::lake::{Lake, TableSpec, inputs_spec, rejects_spec};
use crate::run_report::{InputOutcome, InputReport};
use crate::storage::error_text;
use crate::telemetry::LineageDataset;
use crate::values::{ExitCode, parse_duration};
use run_inputs::RunInputs;

/// `ingest`
#[derive(Clone, Debug, Args)]
pub struct IngestCommand {
    /// Write to the lake at this path or URL
    ///
    /// The lake is created if it is missing.
    #[arg(long, value_name = "URI", env = "PURCHASE_ETL_LAKE")]
    lake: String,
    /// How inputs are read
    #[command(flatten)]
    read: ReadArguments,
    /// Refuse an input with a larger share of rejects, e.g. 0.05
    #[arg(long, value_name = "SHARE", value_parser = parse_share, default_value = "5%")]
    reject_limit: Share,
    /// Read inputs again whose path, size and modification time match an ingested input
    #[arg(long, hide_short_help = true)]
    verify_content: bool,
    /// Set what happens when a path brings other content than before [default: refuse for customer
    /// purchases, append for supplier purchases]
    #[arg(long, value_enum, value_name = "POLICY", hide_short_help = true)]
    changed_input: Option<ChangedInput>,
    /// Leave out files that changed less than this long ago, e.g. 10min: they may be incomplete
    #[arg(long, value_name = "DURATION", value_parser = parse_duration, hide_short_help = true)]
    min_age: Option<Duration>,
    /// If an input is refused, hold back the answers of later steps of the job that need it
    #[arg(
        long,
        value_enum,
        value_name = "WHAT",
        default_value_t = OnRefused::Hold,
        hide_short_help = true
    )]
    on_refused: OnRefused,
    /// Limit the partitions written: UTC days per input, or companies and months per run
    #[arg(
        long,
        value_name = "N",
        default_value_t = 1000,
        help_heading = "Limits",
        hide_short_help = true
    )]
    max_partitions: usize,
    /// Treat the inputs as a full snapshot: mark missing ones as deleted
    #[arg(long, help_heading = "Supplier purchases")]
    full_snapshot: bool,
    /// Set the day whose state the full snapshot is [default: the data date of the job, or today, UTC]
    ///
    /// A snapshot is applied if no later one of its companies was applied.
    #[arg(
        long,
        value_name = "YYYY-MM-DD",
        help_heading = "Supplier purchases",
        hide_short_help = true
    )]
    snapshot_date: Option<NaiveDate>,
    /// Write the run report as JSON to this file, or to stdout with `-`
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    summary: Option<PathBuf>,
    /// Show what would be read and written, and exit
    #[arg(long)]
    dry_run: bool,
}

/// What happens to the answers of a job about the tables of a refused input.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum OnRefused {
    /// Later reports and dashboards about the table of the input are not written
    Hold,
    /// They are written without the input
    Continue,
}

impl StepCommand for IngestCommand {
    fn name(&self) -> &'static str {
        "ingest"
    }

    fn lake(&self) -> Option<&str> {
        Some(&self.lake)
    }

    fn validate(&self) -> Result<(), OptionError> {
        if self.full_snapshot && self.read.kind != RecordKindSelection::SupplierPurchases {
            return Err(OptionError::NotApplicable {
                option: "--full-snapshot",
                reason: "applies to supplier purchases only; add --kind supplier-purchases",
            });
        }
        if self.read.limit.is_some() && !self.dry_run {
            return Err(OptionError::NotApplicable {
                option: "--limit",
                reason: "applies to --dry-run and `check` only: a part of an input must never be published",
            });
        }
        if self.snapshot_date.is_some() && !self.full_snapshot {
            return Err(OptionError::NotApplicable {
                option: "--snapshot-date",
                reason: "is the date of a full snapshot; add --full-snapshot",
            });
        }
        if self.full_snapshot && self.min_age.is_some() {
            return Err(OptionError::NotApplicable {
                option: "--min-age",
                reason: "leaves files out, and a full snapshot without some of its files would mark their purchases as deleted",
            });
        }
        self.read.validate()
    }

    fn is_instrumented(&self) -> bool {
        !self.dry_run
    }

    fn datasets_written(&self) -> Vec<LineageDataset> {
        let specs = self.table_specs().into_iter();
        specs.map(|spec| table_dataset(&self.lake, &spec)).collect()
    }

    fn inputs(&self) -> &[String] {
        &self.read.inputs
    }

    fn order_events(&self) -> OrderEvents {
        self.read.order_events
    }

    fn leaves_out(&self, input: &Input, clock: DateTime<Utc>) -> bool {
        let now = clock.timestamp_micros();
        self.min_age
            .is_some_and(|min_age| input.changed_within(min_age, now))
    }

    fn tables_written(&self) -> Vec<&'static str> {
        let specs = self.table_specs().into_iter();
        specs.map(|spec| spec.name).collect()
    }

    fn output(&self) -> Option<OutputTarget> {
        let summary = self.summary.as_deref()?;
        Some(OutputTarget::of(
            Some(summary).filter(|path| path.as_os_str() != "-"),
        ))
    }

    /// Customer purchases are events; of supplier purchases the newest version is current.
    fn allows_parallel_days(&self) -> bool {
        self.read.kind == RecordKindSelection::Purchases
    }

    fn plan(
        &self,
        shared: &SharedContext<'_>,
        data_date: Option<NaiveDate>,
    ) -> Result<StepPlan, CommandError> {
        let plan = self.plan_inputs(shared, data_date)?;
        let inputs = plan.inputs.len();
        let mut step = plan.into_step_plan()?;
        if self.accepts_missing(&step.missing, inputs) {
            step.missing.clear();
        }
        Ok(step)
    }

    fn run(&self, context: &mut RunContext<'_>) -> Result<ExitCode, CommandError> {
        if self.dry_run {
            return self.show_plan(context);
        }
        let lake = Arc::new(Lake::at(&self.lake, &context.shared.stores)?);
        let found = self.discover(&lake, &context.shared.stores)?;
        let has_later_answers = !context.later_answers.is_empty();
        let selected = self.select(found, has_later_answers, context.shared.clock)?;
        self.ingest(&lake, selected, context)
    }
}

impl IngestCommand {
    /// How it reads inputs.
    pub(super) fn read_arguments(&self) -> &ReadArguments {
        &self.read
    }

    fn table_specs(&self) -> Vec<TableSpec> {
        let specs = self.read.kind.tables();
        let states: Vec<TableSpec> = specs
            .iter()
            .filter_map(|spec| Some(spec.states?()))
            .collect();
        [specs, states, vec![rejects_spec(), inputs_spec()]].concat()
    }

    /// The date of the full snapshot; `None` if the inputs are none.
    fn date_of_snapshot(
        &self,
        now: DateTime<Utc>,
        data_date: Option<NaiveDate>,
    ) -> Option<NaiveDate> {
        let date = self.snapshot_date.or(data_date);
        self.full_snapshot
            .then(|| date.unwrap_or_else(|| now.date_naive()))
    }

    fn ingest(
        &self,
        lake: &Arc<Lake>,
        selected: RunInputs,
        context: &mut RunContext<'_>,
    ) -> Result<ExitCode, CommandError> {
        let RunInputs {
            inputs,
            mut notes,
            passed_over,
        } = selected;
        let lake_timezone = self.read.lake_timezone(lake);
        let zone = lake_timezone.as_ref().ok().copied().flatten();
        let read = self
            .read
            .resolve(&context.run_id, context.shared.now, zone)?;
        context
            .progress_ui
            .begin(total_bytes(&inputs), &context.shared.progress);
        let assigned = lake_timezone.map_err(CommandError::from).and_then(|zone| {
            notes.extend(self.read.unset_timezone_note(lake, zone)?);
            self.assign(lake, inputs, &read, &context.run_id)
        });
        let (mut ingested, failure) = match assigned {
            Ok(assigned) => match self.ingest_by_kind(lake, assigned, &read, context) {
                Ok(ingested) => (ingested, None),
                Err(IngestFailure { error, ingested }) => {
                    (*ingested, Some(context.explain(error.into())))
                }
            },
            Err(error) => (IngestOutcome::default(), Some(error)),
        };
        context.progress_ui.end();
        ingested.counters.notes.extend(notes);
        ingested.counters.pass_over(passed_over);
        log_passed_over(&ingested.counters.passed_over);
        let report = self.run_report(lake, ingested, failure.as_ref(), &read, context);
        let kept = self.store_report(lake, &report, context);
        let exit = match (failure, kept) {
            (None, Ok(())) => Ok(exit_with(&report.inputs)),
            (None, Err(error)) => Err(error),
            // If the lake itself has failed, it has no report of the run.
            (Some(error), kept) => {
                if let Err(of_report) = kept {
                    tracing::debug!("no report of the failed run: {}", error_text(&of_report));
                }
                Err(error)
            }
        };
        context.run_report = Some(Arc::new(report));
        exit
    }

    fn assign<'r>(
        &self,
        lake: &Lake,
        inputs: Vec<Input>,
        read: &'r ReadSettings,
        run_id: &str,
    ) -> Result<AssignedInputs<'r>, CommandError> {
        for table in self.read.kind.tables() {
            // A record kind has the name of its table.
            lake.recover_changed_inputs(run_id, &table, table.name)?;
        }
        let known = ListedInputsByKind::of(lake, self.read.kind, !self.verify_content)?;
        Ok(assign_inputs(inputs, &read.kinds, known)?)
    }

    fn ingest_by_kind(
        &self,
        lake: &Arc<Lake>,
        assigned: AssignedInputs<'_>,
        read: &ReadSettings,
        context: &RunContext<'_>,
    ) -> Result<IngestOutcome, IngestFailure> {
        let AssignedInputs {
            purchases,
            supplier_purchases,
            refused,
            known,
        } = assigned;
        let mut all = IngestOutcome::default();
        all.inputs.extend(refused);
        let progress = &context.shared.progress;
        if let Some((inputs, settings)) = purchases {
            let usual = ChangedInput::Refuse;
            let reading = read.purchases.clone();
            let options = self.options(settings, known.purchases, usual, reading, read);
            all = add_part(all, purchases::ingest(lake, &inputs, &options, progress))?;
        }
        if let Some((inputs, settings)) = supplier_purchases {
            let usual = ChangedInput::Append;
            let reading = read.supplier_purchases.clone();
            let listed = known.supplier_purchases;
            let options = self.options(settings, listed, usual, reading, read);
            let date = self.date_of_snapshot(read.now, context.data_date());
            let ended = supplier_purchases::upsert(lake, &inputs, &options, date, progress);
            all = add_part(all, ended)?;
        }
        Ok(all)
    }

    fn options<K: Clone>(
        &self,
        settings: &RunSettings<K>,
        listed: Arc<ListedInputs>,
        usual: ChangedInput,
        reading_settings: ReadingSettings,
        read: &ReadSettings,
    ) -> IngestOptions<K> {
        IngestOptions {
            run: settings.clone(),
            reject_limit: self.reject_limit.0,
            listed,
            changed_input: self.changed_input.unwrap_or(usual),
            reading_settings,
            max_partitions: self.max_partitions,
            now_micros: read.now.timestamp_micros(),
            default_timezone: read.default_timezone,
        }
    }
}

/// Adds the results of another part of the run, completed or not.
fn add_part(
    mut before: IngestOutcome,
    part: Result<IngestOutcome, IngestFailure>,
) -> Result<IngestOutcome, IngestFailure> {
    match part {
        Ok(ingested) => {
            before.add(ingested);
            Ok(before)
        }
        Err(IngestFailure { error, ingested }) => {
            before.add(*ingested);
            let ingested = Box::new(before);
            Err(IngestFailure { error, ingested })
        }
    }
}

/// The exit code of an ingest or check with these results.
pub(super) fn exit_with(inputs: &[InputReport]) -> ExitCode {
    let refused = inputs
        .iter()
        .any(|input| input.outcome == InputOutcome::Refused);
    if refused {
        ExitCode::Refused
    } else {
        ExitCode::Done
    }
}

/// The stored size of the inputs; none if it is not known of all.
pub(super) fn total_bytes(inputs: &[Input]) -> Option<u64> {
    inputs.iter().map(|input| input.size_bytes).sum()
}
