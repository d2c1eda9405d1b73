//! `report`: resolves parameters, reads the files of the table, computes and renders the report.
//!
//! Each report is one file with its parameters as clap parses them. Parameters stay text until the
//! report validates them: an invalid one is answered in the documented error shape.

mod answer;
mod options;
mod product_list;
mod quantity_series;
mod revenue_series;
#[cfg(test)]
mod sequences;
mod supplier_purchases;
mod supplier_summary;

use std::io::Write;

use chrono::NaiveDate;
use clap::Subcommand;

use super::output::put;
use super::step::table_dataset;
use super::{
    CommandError, OptionError, OutputTarget, RunContext, SharedContext, StepCommand, StepPlan,
};
use crate::render::error_document;
use crate::report::ReportError;
use crate::telemetry::LineageDataset;
use crate::values::ExitCode;
use answer::Report;
use product_list::ProductListReport;
use quantity_series::QuantitySeriesReport;
use revenue_series::RevenueSeriesReport;
use supplier_purchases::SupplierPurchasesReport;
use supplier_summary::SupplierSummaryReport;

/// The reports.
#[derive(Clone, Debug, Subcommand)]
pub enum ReportCommand {
    /// Count items purchased per day or hour, as `GET /purchases/quantity_series` does
    #[command(
        after_long_help = "Example:\n  purchase-etl report quantity-series --lake lake --length 31 --ending-at 2026-10-31"
    )]
    QuantitySeries(QuantitySeriesReport),
    /// Sum revenue per day or hour in one currency, as `GET /purchases/revenue_series` does
    #[command(
        after_long_help = "Example:\n  purchase-etl report revenue-series --lake lake --length 31 --ending-at 2026-10-31 --currency BRL"
    )]
    RevenueSeries(RevenueSeriesReport),
    /// List the products purchased, as `GET /purchases/product_list` does
    #[command(after_long_help = "Example:\n  purchase-etl report product-list --lake lake")]
    ProductList(ProductListReport),
    /// List purchases from suppliers, as `GET /api/v3/purchases` does
    ///
    /// JSON, tables and HTML contain one page; other formats contain the whole list unless --page is given.
    #[command(
        after_long_help = "Example:\n  purchase-etl report supplier-purchases --lake lake --company-id 12"
    )]
    SupplierPurchases(SupplierPurchasesReport),
    /// Sum purchases by supplier, month and currency
    #[command(
        after_long_help = "Example:\n  purchase-etl report supplier-summary --lake lake --company-id 12 --format csv"
    )]
    SupplierSummary(SupplierSummaryReport),
}

impl ReportCommand {
    fn report(&self) -> &dyn Report {
        match self {
            Self::QuantitySeries(report) => report,
            Self::RevenueSeries(report) => report,
            Self::ProductList(report) => report,
            Self::SupplierPurchases(report) => report,
            Self::SupplierSummary(report) => report,
        }
    }
}

impl StepCommand for ReportCommand {
    fn name(&self) -> &'static str {
        "report"
    }

    fn lake(&self) -> Option<&str> {
        Some(&self.report().options().lake)
    }

    fn validate(&self) -> Result<(), OptionError> {
        self.report().validate()
    }

    fn datasets_read(&self) -> Vec<LineageDataset> {
        let report = self.report();
        vec![table_dataset(&report.options().lake, &report.table())]
    }

    fn datasets_written(&self) -> Vec<LineageDataset> {
        let destination = self.report().destination();
        destination.map(LineageDataset::File).into_iter().collect()
    }

    fn tables_published(&self) -> Vec<&'static str> {
        vec![self.report().table().name]
    }

    fn output(&self) -> Option<OutputTarget> {
        Some(self.report().output())
    }

    fn plan(
        &self,
        _shared: &SharedContext<'_>,
        _data_date: Option<NaiveDate>,
    ) -> Result<StepPlan, CommandError> {
        let report = self.report();
        let text = format!("report {} from {}", report.name(), report.options().lake);
        Ok(StepPlan::line("answer", &text))
    }

    fn run(&self, context: &mut RunContext<'_>) -> Result<ExitCode, CommandError> {
        context.probe_report()?;
        let written = self.report().write(context);
        put_refusal(written, context.stdout).map(|()| ExitCode::Done)
    }
}

/// Prints the documented error response if a parameter was refused.
pub(super) fn put_refusal<T>(
    written: Result<T, CommandError>,
    stdout: &mut dyn Write,
) -> Result<T, CommandError> {
    if let Err(CommandError::Report(ReportError::Parameter(refusal))) = &written {
        put(stdout, &error_document(refusal)?)?;
    }
    written
}
