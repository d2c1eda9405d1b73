//! Answers as text or bytes.
//!
//! In: an [`Answer`] and a [`Format`]. Out: the bytes of a JSON document in the documented shape, of
//! a CSV table or of a Parquet file; the same bytes for the same answer. Refused: nothing but what
//! the writers themselves cannot write.

use std::str::FromStr;

use crate::report::{ProductList, QuantitySeries, RevenueSeries};

pub mod chart;
mod csv;
mod documented;
mod exact;
pub mod html;
mod json;
pub mod page;
mod parquet;

pub use json::error_document;

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
    /// A Parquet file with one row group.
    Parquet,
}

/// A format that is not known.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a format: json, csv or parquet")]
pub struct UnknownFormat(pub String);

impl FromStr for Format {
    type Err = UnknownFormat;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "json" => Ok(Self::Json),
            "csv" => Ok(Self::Csv),
            "parquet" => Ok(Self::Parquet),
            _ => Err(UnknownFormat(text.to_owned())),
        }
    }
}

/// Why an answer could not be written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RenderError {
    /// The JSON writer gave up.
    #[error("the answer could not be written as JSON")]
    Json(#[from] serde_json::Error),
    /// The CSV writer gave up.
    #[error("the answer could not be written as CSV")]
    Csv(#[from] ::csv::Error),
    /// The columns of the answer do not fit together.
    #[error("the answer could not be laid out in columns")]
    Columns(#[from] arrow::error::ArrowError),
    /// The Parquet writer gave up.
    #[error("the answer could not be written as Parquet")]
    Parquet(#[from] ::parquet::errors::ParquetError),
}

/// Writes an answer.
///
/// # Errors
/// [`RenderError`] when the writer of the format gives up.
pub fn render(answer: &Answer, format: Format) -> Result<Vec<u8>, RenderError> {
    match format {
        Format::Json => json::write(answer),
        Format::Csv => csv::write(answer),
        Format::Parquet => parquet::write(answer),
    }
}

#[cfg(test)]
mod tests;
