//! Encodes one segment of buffered batches: batches per partition come in, and one more row group
//! is written to the file of each partition.
//!
//! The bytes depend only on the batches and their order, not on the number of threads: a row group
//! is one partition's batches of one segment.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::array::RecordBatch;
use arrow::datatypes::Field;
use parquet::arrow::ArrowSchemaConverter;
use parquet::arrow::arrow_writer::{
    ArrowColumnChunk, ArrowColumnWriter, ArrowRowGroupWriterFactory, compute_leaves,
};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterPropertiesPtr;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::types::TypePtr;
use rayon::prelude::*;

use super::LakeError;
use super::table_spec::TableSpec;

/// The layout that all files of one writer have in common.
#[derive(Debug)]
pub(super) struct DataFileLayout {
    pub(super) spec: TableSpec,
    /// The table's directory.
    pub(super) directory: PathBuf,
    properties: WriterPropertiesPtr,
    parquet_schema: TypePtr,
}

impl DataFileLayout {
    pub(super) fn new(
        spec: &TableSpec,
        directory: PathBuf,
        zstd_level: i32,
    ) -> Result<Self, LakeError> {
        let properties = spec.writer_properties(zstd_level)?;
        let parquet_schema = ArrowSchemaConverter::new()
            .with_coerce_types(properties.coerce_types())
            .convert(&spec.schema)
            .map_err(LakeError::parquet("describe", &directory))?
            .root_schema_ptr();
        Ok(Self {
            spec: spec.clone(),
            directory,
            properties,
            parquet_schema,
        })
    }
}

/// Writes a data file with one row group per batch, as [`PartitionWriter`](super::PartitionWriter)
/// does, but without syncing: the cost of encoding alone, for benchmarks. Returns its size.
///
/// # Errors
/// An invalid zstd level, a file that already exists, or an error while writing.
pub fn write_data_file(
    spec: &TableSpec,
    zstd_level: i32,
    path: &Path,
    row_groups: &[RecordBatch],
) -> Result<u64, LakeError> {
    let layout = DataFileLayout::new(spec, PathBuf::new(), zstd_level)?;
    let mut file = OpenDataFile::new(&layout, path.to_string_lossy().into_owned());
    for row_group in row_groups {
        file.append(&layout, std::slice::from_ref(row_group), false)?;
    }
    file.close()?;
    let metadata = fs::metadata(path).map_err(LakeError::io("read back", path))?;
    Ok(metadata.len())
}

/// A data file that is being written, one row group at a time.
#[derive(Debug)]
pub(super) struct OpenDataFile {
    path: PathBuf,
    pub(super) relative_path: String,
    pub(super) rows: u64,
    writer: Option<SerializedFileWriter<ReopenedFile>>,
}

impl OpenDataFile {
    /// Sets the name of a file; it is created with its first row group.
    pub(super) fn new(layout: &DataFileLayout, relative_path: String) -> Self {
        let path = layout.directory.join(&relative_path);
        Self {
            path,
            relative_path,
            rows: 0,
            writer: None,
        }
    }

    /// The number of row groups; each keeps its metadata in memory until the file is closed.
    pub(super) fn row_groups(&self) -> usize {
        self.writer
            .as_ref()
            .map_or(0, |writer| writer.flushed_row_groups().len())
    }

    /// Encodes `batches` as one row group and appends it. `parallel_columns` also distributes the
    /// columns over threads.
    pub(super) fn append(
        &mut self,
        layout: &DataFileLayout,
        batches: &[RecordBatch],
        parallel_columns: bool,
    ) -> Result<(), LakeError> {
        let failed = LakeError::parquet("write", &self.path);
        let writer = match &mut self.writer {
            Some(writer) => writer,
            none => {
                // The partition writer syncs the directories once, at its end.
                let parent = self.path.parent().unwrap_or(&layout.directory);
                fs::create_dir_all(parent)
                    .map_err(LakeError::io("create the directory", parent))?;
                let writer = SerializedFileWriter::new(
                    ReopenedFile::create(&self.path)?,
                    Arc::clone(&layout.parquet_schema),
                    Arc::clone(&layout.properties),
                );
                none.insert(writer.map_err(&failed)?)
            }
        };
        let index = writer.flushed_row_groups().len();
        let factory = ArrowRowGroupWriterFactory::new(writer, Arc::clone(&layout.spec.schema));
        let columns = factory.create_column_writers(index).map_err(&failed)?;
        let chunks = encode(layout, columns, batches, parallel_columns).map_err(&failed)?;

        writer
            .inner_mut()
            .open()
            .map_err(LakeError::io("open", &self.path))?;
        let mut row_group = writer.next_row_group().map_err(&failed)?;
        for chunk in chunks {
            chunk.append_to_row_group(&mut row_group).map_err(&failed)?;
        }
        row_group.close().map_err(&failed)?;
        writer.flush().map_err(LakeError::io("write", &self.path))?;
        writer.inner_mut().close();
        let rows: usize = batches.iter().map(RecordBatch::num_rows).sum();
        self.rows += rows as u64;
        Ok(())
    }

    /// Writes the footer.
    pub(super) fn close(&mut self) -> Result<(), LakeError> {
        let Some(mut writer) = self.writer.take() else {
            return Ok(());
        };
        writer
            .inner_mut()
            .open()
            .map_err(LakeError::io("open", &self.path))?;
        writer
            .finish()
            .map_err(LakeError::parquet("write", &self.path))?;
        Ok(())
    }
}

/// Encodes the columns of one row group.
fn encode(
    layout: &DataFileLayout,
    columns: Vec<ArrowColumnWriter>,
    batches: &[RecordBatch],
    parallel_columns: bool,
) -> Result<Vec<ArrowColumnChunk>, ParquetError> {
    let fields = layout.spec.schema.fields();
    let one = |(index, mut column): (usize, ArrowColumnWriter)| {
        let field: &Field = &fields[index];
        for batch in batches {
            for leaf in compute_leaves(field, batch.column(index))? {
                column.write(&leaf)?;
            }
        }
        column.close()
    };
    if parallel_columns {
        columns.into_par_iter().enumerate().map(one).collect()
    } else {
        columns.into_iter().enumerate().map(one).collect()
    }
}

/// A file that is open only while a row group or the footer is written, so that a thousand
/// partitions do not need a thousand descriptors.
#[derive(Debug)]
struct ReopenedFile {
    path: PathBuf,
    file: Option<File>,
}

impl ReopenedFile {
    /// Creates the file, which must not exist yet.
    fn create(path: &Path) -> Result<Self, LakeError> {
        let file = OpenOptions::new()
            .append(true)
            .create_new(true)
            .open(path)
            .map_err(LakeError::io("create", path))?;
        Ok(Self {
            path: path.to_path_buf(),
            file: Some(file),
        })
    }

    fn open(&mut self) -> io::Result<()> {
        if self.file.is_none() {
            self.file = Some(OpenOptions::new().append(true).open(&self.path)?);
        }
        Ok(())
    }

    fn close(&mut self) {
        self.file = None;
    }
}

impl Write for ReopenedFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match &mut self.file {
            Some(file) => file.write(bytes),
            None => Err(io::Error::other("write to a closed file")),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.as_mut().map_or(Ok(()), File::flush)
    }
}
