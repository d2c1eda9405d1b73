//! `report`: parameters, file list from the log, answer, rendering.

use std::ops::RangeInclusive;

use chrono::NaiveDate;

use super::{Exit, PipelineError, Stage, put, put_file};
use crate::ingest::purchases_spec;
use crate::job::{Question, ReportJob};
use crate::lake::Lake;
use crate::render::{Answer, error_document, render};
use crate::report::{
    ParameterError, ReportError, ScanFile, SeriesParameters, SeriesRequest, product_list,
    quantity_series, revenue_series,
};

pub(super) fn run(job: &ReportJob, stage: &mut Stage<'_>) -> Result<Exit, PipelineError> {
    let answer = match answer(job) {
        Err(PipelineError::Report(ReportError::Parameter(error))) => {
            put(stage.stdout, &error_document(&error)?)?;
            return Err(ReportError::Parameter(error).into());
        }
        answer => answer?,
    };
    let bytes = render(&answer, job.format)?;
    match &job.output {
        Some(path) => put_file(path, &bytes)?,
        None => put(stage.stdout, &bytes)?,
    }
    Ok(Exit::Done)
}

fn answer(job: &ReportJob) -> Result<Answer, PipelineError> {
    match &job.question {
        Question::QuantitySeries(request) => {
            let parameters = resolve(request, job)?;
            let files = files(job, Some(parameters.utc_dates()))?;
            let series = quantity_series(&parameters, &files)?;
            if files.is_empty() {
                warn_of_nothing(job);
            }
            tracing::debug!(series.gross_items, series.refund_items, "items counted");
            Ok(Answer::QuantitySeries(series))
        }
        Question::RevenueSeries(request) => {
            let parameters = resolve(request, job)?;
            let files = files(job, Some(parameters.utc_dates()))?;
            if files.is_empty() {
                warn_of_nothing(job);
            }
            Ok(Answer::RevenueSeries(revenue_series(&parameters, &files)?))
        }
        Question::ProductList { page } => Ok(Answer::ProductList(product_list(
            &files(job, None)?,
            *page,
        )?)),
    }
}

fn resolve(request: &SeriesRequest, job: &ReportJob) -> Result<SeriesParameters, ParameterOrError> {
    let parameters = SeriesParameters::resolve(request, job.now).map_err(ParameterOrError)?;
    for note in parameters.notes() {
        tracing::warn!("{note}");
    }
    Ok(parameters)
}

/// A parameter error on its way up.
struct ParameterOrError(ParameterError);

impl From<ParameterOrError> for PipelineError {
    fn from(error: ParameterOrError) -> Self {
        Self::Report(error.0.into())
    }
}

fn warn_of_nothing(job: &ReportJob) {
    tracing::warn!(
        lake = job.lake,
        "no purchases in this time: every value is zero"
    );
}

/// The data files of the table at the version asked for, pruned by UTC day.
fn files(
    job: &ReportJob,
    dates: Option<RangeInclusive<NaiveDate>>,
) -> Result<Vec<ScanFile>, PipelineError> {
    let lake = Lake::at(&job.lake)?;
    let snapshot = lake.snapshot(purchases_spec().name, job.lake_version, dates)?;
    tracing::debug!(
        version = snapshot.version,
        files = snapshot.files.len(),
        "table opened"
    );
    snapshot
        .files
        .into_iter()
        .map(|file| {
            let partition = file.partition.unwrap_or_default();
            match partition.parse() {
                Ok(purchase_date) => Ok(ScanFile {
                    path: file.path,
                    purchase_date,
                }),
                Err(_no_date) => Err(PipelineError::Partition {
                    partition,
                    path: file.path,
                }),
            }
        })
        .collect()
}
