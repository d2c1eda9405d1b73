//! Judges NDJSON: one JSON value a line; a damaged line is one reject.

use super::{Judge, Stretch, Verdict};
use crate::ingest::kind::{Kind, Part, PartForm};
use crate::input::{Held, Place, Refusal};
use crate::json::{Cursor, JsonError, JsonErrorKind, Kind as JsonKind, Marks, is_space};
use crate::record::RecordError;
use crate::rules::RuleId;

impl<K: Kind> Judge<'_, K> {
    pub(super) fn lines(&mut self, bytes: &[u8]) -> Verdict {
        // The whole piece at once is much faster than line by line.
        let all_utf8 = simdutf8::basic::from_utf8(bytes).ok();
        let marks = all_utf8.map(|_| Marks::of(bytes));
        let mut raw = K::Raw::default();
        let mut place = self.start;
        let mut start = 0;
        for end in memchr::memchr_iter(b'\n', bytes).chain([bytes.len()]) {
            let line = bytes.get(start..end).unwrap_or_default();
            let text = line.strip_suffix(b"\r").unwrap_or(line);
            if text.len() > self.settings.limits.max_line_bytes {
                return Err(Box::new(too_long(
                    place,
                    self.settings.limits.max_line_bytes,
                )));
            }
            if !self.is_blank(text) {
                let stretch = Stretch { text, place };
                let valid = all_utf8.and_then(|all| all.get(start..start + text.len()));
                match valid.zip(marks.as_ref()) {
                    Some((valid, marks)) => {
                        let cursor = Cursor::marked(valid, self.settings.json, marks, start);
                        self.line(cursor, valid, &mut raw, stretch)?;
                    }
                    None => self.line_of_bytes(stretch)?,
                }
            }
            let passed = end - start + 1;
            place = Place {
                byte_offset: place.byte_offset + passed as u64,
                line: place.line + 1,
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

    /// A line of a piece that is not all UTF-8.
    fn line_of_bytes(&mut self, stretch: Stretch<'_>) -> Verdict {
        match simdutf8::compat::from_utf8(stretch.text) {
            Ok(text) => {
                let cursor = Cursor::new(text, self.settings.json);
                self.line(cursor, text, &mut K::Raw::default(), stretch)
            }
            Err(error) => {
                let offset = error.valid_up_to();
                let error = JsonError {
                    offset,
                    kind: JsonErrorKind::InvalidUtf8,
                };
                self.damaged_line(&error.into(), stretch);
                Ok(())
            }
        }
    }

    /// Judges `line`, at whose start `cursor` stands.
    fn line<'a>(
        &mut self,
        mut cursor: Cursor<'a>,
        line: &'a str,
        raw: &mut K::Raw<'a>,
        stretch: Stretch<'_>,
    ) -> Verdict {
        let is_array = matches!(cursor.peek(), Ok(JsonKind::Array));
        let read = if is_array {
            cursor.skip_value().map(drop).map_err(RecordError::from)
        } else {
            K::read_record(&mut cursor, raw)
        };
        // A value that is no object is still one whole JSON value.
        let is_json = !matches!(read, Err(RecordError::Syntax(_)));
        if is_json && let Err(error) = cursor.end() {
            self.damaged_line(&error.into(), stretch);
            return Ok(());
        }
        self.note_habits(cursor.habits());
        match read {
            Ok(()) if is_array => self.array(line, stretch.place, true),
            Ok(()) => {
                let around = Around {
                    text: line,
                    place: stretch.place,
                };
                self.record_or_envelope(around, raw, stretch)
            }
            Err(error) => {
                self.damaged_line(&error, stretch);
                Ok(())
            }
        }
    }

    fn damaged_line(&mut self, error: &RecordError, stretch: Stretch<'_>) {
        let ordinal = self.next_ordinal();
        self.unreadable(error, ordinal, stretch);
    }

    /// Judges what was read as a record: it may be the envelope around some.
    pub(super) fn record_or_envelope<'a>(
        &mut self,
        around: Around<'a>,
        raw: &mut K::Raw<'a>,
        stretch: Stretch<'_>,
    ) -> Verdict {
        let parts = K::parts(raw, self.settings.json);
        if parts.is_empty() {
            return self.record(raw, stretch);
        }
        let before = self.out.read;
        for part in parts {
            self.part(around, part)?;
        }
        let records = self.out.read - before;
        let broken = K::note_envelope(&mut self.accepting, raw, records, self.settings.json);
        if let Some(rule) = broken {
            self.out.warned[rule.index()] += 1;
        }
        Ok(())
    }

    fn part(&mut self, around: Around<'_>, part: Part) -> Verdict {
        let Around { text, place } = around;
        let Part {
            offset,
            length,
            form,
        } = part;
        let before = text.as_bytes().get(..offset).unwrap_or_default();
        let place = Place {
            byte_offset: place.byte_offset + offset as u64,
            line: place.line + memchr::memchr_iter(b'\n', before).count() as u64,
        };
        let text = text.get(offset..offset + length).unwrap_or_default();
        match form {
            PartForm::Array(held) => self.array(text, place, held == Held::Records),
            PartForm::Record => self.one_record(text, place),
        }
    }
}

/// The text that was read when a record was met in it; the offsets of its parts count from here.
#[derive(Clone, Copy)]
pub(super) struct Around<'a> {
    pub(super) text: &'a str,
    pub(super) place: Place,
}

fn too_long(place: Place, most: usize) -> Refusal {
    Refusal {
        rule: RuleId::FileLimit,
        place: Some(place),
        message: format!(
            "the line is longer than {most} bytes; raise --max-line-bytes if it is meant"
        ),
    }
}
