//! Cutting a stream of CSV bytes where a record ends.
//!
//! Consecutive buffers come in, of any size; for each the place behind the last whole record comes
//! out, so that chunks of whole records can be parsed apart from each other. Only quotes and line
//! ends are looked at. The quote state crosses buffers: the same records come out however the
//! bytes are split. Refused: a record longer than the limit, and a quote open at the end.
//!
//! The rules are those of [`rows`](super::rows): a quote opens a quoted field only as the first
//! byte of a field; LF, CRLF and a lone CR outside quotes end a record.

use memchr::{memchr, memrchr2};

use super::delimiter::Delimiter;
use super::line_counter::LineCounter;
use super::quotes::lone_quote;
use super::refusal::{CsvRefusal, TextPosition};

/// Longest record by default. One quote too many must not make a record of the rest of a file.
pub const DEFAULT_MAX_RECORD_BYTES: usize = 1 << 20;

/// Where the last byte seen leaves the reader.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum CutterState {
    FieldStart,
    Unquoted,
    Quoted,
    /// Behind a quote inside a quoted field: the next byte says whether it closed the field.
    QuoteSeen,
    /// Behind a CR that ended a buffer: the next byte says whether the line end goes on.
    ReturnSeen,
}

/// Finds the ends of records in consecutive buffers.
///
/// ```
/// use purchase_etl::input::csv::record_cutter::{DEFAULT_MAX_RECORD_BYTES, RecordCutter};
/// use purchase_etl::input::csv::delimiter::Delimiter;
///
/// let mut cutter = RecordCutter::new(Delimiter::SEMICOLON, DEFAULT_MAX_RECORD_BYTES);
/// assert_eq!(cutter.feed(b"1;\"a\nb\"\n2;\"c\n")?, Some(8));
/// assert_eq!(cutter.next_record().line, 3);
/// assert_eq!(cutter.feed(b"d\"\n")?, Some(3));
/// cutter.finish()?;
/// # Ok::<(), purchase_etl::input::csv::refusal::CsvRefusal>(())
/// ```
#[derive(Clone, Debug)]
pub struct RecordCutter {
    delimiter: u8,
    max_record_bytes: u64,
    state: CutterState,
    /// Offset of the first byte of the next buffer.
    offset: u64,
    /// Offset of the first byte behind the last line end that ended a record.
    record_start: u64,
    lines: LineCounter,
    first_line: u64,
    next_record: TextPosition,
}

impl RecordCutter {
    /// A cutter for a text from its first byte on.
    pub fn new(delimiter: Delimiter, max_record_bytes: usize) -> Self {
        Self {
            delimiter: delimiter.as_byte(),
            max_record_bytes: max_record_bytes as u64,
            state: CutterState::FieldStart,
            offset: 0,
            record_start: 0,
            lines: LineCounter::default(),
            first_line: 1,
            next_record: TextPosition::START,
        }
    }

    /// The same for a text whose first byte, the start of a record, is at `start`.
    #[must_use]
    pub fn starting_at(self, start: TextPosition) -> Self {
        let TextPosition { byte_offset, line } = start;
        Self {
            offset: byte_offset,
            record_start: byte_offset,
            first_line: line,
            next_record: start,
            ..self
        }
    }

    /// The place behind the last whole record, where the next chunk begins.
    pub fn next_record(&self) -> TextPosition {
        self.next_record
    }

    /// Takes the next buffer and gives the end of the last whole record in it. `Some(0)` says that
    /// the record ended with the buffer before; `None` that no record ends here.
    ///
    /// # Errors
    /// A record longer than the limit: [`CsvRefusal::QuoteUnclosed`] when the limit lies inside
    /// quotes, else [`CsvRefusal::RecordTooLong`]. All records before the place it names are
    /// whole. The cutter is of no use afterwards.
    pub fn feed(&mut self, bytes: &[u8]) -> Result<Option<usize>, CsvRefusal> {
        let result = self.scan(bytes);
        let reached = match result {
            Ok(cut) => cut,
            Err(_) => usize::try_from(self.record_start.saturating_sub(self.offset)).ok(),
        };
        let (whole, rest) = bytes.split_at(reached.unwrap_or(0));
        self.lines.feed(whole);
        if reached.is_some() && self.record_start >= self.offset {
            let line = self.first_line + self.lines.ends();
            self.next_record = TextPosition {
                byte_offset: self.record_start,
                line,
            };
        }
        self.lines.feed(rest);
        self.offset += bytes.len() as u64;
        result.map_err(|quoted| self.too_long(quoted))
    }

    /// Says that the input ended. Bytes behind [`RecordCutter::next_record`] are a last record
    /// without a line end.
    ///
    /// # Errors
    /// [`CsvRefusal::QuoteUnclosed`] when a quote is open, [`CsvRefusal::RecordTooLong`] when the
    /// last record is longer than the limit.
    pub fn finish(&self) -> Result<(), CsvRefusal> {
        if self.state == CutterState::Quoted {
            return Err(CsvRefusal::QuoteUnclosed {
                at: self.next_record,
            });
        }
        let ending = u64::from(self.state == CutterState::ReturnSeen);
        if self.offset - ending - self.record_start > self.max_record_bytes {
            return Err(self.too_long(ExceededLimit::Unquoted));
        }
        Ok(())
    }

    fn too_long(&self, passed: ExceededLimit) -> CsvRefusal {
        let at = self.next_record;
        match passed {
            ExceededLimit::Quoted => CsvRefusal::QuoteUnclosed { at },
            ExceededLimit::Unquoted => CsvRefusal::RecordTooLong {
                limit: usize::try_from(self.max_record_bytes).unwrap_or(usize::MAX),
                at,
            },
        }
    }

    /// The last offset at which the line end of the record in progress may stand.
    fn limit(&self) -> u64 {
        self.record_start.saturating_add(self.max_record_bytes)
    }

    fn scan(&mut self, bytes: &[u8]) -> Result<Option<usize>, ExceededLimit> {
        let mut cut = None;
        let mut from = 0;
        while from < bytes.len() {
            match self.state {
                CutterState::ReturnSeen => {
                    from = usize::from(bytes[0] == b'\n');
                    self.record_start = self.offset + from as u64;
                    self.state = CutterState::FieldStart;
                    cut = Some(from);
                }
                CutterState::QuoteSeen if bytes[from] == b'"' => {
                    self.state = CutterState::Quoted;
                    from += 1;
                }
                CutterState::QuoteSeen => self.state = CutterState::Unquoted,
                CutterState::Quoted => {
                    let quote = lone_quote(bytes, from);
                    let to = quote.unwrap_or(bytes.len());
                    if self.offset + to as u64 > self.limit() {
                        return Err(ExceededLimit::Quoted);
                    }
                    from = quote.map_or(to, |quote| quote + 1);
                    if quote.is_some() {
                        self.state = CutterState::QuoteSeen;
                    }
                }
                CutterState::FieldStart | CutterState::Unquoted => {
                    let quote = self.opening_quote(bytes, from);
                    let to = quote.unwrap_or(bytes.len());
                    cut = self.unquoted(bytes, from, to)?.or(cut);
                    from = quote.map_or(to, |quote| quote + 1);
                    if quote.is_some() {
                        self.state = CutterState::Quoted;
                    }
                }
            }
        }
        Ok(cut)
    }

    /// The next quote that is the first byte of a field.
    fn opening_quote(&self, bytes: &[u8], from: usize) -> Option<usize> {
        let mut search = from;
        loop {
            let quote = search + memchr(b'"', &bytes[search..])?;
            let opens = if quote == from {
                self.state == CutterState::FieldStart
            } else {
                self.starts_field_after(bytes[quote - 1])
            };
            if opens {
                return Some(quote);
            }
            search = quote + 1;
        }
    }

    fn starts_field_after(&self, byte: u8) -> bool {
        byte == self.delimiter || matches!(byte, b'\n' | b'\r')
    }

    /// Takes the bytes from `from` to `to`, none of them quoted, and gives the last end of a
    /// record among them. Each step leaps to the last line end within the limit: every record
    /// passed over is within it as well.
    fn unquoted(
        &mut self,
        bytes: &[u8],
        from: usize,
        to: usize,
    ) -> Result<Option<usize>, ExceededLimit> {
        let Some(last) = bytes[from..to].last() else {
            return Ok(None);
        };
        let ends_in_return = to == bytes.len() && *last == b'\r';
        self.state = match last {
            _ if ends_in_return => CutterState::ReturnSeen,
            byte if self.starts_field_after(*byte) => CutterState::FieldStart,
            _ => CutterState::Unquoted,
        };
        let to = to - usize::from(ends_in_return);
        let mut cut = None;
        let mut search = from;
        loop {
            // One byte past the limit may still be the line end.
            let past = self.limit().saturating_add(1).saturating_sub(self.offset);
            let reach = usize::try_from(past).unwrap_or(to);
            let window = search.max(reach.min(to));
            match memrchr2(b'\n', b'\r', &bytes[search..window]) {
                Some(distance) => {
                    search += distance + 1;
                    self.record_start = self.offset + search as u64;
                    cut = Some(search);
                }
                None if self.offset + to as u64 > self.limit() => {
                    return Err(ExceededLimit::Unquoted);
                }
                None => return Ok(cut),
            }
        }
    }
}

/// Whether the byte at which a record passed the limit was quoted.
#[derive(Clone, Copy, Debug)]
enum ExceededLimit {
    Quoted,
    Unquoted,
}

#[cfg(test)]
mod tests;
