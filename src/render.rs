//! Answers as text or bytes.
//!
//! In: an [`Answer`] and a [`Format`], or the supplier purchases themselves, which are read while
//! they are written. Out: the bytes of a JSON document in the documented shape, of a CSV table, of
//! lines of JSON or of a Parquet file; the same bytes for the same answer. Refused: a format that
//! makes no sense for the answer ([`UnsupportedFormat`]), and what the writers themselves cannot write.

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

/// What a report answered.
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
    /// What kind of answer it is.
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

/// How an answer is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    /// The documented response, indented by two spaces, with a final newline.
    #[default]
    Json,
    /// RFC 4180 with a header line; texts that a spreadsheet would run as a formula get a `'` in
    /// front.
    Csv,
    /// One JSON object a line, without spaces, each line ended by LF.
    Ndjson,
    /// A Parquet file; with one row group but for the whole list of supplier purchases.
    Parquet,
    /// A page with the answer's chart and table, complete in itself.
    Html,
    /// The answer's chart, which fits itself to light and dark.
    Svg,
    /// The answer's chart in pixels.
    Png,
}

impl Format {
    /// The word it is asked for by.
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

    /// Whether it is for looking at: [`render_visual`] makes it, and needs to know where the answer
    /// comes from.
    pub fn is_visual(self) -> bool {
        matches!(self, Self::Html | Self::Svg | Self::Png)
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// A format that is not known.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a format: json, csv, ndjson, parquet, html, svg or png")]
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
    /// The format makes no sense for the answer.
    #[error(transparent)]
    Format(#[from] UnsupportedFormat),
    /// The JSON writer gave up.
    #[error("the answer could not be written as JSON")]
    Json(#[from] serde_json::Error),
    /// The CSV writer gave up.
    #[error("the answer could not be written as CSV")]
    Csv(#[source] ::csv::Error),
    /// The place that the answer goes to takes no more.
    #[error("the answer could not be written")]
    Sink(#[from] std::io::Error),
    /// The columns of the answer do not fit together.
    #[error("the answer could not be laid out in columns")]
    Columns(#[from] arrow::error::ArrowError),
    /// The Parquet writer gave up.
    #[error("the answer could not be written as Parquet")]
    Parquet(#[from] ::parquet::errors::ParquetError),
}

impl From<::csv::Error> for RenderError {
    /// A sink that takes no more is told apart from what CSV cannot say.
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
/// [`RenderError::Format`] when the format makes no sense for the answer, another [`RenderError`]
/// when the writer of the format gives up.
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

/// Lines of JSON: of the answers, only a page of supplier purchases has some.
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
