//! Why a CSV input is refused: each reason has a rule, a position and a remedy.

use std::fmt;

use super::columns::CsvValueType;
use super::encoding::{Charset, InvalidBytes};
use crate::rules::RuleId;

/// A position in the decoded text of an input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TextPosition {
    /// Byte offset from the first byte after the byte order mark.
    pub byte_offset: u64,
    /// Line, from 1; line ends inside quotes count.
    pub line: u64,
}

impl TextPosition {
    /// The first byte of an input.
    pub const START: Self = Self {
        byte_offset: 0,
        line: 1,
    };
}

/// A value that determined a decision, with its position.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EvidenceValue {
    /// The value as written, shortened to [`EvidenceValue::MAX_CHARS`].
    pub value: String,
    /// Position of its row.
    pub at: TextPosition,
}

impl fmt::Display for EvidenceValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} on line {}", self.value, self.at.line)
    }
}

impl EvidenceValue {
    /// Maximum length of a value in a message, characters.
    pub const MAX_CHARS: usize = 64;

    pub(super) fn new(value: &str, at: TextPosition) -> Self {
        let mut short: String = value.chars().take(Self::MAX_CHARS).collect();
        if short.len() < value.len() {
            short.push('…');
        }
        Self { value: short, at }
    }
}

/// Why a CSV input is refused. Rows before its position may be valid.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CsvRefusal {
    /// Bytes that are not text in the encoding of the input.
    #[error(transparent)]
    Encoding(#[from] InvalidBytes),
    /// Two delimiters split the file equally well.
    #[error(
        "the delimiter is ambiguous: {first:?} and {second:?} split the file equally well (header: {header:?})"
    )]
    DelimiterAmbiguous {
        /// One delimiter.
        first: char,
        /// The other.
        second: char,
        /// The header line, shortened.
        header: String,
        /// Position of the header.
        at: TextPosition,
    },
    /// A column whose decimal sign or date order is ambiguous.
    #[error(
        "the {} of column {column:?} is ambiguous: {value}{}",
        reading(*.value_type),
        contrast(.other.as_ref())
    )]
    Ambiguous {
        /// The type of its values.
        value_type: CsvValueType,
        /// Header of the column.
        column: String,
        /// The first value that is ambiguous, or that supports one reading.
        value: EvidenceValue,
        /// A value that supports the other reading, if there is one.
        other: Option<EvidenceValue>,
    },
    /// Two columns for one field.
    #[error("columns {first:?} and {second:?} are both mapped to field {field:?}")]
    HeaderDuplicate {
        /// The column further left.
        first: String,
        /// The column further right.
        second: String,
        /// The canonical field or property.
        field: String,
        /// Position of the header.
        at: TextPosition,
    },
    /// No column is known.
    #[error("no known column in the first line: found {}", list_names(.found))]
    HeaderUnknown {
        /// The names found.
        found: Vec<String>,
        /// The canonical names.
        accepted: Vec<&'static str>,
        /// Whether the text contains NUL characters, like UTF-16 that is read as UTF-8.
        has_nul: bool,
        /// Position of the header.
        at: TextPosition,
    },
    /// An unclosed quote.
    #[error("the record on line {} has an unclosed quote", .at.line)]
    QuoteUnclosed {
        /// Position of the record.
        at: TextPosition,
    },
    /// A record longer than the limit.
    #[error("the record on line {} is longer than {limit} bytes", .at.line)]
    RecordTooLong {
        /// The limit.
        limit: usize,
        /// Position of the record.
        at: TextPosition,
    },
    /// A header with more columns than the limit.
    #[error("the header has {found} columns; at most {limit} are allowed")]
    TooManyColumns {
        /// The number of columns.
        found: usize,
        /// The limit.
        limit: usize,
        /// Position of the header.
        at: TextPosition,
    },
}

impl CsvRefusal {
    /// The violated rule.
    pub fn rule(&self) -> RuleId {
        match self {
            Self::Encoding(_) => RuleId::FileEncoding,
            Self::DelimiterAmbiguous { .. } | Self::Ambiguous { .. } => RuleId::FileCsvAmbig,
            Self::HeaderDuplicate { .. } => RuleId::FileHeaderDup,
            Self::HeaderUnknown { .. } => RuleId::FileWrongKind,
            Self::QuoteUnclosed { .. } => RuleId::FileCsvQuote,
            Self::RecordTooLong { .. } | Self::TooManyColumns { .. } => RuleId::FileLimit,
        }
    }

    /// The position of the error; invalid bytes have none in the decoded text.
    pub fn at(&self) -> Option<TextPosition> {
        match self {
            Self::Encoding(_) => None,
            Self::Ambiguous { value, .. } => Some(value.at),
            Self::DelimiterAmbiguous { at, .. }
            | Self::HeaderDuplicate { at, .. }
            | Self::HeaderUnknown { at, .. }
            | Self::QuoteUnclosed { at }
            | Self::RecordTooLong { at, .. }
            | Self::TooManyColumns { at, .. } => Some(*at),
        }
    }

    /// The remedy.
    pub fn remedy(&self) -> String {
        match self {
            Self::Encoding(InvalidBytes {
                charset: Charset::Windows1252,
                ..
            }) => "set the correct --encoding".to_owned(),
            Self::Encoding(_) => {
                "save the file as UTF-8, or set --encoding windows-1252 if that is its encoding"
                    .to_owned()
            }
            Self::DelimiterAmbiguous { .. } => "set it with --delimiter".to_owned(),
            Self::Ambiguous { value_type, .. } if value_type.has_decimal_sign() => {
                "set --decimal comma or --decimal point".to_owned()
            }
            Self::Ambiguous { .. } => {
                "set --date-order dmy for day first or --date-order mdy for month first".to_owned()
            }
            Self::HeaderDuplicate { first, field, .. } => {
                format!("remove one column, or select one with --map '{first}={field}'")
            }
            Self::HeaderUnknown {
                accepted, has_nul, ..
            } => {
                let hint = if *has_nul {
                    "set --encoding utf-16le if it is UTF-16; "
                } else {
                    ""
                };
                format!(
                    "{hint}write a header line (from Snowflake, unload with HEADER = TRUE), or map columns with --map SOURCE=FIELD; \
                     valid fields: {}",
                    accepted.join(", ")
                )
            }
            Self::QuoteUnclosed { .. } => {
                "close the quote, or double quotes inside values".to_owned()
            }
            Self::RecordTooLong { .. } => {
                "check for a missing line end, or raise --max-record-bytes".to_owned()
            }
            Self::TooManyColumns { .. } => "check the file and --delimiter".to_owned(),
        }
    }
}

fn reading(value_type: CsvValueType) -> &'static str {
    if value_type.has_decimal_sign() {
        "decimal sign"
    } else {
        "date order"
    }
}

fn contrast(other: Option<&EvidenceValue>) -> String {
    other.map_or_else(String::new, |other| format!(", but {other}"))
}

/// Maximum names in a message, which keeps it at one or two screen lines.
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
