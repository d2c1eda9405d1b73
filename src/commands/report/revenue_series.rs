//! `report revenue-series`

use clap::Args;

use super::answer::Report;
use super::options::ReportOptions;
use super::quantity_series::open;
use crate::commands::{CommandError, OptionError, RunContext};
use crate::ingest::purchases::purchases_spec;
use crate::lake::TableSpec;
use crate::report::{RevenueSeries, RevenueSeriesRequest, SeriesParameters, revenue_series};

/// `report revenue-series`
#[derive(Clone, Debug, Args)]
pub struct RevenueSeriesReport {
    /// Parameters
    #[command(flatten)]
    request: RevenueSeriesRequest,
    /// Lake and output
    #[command(flatten)]
    options: ReportOptions,
}

impl Report for RevenueSeriesReport {
    fn name(&self) -> &'static str {
        "revenue-series"
    }

    fn options(&self) -> &ReportOptions {
        &self.options
    }

    fn table(&self) -> TableSpec {
        purchases_spec()
    }

    fn validate(&self) -> Result<(), OptionError> {
        self.options.check_format::<RevenueSeries>()
    }

    fn write(&self, context: &mut RunContext<'_>) -> Result<(), CommandError> {
        let RevenueSeriesRequest { series, currency } = &self.request;
        let (parameters, table) = open(series, &self.options, context, |series, now| {
            let currency = currency.clone();
            SeriesParameters::resolve_revenue(&RevenueSeriesRequest { series, currency }, now)
        })?;
        let series = revenue_series(&parameters, &table.files)?;
        let provenance = table.series_provenance(&parameters);
        self.options.put(&series, &provenance, context)
    }
}
