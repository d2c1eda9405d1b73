//! The two series of customer purchases.

use super::{Answered, refused, source};
use crate::job::ReportJob;
use crate::lake::Lake;
use crate::pipeline::PipelineError;
use crate::pipeline::tables::{OpenedTable, purchases};
use crate::render::Answer;
use crate::report::{
    EndingAtNote, PurchaseFile, SeriesParameters, SeriesRequest, quantity_series, revenue_series,
};

pub(super) fn quantity(
    job: &ReportJob,
    lake: &Lake,
    request: &SeriesRequest,
) -> Result<Answered, PipelineError> {
    let (parameters, table) = open(job, lake, request)?;
    let series = quantity_series(&parameters, &table.files)?;
    tracing::debug!(series.gross_items, series.refund_items, "items counted");
    Ok(Answered {
        answer: Answer::QuantitySeries(series),
        source: source(
            table.name,
            table.version,
            parameters.timezone().name(),
            parameters.settings(),
        ),
    })
}

pub(super) fn revenue(
    job: &ReportJob,
    lake: &Lake,
    request: &SeriesRequest,
) -> Result<Answered, PipelineError> {
    let (parameters, table) = open(job, lake, request)?;
    let series = revenue_series(&parameters, &table.files)?;
    Ok(Answered {
        answer: Answer::RevenueSeries(series),
        source: source(
            table.name,
            table.version,
            parameters.timezone().name(),
            parameters.settings(),
        ),
    })
}

fn open(
    job: &ReportJob,
    lake: &Lake,
    request: &SeriesRequest,
) -> Result<(SeriesParameters, OpenedTable<PurchaseFile>), PipelineError> {
    let parameters = SeriesParameters::resolve(request, job.now).map_err(refused)?;
    for note in parameters.notes() {
        // What every nightly report says is no warning.
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
            "no purchases in this time: every value is zero"
        );
    }
    Ok((parameters, table))
}
