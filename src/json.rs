//! JSON exactly as RFC 8259 says it, read in place: text comes in, borrowed keys, strings and
//! number texts go out, and every refusal has a byte offset.
//!
//! It is our own because the records need four things at once that the general parsers do not
//! give together: numbers keep their digits, duplicate keys are seen, nothing is allocated for a
//! record that the columns do not need, and the *lenient* mode accepts the trailing commas and
//! comments of the documents' own examples at the same places where the strict mode names them.
//! The tests of `ingest::validate` hold it against the public parsing suite.
//!
//! | choice left open by RFC 8259 | here |
//! |---|---|
//! | numbers of any size | kept as text; the reader of the field decides |
//! | escaped lone surrogates (`"\uD800"`) | refused: no UTF-8 text can hold them |
//! | invalid UTF-8 | refused |
//! | byte order mark at the start of a file | skipped, as §8.1 allows |
//! | nesting | at most [`JsonOptions::max_depth`] levels |
//! | duplicate keys | syntax accepts them; records that have them are rejected (BRZ-KEY-DUP) |

mod compact;
mod cursor;
mod error;
mod options;
mod string;
mod string_marks;

pub use compact::compact;
pub use cursor::{JsonCursor, OpenContainer};
pub use error::{JsonError, JsonErrorKind};
pub use options::{JsonKind, JsonOptions};
pub use string::{JsonStr, is_space};
pub use string_marks::StringMarks;
