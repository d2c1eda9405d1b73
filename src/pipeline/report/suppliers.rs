//! The list of supplier purchases and their summary.

use std::path::Path;

use super::{refused, source};
use crate::job::ReportJob;
use crate::lake::Lake;
use crate::pipeline::output::{put_file, put_file_with, put_with, store_url};
use crate::pipeline::tables::{OpenedTable, supplier_purchases};
use crate::pipeline::{PipelineError, RunContext};
use crate::render::{
    NullHandling, render, supplier_page_json, write_supplier_list, write_supplier_pages,
};
use crate::report::{
    SupplierListParameters, SupplierListRequest, SupplierPurchaseFile, SupplierSummaryParameters,
    SupplierSummaryRequest, supplier_purchases as answer_page, supplier_summary,
};
use crate::storage::Stores;

/// One page.
pub(super) fn page(
    job: &ReportJob,
    lake: &Lake,
    request: &SupplierListRequest,
) -> Result<Vec<u8>, PipelineError> {
    let parameters = SupplierListParameters::resolve(request).map_err(refused)?;
    let table = open(job, lake, parameters.company_id())?;
    let page = answer_page(&parameters, &table.files)?;
    if job.nulls == NullHandling::Omitted {
        return Ok(supplier_page_json(&page, job.nulls)?);
    }
    let source = source(
        table.name,
        table.version,
        "none, dates as registered",
        parameters.settings(),
    );
    Ok(render(&page, job.format, &source)?)
}

/// The whole list in one file, streamed.
pub(super) fn whole_list(
    job: &ReportJob,
    request: &SupplierListRequest,
    context: &mut RunContext<'_>,
) -> Result<(), PipelineError> {
    let parameters = SupplierListParameters::resolve(request).map_err(refused)?;
    let lake = Lake::at(&job.lake, &context.stores)?;
    let table = open(job, &lake, parameters.company_id())?;
    let write = |file: &std::fs::File| {
        let (parameters, files) = (&parameters, &table.files);
        write_supplier_list::<_, PipelineError>(parameters, files, job.format, file).map(drop)
    };
    match &job.output {
        Some(path) => put_file_with(&context.stores, path, write),
        None => put_with(&context.stores, context.stdout, write),
    }
}

/// Every page, each in a file.
pub(super) fn each_page(
    job: &ReportJob,
    request: &SupplierListRequest,
    folder: &Path,
    context: &RunContext<'_>,
) -> Result<(), PipelineError> {
    let parameters = SupplierListParameters::resolve(request).map_err(refused)?;
    let lake = Lake::at(&job.lake, &context.stores)?;
    let table = open(job, &lake, parameters.company_id())?;
    let mut put = |name: &str, bytes: &[u8]| put_file(&context.stores, &folder.join(name), bytes);
    let pages =
        write_supplier_pages::<PipelineError>(&parameters, &table.files, job.nulls, &mut put)?;
    tracing::info!(pages, folder = %folder.display(), "pages written");
    remove_later_pages(&context.stores, folder, pages)
}

/// Deletes the pages of an earlier, longer list, which would seem to belong to this one.
fn remove_later_pages(stores: &Stores, folder: &Path, pages: u64) -> Result<(), PipelineError> {
    let is_later = |name: &str| {
        let number = name
            .strip_prefix("page-")
            .and_then(|rest| rest.strip_suffix(".json"))
            .and_then(|number| number.parse::<u64>().ok());
        number.is_some_and(|number| number > pages)
    };
    if let Some(url) = store_url(folder)? {
        for object in stores.list(&url)? {
            let below = object.url.key().get(url.key().len()..).unwrap_or_default();
            if is_later(below.trim_start_matches('/')) {
                stores.delete(&object.url)?;
            }
        }
        return Ok(());
    }
    let failed = |source| PipelineError::Output {
        path: folder.to_owned(),
        source,
    };
    for entry in std::fs::read_dir(folder).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let name = entry.file_name();
        let is_file = entry.file_type().is_ok_and(|kind| kind.is_file());
        if is_file && name.to_str().is_some_and(is_later) {
            let path = entry.path();
            std::fs::remove_file(&path).map_err(|source| PipelineError::Output { path, source })?;
        }
    }
    Ok(())
}

pub(super) fn summary(
    job: &ReportJob,
    lake: &Lake,
    request: &SupplierSummaryRequest,
) -> Result<Vec<u8>, PipelineError> {
    let parameters = SupplierSummaryParameters::resolve(request).map_err(refused)?;
    let table = open(job, lake, parameters.company_id())?;
    let settings = parameters.settings();
    let summary = supplier_summary(&parameters, &table.files)?;
    let source = source(
        table.name,
        table.version,
        "none, dates as registered",
        settings,
    );
    Ok(render(&summary, job.format, &source)?)
}

fn open(
    job: &ReportJob,
    lake: &Lake,
    company_id: i64,
) -> Result<OpenedTable<SupplierPurchaseFile>, PipelineError> {
    let table = supplier_purchases(lake, job.version, Some(company_id))?;
    if table.files.is_empty() {
        tracing::warn!(
            lake = job.lake,
            company_id,
            "the lake has no purchases of this company"
        );
    }
    Ok(table)
}
