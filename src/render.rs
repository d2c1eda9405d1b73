//! Report answers written as text or bytes.
//!
//! In: an [`Answer`] and a [`Format`], or the supplier purchases themselves, which are read while
//! they are written. Out: the bytes of a JSON document in the documented shape, of a CSV table, of
//! newline-delimited JSON or of a Parquet file; the same answer always gives the same bytes.
//! Refused: a format that the answer does not support ([`UnsupportedFormat`]), and values that a
//! writer cannot write.

use crate::report::{
    ProductList, QuantitySeries, RevenueSeries, SupplierPurchasePage, SupplierSummary,
};

mod amount_text;
mod answer_kind;
pub mod chart;
mod csv;
pub mod dashboard;
mod documented_response;
mod format;
pub mod html;
mod json;
mod json_writer;
mod parquet;
mod supplier_purchases;
mod supplier_summary;
mod visual;

pub use answer_kind::{AnswerKind, UnsupportedFormat};
pub use format::{Format, UnknownFormat};
pub use json::error_document;
pub use supplier_purchases::{
    NullHandling, SupplierRowsWriter, supplier_page_json, write_supplier_list, write_supplier_pages,
};
pub use visual::render_visual;

/// The result of a report.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Answer {
    /// The purchase quantity series.
    QuantitySeries(QuantitySeries),
    /// The revenue series.
    RevenueSeries(RevenueSeries),
    /// The product list.
    ProductList(ProductList),
    /// A page of the supplier purchases.
    SupplierPurchases(SupplierPurchasePage),
    /// The supplier summary.
    SupplierSummary(SupplierSummary),
}

impl Answer {
    /// The kind of the answer.
    pub fn kind(&self) -> AnswerKind {
        match self {
            Self::QuantitySeries(_) => AnswerKind::QuantitySeries,
            Self::RevenueSeries(_) => AnswerKind::RevenueSeries,
            Self::ProductList(_) => AnswerKind::ProductList,
            Self::SupplierPurchases(_) => AnswerKind::SupplierPurchases,
            Self::SupplierSummary(_) => AnswerKind::SupplierSummary,
        }
    }
}

/// Why an answer could not be written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RenderError {
    /// The answer does not support the format.
    #[error(transparent)]
    Format(#[from] UnsupportedFormat),
    /// The JSON writer failed.
    #[error("the answer could not be written as JSON")]
    Json(#[from] serde_json::Error),
    /// The CSV writer failed.
    #[error("the answer could not be written as CSV")]
    Csv(#[source] ::csv::Error),
    /// The destination of the answer cannot be written to.
    #[error("the answer could not be written")]
    Sink(#[from] std::io::Error),
    /// The columns of the answer do not form a record batch.
    #[error("the answer could not be converted to columns")]
    Columns(#[from] arrow::error::ArrowError),
    /// The Parquet writer failed.
    #[error("the answer could not be written as Parquet")]
    Parquet(#[from] ::parquet::errors::ParquetError),
}

impl From<::csv::Error> for RenderError {
    /// Separates an I/O error of the destination from an error of the CSV writer.
    fn from(error: ::csv::Error) -> Self {
        if !error.is_io_error() {
            return Self::Csv(error);
        }
        match error.into_kind() {
            ::csv::ErrorKind::Io(error) => Self::Sink(error),
            other => Self::Sink(std::io::Error::other(format!("{other:?}"))),
        }
    }
}

/// Writes an answer.
///
/// # Errors
/// [`RenderError::Format`] when the answer does not support the format, another [`RenderError`]
/// when the writer of the format fails.
pub fn render(answer: &Answer, format: Format) -> Result<Vec<u8>, RenderError> {
    let kind = answer.kind();
    kind.check(format)?;
    match format {
        Format::Json => json::write(answer),
        Format::Ndjson => ndjson(answer),
        Format::Csv => csv::write(answer),
        Format::Parquet => parquet::write(answer),
        Format::Html | Format::Svg | Format::Png => {
            Err(RenderError::Format(UnsupportedFormat { kind, format }))
        }
    }
}

/// Newline-delimited JSON, which only a page of supplier purchases supports.
fn ndjson(answer: &Answer) -> Result<Vec<u8>, RenderError> {
    match answer {
        Answer::SupplierPurchases(page) => supplier_purchases::page_rows(page, Format::Ndjson),
        other => {
            let kind = other.kind();
            let format = Format::Ndjson;
            Err(UnsupportedFormat { kind, format }.into())
        }
    }
}

#[cfg(test)]
mod schema_tests;
#[cfg(test)]
mod tests;
