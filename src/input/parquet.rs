//! Reads Parquet files: the stored bytes come in, read at any offset; chunks of rows come out, as
//! delimited text with the columns of the file, or a refusal.
//!
//! The columns are known by the headers of delimited text, and their values become the cells that the
//! same rows have there: numbers with a decimal point, times in ISO 8601. Nothing is guessed: a column
//! whose type cannot hold the values of its field refuses the file.
//!
//! Memory: the pages that are being read, one of each column, and one chunk. A file announces its
//! sizes before it is read; what they announce is limited.

mod cells;
mod chunks;
mod columns;
mod container;
mod layout;
mod page_headers;
mod spool;
mod stored_file;

pub(super) use chunks::RowGroupChunks;
pub use layout::RowGroupLayout;
pub(super) use spool::stored_file;

use crate::json::is_space;

/// The first and the last bytes of a file.
pub(super) const PARQUET_MAGIC: &[u8] = b"PAR1";

/// Whether these are the first bytes of a file: its plain letters may also begin a text.
pub(super) fn is_parquet(sample: &[u8]) -> bool {
    let is_binary = |byte: &u8| byte.is_ascii_control() && !is_space(byte);
    sample
        .strip_prefix(PARQUET_MAGIC)
        .and_then(<[u8]>::first)
        .is_some_and(is_binary)
}
