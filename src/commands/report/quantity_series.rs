//! `report quantity-series`, and what both series of customer purchases share.

use chrono::{DateTime, Utc};
use clap::Args;

use super::answer::Report;
use super::options::ReportOptions;
use crate::commands::lake_timezone::{in_lake_timezone, warn_of_unset_timezone};
use crate::commands::tables::{OpenedTable, purchases};
use crate::commands::{CommandError, OptionError, RunContext};
use crate::ingest::purchases::purchases_spec;
use crate::lake::{Lake, TableSpec};
use crate::report::{
    EndingAtNote, ParameterError, PurchaseFile, QuantitySeries, SeriesParameters, SeriesRequest,
    quantity_series,
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
        let (parameters, table) = open(&self.series, &self.options, context, |request, now| {
            SeriesParameters::resolve(&request, now)
        })?;
        let series = quantity_series(&parameters, &table.files)?;
        tracing::debug!(series.gross_items, series.refund_items, "items counted");
        let provenance = table.series_provenance(&parameters);
        self.options.put(&series, &provenance, context)
    }
}

/// The parameters of a series, and the files of the purchases that it counts. Without a zone in the
/// request, days are those of the lake at the version that is read, or of UTC. An invalid parameter
/// is reported before a problem of the lake; assumptions about the end are logged.
pub(super) fn open(
    request: &SeriesRequest,
    options: &ReportOptions,
    context: &RunContext<'_>,
    resolve: impl FnOnce(SeriesRequest, DateTime<Utc>) -> Result<SeriesParameters, ParameterError>,
) -> Result<(SeriesParameters, OpenedTable<PurchaseFile>), CommandError> {
    let lake = Lake::at(&options.lake, &context.shared.stores)?;
    let opened = purchases(&lake, options.version());
    let request = in_lake_timezone(request, opened.as_ref().ok())?;
    let is_unset = request.timezone.is_none();
    let parameters = resolve(request, options.now(context))?;
    let mut table = opened?;
    for note in parameters.notes() {
        // A date as the end is usual in nightly reports, so it is not a warning.
        if *note == EndingAtNote::DateOnly {
            tracing::info!("{note}");
        } else {
            tracing::warn!("{note}");
        }
    }
    if is_unset {
        warn_of_unset_timezone(&lake);
    }
    table.keep_days(&parameters.utc_dates());
    if table.files.is_empty() {
        tracing::warn!(
            lake = options.lake,
            "no purchases in this period: every value is zero"
        );
    }
    Ok((parameters, table))
}
