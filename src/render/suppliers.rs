//! Supplier purchases and their summary in every form.
//!
//! In: a page, or parameters and files; then the purchases are read, written and forgotten run by
//! run. Out: documents and files of bytes. Refused: formats that make no sense for what is asked.

use std::io::Write;

use super::json_writer::JsonValue;
use super::{AnswerKind, Format, RenderError};
use crate::report::{
    ReportError, SupplierListParameters, SupplierPurchaseFile, SupplierPurchasePage,
    for_each_supplier_batch, for_each_supplier_page,
};
use crate::response::PageMeta;

mod arrow_columns;
mod csv_row;
mod purchase_json;
mod rows_writer;
mod summary;
#[cfg(test)]
pub(super) mod tests;

pub use rows_writer::SupplierRowsWriter;
pub(super) use summary::{summary_batch, summary_document, summary_table};

/// What a JSON answer says of which nothing is known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum NullHandling {
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
pub fn supplier_page_json(
    page: &SupplierPurchasePage,
    nulls: NullHandling,
) -> Result<Vec<u8>, RenderError> {
    let document = page_document(page);
    Ok(match nulls {
        NullHandling::Written => document.pretty(),
        NullHandling::Omitted => document.without_nulls().pretty(),
    }?)
}

/// Writes every page of a list, as a file name (`page-1.json`, …) and the document that answers
/// that page; the caller puts them where they belong. Returns the number of pages, at least one.
///
/// # Errors
/// [`ReportError`], [`RenderError`], and what `give` returns.
pub fn write_supplier_pages<E: From<ReportError> + From<RenderError>>(
    parameters: &SupplierListParameters,
    files: &[SupplierPurchaseFile],
    nulls: NullHandling,
    mut visit: impl FnMut(&str, &[u8]) -> Result<(), E>,
) -> Result<u64, E> {
    let mut pages = 0;
    for_each_supplier_page::<E>(parameters, files, &mut |page| {
        let document = supplier_page_json(&page, nulls)?;
        pages = page.current_page;
        visit(&format!("page-{}.json", page.current_page), &document)
    })?;
    Ok(pages)
}

/// Writes all purchases of a list, whatever its page, as CSV, NDJSON or Parquet. Returns how many
/// there are.
///
/// # Errors
/// [`RenderError::Format`] for another format, before anything is read; [`ReportError`] and
/// [`RenderError`] as they come.
pub fn write_supplier_list<W: Write + Send, E: From<ReportError> + From<RenderError>>(
    parameters: &SupplierListParameters,
    files: &[SupplierPurchaseFile],
    format: Format,
    sink: W,
) -> Result<u64, E> {
    let mut writer = SupplierRowsWriter::new(parameters.company_id(), format, sink)?;
    for_each_supplier_batch::<E>(parameters, files, &mut |rows| Ok(writer.write(&rows)?))?;
    Ok(writer.finish()?)
}

/// The documented response.
pub(super) fn page_document(page: &SupplierPurchasePage) -> JsonValue {
    let SupplierPurchasePage {
        company_id: _,
        purchases,
        current_page,
        last_page,
        per_page,
        total,
    } = page;
    let purchases = purchases.iter().map(purchase_json::purchase).collect();
    let meta = PageMeta {
        current_page: *current_page,
        last_page: *last_page,
        per_page: u64::from(*per_page),
        total: *total,
    };
    JsonValue::Object(vec![
        (
            "data",
            JsonValue::Object(vec![("purchases", JsonValue::List(purchases))]),
        ),
        ("meta", purchase_json::meta(meta)),
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
