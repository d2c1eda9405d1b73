//! The text that the dialect is detected from.

use super::super::encoding::Encoding;

/// Maximum columns of a header; it limits the cost of one row.
pub const MAX_COLUMNS: usize = 2_000;

/// The beginning of an input, decoded.
#[derive(Clone, Copy, Debug)]
pub struct CsvSample<'a> {
    /// The text; ten thousand rows or more if the input has them.
    pub text: &'a str,
    /// Whether it is the whole input. If not, its last record may be incomplete and is ignored.
    pub complete: bool,
    /// How it was decoded.
    pub encoding: Encoding,
}
