//! Supplier purchases in every format.
//!
//! In: a page, or parameters and files; the purchases are then read and written batch by batch.
//! Out: JSON documents and files of rows. Refused: formats that the answer does not support.

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
#[cfg(test)]
pub(super) mod tests;

pub use rows_writer::SupplierRowsWriter;

/// How a JSON answer represents unknown values.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum NullHandling {
    /// The key, with `null`.
    #[default]
    Written,
    /// The key is omitted, for readers that expect a value of its type.
    Omitted,
}

/// Writes one page of a list as the documented JSON response.
///
/// # Errors
/// [`RenderError::Json`] when the JSON writer fails.
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

/// Writes every page of a list: calls `visit` with the file name (`page-1.json`, …) and the JSON
/// document of each page. Returns the number of pages, at least one.
///
/// # Errors
/// [`ReportError`], [`RenderError`], and the errors of `visit`.
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

/// Writes all purchases of a list, regardless of its page, as CSV, NDJSON or Parquet. Returns their
/// number.
///
/// # Errors
/// [`RenderError::Format`] for another format, before anything is read; otherwise [`ReportError`]
/// and [`RenderError`].
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

/// A page as the documented response.
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

/// The purchases of a page as CSV, NDJSON or Parquet.
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
