//! Inputs: what the user named goes in, chunks of text cut at record boundaries come out, each
//! with its byte offset and line; or a refusal that names the rule and the place.
//!
//! Reading is streaming: an input is held in chunks of a few MiB, whatever its size and shape.
//! The shape (lines, document, CSV) is decided by content, never by the file's name.

mod buffer_pool;
pub mod csv;
mod csv_chunks;
mod discover;
mod document_chunks;
mod envelope;
mod format;
mod gzip;
mod line_chunks;
mod magic_bytes;
mod reader;
mod refusal;
mod stream;

pub use crate::values::text::{escape_unprintable, escape_unprintable_json};
pub use buffer_pool::BufferPool;
pub use discover::{DiscoveredInputs, ExcludedPath, Input, InputLocation, discover};
pub(crate) use document_chunks::refusal as document_refusal;
pub use envelope::{ArrayContent, Envelope};
pub use format::{InputFormat, ResolvedFormat};
pub use reader::{Chunk, ChunkForm, InputReader, InputTotals, ReaderOptions};
pub use refusal::{InputError, ReadError, Refusal, SourcePosition};
pub use stream::{FileMetadata, InputLimits};
