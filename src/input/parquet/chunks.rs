//! Decodes row groups, one after the other, into chunks of delimited text.

use std::sync::Arc;

use ::parquet::arrow::arrow_reader::ParquetRecordBatchReader;
use arrow::array::{Array, RecordBatch};

use super::cells::{CellWriter, cell_writer};
use super::container::{ParquetContainer, damaged, guarded, limit};
use super::layout::RowGroupLayout;
use super::stored_file::StoredFile;
use crate::input::buffer_pool::BufferPool;
use crate::input::chunk::{Chunk, ChunkForm, MAX_CHUNK_LINES};
use crate::input::csv::columns::ColumnAliases;
use crate::input::csv::dialect::CsvLayout;
use crate::input::csv::{CELL_DELIMITER, push_cell};
use crate::input::options::ReaderOptions;
use crate::input::refusal::{ReadError, Refusal, SourcePosition};
use crate::input::stream::{ByteStream, InputLimits};

/// The chunks of one file.
pub(in crate::input) struct RowGroupChunks {
    container: ParquetContainer,
    layout: Arc<RowGroupLayout>,
    /// The row group that is read, from 0.
    group: usize,
    /// Its rows; none before the first.
    rows: Option<ParquetRecordBatchReader>,
    /// Rows that are decoded, and how many of them are in a chunk.
    batch: Option<RecordBatch>,
    taken: usize,
    /// Rows of the group in chunks.
    done: u64,
}

impl RowGroupChunks {
    /// Reads the footer of a file.
    ///
    /// # Errors
    /// The file is damaged, announces too much, or its columns cannot be read as fields.
    pub(in crate::input) fn open(
        file: StoredFile,
        options: &ReaderOptions,
        columns: &dyn ColumnAliases,
    ) -> Result<Self, Refusal> {
        let container = ParquetContainer::open(file, options.limits)?;
        let layout = RowGroupLayout::new(container.schema(), columns, &options.dialect)?;
        Ok(Self {
            container,
            layout: Arc::new(layout),
            group: 0,
            rows: None,
            batch: None,
            taken: 0,
            done: 0,
        })
    }

    /// The columns as those of delimited text.
    pub(in crate::input) fn layout(&self) -> Arc<CsvLayout> {
        Arc::clone(&self.layout.csv)
    }

    /// The next chunk: rows of one group, about `chunk_bytes` of text. `None` at the end. The stream,
    /// whose digest covers the whole file, follows behind.
    pub(in crate::input) fn next(
        &mut self,
        stream: &mut ByteStream,
        chunk_bytes: usize,
        limits: InputLimits,
        buffers: &BufferPool,
    ) -> Result<Option<Chunk>, ReadError> {
        while let Some(group) = self.container.groups.get(self.group) {
            let position = SourcePosition {
                byte_offset: group.bytes.start,
                line: self.group as u64 + 1,
            };
            let (end, first) = (group.bytes.end, self.done);
            // An empty buffer is valid text.
            let mut text = String::from_utf8(buffers.acquire(chunk_bytes)).unwrap_or_default();
            self.fill(&mut text, chunk_bytes, limits)
                .map_err(|refusal| refusal.at(position))?;
            if self.done > first {
                let form = ChunkForm::RowGroup {
                    layout: Arc::clone(&self.layout),
                    first,
                };
                return Ok(Some(Chunk {
                    bytes: text.into_bytes(),
                    position,
                    form,
                }));
            }
            self.group += 1;
            (self.rows, self.done) = (None, 0);
            stream.discard_until(end)?;
        }
        stream.discard_until(u64::MAX)?;
        Ok(None)
    }

    /// Writes rows of the group to `out` until it has `chunk_bytes`, or the group ends.
    fn fill(
        &mut self,
        out: &mut String,
        chunk_bytes: usize,
        limits: InputLimits,
    ) -> Result<(), Refusal> {
        let first = self.done;
        while out.len() < chunk_bytes && self.done - first < MAX_CHUNK_LINES as u64 {
            let Some(batch) = self.current_batch()? else {
                break;
            };
            let writers: Vec<CellWriter<'_>> = batch.columns().iter().map(cell_writer).collect();
            let mut cell = String::new();
            while self.taken < batch.num_rows() && out.len() < chunk_bytes {
                write_row(&batch, &writers, self.taken, limits, &mut cell, out)?;
                self.taken += 1;
                self.done += 1;
            }
        }
        Ok(())
    }

    /// The batch that has rows left; `None` at the end of the group.
    fn current_batch(&mut self) -> Result<Option<RecordBatch>, Refusal> {
        let has_left = |batch: &&RecordBatch| self.taken < batch.num_rows();
        if let Some(batch) = self.batch.as_ref().filter(has_left) {
            return Ok(Some(batch.clone()));
        }
        let rows = match &mut self.rows {
            Some(rows) => rows,
            none => none.insert(self.container.rows(self.group)?),
        };
        self.batch = guarded(|| rows.next().transpose())?;
        self.taken = 0;
        let announced = self
            .container
            .groups
            .get(self.group)
            .map_or(0, |group| group.rows);
        let found = self.done
            + self
                .batch
                .as_ref()
                .map_or(0, |batch| batch.num_rows() as u64);
        if found > announced || (self.batch.is_none() && found < announced) {
            return Err(damaged(format!(
                "row group {} has {found} rows, its footer announces {announced}",
                self.group + 1
            )));
        }
        Ok(self.batch.clone())
    }
}

/// Writes a row as a line of cells.
fn write_row(
    batch: &RecordBatch,
    writers: &[CellWriter<'_>],
    row: usize,
    limits: InputLimits,
    cell: &mut String,
    out: &mut String,
) -> Result<(), Refusal> {
    let start = out.len();
    for (at, (column, write)) in batch.columns().iter().zip(writers).enumerate() {
        if at > 0 {
            out.push(CELL_DELIMITER);
        }
        if column.is_null(row) {
            continue;
        }
        cell.clear();
        write(row, cell);
        push_cell(cell, out);
        if out.len() - start > limits.max_record_bytes {
            return Err(limit(format!(
                "a record has more than {} bytes; raise --max-record-bytes if this is intended",
                limits.max_record_bytes
            )));
        }
    }
    // An empty line would be no row.
    if out.len() == start {
        out.push_str("\"\"");
    }
    out.push('\n');
    Ok(())
}
