//! The byte between two fields.

use std::fmt;
use std::str::FromStr;

/// The byte between two fields of a row.
///
/// Invariant: ASCII, and neither a quote nor a line end, so that a row can be cut at it without
/// looking at characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Delimiter(u8);

impl Delimiter {
    /// `;`, the habit wherever the comma is the decimal sign.
    pub const SEMICOLON: Self = Self(b';');
    /// `,`
    pub const COMMA: Self = Self(b',');
    /// The tab.
    pub const TAB: Self = Self(b'\t');
    /// `|`
    pub const PIPE: Self = Self(b'|');

    /// The delimiters that are looked for, in order of preference.
    pub const CANDIDATES: [Self; 4] = [Self::SEMICOLON, Self::COMMA, Self::TAB, Self::PIPE];

    /// The byte.
    pub fn as_byte(self) -> u8 {
        self.0
    }

    /// The character.
    pub fn as_char(self) -> char {
        char::from(self.0)
    }
}

impl fmt::Display for Delimiter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            b'\t' => f.write_str("tab"),
            _ => write!(f, "{}", self.as_char()),
        }
    }
}

/// A text that is no delimiter.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is no delimiter: give one of ; , | tab")]
pub struct InvalidDelimiter {
    /// What was given.
    pub text: String,
}

impl FromStr for Delimiter {
    type Err = InvalidDelimiter;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.as_bytes() {
            b"tab" | b"\\t" => Ok(Self::TAB),
            [byte @ (b';' | b',' | b'\t' | b'|')] => Ok(Self(*byte)),
            _ => Err(InvalidDelimiter {
                text: text.to_owned(),
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_four_delimiters_of_such_files_are_accepted() {
        for (text, byte) in [
            (";", b';'),
            ("tab", b'\t'),
            ("\\t", b'\t'),
            ("\t", b'\t'),
            ("|", b'|'),
        ] {
            assert_eq!(text.parse::<Delimiter>().map(Delimiter::as_byte), Ok(byte));
        }
        for text in ["", "\"", "\n", ";;", "ç", "x", "^"] {
            assert!(text.parse::<Delimiter>().is_err(), "{text:?}");
        }
    }
}
