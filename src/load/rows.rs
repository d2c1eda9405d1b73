//! Rows on their way into a database: files come in, record batches go out.

use std::fs::File;
use std::path::Path;
use std::sync::atomic::Ordering;

use arrow::array::RecordBatch;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use super::columns::{LoadColumn, LoadTable};
use super::{LoadError, LoadProgress};
use crate::lake::{FileRef, Lake};

/// Rows for a table of the target.
pub(super) struct TableRows<'a> {
    pub(super) source: RowSource<'a>,
    pub(super) columns: &'a [LoadColumn],
    pub(super) progress: LoadProgress<'a>,
}

/// Where rows come from.
#[derive(Clone, Copy)]
pub(super) enum RowSource<'a> {
    /// Files of a table of the lake.
    Lake {
        lake: &'a Lake,
        table: &'a LoadTable,
        files: &'a [FileRef],
    },
    /// A Parquet file beside the lake.
    File(&'a Path),
}

/// The file of a batch.
#[derive(Clone, Copy)]
pub(super) struct SourceFile<'a> {
    /// Its path or URL.
    pub(super) path: &'a str,
    /// The file in the lake, which has the values of its partition.
    of_lake: Option<&'a FileRef>,
}

impl SourceFile<'_> {
    /// The value of a partition column.
    pub(super) fn partition(&self, column: &str) -> Option<&str> {
        self.of_lake?.partition(column)
    }
}

impl TableRows<'_> {
    /// Calls `each` with every batch, its file, and the position of its first row in it. Partition
    /// columns are not in the batches.
    pub(super) fn for_each(
        &self,
        mut each: impl FnMut(SourceFile<'_>, &RecordBatch, usize) -> Result<(), LoadError>,
    ) -> Result<(), LoadError> {
        match self.source {
            RowSource::Lake { lake, table, files } => {
                let of_files = self.columns.iter().filter(|column| !column.is_partition);
                let names: Vec<&str> = of_files.map(|column| column.name.as_str()).collect();
                let sizes = files.iter().map(|file| file.bytes.unsigned_abs());
                (self.progress.begin)(sizes.sum());
                for file in files {
                    let source = SourceFile {
                        path: &file.path,
                        of_lake: Some(file),
                    };
                    let batches = lake.read_rows(&table.spec, file, Some(&names))?;
                    let batches = batches.map(|batch| batch.map_err(LoadError::from));
                    self.each_batch(source, batches, &mut each)?;
                    let bytes = file.bytes.unsigned_abs();
                    self.progress.bytes.fetch_add(bytes, Ordering::Relaxed);
                }
                Ok(())
            }
            RowSource::File(path) => {
                let source = SourceFile {
                    path: &path.to_string_lossy(),
                    of_lake: None,
                };
                let bytes = path.metadata().map_err(LoadError::answer(path))?.len();
                (self.progress.begin)(bytes);
                let reader = open(path)?.build().map_err(LoadError::answer(path))?;
                let batches = reader.map(|batch| batch.map_err(LoadError::answer(path)));
                self.each_batch(source, batches, &mut each)
            }
        }
    }

    fn each_batch(
        &self,
        file: SourceFile<'_>,
        batches: impl Iterator<Item = Result<RecordBatch, LoadError>>,
        each: &mut impl FnMut(SourceFile<'_>, &RecordBatch, usize) -> Result<(), LoadError>,
    ) -> Result<(), LoadError> {
        let mut row = 0;
        for batch in batches {
            if self.progress.is_interrupted() {
                return Err(LoadError::Interrupted);
            }
            let batch = batch?;
            each(file, &batch, row)?;
            row += batch.num_rows();
            let count = u64::try_from(batch.num_rows()).unwrap_or_default();
            self.progress.rows.fetch_add(count, Ordering::Relaxed);
        }
        Ok(())
    }
}

/// A Parquet file, about to be read.
pub(super) fn open(path: &Path) -> Result<ParquetRecordBatchReaderBuilder<File>, LoadError> {
    let file = File::open(path).map_err(LoadError::answer(path))?;
    ParquetRecordBatchReaderBuilder::try_new(file).map_err(LoadError::answer(path))
}
