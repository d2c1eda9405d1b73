//! The text of a document around its record arrays.

use crate::input::envelope::Envelope;
use crate::input::refusal::{Refusal, SourcePosition};
use crate::json::{JsonCursor, JsonKind, JsonOptions};
use crate::rules::RuleId;

/// The text outside the record arrays, with its positions in the document.
#[derive(Default)]
pub(super) struct DocumentFrame {
    pub(super) text: Vec<u8>,
    /// For each added span: its offset in `text` and its position in the document.
    spans: Vec<(usize, SourcePosition)>,
}

impl DocumentFrame {
    pub(super) fn add(&mut self, text: &[u8], position: SourcePosition) {
        self.spans.push((self.text.len(), position));
        self.text.extend_from_slice(text);
    }

    pub(super) fn position_of(&self, offset: usize) -> SourcePosition {
        let span = self.spans.iter().rev().find(|(start, _)| *start <= offset);
        let Some(&(start, position)) = span else {
            return SourcePosition {
                byte_offset: 0,
                line: 1,
            };
        };
        let before = self.text.get(start..offset).unwrap_or_default();
        advance(position, before)
    }

    /// Refuses a document that is a purchase and also contains record arrays. The text has been
    /// validated, so that reading it again cannot fail.
    pub(super) fn refuse_mixed(
        &self,
        envelope: Envelope,
        options: JsonOptions,
    ) -> Result<(), Refusal> {
        let text = std::str::from_utf8(&self.text).unwrap_or_default();
        let mut cursor = JsonCursor::new(text, options);
        let is_mixed = |key: &str, value: &str| {
            envelope.record_keys().contains(&key)
                || (key == "data" && contains_record(envelope, value, options))
                || is_unread_array(envelope, &[key], value)
        };
        let mut mixed = None;
        if cursor.peek() != Ok(JsonKind::Array) {
            mixed = find_member(&mut cursor, is_mixed);
        } else if let Ok(mut elements) = cursor.open_array() {
            while mixed.is_none()
                && let Ok(true) = cursor.next_element(&mut elements)
            {
                mixed = find_member(&mut cursor, is_mixed);
            }
        }
        let message = "a purchase that contains record arrays; write one purchase per line";
        mixed.map_or(Ok(()), |offset| {
            Err(Refusal::new(RuleId::FileMixed, message).at(self.position_of(offset)))
        })
    }
}

/// The position after `text`, which begins at `position`.
pub(super) fn advance(position: SourcePosition, text: &[u8]) -> SourcePosition {
    SourcePosition {
        byte_offset: position.byte_offset + text.len() as u64,
        line: position.line + memchr::memchr_iter(b'\n', text).count() as u64,
    }
}

/// Whether `data` is itself a purchase, or contains record arrays that were not returned as chunks.
fn contains_record(envelope: Envelope, data: &str, options: JsonOptions) -> bool {
    let is_record = |key: &str, value: &str| {
        envelope.record_keys().contains(&key) || is_unread_array(envelope, &["data", key], value)
    };
    find_member(&mut JsonCursor::new(data, options), is_record).is_some()
}

/// The offset of the first member of an object that `is_wanted` by its key and value.
fn find_member(
    cursor: &mut JsonCursor<'_>,
    is_wanted: impl Fn(&str, &str) -> bool,
) -> Option<usize> {
    let mut members = cursor.peek().and_then(|_| cursor.open_object()).ok()?;
    while let Ok(Some(key)) = cursor.next_key(&mut members) {
        let offset = cursor.offset();
        let value = cursor.skip_value().ok()?;
        if is_wanted(&key.decode(), value) {
            return Some(offset);
        }
    }
    None
}

/// Whether a record array is still in the frame: its key has escapes, which the scanner does not
/// decode.
fn is_unread_array(envelope: Envelope, path: &[&str], value: &str) -> bool {
    let inner = value.trim_start_matches('[').trim_start();
    envelope.array_content(path).is_some() && value.starts_with('[') && !inner.starts_with(']')
}
