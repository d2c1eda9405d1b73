//! Why a CSV input is refused as a whole: each reason names its rule, its place and what to do.

use std::fmt;

use super::columns::CsvValueType;
use super::encoding::{Charset, InvalidBytes};
use crate::rules::RuleId;

/// A place in the decoded text of an input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TextPosition {
    /// Offset in bytes from the first byte behind the byte order mark.
    pub byte_offset: u64,
    /// Line, 1-based; line ends inside quotes count.
    pub line: u64,
}

impl TextPosition {
    /// The first byte of an input.
    pub const START: Self = Self {
        byte_offset: 0,
        line: 1,
    };
}

/// A value that a decision rests on, with its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EvidenceValue {
    /// The value as written, shortened to [`EvidenceValue::MAX_CHARS`].
    pub value: String,
    /// Where its row begins.
    pub at: TextPosition,
}

impl fmt::Display for EvidenceValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} on line {}", self.value, self.at.line)
    }
}

impl EvidenceValue {
    /// As much of a value as a message can show without becoming unreadable.
    pub const MAX_CHARS: usize = 64;

    pub(super) fn new(value: &str, at: TextPosition) -> Self {
        let mut short: String = value.chars().take(Self::MAX_CHARS).collect();
        if short.len() < value.len() {
            short.push('…');
        }
        Self { value: short, at }
    }
}

/// Why a CSV input is refused. Its rows may still be whole up to [`CsvRefusal::byte_offset`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CsvRefusal {
    /// Bytes that are not text in the encoding of the input.
    #[error(transparent)]
    Encoding(#[from] InvalidBytes),
    /// Two delimiters split the file equally well.
    #[error("the file can be split at {first:?} and at {second:?} alike (header: {header:?})")]
    DelimiterAmbiguous {
        /// One delimiter.
        first: char,
        /// The other.
        second: char,
        /// The header line, shortened.
        header: String,
        /// Where the header begins.
        at: TextPosition,
    },
    /// A column whose numbers can be read with either decimal sign.
    #[error("the numbers of column {column:?} can be read in two ways, such as {}{}", .value, contrast(.other.as_ref()))]
    DecimalAmbiguous {
        /// Header of the column.
        column: String,
        /// The first value that can be read in two ways, or that speaks for one way.
        value: EvidenceValue,
        /// A value that speaks for the other way, if there is one.
        other: Option<EvidenceValue>,
    },
    /// A column whose dates can be read in either order.
    #[error("the dates of column {column:?} can be read in two ways, such as {}{}", .value, contrast(.other.as_ref()))]
    DateAmbiguous {
        /// Header of the column.
        column: String,
        /// The first value that can be read in two ways, or that speaks for one way.
        value: EvidenceValue,
        /// A value that speaks for the other way, if there is one.
        other: Option<EvidenceValue>,
    },
    /// Two columns for one field.
    #[error("columns {first:?} and {second:?} both mean {field:?}")]
    HeaderDuplicate {
        /// The column further left.
        first: String,
        /// The column further right.
        second: String,
        /// The canonical field or property.
        field: String,
        /// Where the header begins.
        at: TextPosition,
    },
    /// No column has a name that is known.
    #[error("no column of the first line has a known name: found {}", list_names(.found))]
    HeaderUnknown {
        /// The names found.
        found: Vec<String>,
        /// The canonical names.
        accepted: Vec<&'static str>,
        /// Whether the text holds NUL characters, as UTF-16 read as UTF-8 does.
        has_nul: bool,
        /// Where the header begins.
        at: TextPosition,
    },
    /// A quote that nothing closes.
    #[error("the record that begins on line {} opens a quote that is not closed", .at.line)]
    QuoteUnclosed {
        /// Where the record begins.
        at: TextPosition,
    },
    /// A record longer than the limit.
    #[error("the record that begins on line {} is longer than {limit} bytes", .at.line)]
    RecordTooLong {
        /// The limit that it passed.
        limit: usize,
        /// Where the record begins.
        at: TextPosition,
    },
    /// A header with more columns than the limit.
    #[error("the header has {found} columns, more than {limit}")]
    TooManyColumns {
        /// How many there are.
        found: usize,
        /// The limit.
        limit: usize,
        /// Where the header begins.
        at: TextPosition,
    },
}

impl CsvRefusal {
    /// The rule that is broken.
    pub fn rule(&self) -> RuleId {
        match self {
            Self::Encoding(_) => RuleId::FileEncoding,
            Self::DelimiterAmbiguous { .. }
            | Self::DecimalAmbiguous { .. }
            | Self::DateAmbiguous { .. } => RuleId::FileCsvAmbig,
            Self::HeaderDuplicate { .. } => RuleId::FileHeaderDup,
            Self::HeaderUnknown { .. } => RuleId::FileWrongKind,
            Self::QuoteUnclosed { .. } => RuleId::FileCsvQuote,
            Self::RecordTooLong { .. } | Self::TooManyColumns { .. } => RuleId::FileLimit,
        }
    }

    /// Where it is broken.
    pub fn byte_offset(&self) -> u64 {
        match self {
            Self::Encoding(bad) => bad.byte_offset,
            Self::DecimalAmbiguous { value, .. } | Self::DateAmbiguous { value, .. } => {
                value.at.byte_offset
            }
            Self::DelimiterAmbiguous { at, .. }
            | Self::HeaderDuplicate { at, .. }
            | Self::HeaderUnknown { at, .. }
            | Self::QuoteUnclosed { at }
            | Self::RecordTooLong { at, .. }
            | Self::TooManyColumns { at, .. } => at.byte_offset,
        }
    }

    /// The line of that place; bytes that are no text have none.
    pub fn line(&self) -> Option<u64> {
        match self {
            Self::Encoding(_) => None,
            Self::DecimalAmbiguous { value, .. } | Self::DateAmbiguous { value, .. } => {
                Some(value.at.line)
            }
            Self::DelimiterAmbiguous { at, .. }
            | Self::HeaderDuplicate { at, .. }
            | Self::HeaderUnknown { at, .. }
            | Self::QuoteUnclosed { at }
            | Self::RecordTooLong { at, .. }
            | Self::TooManyColumns { at, .. } => Some(at.line),
        }
    }

    /// What to do about it.
    pub fn remedy(&self) -> String {
        match self {
            Self::Encoding(InvalidBytes {
                charset: Charset::Windows1252,
                ..
            }) => "give the right --encoding".to_owned(),
            Self::Encoding(_) => {
                "save the file as UTF-8, or say --encoding windows-1252 if that is what it is"
                    .to_owned()
            }
            Self::DelimiterAmbiguous { .. } => "say which with --delimiter".to_owned(),
            Self::DecimalAmbiguous { .. } => {
                "say --decimal , or --decimal . for the sign before the fraction".to_owned()
            }
            Self::DateAmbiguous { .. } => {
                "say --date-order dmy for day first or --date-order mdy for month first".to_owned()
            }
            Self::HeaderDuplicate { first, field, .. } => {
                format!("remove one column, or choose one with --map '{first}={field}'")
            }
            Self::HeaderUnknown {
                accepted, has_nul, ..
            } => {
                let hint = if *has_nul {
                    "say --encoding utf-16le if it is UTF-16; "
                } else {
                    ""
                };
                format!(
                    "{hint}name the columns in the first line or map them with --map HEADER=FIELD; \
                     the fields are {}",
                    accepted.join(", ")
                )
            }
            Self::QuoteUnclosed { .. } => {
                "close the quote, or double a quote that belongs to a value".to_owned()
            }
            Self::RecordTooLong { .. } => {
                "look for a missing line end, or raise the record limit".to_owned()
            }
            Self::TooManyColumns { .. } => {
                "check that the file is the right one and --delimiter is right".to_owned()
            }
        }
    }

    pub(super) fn ambiguous(
        value_type: CsvValueType,
        column: &str,
        value: EvidenceValue,
        other: Option<EvidenceValue>,
    ) -> Self {
        let column = column.to_owned();
        if value_type.has_decimal_sign() {
            Self::DecimalAmbiguous {
                column,
                value,
                other,
            }
        } else {
            Self::DateAmbiguous {
                column,
                value,
                other,
            }
        }
    }
}

fn contrast(other: Option<&EvidenceValue>) -> String {
    other.map_or_else(String::new, |other| format!(" against {other}"))
}

/// At most this many names are listed; a message stays one screen line or two.
const MAX_LISTED_NAMES: usize = 12;

fn list_names(names: &[String]) -> String {
    let mut text = names
        .iter()
        .take(MAX_LISTED_NAMES)
        .map(|name| format!("{:?}", EvidenceValue::new(name, TextPosition::START).value))
        .collect::<Vec<_>>()
        .join(", ");
    if names.len() > MAX_LISTED_NAMES {
        text.push_str(", …");
    }
    text
}
