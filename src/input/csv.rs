//! CSV dumps: bytes come in, rows of text fields with their place come out.
//!
//! ```text
//! bytes -encoding::Decoder-> UTF-8 -dialect::sniff (a sample)-> Layout
//!                                  \-record_cutter::RecordCutter-> whole records -rows::CsvRowReader-> Row
//! ```
//!
//! Nothing is guessed silently. What a [`CsvLayout`](dialect::CsvLayout) says is backed by
//! [`DialectDecision`](dialect::DialectDecision), and a file that can be read in two ways is refused with the
//! option that would decide it. A row that does not fit is an error value of [`rows`], so that one
//! bad line costs one line; only a [`CsvRefusal`](refusal::CsvRefusal) costs the input.
//!
//! Byte offsets count the decoded UTF-8 text behind the byte order mark. They are offsets into
//! the input itself (plus the length of the mark) for UTF-8; for UTF-16 and Windows-1252 they are
//! offsets into its UTF-8 form.

pub mod columns;
pub mod delimiter;
pub mod dialect;
pub mod encoding;
pub mod record_cutter;
pub mod refusal;
pub mod rows;

mod line_counter;
mod quotes;
#[cfg(test)]
mod tests;
