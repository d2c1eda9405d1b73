//! Scans the brackets of a JSON document across consecutive buffers.

use crate::input::chunk::MAX_CHUNK_LINES;
use crate::input::envelope::{ArrayContent, Envelope};
use crate::json::StringMarks;

/// A buffer with the marks of its unscanned part.
#[derive(Clone, Copy)]
pub(super) struct MarkedBuffer<'b> {
    pub(super) buffer: &'b [u8],
    pub(super) marks: &'b StringMarks,
    /// Offset in the buffer where the marks began.
    pub(super) start: usize,
    /// Bytes removed from the front of the buffer since then.
    pub(super) removed: usize,
}

impl MarkedBuffer<'_> {
    /// The offset after the string whose content begins at `at`; `None` when the buffer ends in it.
    #[inline]
    fn end_of_string(self, mut at: usize) -> Option<usize> {
        loop {
            at = self.end_of_content(at);
            match self.buffer.get(at)? {
                b'"' => return Some(at + 1),
                // A backslash and the escaped byte; the four digits of a \u are content.
                _ => at += 2,
            }
        }
    }

    /// The first quote or backslash at or after `at`, or the end of the buffer.
    #[inline]
    fn end_of_content(self, at: usize) -> usize {
        let mut from = (at + self.removed).saturating_sub(self.start);
        loop {
            let found = self.marks.next(from);
            let at = found
                .saturating_add(self.start)
                .saturating_sub(self.removed);
            match self.buffer.get(at) {
                None => return self.buffer.len(),
                Some(b'"' | b'\\') => return at,
                // A control character: an error in a string, which the parser reports.
                Some(_) => from = found + 1,
            }
        }
    }
}

/// Why the scanner stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ScanStop {
    /// All bytes of the buffer are scanned.
    EndOfBuffer,
    /// A record array or sibling array begins.
    ArrayOpened,
    /// Enough elements for a chunk, which ends with the comma at this offset.
    ChunkFull {
        /// Offset of the comma in the buffer.
        comma: usize,
    },
    /// After the closing bracket of the array.
    ArrayClosed,
    /// After the comma that follows an envelope in an array; elements follow.
    EnvelopeLeft,
    /// After the opening bracket of a further object, behind the one that was scanned.
    NextDocument,
}

/// The lexical element at the scanner's position.
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
/// Invariants: `depth` counts open brackets; `array`, when present, was opened at depth `array.depth`,
/// and the commas at that depth are the element boundaries.
#[derive(Debug, Default)]
pub(super) struct DocumentScanner {
    lexeme: Lexeme,
    depth: usize,
    envelope: Envelope,
    /// Open brackets around the scanned document: one when it is an envelope in an array, otherwise
    /// zero.
    base: usize,
    /// Whether the open brackets at levels 1 and 2, counted from `base`, are objects.
    is_object: [bool; 2],
    /// The latest string at levels 1 and 2: at an opening bracket, the key before it.
    keys: [Vec<u8>; 2],
    /// The index in `keys` of the string being scanned.
    in_key: Option<usize>,
    array: Option<OpenArray>,
    /// The content of the current or the last array.
    latest: Option<ArrayContent>,
    /// Whether the document was an object, and it is closed.
    is_closed_object: bool,
}

#[derive(Clone, Copy, Debug)]
struct OpenArray {
    depth: usize,
    content: ArrayContent,
    /// Offset in the buffer of the last comma between elements.
    comma: Option<usize>,
    /// Elements since the last chunk.
    elements: usize,
}

/// Bytes kept of a key; the longest relevant key is `attributes`, ten bytes.
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

    /// What the elements of the current (or last) array are.
    pub(super) fn elements_content(&self) -> ArrayContent {
        self.latest.unwrap_or(ArrayContent::Records)
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

    /// Resets the element count after the last comma.
    pub(super) fn reset_elements(&mut self) {
        if let Some(array) = self.array.as_mut() {
            (array.comma, array.elements) = (None, 0);
        }
    }

    /// Prepares to scan the current element again from its start, as an envelope.
    pub(super) fn enter_envelope(&mut self) {
        self.lexeme = Lexeme::Between;
        self.array = None;
        self.depth = 1;
        self.base = 1;
    }

    /// Leaves an array in which the input ends; returns what its elements are.
    pub(super) fn abandon_array(&mut self) -> ArrayContent {
        let array = self.array.take();
        array.map_or(ArrayContent::Records, |array| array.content)
    }

    /// Scans the buffer from `at` on, and advances `at`. Offsets of a stop are offsets in the buffer,
    /// from which the caller removes the completed part before the next call.
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

    /// The fast path inside an array of elements, which is most of a document: keys are ignored, and
    /// strings are skipped within the loop. Stops at a comment and at a string that continues after
    /// the buffer, which the general path handles.
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
            b'{' if self.is_closed_object => return Some(ScanStop::NextDocument),
            b'{' | b'[' => {
                self.depth += 1;
                return self.open_bracket(byte);
            }
            b'}' | b']' => {
                self.depth = self.depth.saturating_sub(1);
                let [is_object, _] = self.is_object;
                self.is_closed_object = byte == b'}' && is_object && self.depth == 0;
            }
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
        // A second document after the first has no level; it is invalid JSON.
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

    /// The content of an array at the current depth, by the keys of its path.
    fn content(&self) -> Option<ArrayContent> {
        let [outer, inner] = &self.keys;
        match (self.depth - self.base, self.is_object) {
            (1, _) if self.base == 0 => Some(ArrayContent::Records),
            (2, [true, _]) => self.envelope.array_content(&[outer]),
            (3, [true, true]) => self.envelope.array_content(&[outer, inner]),
            _ => None,
        }
    }

    /// Scans string content up to its end, an escape or the end of the buffer.
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
                // Escaped keys are not decoded, so that they match no array of the envelope.
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
