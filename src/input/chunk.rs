//! A chunk of an input: whole records with their position and form.

use std::sync::Arc;

use super::avro::AvroLayout;
use super::csv::dialect::CsvLayout;
use super::envelope::ArrayContent;
use super::parquet::RowGroupLayout;
use super::refusal::SourcePosition;
use super::spreadsheet::{SheetLayout, SheetRowOrigin};

/// Maximum lines of a chunk. A line of a purchase has about 280 bytes, so that a chunk of two MiB has
/// half as many; lines of one or two bytes become rejects that take hundreds of bytes each.
pub(super) const MAX_CHUNK_LINES: usize = 16_384;

/// The form of a chunk.
#[derive(Clone, Debug)]
pub enum ChunkForm {
    /// Whole lines, one JSON value each.
    Lines,
    /// Elements of a JSON array, separated by commas.
    Elements {
        /// Whether the closing bracket of the array follows, so that the chunk must not end with a comma.
        closed: bool,
        /// What the elements are.
        content: ArrayContent,
    },
    /// One JSON value.
    Value,
    /// Rows of delimited text (UTF-8), without the header.
    Rows(Arc<CsvLayout>),
    /// Whole blocks of an Avro file as they are stored; the line of a position is the number of the
    /// block.
    Blocks(Arc<AvroLayout>),
    /// Rows of a Parquet file as delimited text, all of one row group, whose number is the line of the
    /// position.
    RowGroup {
        /// The columns.
        layout: Arc<RowGroupLayout>,
        /// How many rows of the group precede the chunk.
        first: u64,
    },
    /// Rows of a sheet as delimited text (UTF-8), without the header, and where each of them was. The
    /// line of a position is the number of a row, the byte offset is 0.
    SheetRows(Arc<SheetLayout>, Arc<[SheetRowOrigin]>),
}

/// A chunk of an input, cut at record boundaries.
#[derive(Clone, Debug)]
pub struct Chunk {
    /// The text, UTF-8 unless the input is damaged; or blocks.
    pub bytes: Vec<u8>,
    /// Position of its first byte.
    pub position: SourcePosition,
    /// Its form.
    pub form: ChunkForm,
}
