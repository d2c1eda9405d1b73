//! The field delimiter.

use std::fmt;
use std::str::FromStr;

/// The delimiter between two fields of a row.
///
/// Invariant: one ASCII byte, neither a quote nor a line end, so that rows can be split bytewise.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Delimiter(u8);

impl Delimiter {
    /// `;`, usual where the comma is the decimal sign.
    pub const SEMICOLON: Self = Self(b';');
    /// `,`
    pub const COMMA: Self = Self(b',');
    /// The tab.
    pub const TAB: Self = Self(b'\t');
    /// `|`
    pub const PIPE: Self = Self(b'|');

    /// The delimiters that are detected, in order of preference.
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

/// An invalid delimiter.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected one of ; , | tab")]
pub struct InvalidDelimiter;

impl FromStr for Delimiter {
    type Err = InvalidDelimiter;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.as_bytes() {
            b"tab" | b"\\t" => Ok(Self::TAB),
            [byte @ (b';' | b',' | b'\t' | b'|')] => Ok(Self(*byte)),
            _ => Err(InvalidDelimiter),
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
