//! `dashboard`: charts and tables of the lake in one HTML file.

mod customers;
mod suppliers;

use std::path::PathBuf;

use chrono::{DateTime, NaiveDate, Utc};
use clap::Args;

use super::lake_timezone::{in_lake_timezone, warn_of_unset_timezone};
use super::output::put_file;
use super::read::parse_company_id;
use super::report::put_refusal;
use super::step::table_dataset;
use super::tables::{AtVersion, optional_table, purchases, rejects, supplier_purchases};
use super::{
    CommandError, OutputTarget, RunContext, SharedContext, StepCommand, StepPlan, parse_time,
};
use crate::ingest::purchases::purchases_spec;
use crate::ingest::supplier_purchases::supplier_purchases_spec;
use crate::lake::{Lake, rejects_spec};
use crate::render::dashboard::{
    Dashboard, DashboardHeader, ItemQuantities, RuleRejectCount, WithProvenance, dashboard_html,
};
use crate::report::{RejectFile, SeriesRequest, rejects_by_rule};
use crate::rules::RuleId;
use crate::storage::Stores;
use crate::supplier_purchase::CompanyId;
use crate::telemetry::LineageDataset;
use crate::values::ExitCode;
use customers::Customers;
use suppliers::Suppliers;

/// `dashboard`
#[derive(Clone, Debug, Args)]
pub struct DashboardCommand {
    /// Read the lake at this path or URL
    #[arg(long, value_name = "URI", env = "PURCHASE_ETL_LAKE")]
    lake: String,
    /// Write index.html into this folder or URL
    #[arg(long, short, value_name = "DIR")]
    output: PathBuf,
    /// Show this many days of customer purchases, 1 to 100
    #[arg(long, value_name = "N", default_value = "30")]
    length: String,
    /// End at this day or instant, ISO 8601 [default: the last day with purchases]
    #[arg(long, value_name = "TIME")]
    ending_at: Option<String>,
    /// Count days and hours in this IANA time zone [default: the lake's or UTC]
    #[arg(long, value_name = "ZONE")]
    timezone: Option<String>,
    /// Show supplier purchases of this company only [default: all companies]
    #[arg(long, value_name = "N", value_parser = parse_company_id)]
    company_id: Option<CompanyId>,
    /// Set the current time, RFC 3339 [default: now]
    #[arg(long, value_name = "TIME", value_parser = parse_time, hide_short_help = true)]
    now: Option<DateTime<Utc>>,
}

impl StepCommand for DashboardCommand {
    fn name(&self) -> &'static str {
        "dashboard"
    }

    fn lake(&self) -> Option<&str> {
        Some(&self.lake)
    }

    fn datasets_read(&self) -> Vec<LineageDataset> {
        let specs = [purchases_spec(), supplier_purchases_spec(), rejects_spec()];
        let tables = specs.iter().map(|spec| table_dataset(&self.lake, spec));
        tables.collect()
    }

    fn datasets_written(&self) -> Vec<LineageDataset> {
        let path = self.path().display().to_string();
        vec![LineageDataset::File(path)]
    }

    fn tables_published(&self) -> Vec<&'static str> {
        vec![purchases_spec().name, supplier_purchases_spec().name]
    }

    fn output(&self) -> Option<OutputTarget> {
        Some(OutputTarget::File(self.path()))
    }

    fn plan(
        &self,
        _shared: &SharedContext<'_>,
        _data_date: Option<NaiveDate>,
    ) -> Result<StepPlan, CommandError> {
        let text = format!("dashboard from {}", self.lake);
        Ok(StepPlan::line("answer", &text))
    }

    fn run(&self, context: &mut RunContext<'_>) -> Result<ExitCode, CommandError> {
        context.probe_report()?;
        let now = self.now.unwrap_or(context.shared.now);
        let data = self.data(now, &context.shared.stores);
        let data = put_refusal(data, context.stdout)?;
        let path = self.path();
        put_file(
            &context.shared.stores,
            &path,
            dashboard_html(&data).as_bytes(),
        )?;
        tracing::info!(path = %path.display(), "dashboard written");
        Ok(ExitCode::Done)
    }
}

impl DashboardCommand {
    fn path(&self) -> PathBuf {
        self.output.join("index.html")
    }

    /// The request of the series of customer purchases.
    fn series(&self) -> SeriesRequest {
        SeriesRequest {
            length: Some(self.length.clone()),
            ending_at: self.ending_at.clone(),
            timezone: self.timezone.clone(),
            // The last day of the data may be in the future of this machine.
            allow_future: true,
            ..SeriesRequest::default()
        }
    }

    fn data(&self, now: DateTime<Utc>, stores: &Stores) -> Result<Dashboard, CommandError> {
        let lake = Lake::at(&self.lake, stores)?;
        let latest = AtVersion::Latest;
        let customers = optional_table(purchases(&lake, latest))?;
        let suppliers = optional_table(supplier_purchases(&lake, latest, None))?;
        let rejected = optional_table(rejects(&lake))?;
        if customers.is_none() && suppliers.is_none() && rejected.is_none() {
            // There is nothing to show, most likely because the path is wrong: this returns the error.
            purchases(&lake, latest)?;
        }
        let mut versions = Vec::new();
        let mut parameters = Vec::new();
        let mut items = ItemQuantities::default();
        let mut revenue = Vec::new();
        let mut timezone = self.timezone.clone().unwrap_or_else(|| "UTC".to_owned());
        if let Some(table) = &customers {
            versions.push(table.named_version());
            let series = in_lake_timezone(&self.series(), Some(table))?;
            if series.timezone.is_none() {
                warn_of_unset_timezone(&lake);
            }
            let shown = Customers::of(series, table, now)?;
            shown.timezone().clone_into(&mut timezone);
            parameters = shown.settings();
            revenue = shown.revenue()?;
            items = shown.items()?;
        }
        let (mut bars, mut months) = (None, None);
        if let Some(table) = &suppliers {
            versions.push(table.named_version());
            let shown = Suppliers::of(self.company_id, table)?;
            bars = Some(shown.bars()?);
            months = Some(shown.months());
        }
        let mut by_rule = None;
        if let Some(table) = &rejected {
            versions.push(table.named_version());
            by_rule = Some(WithProvenance {
                data: rejected_rules(&table.files)?,
                provenance: table.reject_provenance(),
            });
        }
        Ok(Dashboard {
            header: DashboardHeader {
                lake: self.lake.clone(),
                versions,
                generated_at: now,
                timezone,
                parameters,
            },
            items,
            revenue,
            suppliers: bars,
            status_by_month: months,
            rejects: by_rule,
        })
    }
}

fn rejected_rules(files: &[RejectFile]) -> Result<Vec<RuleRejectCount>, CommandError> {
    Ok(rejects_by_rule(files)?
        .into_iter()
        .map(|count| {
            let rule: Option<RuleId> = count.rule_id.parse().ok();
            RuleRejectCount {
                record_kind: count.record_kind,
                summary: rule
                    .map(|rule| rule.rule().summary.clone())
                    .unwrap_or_default(),
                rule_id: count.rule_id,
                rejects: count.rejects,
            }
        })
        .collect())
}
