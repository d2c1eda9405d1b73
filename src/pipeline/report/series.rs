//! The two series of customer purchases.

use super::{refused, source};
use crate::job::ReportJob;
use crate::lake::Lake;
use crate::pipeline::PipelineError;
use crate::pipeline::tables::{OpenedTable, purchases};
use crate::render::render;
use crate::report::{
    EndingAtNote, PurchaseFile, SeriesParameters, SeriesRequest, quantity_series, revenue_series,
};

pub(super) fn quantity(
    job: &ReportJob,
    lake: &Lake,
    request: &SeriesRequest,
) -> Result<Vec<u8>, PipelineError> {
    let (parameters, table) = open(job, lake, request)?;
    let series = quantity_series(&parameters, &table.files)?;
    tracing::debug!(series.gross_items, series.refund_items, "items counted");
    let source = source(
        table.name,
        table.version,
        parameters.timezone().name(),
        parameters.settings(),
    );
    Ok(render(&series, job.format, &source)?)
}

pub(super) fn revenue(
    job: &ReportJob,
    lake: &Lake,
    request: &SeriesRequest,
) -> Result<Vec<u8>, PipelineError> {
    let (parameters, table) = open(job, lake, request)?;
    let series = revenue_series(&parameters, &table.files)?;
    let source = source(
        table.name,
        table.version,
        parameters.timezone().name(),
        parameters.settings(),
    );
    Ok(render(&series, job.format, &source)?)
}

fn open(
    job: &ReportJob,
    lake: &Lake,
    request: &SeriesRequest,
) -> Result<(SeriesParameters, OpenedTable<PurchaseFile>), PipelineError> {
    let parameters = SeriesParameters::resolve(request, job.now).map_err(refused)?;
    for note in parameters.notes() {
        // A date as the end is usual in nightly reports, so it is not a warning.
        if *note == EndingAtNote::DateOnly {
            tracing::info!("{note}");
        } else {
            tracing::warn!("{note}");
        }
    }
    let table = purchases(lake, job.version, Some(parameters.utc_dates()))?;
    if table.files.is_empty() {
        tracing::warn!(
            lake = job.lake,
            "no purchases in this period: every value is zero"
        );
    }
    Ok((parameters, table))
}
