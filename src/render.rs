//! Report answers written as text or bytes.
//!
//! In: an [`Answer`] and a [`Format`], or the supplier purchases themselves, which are read while
//! they are written. Out: the bytes of a JSON document in the documented shape, of a CSV table, of
//! newline-delimited JSON, of a Parquet file, of an HTML page or of a chart; the same answer always
//! gives the same bytes. Refused: a format that the answer does not support
//! ([`UnsupportedFormat`]), and values that a writer cannot write.
//!
//! An answer has one file here, named after it, with its [`Answer`] implementation: its name, its
//! formats, and how each of them shows it. The files of the formats have what several answers share.

use crate::values::ExitCode;
mod amount_text;
mod answer;
pub mod chart;
mod csv;
pub mod dashboard;
mod error_response;
#[cfg(test)]
mod fixture;
mod format;
pub mod html;
mod json;
mod json_writer;
mod parquet;
mod product_list;
mod quantity_series;
mod revenue_series;
mod supplier_purchases;
mod supplier_summary;
mod visual;

pub use answer::{Answer, UnsupportedFormat, check_format, render};
pub use error_response::error_document;
pub use format::{Format, UnknownFormat};
pub use supplier_purchases::{
    NullHandling, SupplierRowsWriter, check_supplier_list_format, check_supplier_pages_format,
    supplier_page_json, write_supplier_list, write_supplier_pages,
};

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

impl RenderError {
    /// The exit code of a command that fails with it.
    pub fn exit_code(&self) -> ExitCode {
        match self {
            // A reader that closes the pipe early is not an error.
            Self::Sink(error) if error.kind() == std::io::ErrorKind::BrokenPipe => ExitCode::Done,
            Self::Format(_) => ExitCode::Usage,
            _ => ExitCode::Failed,
        }
    }
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

#[cfg(test)]
mod schema_tests;
#[cfg(test)]
mod tests;
