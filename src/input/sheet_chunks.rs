//! Reads a sheet of a workbook in chunks of rows, as delimited text.

use std::sync::Arc;

use super::buffer_pool::BufferPool;
use super::chunk::{Chunk, ChunkForm, MAX_CHUNK_LINES};
use super::csv::columns::{ColumnAliases, ColumnRole};
use super::csv::dialect::CsvLayout;
use super::options::ReaderOptions;
use super::refusal::{ReadError, SourcePosition};
use super::spreadsheet::{OpenSheet, SheetLayout, WorkbookLimits, read_workbook};
use super::stream::ByteStream;

/// The chunks of rows of one workbook.
pub(super) struct SheetChunks {
    /// `None` for a workbook without content.
    sheet: Option<OpenSheet>,
    layout: Option<Arc<SheetLayout>>,
    csv: Option<Arc<CsvLayout>>,
    roles: &'static [ColumnRole],
}

impl SheetChunks {
    /// Reads the stream to its end, selects the sheet and detects its columns.
    pub(super) fn start(
        mut bytes: Vec<u8>,
        ended: bool,
        stream: &mut ByteStream,
        options: &ReaderOptions,
        columns: &dyn ColumnAliases,
    ) -> Result<Self, ReadError> {
        let limits = WorkbookLimits::new(options.limits);
        if !ended {
            stream.fill(&mut bytes, limits.max_file_bytes().saturating_add(1))?;
        }
        let sheet = read_workbook(bytes, limits, &options.dialect, columns)?;
        let layout = sheet.as_ref().map(|sheet| Arc::clone(&sheet.layout));
        let csv = layout.as_ref().map(|layout| Arc::new(layout.csv.clone()));
        Ok(Self {
            sheet,
            layout,
            csv,
            roles: columns.roles(),
        })
    }

    pub(super) fn layout(&self) -> Option<Arc<CsvLayout>> {
        self.csv.clone()
    }

    /// The next chunk, about `chunk_bytes` long; `None` at the end.
    pub(super) fn next(
        &mut self,
        chunk_bytes: usize,
        buffers: &BufferPool,
    ) -> Result<Option<Chunk>, ReadError> {
        let (Some(sheet), Some(layout)) = (&mut self.sheet, &self.layout) else {
            return Ok(None);
        };
        let mut text = String::from_utf8(buffers.acquire(chunk_bytes)).unwrap_or_default();
        let mut origins = Vec::new();
        while text.len() < chunk_bytes && origins.len() < MAX_CHUNK_LINES {
            let Some(origin) = sheet.write_next(self.roles, &mut text)? else {
                break;
            };
            origins.push(origin);
        }
        let Some(first) = origins.first() else {
            return Ok(None);
        };
        let position = SourcePosition {
            byte_offset: 0,
            line: first.number,
        };
        Ok(Some(Chunk {
            bytes: text.into_bytes(),
            position,
            form: ChunkForm::SheetRows(Arc::clone(layout), origins.into()),
        }))
    }
}
