//! Cuts one JSON document of any size into chunks of the elements of its record arrays. The text
//! around the arrays is kept and validated at the end. Several objects behind each other, as programs that
//! print JSON on many lines write them, are documents of their own.
//!
//! The scanner only follows strings, comments and brackets. The syntax of the chunks is validated where
//! they are parsed, that of the rest here.

mod frame;
mod scanner;

use frame::{DocumentFrame, advance};
use scanner::{DocumentScanner, MarkedBuffer, ScanStop};

use super::buffer_pool::BufferPool;
use super::chunk::{Chunk, ChunkForm, MAX_CHUNK_LINES};
use super::envelope::Envelope;
use super::refusal::{ReadError, Refusal, SourcePosition};
use super::stream::{ByteStream, InputLimits};
use crate::json::{JsonCursor, JsonError, JsonErrorKind, JsonOptions, StringMarks, is_space};
use crate::rules::RuleId;

/// The chunks of one JSON document: elements of the arrays that the envelope defines, or of a document
/// that is an array; or the whole document when it has no such array.
pub(super) struct DocumentChunks {
    buffer: Vec<u8>,
    /// Position of the first byte of `buffer`.
    position: SourcePosition,
    /// Bytes of `buffer` that have been scanned.
    scanned: usize,
    /// Marks of the bytes last added to `buffer`.
    marks: StringMarks,
    /// Offset in `buffer` where the marks begin, and how many bytes were removed from its front since.
    marked_from: usize,
    removed: usize,
    ended: bool,
    done: bool,
    scan: DocumentScanner,
    frame: DocumentFrame,
    options: JsonOptions,
    envelope: Envelope,
    /// Arrays of the envelope so far.
    arrays: usize,
    /// The previous chunk ended with a comma, so an element must follow.
    expects_element: bool,
    /// The refusal of the element being scanned, unless it is an envelope.
    pending_refusal: Option<Refusal>,
    /// Objects before the current document that have no record arrays, and where they begin.
    values: Vec<u8>,
    values_position: SourcePosition,
    value_count: usize,
    /// Envelopes in the frame that are elements of an array.
    envelopes: usize,
    /// Buffers for the chunks, so that `buffer` is reused.
    pub(super) buffers: BufferPool,
}

/// Maximum number of record arrays in one document. Dumps have up to three.
const MAX_ARRAYS: usize = 1_000;

impl DocumentChunks {
    pub(super) fn new(
        buffer: Vec<u8>,
        position: SourcePosition,
        ended: bool,
        options: JsonOptions,
        envelope: Envelope,
    ) -> Self {
        Self {
            marks: StringMarks::of(&buffer),
            marked_from: 0,
            removed: 0,
            buffer,
            position,
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
            values: Vec::new(),
            values_position: position,
            value_count: 0,
            envelopes: 0,
            buffers: BufferPool::default(),
        }
    }

    /// The next chunk; `None` at the end of a complete document.
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

    /// Marks the bytes that have not been scanned yet.
    fn mark(&mut self) {
        let fresh = self.buffer.get(self.scanned..).unwrap_or_default();
        self.marks = StringMarks::of(fresh);
        self.marked_from = self.scanned;
        self.removed = 0;
    }

    /// Scans the buffer; returns a chunk when one is complete.
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
                removed: self.removed,
            };
            let stop = self.scan.run(marked, &mut self.scanned, chunk_bytes);
            let complete = match stop {
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
                        let (bytes, position) = self.take(start);
                        self.scan.reset_elements();
                        self.expects_element = true;
                        return Ok(Some(self.elements(bytes, position, false)));
                    }
                    self.enter_envelope(refusal);
                    None
                }
                ScanStop::EnvelopeLeft => {
                    let (closed, position) = self.take(self.scanned - 1);
                    self.frame.add(&closed, position);
                    self.take(1);
                    self.expects_element = true;
                    None
                }
                ScanStop::ArrayOpened => self.open_array()?,
                ScanStop::NextDocument => self.next_document(chunk_bytes)?,
                ScanStop::ChunkFull { comma } => {
                    let (bytes, position) = self.take(comma + 1);
                    self.expects_element = true;
                    Some(self.elements(bytes, position, false))
                }
                ScanStop::ArrayClosed => {
                    // The bracket itself belongs to the frame.
                    let (bytes, position) = self.take(self.scanned - 1);
                    self.last_elements(bytes, position)?
                }
            };
            if complete.is_some() {
                return Ok(complete);
            }
        }
    }

    /// Enters a record array; returns the documents before that of the array.
    fn open_array(&mut self) -> Result<Option<Chunk>, Refusal> {
        self.arrays += 1;
        self.check_arrays()?;
        self.expects_element = false;
        self.pending_refusal = None;
        let opened = self.take(self.scanned);
        self.frame.add(&opened.0, opened.1);
        Ok(self.take_values())
    }

    /// Ends a document; another object begins at the start of the buffer.
    fn next_document(&mut self, chunk_bytes: usize) -> Result<Option<Chunk>, Refusal> {
        let (closed, position) = self.take(self.scanned - 1);
        self.frame.add(&closed, position);
        self.end_document()?;
        self.frame = DocumentFrame::default();
        self.scan = DocumentScanner::new(self.envelope);
        self.scanned = 0;
        self.arrays = 0;
        self.envelopes = 0;
        self.mark();
        let is_full = self.values.len() >= chunk_bytes || self.value_count >= MAX_CHUNK_LINES;
        Ok(is_full.then(|| self.take_values()).flatten())
    }

    /// Validates the frame; a document without record arrays becomes one of the values.
    fn end_document(&mut self) -> Result<(), Refusal> {
        self.check_frame()?;
        if self.arrays > 0 {
            return self.frame.refuse_mixed(self.envelope, self.options);
        }
        if self.values.is_empty() {
            self.values_position = self.frame.position_of(0);
        }
        self.values.append(&mut self.frame.text);
        self.value_count += 1;
        Ok(())
    }

    /// The documents without record arrays, as a chunk.
    fn take_values(&mut self) -> Option<Chunk> {
        self.value_count = 0;
        let bytes = std::mem::take(&mut self.values);
        (!bytes.is_empty()).then_some(Chunk {
            bytes,
            position: self.values_position,
            form: ChunkForm::Value,
        })
    }

    /// Scans an element again that is too long for a record: it may be an envelope, whose records are
    /// returned separately.
    fn enter_envelope(&mut self, refusal: Refusal) {
        self.pending_refusal = Some(refusal);
        if self.envelopes > 0 {
            // The elements and commas between the two envelopes were returned as chunks.
            self.frame.add(b",", self.position);
        }
        self.envelopes += 1;
        self.scan.enter_envelope();
        self.scanned = 0;
        self.mark();
    }

    /// Removes the first `count` bytes of the buffer and returns them with their position.
    fn take(&mut self, count: usize) -> (Vec<u8>, SourcePosition) {
        let removed = if count < self.buffer.len() {
            let mut removed = self.buffers.acquire(count);
            removed.extend(self.buffer.drain(..count));
            removed
        } else {
            std::mem::take(&mut self.buffer)
        };
        let position = self.position;
        self.position = advance(position, &removed);
        self.scanned -= count.min(self.scanned);
        self.removed += count;
        (removed, position)
    }

    fn elements(&self, bytes: Vec<u8>, position: SourcePosition, closed: bool) -> Chunk {
        let content = self.scan.elements_content();
        Chunk {
            bytes,
            position,
            form: ChunkForm::Elements { closed, content },
        }
    }

    fn last_elements(
        &mut self,
        bytes: Vec<u8>,
        position: SourcePosition,
    ) -> Result<Option<Chunk>, Refusal> {
        let blank = bytes.iter().all(is_space);
        if blank && self.expects_element && !self.options.lenient {
            let error = JsonError {
                offset: 0,
                kind: JsonErrorKind::TrailingComma,
            };
            return Err(refusal(error, position));
        }
        Ok((!blank).then(|| self.elements(bytes, position, true)))
    }

    fn check_arrays(&self) -> Result<(), Refusal> {
        if self.arrays <= MAX_ARRAYS {
            return Ok(());
        }
        Err(Refusal::new(
            RuleId::FileLimit,
            format!(
                "more than {MAX_ARRAYS} record arrays in one document; write one record per line"
            ),
        )
        .at(self.position))
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
        Err(Refusal::new(
            RuleId::FileLimit,
            format!("longer than {most} bytes; raise {flag} if this is intended"),
        )
        .at(advance(self.position, before)))
    }

    /// The end of the input: returns the last chunk, or validates the frame.
    fn close(&mut self) -> Result<Option<Chunk>, Refusal> {
        let (bytes, position) = self.take(self.buffer.len());
        if self.scan.in_array() {
            // Not closed: the parser of this chunk, or the validation of the frame, reports the position.
            self.done = false;
            let content = self.scan.abandon_array();
            self.frame.add(&[], advance(position, &bytes));
            if !bytes.iter().all(is_space) {
                let form = ChunkForm::Elements {
                    closed: false,
                    content,
                };
                return Ok(Some(Chunk {
                    bytes,
                    position,
                    form,
                }));
            }
            return self.close();
        }
        self.done = true;
        self.frame.add(&bytes, position);
        self.end_document()?;
        Ok(self.take_values())
    }

    /// The text around the record arrays, if there were any; available at the end.
    pub(super) fn frame(&self) -> Option<&str> {
        let text = (self.done && self.arrays > 0).then_some(&self.frame.text)?;
        std::str::from_utf8(text).ok()
    }

    fn check_frame(&self) -> Result<(), Refusal> {
        let read = match simdutf8::compat::from_utf8(&self.frame.text) {
            Ok(text) => {
                let mut cursor = JsonCursor::new(text, self.options);
                cursor.skip_value().and_then(|_| cursor.end())
            }
            Err(error) => Err(error.into()),
        };
        read.map_err(|error| refusal(error, self.frame.position_of(error.offset)))
    }
}

/// The refusal of a document with a syntax error at `position`.
pub(crate) fn refusal(error: JsonError, position: SourcePosition) -> Refusal {
    let (rule, advice) = match error.kind {
        JsonErrorKind::UnexpectedEnd => (RuleId::FileTruncated, "copy the file again"),
        JsonErrorKind::TooDeep => (RuleId::FileLimit, "raise --max-depth if this is intended"),
        JsonErrorKind::InvalidUtf8 => (
            RuleId::FileEncoding,
            "write the file as UTF-8; if it is Windows-1252, convert it: iconv -f WINDOWS-1252 -t UTF-8",
        ),
        kind if kind.is_lenient_syntax() => (
            RuleId::FileTrailingComma,
            "as in the documentation's examples; use --lenient to accept it",
        ),
        JsonErrorKind::TrailingData => (
            RuleId::FileJsonSyntax,
            "for one value per line use --input-format ndjson",
        ),
        _ => (
            RuleId::FileJsonSyntax,
            "correct the file, or write one record per line",
        ),
    };
    Refusal::new(rule, format!("{}; {advice}", error.kind)).at(position)
}
