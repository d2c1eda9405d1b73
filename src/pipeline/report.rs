//! `report`: resolves parameters, reads the files of the table, computes and renders the report.

mod series;
mod suppliers;

use super::{Exit, PipelineError, RunContext, probe_report, put, put_file};
use crate::job::{ListScope, ReportJob, ReportQuery};
use crate::lake::Lake;
use crate::render::dashboard::{Provenance, TableVersion};
use crate::render::{error_document, render};
use crate::report::{ParameterRefusal, ReportError, product_list};
use crate::storage::Stores;

pub(super) fn run(job: &ReportJob, context: &mut RunContext<'_>) -> Result<Exit, PipelineError> {
    match write(job, context) {
        Err(PipelineError::Report(ReportError::Parameter(refusal))) => {
            put(context.stdout, &error_document(&refusal)?)?;
            Err(ReportError::Parameter(refusal).into())
        }
        written => written.map(|()| Exit::Done),
    }
}

fn write(job: &ReportJob, context: &mut RunContext<'_>) -> Result<(), PipelineError> {
    probe_report(context)?;
    match &job.query {
        ReportQuery::SupplierPurchases(request, ListScope::EachPage(folder)) => {
            suppliers::each_page(job, request, folder, context)
        }
        ReportQuery::SupplierPurchases(request, ListScope::Whole) => {
            suppliers::whole_list(job, request, context)
        }
        _ => {
            let bytes = answer(job, &context.stores)?;
            put_answer(job, &bytes, context)
        }
    }
}

/// The answer in the format of the job.
fn answer(job: &ReportJob, stores: &Stores) -> Result<Vec<u8>, PipelineError> {
    let lake = Lake::at(&job.lake, stores)?;
    match &job.query {
        ReportQuery::QuantitySeries(request) => series::quantity(job, &lake, request),
        ReportQuery::RevenueSeries(request) => series::revenue(job, &lake, request),
        ReportQuery::ProductList { page } => {
            let table = super::tables::purchases(&lake, job.version, None)?;
            let list = product_list(&table.files, *page)?;
            let source = source(table.name, table.version, "UTC", Vec::new());
            Ok(render(&list, job.format, &source)?)
        }
        ReportQuery::SupplierPurchases(request, _) => suppliers::page(job, &lake, request),
        ReportQuery::SupplierSummary(request) => suppliers::summary(job, &lake, request),
    }
}

/// The source of an answer.
pub(super) fn source(
    table: &str,
    version: i64,
    timezone: &str,
    parameters: Vec<(&'static str, String)>,
) -> Provenance {
    Provenance {
        table: TableVersion {
            table: table.to_owned(),
            version,
        },
        timezone: timezone.to_owned(),
        parameters: parameters
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value))
            .collect(),
    }
}

/// The error for an invalid parameter.
fn refused(refusal: impl Into<ParameterRefusal>) -> PipelineError {
    PipelineError::Report(ReportError::Parameter(refusal.into()))
}

fn put_answer(
    job: &ReportJob,
    bytes: &[u8],
    context: &mut RunContext<'_>,
) -> Result<(), PipelineError> {
    match &job.output {
        Some(path) => put_file(&context.stores, path, bytes),
        None => put(context.stdout, bytes),
    }
}
