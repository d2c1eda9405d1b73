//! JSON syntax errors with their position.

use std::fmt;

/// A syntax error with the offset of the first invalid byte.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{kind} at byte {offset} of the text")]
pub struct JsonError {
    /// Offset of the first invalid byte, from the start of the cursor's text.
    pub offset: usize,
    /// What is wrong at that offset.
    pub kind: JsonErrorKind,
}

impl From<simdutf8::compat::Utf8Error> for JsonError {
    /// The error of a text that is not UTF-8. A text that ends within a character ends inside a value.
    fn from(error: simdutf8::compat::Utf8Error) -> Self {
        let kind = match error.error_len() {
            Some(_) => JsonErrorKind::InvalidUtf8,
            None => JsonErrorKind::UnexpectedEnd,
        };
        Self {
            offset: error.valid_up_to(),
            kind,
        }
    }
}

/// What is wrong with a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum JsonErrorKind {
    /// The named syntax was expected.
    Expected(&'static str),
    /// The text ends inside a value.
    UnexpectedEnd,
    /// An unescaped control character (below U+0020) in a string.
    ControlCharacter,
    /// A backslash that does not begin a valid escape.
    BadEscape,
    /// An escaped lone surrogate.
    LoneSurrogate,
    /// A malformed number, such as `01`, `1.` or `+1`.
    BadNumber,
    /// A comma before a closing bracket; accepted in lenient mode.
    TrailingComma,
    /// A `//` or `/* */` comment; accepted in lenient mode.
    Comment,
    /// Nesting deeper than the limit.
    TooDeep,
    /// Bytes that are not UTF-8.
    InvalidUtf8,
    /// More text after the value.
    TrailingData,
}

impl JsonErrorKind {
    /// Whether the lenient mode accepts it: trailing commas and comments, as in the documentation's examples.
    pub fn is_lenient_syntax(self) -> bool {
        matches!(self, Self::TrailingComma | Self::Comment)
    }
}

impl fmt::Display for JsonErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Expected(what) => return write!(f, "expected {what}"),
            Self::UnexpectedEnd => "the text ends inside a value",
            Self::ControlCharacter => "unescaped control character in a string",
            Self::BadEscape => "invalid escape in a string",
            Self::LoneSurrogate => "escaped lone surrogate in a string",
            Self::BadNumber => "malformed number",
            Self::TrailingComma => "comma before a closing bracket",
            Self::Comment => "comment",
            Self::TooDeep => "nesting deeper than the limit",
            Self::InvalidUtf8 => "invalid UTF-8",
            Self::TrailingData => "unexpected text after the value",
        })
    }
}
