//! Supplier purchases in every format.
//!
//! In: a page, or parameters and files; the purchases are then read and written batch by batch.
//! Out: JSON documents and files of rows. Refused: formats that the answer does not support.

use std::cmp::Ordering;
use std::io::Write;

use super::answer_table::{AnswerTable, TableCell, TableColumn};
use super::chart::ExactNumber;
use super::dashboard::Provenance;
use super::json_writer::JsonValue;
use super::text_table::{TextAnswer, text_bytes};
use super::visual::html_bytes;
use super::{Answer, Format, RenderError, Screen, UnsupportedFormat};
use crate::report::{
    ReportError, SupplierListParameters, SupplierPurchaseFile, SupplierPurchasePage,
    for_each_supplier_batch, for_each_supplier_page,
};
use crate::response::PageMeta;
use crate::supplier_purchase::{SupplierPurchaseField, SupplierPurchaseValues};

mod csv_row;
mod purchase_json;
mod rows_writer;
#[cfg(test)]
pub(super) mod tests;

pub use rows_writer::{SupplierRowsWriter, check_supplier_list_format};

/// How a JSON answer represents unknown values.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum NullHandling {
    /// The key, with `null`.
    #[default]
    Written,
    /// The key is omitted, for readers that expect a value of its type.
    Omitted,
}

/// One page of the list; a file of rows is described at [`SupplierRowsWriter`].
impl Answer for SupplierPurchasePage {
    const NAME: &'static str = "page of supplier purchases";
    const FORMATS: &'static [Format] = &[
        Format::Json,
        Format::Table,
        Format::Csv,
        Format::Ndjson,
        Format::Parquet,
        Format::Html,
    ];

    fn render(
        &self,
        format: Format,
        provenance: &Provenance,
        screen: Option<&Screen>,
    ) -> Result<Vec<u8>, RenderError> {
        match format {
            Format::Json => supplier_page_json(self, NullHandling::Written),
            Format::Table => Ok(text_bytes(&text_answer(self, provenance), screen)),
            Format::Csv | Format::Ndjson | Format::Parquet => page_rows(self, format),
            Format::Html => Ok(html_bytes(None, &page_table(self), provenance)),
            Format::Svg | Format::Png => Err(UnsupportedFormat::of::<Self>(format).into()),
        }
    }
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
fn page_document(page: &SupplierPurchasePage) -> JsonValue {
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
fn page_rows(page: &SupplierPurchasePage, format: Format) -> Result<Vec<u8>, RenderError> {
    let mut bytes = Vec::new();
    let mut writer = SupplierRowsWriter::new(page.company_id, format, &mut bytes)?;
    writer.write(&page.purchases)?;
    writer.finish()?;
    Ok(bytes)
}

/// The purchases of a page for people. The last line names the page and the option for the next one.
fn text_answer(page: &SupplierPurchasePage, provenance: &Provenance) -> TextAnswer {
    let SupplierPurchasePage {
        current_page,
        last_page,
        total,
        ..
    } = page;
    let purchases = if *total == 1 { "purchase" } else { "purchases" };
    let other = match current_page.cmp(last_page) {
        Ordering::Less => format!("; next page: --page {}", current_page + 1),
        Ordering::Equal => String::new(),
        Ordering::Greater => format!("; last page: --page {last_page}"),
    };
    TextAnswer {
        table: page_table(page),
        bar_column: None,
        detail_columns: &["Updated"],
        totals: Vec::new(),
        notes: vec![
            provenance.sentence(),
            format!("Page {current_page} of {last_page}, {total} {purchases} in total{other}"),
        ],
    }
}

/// The purchases of a page as a table; unknown values are marked as such.
fn page_table(page: &SupplierPurchasePage) -> AnswerTable {
    let cells = |row: &SupplierPurchaseValues<'_>| {
        let text = |field| row.text(field);
        let currency = text(SupplierPurchaseField::TotalCurrency);
        let status = text(SupplierPurchaseField::Status).filter(|_| !row.is_deleted());
        let id = row.integer(SupplierPurchaseField::Id);
        let date = row.date(SupplierPurchaseField::RegistrationDate);
        let date = date.map(|date| date.to_string());
        let updated_at = row.time(SupplierPurchaseField::UpdatedAt);
        let updated_at = updated_at.map(|time| time.local().to_rfc3339());
        vec![
            id.map_or(TableCell::Absent, |id| {
                TableCell::Number(ExactNumber::Count(id))
            }),
            TableCell::text(date.as_deref()),
            TableCell::supplier(
                row.integer(SupplierPurchaseField::SupplierId),
                text(SupplierPurchaseField::SupplierName),
            ),
            TableCell::text(text(SupplierPurchaseField::InvoiceNumber)),
            TableCell::text(status.or(row.is_deleted().then_some("deleted"))),
            TableCell::money(row.amount(SupplierPurchaseField::TotalAmount), currency),
            TableCell::text(currency),
            TableCell::text(updated_at.as_deref()),
        ]
    };
    AnswerTable {
        caption: format!(
            "Supplier purchases, page {} of {}, {} in total",
            page.current_page, page.last_page, page.total
        ),
        columns: vec![
            TableColumn::number("Id"),
            TableColumn::text("Registered"),
            TableColumn::text("Supplier"),
            TableColumn::text("Invoice"),
            TableColumn::text("Status"),
            TableColumn::number("Total"),
            TableColumn::text("Currency"),
            TableColumn::text("Updated"),
        ],
        rows: page.purchases.iter().map(cells).collect(),
    }
}
