//! The text of a document around its arrays of records.

use crate::source::refusal::Place;

/// The text outside the arrays, with the places it came from.
#[derive(Default)]
pub(super) struct Frame {
    pub(super) text: Vec<u8>,
    /// (length of `text` before, place) of every stretch.
    stretches: Vec<(usize, Place)>,
}

impl Frame {
    pub(super) fn add(&mut self, text: &[u8], place: Place) {
        self.stretches.push((self.text.len(), place));
        self.text.extend_from_slice(text);
    }

    pub(super) fn place_of(&self, offset: usize) -> Place {
        let stretch = self
            .stretches
            .iter()
            .rev()
            .find(|(start, _)| *start <= offset);
        let Some(&(start, place)) = stretch else {
            return Place {
                byte_offset: 0,
                line: 1,
            };
        };
        let before = self.text.get(start..offset).unwrap_or_default();
        advance(place, before)
    }
}

/// The place after `text` that begins at `place`.
pub(super) fn advance(place: Place, text: &[u8]) -> Place {
    Place {
        byte_offset: place.byte_offset + text.len() as u64,
        line: place.line + memchr::memchr_iter(b'\n', text).count() as u64,
    }
}
