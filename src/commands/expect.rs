//! `expect`: compares a table of the lake with what is expected of it.
//!
//! In: expectations, the table, and a data date. Out: the result of each expectation, as text or
//! JSON and in a run report, and the answers of the job that are held back. Refused: options without
//! an expectation, and expectations that do not apply to the table.

mod assess;
mod name;
mod report;
mod results;

use std::path::PathBuf;
use std::time::Duration;

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;
use clap::{Args, ValueEnum};

use super::lake_timezone::lake_timezone;
use super::output::{put, put_file};
use super::step::table_dataset;
use super::{
    CommandError, ListOutput, OptionError, OutputTarget, RunContext, SharedContext, StepCommand,
    StepPlan, parse_time,
};
use crate::ingest::purchases::purchases_spec;
use crate::ingest::supplier_purchases::supplier_purchases_spec;
use crate::lake::{Lake, TableSpec};
use crate::report::Expectation;
use crate::telemetry::LineageDataset;
use crate::values::{ExitCode, Ratio, parse_duration, parse_ratio, parse_timezone};
use name::ExpectationName;
use results::{exit_code, log_results, results_text};

/// `expect`
#[derive(Clone, Debug, Args)]
pub struct ExpectCommand {
    /// Read the lake at this path or URL
    #[arg(long, value_name = "URI", env = "PURCHASE_ETL_LAKE")]
    lake: String,
    /// Check this table
    #[arg(long, value_enum, value_name = "TABLE", default_value_t = ExpectedTable::Purchases)]
    table: ExpectedTable,
    /// Expect this many purchases on the data date, or in the table of supplier purchases
    #[arg(long, value_name = "N")]
    min_records: Option<u64>,
    /// Expect at most this share of rejects in the inputs of the job, or of the last ingest, e.g. 5%
    #[arg(long, value_name = "SHARE", value_parser = parse_ratio)]
    max_reject_share: Option<Ratio>,
    /// Expect a purchase at most this long before now or the end of the data date, e.g. 36h
    #[arg(long, value_name = "DURATION", value_parser = parse_duration)]
    max_age: Option<Duration>,
    /// Expect purchases on each of this many days up to the data date, 1 to 100
    #[arg(long, value_name = "DAYS", value_parser = clap::value_parser!(u16).range(1..=100))]
    no_empty_days: Option<u16>,
    /// Expect a quantity of the data date within this share of the median of its weekday, e.g. 50%
    #[arg(long, value_name = "SHARE", value_parser = parse_ratio)]
    change_within: Option<Ratio>,
    /// Only warn if this expectation is not met; repeatable
    #[arg(long, value_enum, value_name = "EXPECTATION")]
    warn: Vec<ExpectationName>,
    /// Set the data date [default: the data date of the job, or today]
    #[arg(long, value_name = "YYYY-MM-DD")]
    date: Option<NaiveDate>,
    /// Count days in this IANA time zone [default: that of the lake, or UTC]
    #[arg(long, value_name = "ZONE", value_parser = parse_timezone)]
    timezone: Option<Tz>,
    /// Set the current time, RFC 3339 [default: now]
    #[arg(long, value_name = "TIME", value_parser = parse_time, hide_short_help = true)]
    now: Option<DateTime<Utc>>,
    /// Write the results to this file or URL instead of stdout
    #[arg(long, short, value_name = "PATH", help_heading = "Output")]
    output: Option<PathBuf>,
    /// Format
    #[command(flatten)]
    format: ListOutput,
}

/// A table with expectations.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "snake_case")]
enum ExpectedTable {
    /// Customer purchases
    Purchases,
    /// Supplier purchases
    #[value(alias = "supplier-purchases")]
    SupplierPurchases,
}

impl ExpectedTable {
    fn spec(self) -> TableSpec {
        match self {
            Self::Purchases => purchases_spec(),
            Self::SupplierPurchases => supplier_purchases_spec(),
        }
    }
}

impl StepCommand for ExpectCommand {
    fn name(&self) -> &'static str {
        "expect"
    }

    fn lake(&self) -> Option<&str> {
        Some(&self.lake)
    }

    fn validate(&self) -> Result<(), OptionError> {
        let set = self.expectations();
        if set.is_empty() {
            return Err(OptionError::NotApplicable {
                option: "--min-records",
                reason: "or another expectation is required: --max-reject-share, --max-age, --no-empty-days or --change-within",
            });
        }
        let of_days = [
            ("--no-empty-days", self.no_empty_days.is_some()),
            ("--change-within", self.change_within.is_some()),
        ];
        let mut of_days = of_days.into_iter().filter(|(_, is_set)| *is_set);
        if self.table == ExpectedTable::SupplierPurchases
            && let Some((option, _)) = of_days.next()
        {
            return Err(OptionError::NotApplicable {
                option,
                reason: "applies to --table purchases only: a supplier purchase is a state and belongs to no day of sales",
            });
        }
        let is_set = |name: &&ExpectationName| set.iter().any(|(set, _)| set == *name);
        match self.warn.iter().find(|name| !is_set(name)) {
            Some(name) => Err(OptionError::Invalid {
                option: "--warn",
                value: name.option().to_owned(),
                reason: format!("the expectation is not set; add --{}", name.option()),
            }),
            None => Ok(()),
        }
    }

    fn datasets_read(&self) -> Vec<LineageDataset> {
        vec![table_dataset(&self.lake, &self.table.spec())]
    }

    /// Results on standard output are in the run report as well, so that nothing is lost with it.
    fn output(&self) -> Option<OutputTarget> {
        let path = self.output.as_deref()?;
        Some(OutputTarget::of(Some(path)))
    }

    fn plan(
        &self,
        _shared: &SharedContext<'_>,
        _data_date: Option<NaiveDate>,
    ) -> Result<StepPlan, CommandError> {
        let names = self.expectations().into_iter().map(|(name, _)| name.key());
        let names: Vec<&str> = names.collect();
        let table = self.table.spec().name;
        let text = format!("expect {} of {table} in {}", names.join(", "), self.lake);
        Ok(StepPlan::line("expect", &text))
    }

    fn run(&self, context: &mut RunContext<'_>) -> Result<ExitCode, CommandError> {
        self.validate()?;
        context.probe_report()?;
        let lake = Lake::at(&self.lake, &context.shared.stores)?;
        let zone = match self.timezone {
            Some(zone) => zone,
            None => lake_timezone(&lake)?.unwrap_or(Tz::UTC),
        };
        let (results, has_table) = self.assess(&lake, zone, context)?;
        // Nothing is written where there is no lake, most likely because the path is wrong.
        let is_lake = has_table || !lake.list_run_reports()?.is_empty();
        let report = self.run_report(&lake, zone, results, context);
        log_results(&report.expectations);
        let text = self
            .format
            .format
            .write(&report.expectations[..], results_text)?;
        let exit = exit_code(&report.expectations);
        let json = serde_json::to_vec_pretty(&report)?;
        let kept = is_lake.then(|| lake.write_run_report(&report.run_id, &json));
        context.run_report = Some(std::sync::Arc::new(report));
        match &self.output {
            Some(path) => put_file(&context.shared.stores, path, text.as_bytes())?,
            None => put(context.stdout, text.as_bytes())?,
        }
        kept.transpose()?;
        Ok(exit)
    }
}

impl ExpectCommand {
    /// The expectations that are set, in the order of the results.
    fn expectations(&self) -> Vec<(ExpectationName, Expectation)> {
        let all = [
            (
                ExpectationName::MinRecords,
                self.min_records.map(Expectation::MinRecords),
            ),
            (
                ExpectationName::MaxRejectShare,
                self.max_reject_share.map(Expectation::MaxRejectShare),
            ),
            (
                ExpectationName::MaxAge,
                self.max_age.map(Expectation::MaxAge),
            ),
            (
                ExpectationName::NoEmptyDays,
                self.no_empty_days.map(Expectation::NoEmptyDays),
            ),
            (
                ExpectationName::ChangeWithin,
                self.change_within.map(Expectation::ChangeWithin),
            ),
        ];
        let set = all.into_iter();
        set.filter_map(|(name, expectation)| Some((name, expectation?)))
            .collect()
    }

    fn now(&self, context: &RunContext<'_>) -> DateTime<Utc> {
        self.now.unwrap_or(context.shared.now)
    }

    /// The data date: of the option, of the job, or the day of the current time.
    fn date(&self, zone: Tz, context: &RunContext<'_>) -> NaiveDate {
        let of_job = context.data_date();
        let today = || self.now(context).with_timezone(&zone).date_naive();
        self.date.or(of_job).unwrap_or_else(today)
    }
}
