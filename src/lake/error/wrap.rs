//! Wraps the errors of the libraries with the failed operation and its object.

use std::io;
use std::path::Path;

use arrow::error::ArrowError;
use deltalake::DeltaTableError;
use deltalake::kernel::transaction::TransactionError;
use parquet::errors::ParquetError;

use super::LakeError;

impl LakeError {
    pub(in crate::lake) fn io(
        action: &'static str,
        path: &Path,
    ) -> impl FnOnce(io::Error) -> Self + use<> {
        let path = path.to_path_buf();
        move |source| Self::Io {
            action,
            path,
            source,
        }
    }

    pub(in crate::lake) fn parquet(
        action: &'static str,
        path: &Path,
    ) -> impl Fn(ParquetError) -> Self + use<> {
        let path = path.to_path_buf();
        move |source| Self::Parquet {
            action,
            path: path.clone(),
            source: Box::new(source),
        }
    }

    pub(in crate::lake) fn arrow(
        action: &'static str,
        table: &str,
    ) -> impl Fn(ArrowError) -> Self + use<> {
        let table = table.to_owned();
        move |source| Self::Arrow {
            action,
            table: table.clone(),
            source: Box::new(source),
        }
    }

    pub(in crate::lake) fn store(
        action: &'static str,
        table: &str,
        file: impl Into<String>,
    ) -> impl FnOnce(object_store::Error) -> Self {
        let (table, file) = (table.to_owned(), file.into());
        move |source| Self::TableStore {
            action,
            table,
            file,
            source: Box::new(source),
        }
    }

    pub(in crate::lake) fn delta(
        action: &'static str,
        table: &str,
    ) -> impl Fn(DeltaTableError) -> Self + use<> {
        let table = table.to_owned();
        move |source| Self::Delta {
            action,
            table: table.clone(),
            source: Box::new(source),
        }
    }
}

/// The Delta library reports every error of a store as a failed read of the log. An error of a
/// write is converted, so that its message says so.
pub(in crate::lake) fn write_error(error: DeltaTableError) -> DeltaTableError {
    match error {
        DeltaTableError::ObjectStore { source } => DeltaTableError::Transaction {
            source: TransactionError::ObjectStore { source },
        },
        other => other,
    }
}

/// Refuses a data file with another number of rows or bytes than were written to it.
pub(in crate::lake) fn check_written(
    path: &Path,
    what: &'static str,
    expected: u64,
    found: u64,
) -> Result<(), LakeError> {
    if expected == found {
        return Ok(());
    }
    Err(LakeError::FileDiffers {
        path: path.to_path_buf(),
        what,
        expected,
        found,
    })
}
