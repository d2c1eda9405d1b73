//! Follows the brackets of a JSON document, byte by byte across buffers.

use crate::input::envelope::{ArrayContent, Envelope};
use crate::input::line_chunks::MAX_CHUNK_LINES;
use crate::json::StringMarks;

/// A buffer with the marks of the part that has not been scanned yet.
#[derive(Clone, Copy)]
pub(super) struct MarkedBuffer<'b> {
    pub(super) buffer: &'b [u8],
    pub(super) marks: &'b StringMarks,
    /// Where the marks began in the buffer.
    pub(super) start: usize,
    /// Bytes taken from the front of the buffer since then.
    pub(super) taken: usize,
}

impl MarkedBuffer<'_> {
    /// The offset after the string whose content begins at `at`; `None` when the buffer ends in it.
    fn end_of_string(self, mut at: usize) -> Option<usize> {
        loop {
            at = self.end_of_content(at);
            match self.buffer.get(at)? {
                b'"' => return Some(at + 1),
                // A backslash and what it escapes; the four digits of a \u are content.
                _ => at += 2,
            }
        }
    }

    /// The first quote or backslash at or after `at`, or the end of the buffer.
    fn end_of_content(self, at: usize) -> usize {
        let mut from = (at + self.taken).saturating_sub(self.start);
        loop {
            let found = self.marks.next(from);
            let at = found.saturating_add(self.start).saturating_sub(self.taken);
            match self.buffer.get(at) {
                None => return self.buffer.len(),
                Some(b'"' | b'\\') => return at,
                // A control character: wrong in a string, but not ours to say.
                Some(_) => from = found + 1,
            }
        }
    }
}

/// Why the scanner stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ScanStop {
    /// All bytes of the buffer are passed.
    EndOfBuffer,
    /// An array of elements has just been entered.
    ArrayOpened,
    /// Enough elements are passed; the chunk ends with the comma at this offset.
    ChunkFull {
        /// Offset of the comma in the buffer.
        comma: usize,
    },
    /// The array's closing bracket has just been passed.
    ArrayClosed,
    /// The comma after an envelope that stood in an array has just been passed; elements follow.
    EnvelopeLeft,
}

/// What the scanner is inside of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Lexeme {
    #[default]
    Between,
    String,
    Escape,
    Slash,
    LineComment,
    BlockComment,
    BlockCommentStar,
}

/// The scanner's state.
///
/// Invariants: `depth` counts open brackets; when `array` is there, it was opened at depth
/// `array.depth`, and element boundaries are the commas at that depth.
#[derive(Debug, Default)]
pub(super) struct DocumentScanner {
    lexeme: Lexeme,
    depth: usize,
    envelope: Envelope,
    /// Open brackets around the document that is followed: one when it is an envelope that is an
    /// element of an array.
    base: usize,
    /// Whether the brackets open at levels 1 and 2, which count from `base`, are objects.
    is_object: [bool; 2],
    /// The latest string at levels 1 and 2: where a bracket opens, it is the key before it.
    keys: [Vec<u8>; 2],
    /// Which of them the string being passed belongs to.
    in_key: Option<usize>,
    array: Option<OpenArray>,
    /// What the current or the last array holds.
    latest: Option<ArrayContent>,
}

#[derive(Clone, Copy, Debug)]
struct OpenArray {
    depth: usize,
    content: ArrayContent,
    /// Last comma between elements, in the buffer.
    comma: Option<usize>,
    /// Elements passed since the last chunk.
    elements: usize,
}

/// Longest key that matters is `attributes`, ten bytes.
const KEY_BYTES: usize = 16;

impl DocumentScanner {
    /// A scanner at the start of a document.
    pub(super) fn new(envelope: Envelope) -> Self {
        Self {
            envelope,
            ..Self::default()
        }
    }

    /// Whether the scanner is inside an array of elements.
    pub(super) fn in_array(&self) -> bool {
        self.array.is_some()
    }

    /// Whether the elements of the current (or last) array are records.
    pub(super) fn records(&self) -> bool {
        self.latest != Some(ArrayContent::Siblings)
    }

    /// Offset in the buffer where the unfinished element begins.
    pub(super) fn element_start(&self) -> usize {
        self.array
            .and_then(|array| array.comma)
            .map_or(0, |comma| comma + 1)
    }

    /// Whether the unfinished element is one of the document's own array.
    pub(super) fn is_outermost(&self) -> bool {
        self.array.is_some_and(|array| array.depth == 1)
    }

    /// Begins to count elements again, behind the last comma.
    pub(super) fn reset_elements(&mut self) {
        if let Some(array) = self.array.as_mut() {
            (array.comma, array.elements) = (None, 0);
        }
    }

    /// Forgets the element it is in, which is to be scanned again from its start as an envelope.
    pub(super) fn enter_envelope(&mut self) {
        self.lexeme = Lexeme::Between;
        self.array = None;
        self.depth = 1;
        self.base = 1;
    }

    /// Leaves an array that the input ends in; tells whether its elements are records.
    pub(super) fn abandon_array(&mut self) -> bool {
        self.array
            .take()
            .is_none_or(|array| array.content == ArrayContent::Records)
    }

    /// Scans the buffer from `at` on, and moves `at`. Offsets of a stop count from the start of the
    /// buffer, from which the caller takes what the stop completed before the next call.
    pub(super) fn run(
        &mut self,
        marked: MarkedBuffer<'_>,
        at: &mut usize,
        chunk_bytes: usize,
    ) -> ScanStop {
        let buffer = marked.buffer;
        while let Some(&byte) = buffer.get(*at) {
            match self.lexeme {
                Lexeme::Between if self.array.is_some() => {
                    if let Some(stop) = self.elements(marked, at, chunk_bytes) {
                        return stop;
                    }
                }
                Lexeme::Between => {
                    *at += 1;
                    if let Some(stop) = self.between(byte) {
                        return stop;
                    }
                }
                Lexeme::String => self.string(marked, at),
                _ => {
                    self.comment_or_escape(byte);
                    *at += 1;
                }
            }
        }
        ScanStop::EndOfBuffer
    }

    /// The same walk inside an array of elements, where nearly all of a document is: keys do not
    /// matter there, and strings are passed without leaving the loop. Stops at a comment and at a
    /// string that the buffer ends in, which the general walk goes on with.
    fn elements(
        &mut self,
        marked: MarkedBuffer<'_>,
        at: &mut usize,
        chunk_bytes: usize,
    ) -> Option<ScanStop> {
        let (buffer, mut depth, mut here) = (marked.buffer, self.depth, *at);
        let array_depth = self.array.map_or(0, |array| array.depth);
        let stop = loop {
            let Some(&byte) = buffer.get(here) else {
                break None;
            };
            here += 1;
            match byte {
                b'"' => {
                    let Some(end) = marked.end_of_string(here) else {
                        self.in_key = None;
                        self.lexeme = Lexeme::String;
                        break None;
                    };
                    here = end;
                }
                b'{' | b'[' => depth += 1,
                b'}' | b']' => {
                    depth = depth.saturating_sub(1);
                    if depth < array_depth {
                        self.array = None;
                        break Some(ScanStop::ArrayClosed);
                    }
                }
                b',' if depth == array_depth => {
                    if let Some(full) = self.comma(here - 1, chunk_bytes) {
                        break Some(full);
                    }
                }
                b'/' => {
                    self.lexeme = Lexeme::Slash;
                    break None;
                }
                _ => {}
            }
        };
        (self.depth, *at) = (depth, here);
        stop
    }

    /// The comma after an element.
    fn comma(&mut self, offset: usize, chunk_bytes: usize) -> Option<ScanStop> {
        let array = self.array.as_mut()?;
        array.elements += 1;
        if offset + 1 >= chunk_bytes || array.elements == MAX_CHUNK_LINES {
            self.reset_elements();
            return Some(ScanStop::ChunkFull { comma: offset });
        }
        array.comma = Some(offset);
        None
    }

    /// A byte outside strings and outside arrays of elements.
    fn between(&mut self, byte: u8) -> Option<ScanStop> {
        match byte {
            b'"' => {
                self.lexeme = Lexeme::String;
                self.in_key = match self.depth - self.base.min(self.depth) {
                    level @ (1 | 2) => Some(level - 1),
                    _ => None,
                };
                if let Some(key) = self.open_key() {
                    key.clear();
                }
            }
            b'{' | b'[' => {
                self.depth += 1;
                return self.open_bracket(byte);
            }
            b'}' | b']' => self.depth = self.depth.saturating_sub(1),
            b',' if self.base == 1 && self.depth == 1 => {
                self.base = 0;
                return Some(self.enter_array(ArrayContent::Records, ScanStop::EnvelopeLeft));
            }
            b'/' => self.lexeme = Lexeme::Slash,
            _ => {}
        }
        None
    }

    fn open_key(&mut self) -> Option<&mut Vec<u8>> {
        self.in_key.and_then(|at| self.keys.get_mut(at))
    }

    fn open_bracket(&mut self, byte: u8) -> Option<ScanStop> {
        let opens_array = byte == b'[';
        // A second document behind the first has no level, and is no JSON.
        let level = (self.depth - self.base.min(self.depth)).checked_sub(1)?;
        if let Some(is_object) = self.is_object.get_mut(level) {
            *is_object = !opens_array;
        }
        if let Some(key) = self.keys.get_mut(level) {
            key.clear();
        }
        let content = if opens_array {
            self.content()?
        } else {
            return None;
        };
        Some(self.enter_array(content, ScanStop::ArrayOpened))
    }

    /// Begins an array of elements at the current depth.
    fn enter_array(&mut self, content: ArrayContent, stop: ScanStop) -> ScanStop {
        self.latest = Some(content);
        self.array = Some(OpenArray {
            depth: self.depth,
            content,
            comma: None,
            elements: 0,
        });
        stop
    }

    /// What an array at the current depth holds, by the keys that lead to it.
    fn content(&self) -> Option<ArrayContent> {
        let [outer, inner] = &self.keys;
        match (self.depth - self.base, self.is_object) {
            (1, _) if self.base == 0 => Some(ArrayContent::Records),
            (2, [true, _]) => self.envelope.array_content(&[outer]),
            (3, [true, true]) => self.envelope.array_content(&[outer, inner]),
            _ => None,
        }
    }

    /// Passes string content up to its end, an escape or the end of the buffer.
    fn string(&mut self, marked: MarkedBuffer<'_>, at: &mut usize) {
        let end = marked.end_of_content(*at);
        let rest = marked.buffer.get(*at..).unwrap_or_default();
        let passed = end - *at;
        if let Some(key) = self.open_key().filter(|key| key.len() < KEY_BYTES) {
            key.extend_from_slice(rest.get(..passed.min(KEY_BYTES)).unwrap_or_default());
        }
        *at += passed;
        match rest.get(passed) {
            Some(b'"') => {
                self.lexeme = Lexeme::Between;
                *at += 1;
            }
            Some(_) => {
                self.lexeme = Lexeme::Escape;
                // An escaped spelling of a key is not looked through: it is then no array of ours.
                if let Some(key) = self.open_key() {
                    key.push(b'\\');
                }
                *at += 1;
            }
            None => {}
        }
    }

    fn comment_or_escape(&mut self, byte: u8) {
        self.lexeme = match (self.lexeme, byte) {
            (Lexeme::Escape, _) => Lexeme::String,
            (Lexeme::BlockCommentStar, b'/') | (Lexeme::LineComment, b'\n') => Lexeme::Between,
            (Lexeme::Slash, b'/') | (Lexeme::LineComment, _) => Lexeme::LineComment,
            (Lexeme::BlockComment | Lexeme::BlockCommentStar, b'*') => Lexeme::BlockCommentStar,
            (Lexeme::Slash, b'*') | (Lexeme::BlockComment | Lexeme::BlockCommentStar, _) => {
                Lexeme::BlockComment
            }
            _ => Lexeme::Between,
        };
    }
}
