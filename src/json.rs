//! A JSON reader (RFC 8259) that works in place: it returns borrowed keys, strings and number texts,
//! and errors with a byte offset.
//!
//! General parsers do not combine the four properties needed here: numbers keep their digits,
//! duplicate keys are detected, only what the columns need is allocated, and the *lenient* mode
//! accepts the trailing commas and comments of the documentation's examples exactly where the strict
//! mode reports them. The tests of `ingest::validate` run the public JSON parsing test suite.
//!
//! | choice left open by RFC 8259 | here |
//! |---|---|
//! | numbers of any size | kept as text; the reader of the field converts them |
//! | escaped lone surrogates (`"\uD800"`) | refused: UTF-8 cannot represent them |
//! | invalid UTF-8 | refused |
//! | byte order mark at the start of a file | skipped, as §8.1 allows |
//! | nesting | at most [`JsonOptions::max_depth`] levels |
//! | duplicate keys | valid syntax; records that have them are rejected (BRZ-KEY-DUP) |

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
