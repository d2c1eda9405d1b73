//! `page`: the reports that a shop looks at every morning, in one file.

use std::collections::BTreeSet;

use super::report::source;
use super::tables::{OpenedTable, optional_table, purchases, rejects, supplier_purchases};
use super::{Exit, PipelineError, RunContext, probe_report, put, put_file};
use crate::job::{AtVersion, DashboardJob};
use crate::lake::Lake;
use crate::render::dashboard::{
    Dashboard, DashboardHeader, ItemQuantities, MonthlyStatusCounts, Provenance, RuleRejectCount,
    SupplierTotal, TableVersion, WithProvenance, dashboard_html, status_counts_by_month,
    supplier_totals,
};
use crate::render::error_document;
use crate::report::{
    COMPANY_UNKNOWN, Dimension, PurchaseFile, ReportError, SeriesParameters, SeriesRequest,
    SupplierPurchaseFile, SupplierSummary, SupplierSummaryParameters, SupplierSummaryRequest,
    coverage, quantity_by_dimension, quantity_series, rejects_by_rule, revenue_currencies,
    revenue_series, supplier_summary,
};
use crate::rules::RuleId;
use crate::storage::Stores;

pub(super) fn run(job: &DashboardJob, context: &mut RunContext<'_>) -> Result<Exit, PipelineError> {
    probe_report(context)?;
    let data = match data(job, &context.stores) {
        Err(PipelineError::Report(ReportError::Parameter(refusal))) => {
            put(context.stdout, &error_document(&refusal)?)?;
            return Err(ReportError::Parameter(refusal).into());
        }
        data => data?,
    };
    let path = job.output.join("index.html");
    put_file(&context.stores, &path, dashboard_html(&data).as_bytes())?;
    tracing::info!(path = %path.display(), "page written");
    Ok(Exit::Done)
}

fn data(job: &DashboardJob, stores: &Stores) -> Result<Dashboard, PipelineError> {
    let lake = Lake::at(&job.lake, stores)?;
    let customers = optional_table(purchases(&lake, AtVersion::Latest, None))?;
    let suppliers = optional_table(supplier_purchases(&lake, AtVersion::Latest, None))?;
    let rejected = optional_table(rejects(&lake))?;
    if customers.is_none() && suppliers.is_none() && rejected.is_none() {
        // Nothing to show, and most likely another path than the one that was meant.
        purchases(&lake, AtVersion::Latest, None)?;
    }
    let mut versions = Vec::new();
    let mut note = |name: &str, version: i64| {
        versions.push(TableVersion {
            table: name.to_owned(),
            version,
        });
    };
    let mut parameters = Vec::new();
    let mut items = ItemQuantities::default();
    let mut revenue = Vec::new();
    let mut timezone = job
        .series
        .timezone
        .clone()
        .unwrap_or_else(|| "UTC".to_owned());
    if let Some(table) = &customers {
        note(table.name, table.version);
        let shown = Customers::of(job, table)?;
        shown.parameters.timezone().name().clone_into(&mut timezone);
        parameters = named(shown.parameters.settings());
        revenue = shown.revenue()?;
        items = shown.items()?;
    }
    let (mut bars, mut months) = (None, None);
    if let Some(table) = &suppliers {
        note(table.name, table.version);
        let shown = Suppliers::of(job, table)?;
        bars = Some(shown.bars()?);
        months = Some(shown.months());
    }
    let mut by_rule = None;
    if let Some(table) = &rejected {
        note(table.name, table.version);
        let source = source(table.name, table.version, "none", Vec::new());
        by_rule = Some(with_provenance(rejected_rules(table)?, &source));
    }
    Ok(Dashboard {
        header: DashboardHeader {
            lake: job.lake.clone(),
            versions,
            generated_at: job.now,
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

fn with_provenance<T>(data: T, source: &Provenance) -> WithProvenance<T> {
    WithProvenance {
        data,
        provenance: source.clone(),
    }
}

fn named(settings: Vec<(&'static str, String)>) -> Vec<(String, String)> {
    // The zone has a place of its own.
    settings
        .into_iter()
        .filter(|(name, _)| *name != "timezone")
        .map(|(name, value)| (name.to_owned(), value))
        .collect()
}

/// The customer purchases to be shown.
struct Customers<'a> {
    job: &'a DashboardJob,
    table: &'a OpenedTable<PurchaseFile>,
    request: SeriesRequest,
    parameters: SeriesParameters,
}

impl<'a> Customers<'a> {
    fn of(
        job: &'a DashboardJob,
        table: &'a OpenedTable<PurchaseFile>,
    ) -> Result<Self, PipelineError> {
        let last = coverage(&table.files).map(|days| days.last.to_string());
        let request = SeriesRequest {
            ending_at: job.series.ending_at.clone().or(last),
            // The last day of the data may lie ahead of the clock of this machine.
            allow_future: true,
            ..job.series.clone()
        };
        let parameters = resolve(&request, job)?;
        Ok(Self {
            job,
            table,
            request,
            parameters,
        })
    }

    fn items(&self) -> Result<ItemQuantities, PipelineError> {
        let (parameters, files) = (&self.parameters, &self.table.files);
        let last_day = SeriesRequest {
            length: Some("1".to_owned()),
            unit: Some("hour".to_owned()),
            ..self.request.clone()
        };
        let hours = resolve(&last_day, self.job)?;
        let source = self.source(parameters);
        let by = |dimension| quantity_by_dimension(dimension, parameters, files);
        Ok(ItemQuantities {
            by_day: Some(with_provenance(
                quantity_series(parameters, files)?,
                &source,
            )),
            by_hour: Some(with_provenance(
                quantity_series(&hours, files)?,
                &self.source(&hours),
            )),
            by_product: Some(with_provenance(by(Dimension::Product)?, &source)),
            by_app: Some(with_provenance(by(Dimension::App)?, &source)),
        })
    }

    /// One series for each currency that was paid in.
    fn revenue(&self) -> Result<Vec<WithProvenance<crate::report::RevenueSeries>>, PipelineError> {
        let mut series = Vec::new();
        for currency in revenue_currencies(&self.parameters, &self.table.files)? {
            let request = SeriesRequest {
                currency: Some(currency),
                ..self.request.clone()
            };
            let parameters = resolve(&request, self.job)?;
            let data = revenue_series(&parameters, &self.table.files)?;
            series.push(with_provenance(data, &self.source(&parameters)));
        }
        Ok(series)
    }

    fn source(&self, parameters: &SeriesParameters) -> Provenance {
        source(
            self.table.name,
            self.table.version,
            parameters.timezone().name(),
            parameters.settings(),
        )
    }
}

fn resolve(request: &SeriesRequest, job: &DashboardJob) -> Result<SeriesParameters, PipelineError> {
    SeriesParameters::resolve(request, job.now)
        .map_err(|error| PipelineError::Report(ReportError::Parameter(error.into())))
}

/// The supplier purchases to be shown.
struct Suppliers {
    summaries: Vec<(i64, SupplierSummary)>,
    source: Provenance,
}

impl Suppliers {
    fn of(
        job: &DashboardJob,
        table: &OpenedTable<SupplierPurchaseFile>,
    ) -> Result<Self, PipelineError> {
        let zone = "none, dates as registered";
        Ok(Self {
            summaries: summaries(job, table)?,
            source: source(table.name, table.version, zone, Vec::new()),
        })
    }

    fn bars(&self) -> Result<WithProvenance<Vec<SupplierTotal>>, PipelineError> {
        Ok(with_provenance(
            supplier_totals(&self.summaries)?,
            &self.source,
        ))
    }

    fn months(&self) -> WithProvenance<Vec<MonthlyStatusCounts>> {
        let rows = self.summaries.iter().flat_map(|(_, summary)| &summary.rows);
        with_provenance(status_counts_by_month(rows), &self.source)
    }
}

/// One summary for each company.
fn summaries(
    job: &DashboardJob,
    table: &OpenedTable<SupplierPurchaseFile>,
) -> Result<Vec<(i64, SupplierSummary)>, PipelineError> {
    let companies: BTreeSet<i64> = table.files.iter().map(|file| file.company_id).collect();
    let mut summaries = Vec::new();
    let is_selected = |company: &i64| {
        job.company
            .is_none_or(|company_id| company_id.get() == *company)
    };
    for company in companies.into_iter().filter(is_selected) {
        let name = if company == COMPANY_UNKNOWN {
            "unknown".to_owned()
        } else {
            company.to_string()
        };
        let request = SupplierSummaryRequest {
            company_id: Some(name),
            ..SupplierSummaryRequest::default()
        };
        let parameters = SupplierSummaryParameters::resolve(&request)
            .map_err(|error| PipelineError::Report(ReportError::Parameter(error.into())))?;
        summaries.push((company, supplier_summary(&parameters, &table.files)?));
    }
    Ok(summaries)
}

fn rejected_rules(
    table: &OpenedTable<crate::report::RejectFile>,
) -> Result<Vec<RuleRejectCount>, PipelineError> {
    Ok(rejects_by_rule(&table.files)?
        .into_iter()
        .map(|count| {
            let rule: Option<RuleId> = count.rule_id.parse().ok();
            RuleRejectCount {
                record_kind: count.record_kind,
                summary: rule
                    .map(|rule| rule.rule().summary.to_owned())
                    .unwrap_or_default(),
                rule_id: count.rule_id,
                rejects: count.rejects,
            }
        })
        .collect())
}
