//! Why a text is not JSON, and where.

use std::fmt;

/// A refusal by the reader, with the place of the first wrong byte.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{kind} at byte {offset} of the text")]
pub struct JsonError {
    /// Offset of the first byte that does not fit, from the start of the text given to the cursor.
    pub offset: usize,
    /// What is wrong there.
    pub kind: JsonErrorKind,
}

/// What is wrong with a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum JsonErrorKind {
    /// Something else was expected; the text says what.
    Expected(&'static str),
    /// The text ends inside a value.
    UnexpectedEnd,
    /// A raw control character (below U+0020) inside a string.
    ControlCharacter,
    /// A backslash followed by something that is no escape.
    BadEscape,
    /// A `\u` escape of half a surrogate pair.
    LoneSurrogate,
    /// A number that breaks the grammar, such as `01`, `1.` or `+1`.
    BadNumber,
    /// A comma before a closing bracket; accepted in lenient mode.
    TrailingComma,
    /// A `//` or `/* */` comment; accepted in lenient mode.
    Comment,
    /// More nested levels than the limit.
    TooDeep,
    /// Bytes that are not UTF-8.
    InvalidUtf8,
    /// More text after the value.
    TrailingData,
}

impl JsonErrorKind {
    /// True for the two habits of the documents' own examples that the lenient mode accepts.
    pub fn is_lenient_syntax(self) -> bool {
        matches!(self, Self::TrailingComma | Self::Comment)
    }
}

impl fmt::Display for JsonErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Expected(what) => return write!(f, "expected {what}"),
            Self::UnexpectedEnd => "the text ends inside a value",
            Self::ControlCharacter => "raw control character inside a string",
            Self::BadEscape => "unknown escape inside a string",
            Self::LoneSurrogate => "escape of half a surrogate pair",
            Self::BadNumber => "malformed number",
            Self::TrailingComma => "comma before a closing bracket",
            Self::Comment => "comment",
            Self::TooDeep => "nesting deeper than the limit",
            Self::InvalidUtf8 => "invalid UTF-8",
            Self::TrailingData => "unexpected text after the value",
        })
    }
}
