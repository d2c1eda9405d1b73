//! Supplier purchases and their summary in every form.
//!
//! In: a page, or parameters and files; then the purchases are read, written and forgotten run by
//! run. Out: documents and files of bytes. Refused: formats that make no sense for what is asked.

use std::io::Write;

use super::document::Json;
use super::{AnswerKind, Format, RenderError};
use crate::report::{
    ReportError, SupplierFile, SupplierListParameters, SupplierPurchasePage,
    for_each_supplier_page, for_each_supplier_run,
};
use crate::response::PageMeta;

mod columns;
mod purchase;
mod summary;
mod table;
#[cfg(test)]
pub(super) mod tests;
mod writer;

pub(super) use summary::{summary_batch, summary_document, summary_table};
pub use writer::SupplierRowsWriter;

/// What a JSON answer says of which nothing is known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Nulls {
    /// The key, with `null`.
    #[default]
    Written,
    /// Nothing: the key is left out, for readers that expect a value of its type.
    Omitted,
}

/// Writes one page of a list as the JSON document that answers it.
///
/// # Errors
/// [`RenderError::Json`] when the JSON writer gives up.
pub fn supplier_page(page: &SupplierPurchasePage, nulls: Nulls) -> Result<Vec<u8>, RenderError> {
    let document = page_document(page);
    Ok(match nulls {
        Nulls::Written => document.pretty(),
        Nulls::Omitted => document.without_nulls().pretty(),
    }?)
}

/// Writes every page of a list, as a file name (`page-1.json`, …) and the document that answers
/// that page; the caller puts them where they belong. Returns the number of pages, at least one.
///
/// # Errors
/// [`ReportError`], [`RenderError`], and what `give` returns.
pub fn supplier_pages<E: From<ReportError> + From<RenderError>>(
    parameters: &SupplierListParameters,
    files: &[SupplierFile],
    nulls: Nulls,
    mut give: impl FnMut(&str, &[u8]) -> Result<(), E>,
) -> Result<u64, E> {
    let mut pages = 0;
    for_each_supplier_page::<E>(parameters, files, &mut |page| {
        let document = supplier_page(&page, nulls)?;
        pages = page.current_page;
        give(&format!("page-{}.json", page.current_page), &document)
    })?;
    Ok(pages)
}

/// Writes all purchases of a list, whatever its page, as CSV, NDJSON or Parquet. Returns how many
/// there are.
///
/// # Errors
/// [`RenderError::Format`] for another format, before anything is read; [`ReportError`] and
/// [`RenderError`] as they come.
pub fn supplier_list<W: Write + Send, E: From<ReportError> + From<RenderError>>(
    parameters: &SupplierListParameters,
    files: &[SupplierFile],
    format: Format,
    sink: W,
) -> Result<u64, E> {
    let mut writer = SupplierRowsWriter::new(parameters.company_id(), format, sink)?;
    for_each_supplier_run::<E>(parameters, files, &mut |run| Ok(writer.write(&run)?))?;
    Ok(writer.finish()?)
}

/// The documented response.
pub(super) fn page_document(page: &SupplierPurchasePage) -> Json {
    let SupplierPurchasePage {
        company_id: _,
        purchases,
        current_page,
        last_page,
        per_page,
        total,
    } = page;
    let purchases = purchases.iter().map(purchase::purchase).collect();
    let meta = PageMeta {
        current_page: *current_page,
        last_page: *last_page,
        per_page: u64::from(*per_page),
        total: *total,
    };
    Json::Object(vec![
        (
            "data",
            Json::Object(vec![("purchases", Json::List(purchases))]),
        ),
        ("meta", purchase::meta(meta)),
    ])
}

/// The purchases of a page as a file of rows.
pub(super) fn page_rows(
    page: &SupplierPurchasePage,
    format: Format,
) -> Result<Vec<u8>, RenderError> {
    AnswerKind::SupplierPurchases.check(format)?;
    let mut bytes = Vec::new();
    let mut writer = SupplierRowsWriter::new(page.company_id, format, &mut bytes)?;
    writer.write(&page.purchases)?;
    writer.finish()?;
    Ok(bytes)
}
