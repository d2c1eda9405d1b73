//! Reads the rows of a data file: a file of a snapshot comes in, batches go out that a writer of
//! the same table accepts together with new ones.
//!
//! A nullable column that a file lacks is null in its rows: the file is older than the column.
//!
//! Refused: unknown columns, files whose columns differ otherwise from the table's specification,
//! files whose row count differs from the log, paths outside the table.

use std::path::PathBuf;
use std::sync::Arc;

use arrow::array::{RecordBatch, RecordBatchOptions, new_null_array};
use arrow::datatypes::{Field, Schema, SchemaRef};
use arrow::error::ArrowError;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReaderBuilder,
};
use parquet::file::metadata::ParquetMetaDataReader;
use parquet::schema::types::SchemaDescriptor;

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
        let footer = ParquetMetaDataReader::new().parse_and_finish(&source);
        let footer = footer.map_err(&failed)?;
        let stored = columns_in(&spec.schema, footer.file_metadata().schema_descr());
        let options = ArrowReaderOptions::new().with_schema(stored);
        let metadata = ArrowReaderMetadata::try_new(Arc::new(footer), options).map_err(&failed)?;
        let mut builder = ParquetRecordBatchReaderBuilder::new_with_metadata(source, metadata)
            .with_batch_size(BATCH_ROWS);
        let found = builder.metadata().file_metadata().num_rows();
        let expected = file.rows.unwrap_or(found);
        check_written(&path, "rows", expected.unsigned_abs(), found.unsigned_abs())?;
        let mut schema = Arc::clone(&spec.schema);
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
            schema = retained(&schema, |field| columns.contains(&field.name().as_str()));
        }
        let reader = builder.build().map_err(&failed)?;
        let failed = LakeError::arrow("read record batches", table);
        let complete = move |batch| with_all_columns(&schema, batch);
        Ok(reader.map(move |batch| batch.and_then(&complete).map_err(&failed)))
    }
}

/// The columns of `schema` that a data file must have: all but the nullable ones that it lacks.
pub(super) fn columns_in(schema: &Schema, file: &SchemaDescriptor) -> SchemaRef {
    let has = |name: &str| file.columns().iter().any(|column| column.name() == name);
    retained(schema, |field| !field.is_nullable() || has(field.name()))
}

/// The columns of `schema` that `keep` accepts.
fn retained(schema: &Schema, keep: impl Fn(&Field) -> bool) -> SchemaRef {
    let fields = schema.fields().iter().filter(|field| keep(field));
    Arc::new(Schema::new(fields.cloned().collect::<Vec<_>>()))
}

/// A batch with all columns of `schema`, those that it lacks null.
fn with_all_columns(schema: &SchemaRef, batch: RecordBatch) -> Result<RecordBatch, ArrowError> {
    if batch.num_columns() == schema.fields().len() {
        return Ok(batch);
    }
    let rows = batch.num_rows();
    let column = |field: &Arc<Field>| match batch.column_by_name(field.name()) {
        Some(column) => Arc::clone(column),
        None => new_null_array(field.data_type(), rows),
    };
    let columns = schema.fields().iter().map(column).collect();
    // Without columns, a batch has no other row count.
    let options = RecordBatchOptions::new().with_row_count(Some(rows));
    RecordBatch::try_new_with_options(Arc::clone(schema), columns, &options)
}
