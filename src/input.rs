//! Reads inputs: locations given by the user become chunks, cut at record boundaries, each with its
//! byte offset and line; or a refusal with its rule and position.
//!
//! Reading is streaming: chunks have a few MiB, whatever the size and format of the input; only a workbook
//! is held in memory. The format (NDJSON, JSON document, CSV, Avro, Parquet, workbook) is detected by
//! content, never by the file name.

mod avro;
mod buffer_pool;
mod chunk;
mod content_digest;
pub mod csv;
mod csv_chunks;
mod discover;
mod discovered;
mod document_chunks;
mod envelope;
mod format;
mod gzip;
mod library_call;
mod line_chunks;
mod magic_bytes;
pub mod mapping;
mod options;
mod order_events;
mod parquet;
mod reader;
mod refusal;
mod sheet_chunks;
mod spreadsheet;
mod stream;
mod value_text;

pub use crate::values::text::{escape_unprintable, escape_unprintable_json};
pub use avro::{AvroLayout, AvroRecordText, AvroRecords, StoredBlock, StoredBlocks};
pub use buffer_pool::BufferPool;
pub use chunk::{Chunk, ChunkForm};
pub use content_digest::content_digest;
pub use discover::{discover, discover_present};
pub use discovered::{
    DiscoveredInputs, ExcludedPath, Input, InputLocation, PassedOver, PassedOverCount,
};
pub(crate) use document_chunks::refusal as document_refusal;
pub use envelope::{ArrayContent, Envelope};
pub use format::{InputFormat, ResolvedFormat};
pub use library_call::is_in_library_call;
pub use options::ReaderOptions;
pub use order_events::{CUSTOM_EVENT, OrderEvents};
pub use parquet::RowGroupLayout;
pub use reader::{InputReader, InputTotals};
pub use refusal::{InputError, ReadError, Refusal, SourcePosition};
pub use spreadsheet::{CellFault, SheetLayout, SheetRowOrigin};
pub use stream::{FileMetadata, InputLimits};
