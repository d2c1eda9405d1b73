//! The text of a document around its arrays of records.

use crate::input::envelope::Envelope;
use crate::input::refusal::{Refusal, SourcePosition};
use crate::json::{JsonCursor, JsonKind, JsonOptions};
use crate::rules::RuleId;

/// The text outside the arrays, with the places it came from.
#[derive(Default)]
pub(super) struct DocumentFrame {
    pub(super) text: Vec<u8>,
    /// (length of `text` before, place) of every stretch.
    spans: Vec<(usize, SourcePosition)>,
}

impl DocumentFrame {
    pub(super) fn add(&mut self, text: &[u8], place: SourcePosition) {
        self.spans.push((self.text.len(), place));
        self.text.extend_from_slice(text);
    }

    pub(super) fn place_of(&self, offset: usize) -> SourcePosition {
        let span = self.spans.iter().rev().find(|(start, _)| *start <= offset);
        let Some(&(start, place)) = span else {
            return SourcePosition {
                byte_offset: 0,
                line: 1,
            };
        };
        let before = self.text.get(start..offset).unwrap_or_default();
        advance(place, before)
    }

    /// A purchase that has arrays of others beside its fields is neither one nor many.
    /// The text has been checked, so that reading it again cannot fail.
    pub(super) fn refuse_mixed(
        &self,
        envelope: Envelope,
        options: JsonOptions,
    ) -> Result<(), Refusal> {
        let text = std::str::from_utf8(&self.text).unwrap_or_default();
        let mut cursor = JsonCursor::new(text, options);
        if cursor.peek() != Ok(JsonKind::Array) {
            return self.refuse_mixed_object(envelope, &mut cursor, options);
        }
        let Ok(mut elements) = cursor.open_array() else {
            return Ok(());
        };
        while let Ok(true) = cursor.next_element(&mut elements) {
            self.refuse_mixed_object(envelope, &mut cursor, options)?;
        }
        Ok(())
    }

    fn refuse_mixed_object(
        &self,
        envelope: Envelope,
        cursor: &mut JsonCursor<'_>,
        options: JsonOptions,
    ) -> Result<(), Refusal> {
        let Ok(mut members) = cursor.peek().and_then(|_| cursor.open_object()) else {
            return Ok(());
        };
        while let Ok(Some(key)) = cursor.next_key(&mut members) {
            let offset = cursor.offset();
            let Ok(value) = cursor.skip_value() else {
                break;
            };
            let key = key.decode();
            let is_mixed = envelope.record_keys().contains(&&*key)
                || (key == "data" && contains_record(envelope, value, options))
                || is_unread_array(envelope, &[&key], value);
            if is_mixed {
                return Err(Refusal {
                    rule: RuleId::FileMixed,
                    place: Some(self.place_of(offset)),
                    message:
                        "a purchase with arrays of other records in it; write one purchase a line"
                            .to_owned(),
                });
            }
        }
        Ok(())
    }
}

/// The place after `text` that begins at `place`.
pub(super) fn advance(place: SourcePosition, text: &[u8]) -> SourcePosition {
    SourcePosition {
        byte_offset: place.byte_offset + text.len() as u64,
        line: place.line + memchr::memchr_iter(b'\n', text).count() as u64,
    }
}

/// Whether `data`, beside arrays that were handed out, is a purchase itself, or holds some that
/// were not.
fn contains_record(envelope: Envelope, data: &str, options: JsonOptions) -> bool {
    let mut cursor = JsonCursor::new(data, options);
    let Ok(mut members) = cursor.peek().and_then(|_| cursor.open_object()) else {
        return false;
    };
    while let Ok(Some(key)) = cursor.next_key(&mut members) {
        let Ok(value) = cursor.skip_value() else {
            break;
        };
        let key = key.decode();
        if envelope.record_keys().contains(&&*key)
            || is_unread_array(envelope, &["data", &key], value)
        {
            return true;
        }
    }
    false
}

/// Whether an array of records is still in the frame: its key was written with escapes, which
/// the scanner does not look through.
fn is_unread_array(envelope: Envelope, path: &[&str], value: &str) -> bool {
    let inner = value.trim_start_matches('[').trim_start();
    envelope.array_content(path).is_some() && value.starts_with('[') && !inner.starts_with(']')
}
