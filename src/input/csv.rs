//! CSV dumps: bytes become rows of text fields with their positions.
//!
//! ```text
//! bytes -encoding::Decoder-> UTF-8 -dialect::sniff (a sample)-> CsvLayout
//!                                  \-record_cutter::RecordCutter-> whole records -rows::CsvRowReader-> CsvRow
//! ```
//!
//! Nothing is guessed silently: a [`CsvLayout`](dialect::CsvLayout) contains each
//! [`DialectDecision`](dialect::DialectDecision), and an ambiguous file is refused with the option that
//! resolves it. An invalid row is an error value of [`rows`] and rejects one record; only a
//! [`CsvRefusal`](refusal::CsvRefusal) refuses the input.
//!
//! Byte offsets count the decoded UTF-8 text after the byte order mark. For a UTF-8 input, adding the
//! length of the mark gives the offset in the input.

pub mod columns;
pub mod delimiter;
pub mod dialect;
pub mod encoding;
pub mod record_cutter;
pub mod refusal;
pub mod rows;

mod line_counter;
mod quotes;
mod write_cell;
pub use write_cell::{CELL_DELIMITER, push_cell};

#[cfg(test)]
mod tests;
