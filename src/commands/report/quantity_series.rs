//! `report quantity-series`, and what both series of customer purchases share.

use clap::Args;

use super::answer::Report;
use super::options::ReportOptions;
use crate::commands::tables::{OpenedTable, purchases};
use crate::commands::{CommandError, OptionError, RunContext};
use crate::ingest::purchases::purchases_spec;
use crate::lake::{Lake, TableSpec};
use crate::report::{
    EndingAtNote, PurchaseFile, QuantitySeries, SeriesParameters, SeriesRequest, quantity_series,
};

/// `report quantity-series`
#[derive(Clone, Debug, Args)]
pub struct QuantitySeriesReport {
    /// Parameters
    #[command(flatten)]
    series: SeriesRequest,
    /// Lake and output
    #[command(flatten)]
    options: ReportOptions,
}

impl Report for QuantitySeriesReport {
    fn name(&self) -> &'static str {
        "quantity-series"
    }

    fn options(&self) -> &ReportOptions {
        &self.options
    }

    fn table(&self) -> TableSpec {
        purchases_spec()
    }

    fn validate(&self) -> Result<(), OptionError> {
        self.options.check_format::<QuantitySeries>()
    }

    fn write(&self, context: &mut RunContext<'_>) -> Result<(), CommandError> {
        let parameters = SeriesParameters::resolve(&self.series, self.options.now(context))?;
        let table = open(&parameters, &self.options, context)?;
        let series = quantity_series(&parameters, &table.files)?;
        tracing::debug!(series.gross_items, series.refund_items, "items counted");
        let provenance = table.series_provenance(&parameters);
        self.options.put(&series, &provenance, context)
    }
}

/// The files of the purchases that a series counts; assumptions about its end are logged.
pub(super) fn open(
    parameters: &SeriesParameters,
    options: &ReportOptions,
    context: &RunContext<'_>,
) -> Result<OpenedTable<PurchaseFile>, CommandError> {
    let lake = Lake::at(&options.lake, &context.shared.stores)?;
    for note in parameters.notes() {
        // A date as the end is usual in nightly reports, so it is not a warning.
        if *note == EndingAtNote::DateOnly {
            tracing::info!("{note}");
        } else {
            tracing::warn!("{note}");
        }
    }
    let table = purchases(&lake, options.version(), Some(parameters.utc_dates()))?;
    if table.files.is_empty() {
        tracing::warn!(
            lake = options.lake,
            "no purchases in this period: every value is zero"
        );
    }
    Ok(table)
}
