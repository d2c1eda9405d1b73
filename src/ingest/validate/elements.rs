//! Validates the elements of a record array, and documents that are one value.
//!
//! A syntax error refuses the document: the elements after it cannot be separated reliably.

use super::lines::EnclosingText;
use super::{ChunkValidator, RecordSpan, ValidationResult};
use crate::ingest::element_index::ElementArray;
use crate::ingest::record_kind::RecordKind;
use crate::input::{ArrayContent, Refusal, SourcePosition, document_refusal};
use crate::json::{JsonCursor, JsonError, JsonErrorKind, JsonKind, StringMarks};
use crate::record::{RecordError, SkippedRecord};
use crate::rules::RuleId;

impl<K: RecordKind> ChunkValidator<'_, K> {
    /// A chunk of elements with commas between them.
    pub(super) fn elements(
        &mut self,
        bytes: &[u8],
        closed: bool,
        content: ArrayContent,
    ) -> ValidationResult {
        let text = self.utf8(bytes, closed)?;
        let marks = StringMarks::of(bytes);
        let mut cursor = JsonCursor::marked(text, self.settings.json, &marks, 0);
        let mut walk = ElementWalk::new(text, self.start, content);
        // In lenient mode a chunk may contain only comments.
        cursor.skip_space().map_err(|error| walk.refusal(error))?;
        if cursor.offset() == text.len() {
            self.count_lenient_syntax(cursor.lenient_syntax_count());
            return Ok(());
        }
        loop {
            if self.is_full() {
                return Ok(());
            }
            self.element(&mut cursor, &mut walk)?;
            let comma = cursor.take_comma().map_err(|error| walk.refusal(error))?;
            let Some(comma) = comma else {
                let lenient_syntax = cursor.lenient_syntax_count();
                self.count_lenient_syntax(lenient_syntax);
                return cursor.end().map_err(|error| walk.refusal(error));
            };
            let over = cursor.end().is_ok();
            if over && closed && !self.settings.json.lenient {
                let error = JsonError {
                    offset: comma,
                    kind: JsonErrorKind::TrailingComma,
                };
                return Err(walk.refusal(error));
            }
            if over {
                self.count_lenient_syntax(cursor.lenient_syntax_count() + u64::from(closed));
                return Ok(());
            }
        }
    }

    /// An array that is valid JSON.
    pub(super) fn array(
        &mut self,
        text: &str,
        position: SourcePosition,
        content: ArrayContent,
    ) -> ValidationResult {
        let mut cursor = JsonCursor::new(text, self.settings.json);
        let mut walk = ElementWalk::new(text, position, content);
        let mut elements = cursor
            .peek()
            .and_then(|_| cursor.open_array())
            .map_err(|error| walk.refusal(error))?;
        let mut count = 0;
        while cursor
            .next_element(&mut elements)
            .map_err(|error| walk.refusal(error))?
        {
            if self.is_full() {
                return Ok(());
            }
            if count == MAX_RECORDS_PER_LINE {
                return Err(Box::new(too_many_records(walk.position(cursor.offset()))));
            }
            self.element(&mut cursor, &mut walk)?;
            count += 1;
        }
        Ok(())
    }

    /// Documents that are one value each: a record, an empty envelope, or neither.
    pub(super) fn document(&mut self, bytes: &[u8]) -> ValidationResult {
        let text = self.utf8(bytes, false)?;
        let mut cursor = JsonCursor::new(text, self.settings.json);
        let mut walk = ElementWalk::<K>::new(text, self.start, ArrayContent::Records);
        loop {
            if self.is_full() {
                return Ok(());
            }
            self.element(&mut cursor, &mut walk)?;
            if self.out.limit_reached {
                return Ok(());
            }
            match cursor.end() {
                Ok(()) => break,
                // Another document, which is an object as well.
                Err(error) if text.as_bytes().get(error.offset) == Some(&b'{') => {}
                Err(error) => return Err(walk.refusal(error)),
            }
        }
        self.count_lenient_syntax(cursor.lenient_syntax_count());
        Ok(())
    }

    /// A record inside an envelope, as valid JSON.
    pub(super) fn one_record(&mut self, text: &str, position: SourcePosition) -> ValidationResult {
        let mut cursor = JsonCursor::new(text, self.settings.json);
        let mut walk = ElementWalk::new(text, position, ArrayContent::Records);
        if self.is_full() {
            return Ok(());
        }
        self.element(&mut cursor, &mut walk)
    }

    fn element<'a>(
        &mut self,
        cursor: &mut JsonCursor<'a>,
        walk: &mut ElementWalk<'a, K>,
    ) -> ValidationResult {
        cursor.skip_space().map_err(|error| walk.refusal(error))?;
        let start = cursor.offset();
        if self.skip_sibling(cursor, walk)? {
            return Ok(());
        }
        let is_object = cursor.peek().map_err(|error| walk.refusal(error))? == JsonKind::Object;
        let read = self.read_record(cursor, &mut walk.raw);
        let position = walk.position(start);
        let text = cursor.slice(start, cursor.offset());
        let span = RecordSpan {
            text: text.as_bytes(),
            position,
        };
        match read {
            Ok(()) if is_object => self.record_or_envelope(walk.enclosing(), &mut walk.raw, span),
            Ok(()) => Ok(()),
            Err(RecordError::Syntax(error)) => Err(walk.refusal(error)),
            Err(error) => {
                self.reject_unreadable(&error, span);
                Ok(())
            }
        }
    }

    /// Passes the element at the cursor if it is beside the records; returns whether it is.
    fn skip_sibling(
        &mut self,
        cursor: &mut JsonCursor<'_>,
        walk: &mut ElementWalk<'_, K>,
    ) -> Result<bool, Box<Refusal>> {
        if walk.content == ArrayContent::Records {
            return Ok(false);
        }
        let mut sibling = cursor.clone();
        let skipped = if walk.content == ArrayContent::Events {
            self.settings.kind.skip_event(&mut sibling)
        } else {
            let attributes = sibling.skip_value();
            attributes.map(|_| Some(SkippedRecord::default()))
        };
        let Some(skipped) = skipped.map_err(|error| walk.refusal(error))? else {
            return Ok(false);
        };
        *cursor = sibling;
        if walk.content == ArrayContent::Events {
            self.out.elements.add_element(ElementArray::Events);
        }
        self.skip(skipped);
        Ok(true)
    }

    /// The text of a chunk; `closed` if the document continues after it.
    fn utf8<'a>(&self, bytes: &'a [u8], closed: bool) -> Result<&'a str, Box<Refusal>> {
        if let Ok(text) = simdutf8::basic::from_utf8(bytes) {
            return Ok(text);
        }
        simdutf8::compat::from_utf8(bytes).map_err(|error| {
            let mut error = JsonError::from(error);
            if closed {
                error.kind = JsonErrorKind::InvalidUtf8;
            }
            let before = bytes.get(..error.offset).unwrap_or_default();
            let position = SourcePosition {
                byte_offset: self.start.byte_offset + error.offset as u64,
                line: self.start.line + memchr::memchr_iter(b'\n', before).count() as u64,
            };
            Box::new(document_refusal(error, position))
        })
    }
}

/// Maximum number of records of an array within one line, which is validated as a whole: more than
/// the longest line can contain of real ones, few enough that rejects of a byte each fit in memory.
const MAX_RECORDS_PER_LINE: usize = 1 << 18;

fn too_many_records(position: SourcePosition) -> Refusal {
    Refusal::new(
        RuleId::FileLimit,
        format!("more than {MAX_RECORDS_PER_LINE} records in one line; write one record a line"),
    )
    .at(position)
}

/// The state of reading the elements of a text: position, line and current record.
struct ElementWalk<'a, K: RecordKind> {
    text: &'a str,
    start: SourcePosition,
    counted_to: usize,
    line: u64,
    content: ArrayContent,
    raw: K::Raw<'a>,
}

impl<'a, K: RecordKind> ElementWalk<'a, K> {
    fn new(text: &'a str, start: SourcePosition, content: ArrayContent) -> Self {
        Self {
            text,
            start,
            counted_to: 0,
            line: start.line,
            content,
            raw: K::Raw::default(),
        }
    }

    fn enclosing(&self) -> EnclosingText<'a> {
        EnclosingText {
            text: self.text,
            position: self.start,
        }
    }

    /// The position of an offset; offsets must not decrease from call to call.
    fn position(&mut self, offset: usize) -> SourcePosition {
        let fresh = self
            .text
            .as_bytes()
            .get(self.counted_to..offset)
            .unwrap_or_default();
        self.line += memchr::memchr_iter(b'\n', fresh).count() as u64;
        self.counted_to = offset;
        SourcePosition {
            byte_offset: self.start.byte_offset + offset as u64,
            line: self.line,
        }
    }

    #[expect(
        clippy::unnecessary_box_returns,
        reason = "it is returned in a ValidationResult"
    )]
    fn refusal(&mut self, error: JsonError) -> Box<Refusal> {
        let position = self.position(error.offset.max(self.counted_to));
        Box::new(document_refusal(error, position))
    }
}
