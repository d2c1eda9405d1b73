//! Reads the rows of a data file: a file of a snapshot comes in, batches go out that a writer of
//! the same table accepts together with new ones.
//!
//! Refused: unknown columns, files whose columns differ from the table's specification, files whose
//! row count differs from the log, paths outside the table.

use std::path::PathBuf;
use std::sync::Arc;

use arrow::array::RecordBatch;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{ArrowReaderOptions, ParquetRecordBatchReaderBuilder};

use super::error::check_written;
use super::partition::check_inside_table;
use super::table_spec::TableSpec;
use super::{FileRef, Lake, LakeError};

/// A few megabytes of the widest rows, and enough rows to make a batch cheap.
const BATCH_ROWS: usize = 8192;

impl Lake {
    /// The rows of a data file in their order, in batches of bounded size. Columns have the types
    /// and the nullability of `spec`'s schema: values of a dictionary column are returned as a
    /// dictionary. The partition columns are not included ([`FileRef::partition`] has their
    /// values).
    ///
    /// `columns` selects some of them; they are returned in schema order.
    ///
    /// # Errors
    /// [`LakeError::NoColumn`], [`LakeError::PathOutsideTable`], [`LakeError::FileDiffers`] if rows
    /// are missing, or an error of the file. An item is an error if its rows cannot be read.
    pub fn read_rows(
        &self,
        spec: &TableSpec,
        file: &FileRef,
        columns: Option<&[&str]>,
    ) -> Result<impl Iterator<Item = Result<RecordBatch, LakeError>> + use<>, LakeError> {
        let table = spec.name;
        check_inside_table(table, &file.relative_path)?;
        let path = PathBuf::from(self.data_path(table, &file.relative_path));
        let failed = LakeError::parquet("read", &path);
        let source = self.files(table)?.open(&file.relative_path)?;
        let options = ArrowReaderOptions::new().with_schema(Arc::clone(&spec.schema));
        let mut builder = ParquetRecordBatchReaderBuilder::try_new_with_options(source, options)
            .map_err(&failed)?
            .with_batch_size(BATCH_ROWS);
        let found = builder.metadata().file_metadata().num_rows();
        let expected = file.rows.unwrap_or(found);
        check_written(&path, "rows", expected.unsigned_abs(), found.unsigned_abs())?;
        if let Some(columns) = columns {
            let known = |column: &str| spec.schema.field_with_name(column).is_ok();
            if let Some(unknown) = columns.iter().find(|column| !known(column)) {
                return Err(LakeError::NoColumn {
                    table: table.to_owned(),
                    column: (*unknown).to_owned(),
                });
            }
            let names = columns.iter().copied();
            let mask = ProjectionMask::columns(builder.parquet_schema(), names);
            builder = builder.with_projection(mask);
        }
        let reader = builder.build().map_err(&failed)?;
        let failed = LakeError::arrow("read", table);
        Ok(reader.map(move |batch| batch.map_err(&failed)))
    }
}
