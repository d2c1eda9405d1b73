//! Rows of one chunk of whole records.
//!
//! A chunk as [`record_cutter`](super::record_cutter) makes it comes in, rows with their fields, their verbatim text
//! and their place come out; rows that cannot be used come out as a [`BadRow`], verbatim as well.
//! Only bytes that are no UTF-8 refuse the chunk.
//!
//! | in the text | read as |
//! |---|---|
//! | `"a;b"`, `"a""b"`, `"a⏎b"` | one field: `a;b`, `a"b`, `a⏎b` |
//! | `a"b`, ` "a"` | the same text: a quote opens a field only as its first byte |
//! | `"a"b` | `ab`: what follows the closing quote belongs to the field |
//! | LF, CRLF, a lone CR | the end of a row, outside quotes |
//! | an empty line | nothing; it only counts as a line |
//!
//! Fields without doubled quotes are slices of the chunk; the others are written to a buffer that
//! is used again for the next row, so that reading a row allocates nothing once the buffers have
//! grown.

use std::ops::Range;

use memchr::{memchr, memchr2, memchr3};

use super::delimiter::Delimiter;
use super::encoding::{Charset, InvalidBytes};
use super::line_counter::LineCounter;
use super::quotes::unquote;
use super::refusal::{CsvRefusal, TextPosition};
use crate::rules::RuleId;

/// Longest field by default: far above the 50 KB that the properties of a purchase may have.
pub const DEFAULT_MAX_FIELD_BYTES: usize = 256 << 10;

/// What every row of a file must look like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RowShape {
    /// The byte between fields.
    pub delimiter: Delimiter,
    /// Number of fields, that of the header.
    pub columns: usize,
    /// Longest field.
    pub max_field_bytes: usize,
}

/// What is wrong with one row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RowFault {
    /// More or fewer fields than the header.
    #[error("the row has {found} fields, the header has {expected}")]
    Columns {
        /// Fields of the header.
        expected: usize,
        /// Fields of the row.
        found: usize,
    },
    /// The row runs to the end of the input inside quotes.
    #[error("the row opens a quote that is not closed")]
    Quote,
    /// A field longer than the limit.
    #[error("field {} of the row has {bytes} bytes, more than {limit}", .column + 1)]
    FieldTooLong {
        /// The field, 0-based.
        column: usize,
        /// Its length.
        bytes: usize,
        /// The limit.
        limit: usize,
    },
}

impl RowFault {
    /// The rule that is broken.
    pub fn rule(self) -> RuleId {
        match self {
            Self::Columns { .. } => RuleId::FileCsvColumns,
            Self::Quote => RuleId::FileCsvQuote,
            Self::FieldTooLong { .. } => RuleId::FileLimit,
        }
    }

    /// What to do about it.
    pub fn remedy(self) -> &'static str {
        match self {
            Self::Columns { .. } => "quote values that hold the delimiter or a line end",
            Self::Quote => "close the quote, or double a quote that belongs to a value",
            Self::FieldTooLong { .. } => "shorten the value: a field has at most 256 KiB",
        }
    }
}

/// A row that cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{fault}")]
pub struct BadRow<'a> {
    /// What is wrong.
    pub fault: RowFault,
    /// The row verbatim, without its line end.
    pub raw: &'a str,
    /// Where it begins.
    pub at: TextPosition,
}

/// One row; its fields are in the order of the header.
#[derive(Clone, Copy, Debug)]
pub struct CsvRow<'r> {
    text: &'r str,
    rewritten: &'r str,
    spans: &'r [FieldSpan],
    raw: &'r str,
    at: TextPosition,
}

impl<'r> CsvRow<'r> {
    /// The field of a column, without its quotes.
    pub fn get(&self, column: usize) -> Option<&'r str> {
        self.spans
            .get(column)
            .map(|span| span.of(self.text, self.rewritten))
    }

    /// All fields.
    pub fn fields(&self) -> impl ExactSizeIterator<Item = &'r str> + use<'r> {
        let (text, rewritten) = (self.text, self.rewritten);
        self.spans.iter().map(move |span| span.of(text, rewritten))
    }

    /// The row verbatim, without its line end; several lines when a quoted field holds line ends.
    pub fn raw(&self) -> &'r str {
        self.raw
    }

    /// Where the row begins.
    pub fn at(&self) -> TextPosition {
        self.at
    }
}

/// Where a field stands: in the chunk, or in the buffer of fields that had to be rewritten.
#[derive(Clone, Copy, Debug)]
struct FieldSpan {
    start: usize,
    end: usize,
    is_rewritten: bool,
}

impl FieldSpan {
    fn of<'r>(self, text: &'r str, rewritten: &'r str) -> &'r str {
        let from = if self.is_rewritten { rewritten } else { text };
        &from[self.start..self.end]
    }
}

/// Reads the rows of a chunk, one after the other.
///
/// ```
/// use purchase_etl::input::csv::refusal::At;
/// use purchase_etl::input::csv::rows::{DEFAULT_MAX_FIELD_BYTES, RowShape, Rows};
///
/// let delimiter = ";".parse()?;
/// let shape = RowShape { delimiter, columns: 2, max_field_bytes: DEFAULT_MAX_FIELD_BYTES };
/// let mut rows = Rows::new(b"shirt;\"R$ 1.234,56\"\nhat\n", At::START, shape)?;
/// let row = rows.next_row().expect("two rows")?;
/// assert_eq!(row.get(1), Some("R$ 1.234,56"));
/// let bad = rows.next_row().expect("two rows").unwrap_err();
/// assert_eq!((bad.raw, bad.at.line), ("hat", 2));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct CsvRowReader<'a> {
    text: &'a str,
    start: TextPosition,
    delimiter: u8,
    /// `None` takes rows of any width.
    columns: Option<usize>,
    max_field_bytes: usize,
    /// Position in `text` of the next row, and its line.
    position: usize,
    line: u64,
    spans: Vec<FieldSpan>,
    /// Text: quotes are all that is left out.
    rewritten: Vec<u8>,
}

impl<'a> CsvRowReader<'a> {
    /// The rows of `chunk`, whose first byte is at `start` and begins a record.
    ///
    /// # Errors
    /// [`CsvRefusal::Encoding`] when the chunk is no UTF-8.
    pub fn new(chunk: &'a [u8], start: TextPosition, shape: RowShape) -> Result<Self, CsvRefusal> {
        let RowShape {
            delimiter,
            columns,
            max_field_bytes,
        } = shape;
        let text = simdutf8::compat::from_utf8(chunk).map_err(|error| InvalidBytes {
            charset: Charset::Utf8,
            byte_offset: start.byte_offset + error.valid_up_to() as u64,
        })?;
        let rows = Self::of_any_width(text, start, delimiter);
        Ok(Self {
            columns: Some(columns),
            max_field_bytes,
            ..rows
        })
    }

    /// The same without a check of widths and lengths, for looking at a file of unknown dialect.
    pub(super) fn of_any_width(text: &'a str, start: TextPosition, delimiter: Delimiter) -> Self {
        Self {
            text,
            start,
            delimiter: delimiter.as_byte(),
            columns: None,
            max_field_bytes: usize::MAX,
            position: 0,
            line: start.line,
            spans: Vec::new(),
            rewritten: Vec::new(),
        }
    }

    /// The whole chunk.
    pub fn text(&self) -> &'a str {
        self.text
    }

    /// Where the next row begins, blank lines not skipped.
    pub fn position(&self) -> TextPosition {
        TextPosition {
            byte_offset: self.start.byte_offset + self.position as u64,
            line: self.line,
        }
    }

    /// The next row, or `None` behind the last.
    ///
    /// # Errors
    /// [`BadRow`] for a row that does not fit; the rows behind it can still be read.
    pub fn next_row(&mut self) -> Option<Result<CsvRow<'_>, BadRow<'a>>> {
        self.skip_line_ends();
        if self.position == self.text.len() {
            return None;
        }
        let at = self.position();
        let scanned = self.scan_row();
        let raw = &self.text[scanned.span];
        if let Some(fault) = scanned.fault {
            return Some(Err(BadRow { fault, raw, at }));
        }
        Some(Ok(CsvRow {
            text: self.text,
            rewritten: std::str::from_utf8(&self.rewritten).unwrap_or_default(),
            spans: &self.spans,
            raw,
            at,
        }))
    }

    fn skip_line_ends(&mut self) {
        let bytes = self.text.as_bytes();
        while let Some(end @ (b'\r' | b'\n')) = bytes.get(self.position) {
            self.position += 1;
            if *end == b'\n' || bytes.get(self.position) != Some(&b'\n') {
                self.line += 1;
            }
        }
    }

    /// Reads the record at `position` into the spans and stands behind its line end.
    fn scan_row(&mut self) -> ScannedRow {
        let bytes = self.text.as_bytes();
        let start = self.position;
        self.spans.clear();
        self.rewritten.clear();
        let (mut found, mut fault, mut has_breaks) = (0, None, false);
        let mut at = start;
        let end = loop {
            let is_quoted = bytes.get(at) == Some(&b'"');
            let field = if is_quoted {
                self.quoted_field(at)
            } else {
                Some(self.unquoted_field(at))
            };
            let Some((span, end)) = field else {
                fault = Some(RowFault::Quote);
                break bytes.len();
            };
            has_breaks |= is_quoted && memchr2(b'\n', b'\r', &bytes[at..end]).is_some();
            self.push_span(span, found, &mut fault);
            found += 1;
            if bytes.get(end) != Some(&self.delimiter) {
                break end;
            }
            at = end + 1;
        };
        if let (None | Some(RowFault::FieldTooLong { .. }), Some(expected)) = (fault, self.columns)
            && found != expected
        {
            fault = Some(RowFault::Columns { expected, found });
        }
        if has_breaks || fault == Some(RowFault::Quote) {
            let mut lines = LineCounter::default();
            lines.feed(&bytes[start..end]);
            self.line += lines.ends();
        }
        self.position = end;
        self.step_over_line_end();
        ScannedRow {
            span: start..end,
            fault,
        }
    }

    fn push_span(&mut self, span: FieldSpan, column: usize, fault: &mut Option<RowFault>) {
        let (bytes, limit) = (span.end - span.start, self.max_field_bytes);
        if bytes > limit && fault.is_none() {
            *fault = Some(RowFault::FieldTooLong {
                column,
                bytes,
                limit,
            });
        }
        // The surplus fields of a row that is too wide are only counted: their number has no bound.
        if self.columns.is_none_or(|columns| column < columns) {
            self.spans.push(span);
        }
    }

    fn step_over_line_end(&mut self) {
        let rest = &self.text.as_bytes()[self.position..];
        let length = match rest {
            [b'\r', b'\n', ..] => 2,
            [_, ..] => 1,
            [] => return,
        };
        self.position += length;
        self.line += 1;
    }

    /// A field without an opening quote: its span, and where it ends.
    fn unquoted_field(&self, at: usize) -> (FieldSpan, usize) {
        let end = self.field_end(at);
        (
            FieldSpan {
                start: at,
                end,
                is_rewritten: false,
            },
            end,
        )
    }

    /// A field whose opening quote is at `at`; `None` when no quote closes it.
    fn quoted_field(&mut self, at: usize) -> Option<(FieldSpan, usize)> {
        let bytes = self.text.as_bytes();
        let start = at + 1;
        let first = start + memchr(b'"', &bytes[start..])?;
        let next = bytes.get(first + 1).copied().unwrap_or(b'\n');
        if next == self.delimiter || matches!(next, b'\n' | b'\r') {
            let span = FieldSpan {
                start,
                end: first,
                is_rewritten: false,
            };
            return Some((span, first + 1));
        }
        let from = self.rewritten.len();
        let close = unquote(bytes, start, &mut self.rewritten)?;
        let end = self.field_end(close + 1);
        self.rewritten.extend_from_slice(&bytes[close + 1..end]);
        let span = FieldSpan {
            start: from,
            end: self.rewritten.len(),
            is_rewritten: true,
        };
        Some((span, end))
    }

    /// The next delimiter or line end from `at` on, or the end of the chunk.
    fn field_end(&self, at: usize) -> usize {
        let rest = &self.text.as_bytes()[at..];
        if rest.first() == Some(&self.delimiter) {
            // Many cells are empty.
            return at;
        }
        memchr3(self.delimiter, b'\n', b'\r', rest).map_or(self.text.len(), |length| at + length)
    }
}

/// What was found where one record stands.
struct ScannedRow {
    span: Range<usize>,
    fault: Option<RowFault>,
}

#[cfg(test)]
mod tests;
