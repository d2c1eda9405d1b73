//! Judges NDJSON: one JSON value a line; a damaged line is one reject.

use super::{Judge, Stretch, Verdict};
use crate::json::{Cursor, JsonError, JsonErrorKind, Kind, is_space};
use crate::purchase::{Name, RawPurchase, read_record};
use crate::record::RecordError;
use crate::rules::RuleId;
use crate::source::{Place, Refusal};

impl Judge<'_> {
    pub(super) fn lines(&mut self, bytes: &[u8]) -> Verdict {
        // The whole piece at once is much faster than line by line.
        let all_utf8 = simdutf8::basic::from_utf8(bytes).ok();
        let mut raw = RawPurchase::default();
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
                match all_utf8.and_then(|all| all.get(start..start + text.len())) {
                    Some(valid) => self.line(valid, &mut raw, stretch)?,
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
            Ok(text) => self.line(text, &mut RawPurchase::default(), stretch),
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

    fn line<'a>(
        &mut self,
        line: &'a str,
        raw: &mut RawPurchase<'a>,
        stretch: Stretch<'_>,
    ) -> Verdict {
        let mut cursor = Cursor::new(line, self.settings.json);
        let is_array = matches!(cursor.peek(), Ok(Kind::Array));
        let read = if is_array {
            cursor.skip_value().map(drop).map_err(RecordError::from)
        } else {
            read_record(&mut cursor, raw)
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
            Ok(()) if is_envelope(raw) && raw.duplicate_key.is_none() => {
                self.envelope(line, raw, stretch.place)
            }
            Ok(()) => self.record(raw, stretch),
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

    /// Judges the elements of the arrays of an envelope that was read as a record.
    pub(super) fn envelope<'a>(
        &mut self,
        line: &'a str,
        raw: &RawPurchase<'a>,
        place: Place,
    ) -> Verdict {
        for extra in &raw.extra {
            let records = extra.key == "purchases";
            if !(records || is_sibling(&extra.key)) || !extra.value.starts_with('[') {
                continue;
            }
            let before = line.as_bytes().get(..extra.offset).unwrap_or_default();
            let lines = memchr::memchr_iter(b'\n', before).count() as u64;
            let place = Place {
                byte_offset: place.byte_offset + extra.offset as u64,
                line: place.line + lines,
            };
            let array = line.get(extra.offset..extra.offset + extra.value.len());
            self.array(array.unwrap_or_default(), place, records)?;
        }
        Ok(())
    }
}

fn is_sibling(key: &str) -> bool {
    matches!(key, "attributes" | "events")
}

/// An object around arrays of records, told apart from a record by what it has: no field of a
/// purchase, and no ingestion payload.
pub(super) fn is_envelope(raw: &RawPurchase<'_>) -> bool {
    const OWN: [Name; 5] = [
        Name::ProductId,
        Name::Price,
        Name::Currency,
        Name::Time,
        Name::Payload,
    ];
    let holds_array =
        |key: &str, value: &str| (key == "purchases" || is_sibling(key)) && value.starts_with('[');
    !raw.extra.is_empty()
        && OWN.iter().all(|name| raw.get(*name).is_missing())
        && raw
            .extra
            .iter()
            .any(|extra| holds_array(&extra.key, &extra.value))
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
