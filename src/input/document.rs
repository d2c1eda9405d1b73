//! Cuts one JSON document of any size into pieces: the elements of its record array come out
//! piece by piece, the text around them is kept and checked at the end.
//!
//! The scanner only follows strings, comments and brackets; whether the pieces are JSON is
//! checked where they are parsed, and whether the rest is JSON is checked here. Together every
//! byte of the document is checked once.

mod frame;
mod scan;

use frame::{Frame, advance};
use scan::{Marked, Scan, Stop};

use super::envelope::Envelope;
use super::reader::{Piece, PieceForm};
use super::refusal::{Place, Problem, Refusal};
use super::spare::SpareBuffers;
use super::stream::{ByteStream, Limits};
use crate::json::{Cursor, JsonError, JsonErrorKind, Marks, Options, is_space};
use crate::rules::RuleId;

/// Hands out the elements of the arrays that the envelope knows, or of a document that is itself an
/// array; or the document when it has none.
pub(super) struct DocumentPieces {
    buffer: Vec<u8>,
    /// Where `buffer` begins.
    place: Place,
    /// Bytes of `buffer` that the scanner has passed.
    scanned: usize,
    /// Marks of what was last added to `buffer`.
    marks: Marks,
    /// Where in `buffer` the marks begin, and how many bytes were taken from its front since.
    marked_from: usize,
    taken: usize,
    ended: bool,
    done: bool,
    scan: Scan,
    frame: Frame,
    options: Options,
    envelope: Envelope,
    /// How many arrays of the envelope have been met.
    arrays: usize,
    /// The piece before ended with a comma, so an element must follow.
    owes_element: bool,
    /// Why the element that is looked through is refused unless it turns out to be an envelope.
    doubt: Option<Refusal>,
    /// How many envelopes in the frame are elements of an array.
    envelopes: usize,
    /// What pieces are copied into, so that `buffer` stays the same one.
    pub(super) spare: SpareBuffers,
}

/// Most arrays of records in one document. Dumps have up to three.
const MOST_ARRAYS: usize = 1_000;

impl DocumentPieces {
    pub(super) fn new(
        buffer: Vec<u8>,
        place: Place,
        ended: bool,
        options: Options,
        envelope: Envelope,
    ) -> Self {
        Self {
            marks: Marks::of(&buffer),
            marked_from: 0,
            taken: 0,
            buffer,
            place,
            scanned: 0,
            ended,
            done: false,
            scan: Scan::new(envelope),
            frame: Frame::default(),
            options,
            envelope,
            arrays: 0,
            owes_element: false,
            doubt: None,
            envelopes: 0,
            spare: SpareBuffers::default(),
        }
    }

    /// The next piece; `None` when the document has ended and was whole.
    pub(super) fn next(
        &mut self,
        stream: &mut ByteStream,
        piece_bytes: usize,
        limits: Limits,
    ) -> Result<Option<Piece>, Problem> {
        while !self.done {
            if let Some(piece) = self.scan_on(piece_bytes, limits)? {
                return Ok(Some(piece));
            }
            if self.ended {
                self.done = true;
                return Ok(self.close()?);
            }
            let target = self.buffer.len() + piece_bytes;
            self.ended = !stream.fill(&mut self.buffer, target)?;
            self.mark();
        }
        Ok(None)
    }

    /// Marks what the scanner has not passed yet.
    fn mark(&mut self) {
        let fresh = self.buffer.get(self.scanned..).unwrap_or_default();
        self.marks = Marks::of(fresh);
        self.marked_from = self.scanned;
        self.taken = 0;
    }

    /// Scans what is in the buffer; returns a piece when one is complete.
    fn scan_on(&mut self, piece_bytes: usize, limits: Limits) -> Result<Option<Piece>, Refusal> {
        loop {
            let marked = Marked {
                buffer: &self.buffer,
                marks: &self.marks,
                start: self.marked_from,
                taken: self.taken,
            };
            let stop = self.scan.run(marked, &mut self.scanned, piece_bytes);
            match stop {
                Stop::EndOfBuffer => {
                    if let Some(refusal) = self.doubt.take() {
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
                        self.scan.forget_comma();
                        self.owes_element = true;
                        return Ok(Some(self.elements(bytes, place, false)));
                    }
                    self.enter_envelope(refusal);
                }
                Stop::EnvelopeLeft => {
                    let (closed, place) = self.take(self.scanned - 1);
                    self.frame.add(&closed, place);
                    self.take(1);
                    self.owes_element = true;
                }
                Stop::ArrayOpened => {
                    self.arrays += 1;
                    self.check_arrays()?;
                    self.owes_element = false;
                    self.doubt = None;
                    let opened = self.take(self.scanned);
                    self.frame.add(&opened.0, opened.1);
                }
                Stop::PieceFull { comma } => {
                    let (bytes, place) = self.take(comma + 1);
                    self.owes_element = true;
                    return Ok(Some(self.elements(bytes, place, false)));
                }
                Stop::ArrayClosed => {
                    // The bracket itself belongs to the frame.
                    let (bytes, place) = self.take(self.scanned - 1);
                    if let Some(piece) = self.last_elements(bytes, place)? {
                        return Ok(Some(piece));
                    }
                }
            }
        }
    }

    /// Looks through an element that is too long for a record: it may be an envelope, whose records
    /// are handed out one by one.
    fn enter_envelope(&mut self, refusal: Refusal) {
        self.doubt = Some(refusal);
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
    fn take(&mut self, count: usize) -> (Vec<u8>, Place) {
        let taken = if count < self.buffer.len() {
            let mut taken = self.spare.take(count);
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

    fn elements(&self, bytes: Vec<u8>, place: Place, closed: bool) -> Piece {
        let records = self.scan.records();
        Piece {
            bytes,
            place,
            form: PieceForm::Elements { closed, records },
        }
    }

    fn last_elements(&mut self, bytes: Vec<u8>, place: Place) -> Result<Option<Piece>, Refusal> {
        let blank = bytes.iter().all(is_space);
        if blank && self.owes_element && !self.options.lenient {
            let error = JsonError {
                offset: 0,
                kind: JsonErrorKind::TrailingComma,
            };
            return Err(refusal(error, place));
        }
        Ok((!blank).then(|| self.elements(bytes, place, true)))
    }

    fn check_arrays(&self) -> Result<(), Refusal> {
        if self.arrays <= MOST_ARRAYS {
            return Ok(());
        }
        Err(Refusal {
            rule: RuleId::FileLimit,
            place: Some(self.place),
            message: format!(
                "more than {MOST_ARRAYS} arrays of records in one document; write one record a line"
            ),
        })
    }

    fn check_size(&self, limits: Limits) -> Result<(), Refusal> {
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
    fn close(&mut self) -> Result<Option<Piece>, Refusal> {
        let (bytes, place) = self.take(self.buffer.len());
        if self.scan.in_array() {
            // Not closed: the parser of this piece or the frame below names the place.
            self.done = false;
            let records = self.scan.abandon();
            self.frame.add(&[], advance(place, &bytes));
            if !bytes.iter().all(is_space) {
                let form = PieceForm::Elements {
                    closed: false,
                    records,
                };
                return Ok(Some(Piece { bytes, place, form }));
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
        Ok(Some(Piece {
            bytes,
            place,
            form: PieceForm::Value,
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
        let mut cursor = Cursor::new(text, self.options);
        let read = cursor.skip_value().and_then(|_| cursor.end());
        read.map_err(|error| refusal(error, self.frame.place_of(error.offset)))
    }
}

/// A syntax error of a document as a refusal; `place` is that of the error itself.
pub(crate) fn refusal(error: JsonError, place: Place) -> Refusal {
    let (rule, advice) = match error.kind {
        JsonErrorKind::UnexpectedEnd => (RuleId::FileTruncated, "fetch the file again"),
        JsonErrorKind::TooDeep => (RuleId::FileLimit, "raise --max-depth if it is meant"),
        kind if kind.is_lenient_habit() => (
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
