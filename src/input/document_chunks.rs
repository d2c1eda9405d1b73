//! Cuts one JSON document of any size into chunks: the elements of its record array come out
//! chunk by chunk, the text around them is kept and checked at the end.
//!
//! The scanner only follows strings, comments and brackets; whether the chunks are JSON is
//! checked where they are parsed, and whether the rest is JSON is checked here. Together every
//! byte of the document is checked once.

mod frame;
mod scanner;

use frame::{DocumentFrame, advance};
use scanner::{DocumentScanner, MarkedBuffer, ScanStop};

use super::buffer_pool::BufferPool;
use super::envelope::Envelope;
use super::reader::{Chunk, ChunkForm};
use super::refusal::{ReadError, Refusal, SourcePosition};
use super::stream::{ByteStream, InputLimits};
use crate::json::{JsonCursor, JsonError, JsonErrorKind, JsonOptions, StringMarks, is_space};
use crate::rules::RuleId;

/// Hands out the elements of the arrays that the envelope knows, or of a document that is itself an
/// array; or the document when it has none.
pub(super) struct DocumentChunks {
    buffer: Vec<u8>,
    /// Where `buffer` begins.
    place: SourcePosition,
    /// Bytes of `buffer` that the scanner has passed.
    scanned: usize,
    /// Marks of what was last added to `buffer`.
    marks: StringMarks,
    /// Where in `buffer` the marks begin, and how many bytes were taken from its front since.
    marked_from: usize,
    taken: usize,
    ended: bool,
    done: bool,
    scan: DocumentScanner,
    frame: DocumentFrame,
    options: JsonOptions,
    envelope: Envelope,
    /// How many arrays of the envelope have been met.
    arrays: usize,
    /// The chunk before ended with a comma, so an element must follow.
    expects_element: bool,
    /// Why the element that is looked through is refused unless it turns out to be an envelope.
    pending_refusal: Option<Refusal>,
    /// How many envelopes in the frame are elements of an array.
    envelopes: usize,
    /// What chunks are copied into, so that `buffer` stays the same one.
    pub(super) buffers: BufferPool,
}

/// Most arrays of records in one document. Dumps have up to three.
const MAX_ARRAYS: usize = 1_000;

impl DocumentChunks {
    pub(super) fn new(
        buffer: Vec<u8>,
        place: SourcePosition,
        ended: bool,
        options: JsonOptions,
        envelope: Envelope,
    ) -> Self {
        Self {
            marks: StringMarks::of(&buffer),
            marked_from: 0,
            taken: 0,
            buffer,
            place,
            scanned: 0,
            ended,
            done: false,
            scan: DocumentScanner::new(envelope),
            frame: DocumentFrame::default(),
            options,
            envelope,
            arrays: 0,
            expects_element: false,
            pending_refusal: None,
            envelopes: 0,
            buffers: BufferPool::default(),
        }
    }

    /// The next chunk; `None` when the document has ended and was whole.
    pub(super) fn next(
        &mut self,
        stream: &mut ByteStream,
        chunk_bytes: usize,
        limits: InputLimits,
    ) -> Result<Option<Chunk>, ReadError> {
        while !self.done {
            if let Some(chunk) = self.scan_buffer(chunk_bytes, limits)? {
                return Ok(Some(chunk));
            }
            if self.ended {
                self.done = true;
                return Ok(self.close()?);
            }
            let target = self.buffer.len() + chunk_bytes;
            self.ended = !stream.fill(&mut self.buffer, target)?;
            self.mark();
        }
        Ok(None)
    }

    /// Marks what the scanner has not passed yet.
    fn mark(&mut self) {
        let fresh = self.buffer.get(self.scanned..).unwrap_or_default();
        self.marks = StringMarks::of(fresh);
        self.marked_from = self.scanned;
        self.taken = 0;
    }

    /// Scans what is in the buffer; returns a chunk when one is complete.
    fn scan_buffer(
        &mut self,
        chunk_bytes: usize,
        limits: InputLimits,
    ) -> Result<Option<Chunk>, Refusal> {
        loop {
            let marked = MarkedBuffer {
                buffer: &self.buffer,
                marks: &self.marks,
                start: self.marked_from,
                taken: self.taken,
            };
            let stop = self.scan.run(marked, &mut self.scanned, chunk_bytes);
            match stop {
                ScanStop::EndOfBuffer => {
                    if let Some(refusal) = self.pending_refusal.take() {
                        return Err(refusal);
                    }
                    let Err(refusal) = self.check_size(limits) else {
                        return Ok(None);
                    };
                    if !self.scan.is_outermost() {
                        return Err(refusal);
                    }
                    let start = self.scan.element_start();
                    if start > 0 {
                        let (bytes, place) = self.take(start);
                        self.scan.reset_elements();
                        self.expects_element = true;
                        return Ok(Some(self.elements(bytes, place, false)));
                    }
                    self.enter_envelope(refusal);
                }
                ScanStop::EnvelopeLeft => {
                    let (closed, place) = self.take(self.scanned - 1);
                    self.frame.add(&closed, place);
                    self.take(1);
                    self.expects_element = true;
                }
                ScanStop::ArrayOpened => {
                    self.arrays += 1;
                    self.check_arrays()?;
                    self.expects_element = false;
                    self.pending_refusal = None;
                    let opened = self.take(self.scanned);
                    self.frame.add(&opened.0, opened.1);
                }
                ScanStop::ChunkFull { comma } => {
                    let (bytes, place) = self.take(comma + 1);
                    self.expects_element = true;
                    return Ok(Some(self.elements(bytes, place, false)));
                }
                ScanStop::ArrayClosed => {
                    // The bracket itself belongs to the frame.
                    let (bytes, place) = self.take(self.scanned - 1);
                    if let Some(chunk) = self.last_elements(bytes, place)? {
                        return Ok(Some(chunk));
                    }
                }
            }
        }
    }

    /// Looks through an element that is too long for a record: it may be an envelope, whose records
    /// are handed out one by one.
    fn enter_envelope(&mut self, refusal: Refusal) {
        self.pending_refusal = Some(refusal);
        if self.envelopes > 0 {
            // What stood between it and the one before was handed out, commas and all.
            self.frame.add(b",", self.place);
        }
        self.envelopes += 1;
        self.scan.enter_envelope();
        self.scanned = 0;
        self.mark();
    }

    /// Takes the first `count` bytes out of the buffer.
    fn take(&mut self, count: usize) -> (Vec<u8>, SourcePosition) {
        let taken = if count < self.buffer.len() {
            let mut taken = self.buffers.acquire(count);
            taken.extend(self.buffer.drain(..count));
            taken
        } else {
            std::mem::take(&mut self.buffer)
        };
        let place = self.place;
        self.place = advance(place, &taken);
        self.scanned -= count.min(self.scanned);
        self.taken += count;
        (taken, place)
    }

    fn elements(&self, bytes: Vec<u8>, place: SourcePosition, closed: bool) -> Chunk {
        let records = self.scan.records();
        Chunk {
            bytes,
            place,
            form: ChunkForm::Elements { closed, records },
        }
    }

    fn last_elements(
        &mut self,
        bytes: Vec<u8>,
        place: SourcePosition,
    ) -> Result<Option<Chunk>, Refusal> {
        let blank = bytes.iter().all(is_space);
        if blank && self.expects_element && !self.options.lenient {
            let error = JsonError {
                offset: 0,
                kind: JsonErrorKind::TrailingComma,
            };
            return Err(refusal(error, place));
        }
        Ok((!blank).then(|| self.elements(bytes, place, true)))
    }

    fn check_arrays(&self) -> Result<(), Refusal> {
        if self.arrays <= MAX_ARRAYS {
            return Ok(());
        }
        Err(Refusal {
            rule: RuleId::FileLimit,
            place: Some(self.place),
            message: format!(
                "more than {MAX_ARRAYS} arrays of records in one document; write one record a line"
            ),
        })
    }

    fn check_size(&self, limits: InputLimits) -> Result<(), Refusal> {
        let (length, most, flag) = if self.scan.in_array() {
            (
                self.scanned - self.scan.element_start(),
                limits.max_record_bytes,
                "--max-record-bytes",
            )
        } else {
            (
                self.frame.text.len() + self.buffer.len(),
                limits.max_line_bytes,
                "--max-line-bytes",
            )
        };
        if length <= most {
            return Ok(());
        }
        let start = if self.scan.in_array() {
            self.scan.element_start()
        } else {
            0
        };
        let before = self.buffer.get(..start).unwrap_or_default();
        Err(Refusal {
            rule: RuleId::FileLimit,
            place: Some(advance(self.place, before)),
            message: format!(
                "longer than {most} bytes without an end; raise {flag} if it is meant"
            ),
        })
    }

    /// The end of the input: what is left, or the verdict on the frame.
    fn close(&mut self) -> Result<Option<Chunk>, Refusal> {
        let (bytes, place) = self.take(self.buffer.len());
        if self.scan.in_array() {
            // Not closed: the parser of this chunk or the frame below names the place.
            self.done = false;
            let records = self.scan.abandon_array();
            self.frame.add(&[], advance(place, &bytes));
            if !bytes.iter().all(is_space) {
                let form = ChunkForm::Elements {
                    closed: false,
                    records,
                };
                return Ok(Some(Chunk { bytes, place, form }));
            }
            return self.close();
        }
        self.done = true;
        self.frame.add(&bytes, place);
        self.check_frame()?;
        if self.arrays > 0 {
            return self
                .frame
                .refuse_mixed(self.envelope, self.options)
                .map(|()| None);
        }
        let place = self.frame.place_of(0);
        let bytes = std::mem::take(&mut self.frame.text);
        Ok(Some(Chunk {
            bytes,
            place,
            form: ChunkForm::Value,
        }))
    }

    /// The text around the arrays of records, when there were any; complete at the end.
    pub(super) fn frame(&self) -> Option<&str> {
        let text = (self.done && self.arrays > 0).then_some(&self.frame.text)?;
        std::str::from_utf8(text).ok()
    }

    fn check_frame(&self) -> Result<(), Refusal> {
        let text = match simdutf8::compat::from_utf8(&self.frame.text) {
            Ok(text) => text,
            Err(error) => {
                let offset = error.valid_up_to();
                let error = JsonError {
                    offset,
                    kind: JsonErrorKind::InvalidUtf8,
                };
                return Err(refusal(error, self.frame.place_of(offset)));
            }
        };
        let mut cursor = JsonCursor::new(text, self.options);
        let read = cursor.skip_value().and_then(|_| cursor.end());
        read.map_err(|error| refusal(error, self.frame.place_of(error.offset)))
    }
}

/// A syntax error of a document as a refusal; `place` is that of the error itself.
pub(crate) fn refusal(error: JsonError, place: SourcePosition) -> Refusal {
    let (rule, advice) = match error.kind {
        JsonErrorKind::UnexpectedEnd => (RuleId::FileTruncated, "fetch the file again"),
        JsonErrorKind::TooDeep => (RuleId::FileLimit, "raise --max-depth if it is meant"),
        kind if kind.is_lenient_syntax() => (
            RuleId::FileTrailingComma,
            "the documentation's own examples have this; --lenient accepts it",
        ),
        JsonErrorKind::TrailingData => (
            RuleId::FileJsonSyntax,
            "for one value a line use --input-format ndjson",
        ),
        _ => (
            RuleId::FileJsonSyntax,
            "correct the file, or cut it into one record a line",
        ),
    };
    Refusal {
        rule,
        place: Some(place),
        message: format!("{}; {advice}", error.kind),
    }
}
