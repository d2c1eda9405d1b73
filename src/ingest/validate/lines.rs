//! Validates NDJSON: one JSON value a line; a damaged line is one reject.

use super::{ChunkValidator, RecordSpan, ValidationResult};
use crate::ingest::record_kind::{EnvelopePart, EnvelopePartForm, RecordKind};
use crate::input::{ArrayContent, Refusal, SourcePosition};
use crate::json::{JsonCursor, JsonError, JsonKind, StringMarks, is_space};
use crate::record::RecordError;
use crate::rules::RuleId;

impl<K: RecordKind> ChunkValidator<'_, K> {
    pub(super) fn lines(&mut self, bytes: &[u8]) -> ValidationResult {
        // Checking the whole chunk at once is much faster than line by line.
        let all_utf8 = simdutf8::basic::from_utf8(bytes).ok();
        let marks = all_utf8.map(|_| StringMarks::of(bytes));
        let mut raw = K::Raw::default();
        let mut position = self.start;
        let mut start = 0;
        for end in memchr::memchr_iter(b'\n', bytes).chain([bytes.len()]) {
            let line = bytes.get(start..end).unwrap_or_default();
            let text = line.strip_suffix(b"\r").unwrap_or(line);
            let is_blank = self.is_blank(text);
            if !is_blank && self.is_full() {
                return Ok(());
            }
            if text.len() > self.settings.limits.max_line_bytes {
                return Err(Box::new(line_too_long(
                    position,
                    self.settings.limits.max_line_bytes,
                )));
            }
            if !is_blank {
                let span = RecordSpan { text, position };
                let valid = all_utf8.and_then(|all| all.get(start..start + text.len()));
                match valid.zip(marks.as_ref()) {
                    Some((valid, marks)) => {
                        let cursor = JsonCursor::marked(valid, self.settings.json, marks, start);
                        self.line(cursor, valid, &mut raw, span)?;
                    }
                    None => self.line_not_all_utf8(span)?,
                }
            }
            let passed = end - start + 1;
            position = SourcePosition {
                byte_offset: position.byte_offset + passed as u64,
                line: position.line + 1,
            };
            start = end + 1;
        }
        Ok(())
    }

    /// A line without a value: white space, or in lenient mode a comment.
    fn is_blank(&self, text: &[u8]) -> bool {
        let value = text.iter().find(|byte| !is_space(byte));
        let is_comment = || {
            let text = std::str::from_utf8(text).unwrap_or_default();
            text.trim_start().starts_with("//")
        };
        match value {
            None => true,
            Some(b'/') => self.settings.json.lenient && is_comment(),
            Some(_) => false,
        }
    }

    /// A line of a chunk that is not all UTF-8.
    fn line_not_all_utf8(&mut self, span: RecordSpan<'_>) -> ValidationResult {
        match simdutf8::compat::from_utf8(span.text) {
            Ok(text) => {
                let cursor = JsonCursor::new(text, self.settings.json);
                self.line(cursor, text, &mut K::Raw::default(), span)
            }
            Err(error) => {
                self.damaged_line(&JsonError::from(error).into(), span);
                Ok(())
            }
        }
    }

    /// Validates `line`; `cursor` is at its start.
    fn line<'a>(
        &mut self,
        mut cursor: JsonCursor<'a>,
        line: &'a str,
        raw: &mut K::Raw<'a>,
        span: RecordSpan<'_>,
    ) -> ValidationResult {
        let is_array = matches!(cursor.peek(), Ok(JsonKind::Array));
        let read = if is_array {
            cursor.skip_value().map(drop).map_err(RecordError::from)
        } else {
            self.read_record(&mut cursor, raw)
        };
        // A value that is not an object is still one complete JSON value.
        let is_json = !matches!(read, Err(RecordError::Syntax(_)));
        if is_json && let Err(error) = cursor.end() {
            self.damaged_line(&error.into(), span);
            return Ok(());
        }
        self.count_lenient_syntax(cursor.lenient_syntax_count());
        match read {
            Ok(()) if is_array => self.array(line, span.position, ArrayContent::Records),
            Ok(()) => {
                let enclosing = EnclosingText {
                    text: line,
                    position: span.position,
                };
                self.record_or_envelope(enclosing, raw, span)
            }
            Err(error) => {
                self.damaged_line(&error, span);
                Ok(())
            }
        }
    }

    fn damaged_line(&mut self, error: &RecordError, span: RecordSpan<'_>) {
        self.reject_unreadable(error, span);
    }

    /// Validates what was read as a record; it may be an envelope of records.
    pub(super) fn record_or_envelope<'a>(
        &mut self,
        enclosing: EnclosingText<'a>,
        raw: &mut K::Raw<'a>,
        span: RecordSpan<'_>,
    ) -> ValidationResult {
        let parts = K::envelope_parts(raw, self.settings.json);
        if parts.is_empty() {
            return self.record(raw, span);
        }
        let before = self.out.read;
        for part in parts {
            self.envelope_part(enclosing, part)?;
        }
        if self.out.limit_reached {
            return Ok(());
        }
        let records = self.out.read - before;
        let broken = K::read_envelope_metadata(&mut self.builder, raw, records, self.settings.json);
        if let Some(rule) = broken {
            self.out.warned[rule.index()] += 1;
        }
        Ok(())
    }

    fn envelope_part(
        &mut self,
        enclosing: EnclosingText<'_>,
        part: EnvelopePart,
    ) -> ValidationResult {
        let EnclosingText { text, position } = enclosing;
        let EnvelopePart {
            offset,
            length,
            form,
        } = part;
        let before = text.as_bytes().get(..offset).unwrap_or_default();
        let position = SourcePosition {
            byte_offset: position.byte_offset + offset as u64,
            line: position.line + memchr::memchr_iter(b'\n', before).count() as u64,
        };
        let text = text.get(offset..offset + length).unwrap_or_default();
        match form {
            EnvelopePartForm::Array(content) => self.array(text, position, content),
            EnvelopePartForm::Record => self.one_record(text, position),
        }
    }
}

/// The text that contains a record or envelope; offsets of envelope parts count from its start.
#[derive(Clone, Copy)]
pub(super) struct EnclosingText<'a> {
    pub(super) text: &'a str,
    pub(super) position: SourcePosition,
}

fn line_too_long(position: SourcePosition, limit: usize) -> Refusal {
    Refusal::new(
        RuleId::FileLimit,
        format!(
            "the line is longer than {limit} bytes; raise --max-line-bytes if this is intended"
        ),
    )
    .at(position)
}
