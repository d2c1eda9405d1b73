//! Why an answer could not be written.

use super::format::UnsupportedFormat;
use crate::values::ExitCode;

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
