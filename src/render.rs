//! Report answers written as text or bytes.
//!
//! In: an [`Answer`] and a [`Format`], or the supplier purchases themselves, which are read while
//! they are written. Out: the bytes of a JSON document in the documented shape, of a CSV table, of
//! newline-delimited JSON or of a Parquet file; the same answer always gives the same bytes.
//! Refused: a format that the answer does not support ([`UnsupportedFormat`]), and values that a
//! writer cannot write.

use std::fmt;
use std::str::FromStr;

use crate::report::{
    ProductList, QuantitySeries, RevenueSeries, SupplierPurchasePage, SupplierSummary,
};

mod amount_text;
mod answer_kind;
pub mod chart;
mod csv;
pub mod dashboard;
mod documented_response;
pub mod html;
mod json;
mod json_writer;
mod parquet;
mod suppliers;
mod visual;

pub use answer_kind::{AnswerKind, UnsupportedFormat};
pub use json::error_document;
pub use suppliers::{
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

/// The output format of an answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    /// The documented response, indented by two spaces, with a final newline.
    #[default]
    Json,
    /// RFC 4180 with a header line; a text that a spreadsheet would run as a formula is prefixed
    /// with `'`.
    Csv,
    /// One JSON object a line, without spaces, each line ended by LF.
    Ndjson,
    /// A Parquet file. It has one row group, except for the whole list of supplier purchases.
    Parquet,
    /// A self-contained HTML page with the answer's chart and table.
    Html,
    /// The answer's chart as SVG; it follows the light or dark colour scheme.
    Svg,
    /// The answer's chart as a PNG image.
    Png,
}

impl Format {
    /// The name of the format on the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Csv => "csv",
            Self::Ndjson => "ndjson",
            Self::Parquet => "parquet",
            Self::Html => "html",
            Self::Svg => "svg",
            Self::Png => "png",
        }
    }

    /// Whether [`render_visual`] makes it, which also needs the [`dashboard::Provenance`] of the
    /// answer.
    pub fn is_visual(self) -> bool {
        matches!(self, Self::Html | Self::Svg | Self::Png)
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// An unknown format name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown format {0:?}; valid values: json, csv, ndjson, parquet, html, svg, png")]
pub struct UnknownFormat(pub String);

impl FromStr for Format {
    type Err = UnknownFormat;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "json" => Ok(Self::Json),
            "csv" => Ok(Self::Csv),
            "ndjson" => Ok(Self::Ndjson),
            "parquet" => Ok(Self::Parquet),
            "html" => Ok(Self::Html),
            "svg" => Ok(Self::Svg),
            "png" => Ok(Self::Png),
            _ => Err(UnknownFormat(text.to_owned())),
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
        Answer::SupplierPurchases(page) => suppliers::page_rows(page, Format::Ndjson),
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
