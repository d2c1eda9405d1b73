//! The dialect of a file and its columns, with the decisions that led to them.

use super::super::delimiter::Delimiter;
use super::super::encoding::Encoding;
use super::super::refusal::{EvidenceValue, TextPosition};
use super::super::rows::{DEFAULT_MAX_FIELD_BYTES, RowShape};
use crate::values::instant::TimeFormat;
use crate::values::pt_br::{DateOrder, DecimalSign};

/// The dialect and columns of one CSV file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CsvLayout {
    /// The encoding.
    pub encoding: Encoding,
    /// The delimiter.
    pub delimiter: Delimiter,
    /// One per field of the header, in order.
    pub columns: Vec<ColumnPlan>,
    /// Position of the first row, after the line end of the header.
    pub body: TextPosition,
    /// Whether the input ends with its header.
    pub is_header_only: bool,
    /// The decisions and their evidence.
    pub evidence: Vec<DialectDecision>,
    /// Warnings for the user.
    pub warnings: Vec<String>,
}

impl CsvLayout {
    /// The requirements for every row.
    pub fn row_shape(&self) -> RowShape {
        RowShape {
            delimiter: self.delimiter,
            columns: self.columns.len(),
            max_field_bytes: DEFAULT_MAX_FIELD_BYTES,
        }
    }

    /// The warning that the input is not UTF-8 and is read in another encoding.
    pub fn encoding_warning(&self) -> Option<String> {
        let read = self.encoding.charset;
        let offset = self.encoding.first_invalid_byte?;
        Some(format!(
            "the byte at offset {offset} is not UTF-8: the file is read as {read} (see --encoding)"
        ))
    }

    /// The headers, in order.
    pub fn header(&self) -> impl ExactSizeIterator<Item = &str> {
        self.columns.iter().map(|column| column.header.as_str())
    }
}

/// The field of one column and the form of its values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ColumnPlan {
    /// The header as written, without outer spaces.
    pub header: String,
    /// Position of its field in [`ColumnAliases::roles`](super::super::columns::ColumnAliases::roles).
    pub role: Option<usize>,
    /// Key of its property. A column with neither role nor property is an extra field.
    pub property: Option<String>,
    /// Decimal sign of its numbers.
    pub decimal: DecimalSign,
    /// Whether a value or the user determined the sign. If not, the sample has only whole numbers, and a
    /// later number such as `1.234` is ambiguous.
    pub decimal_is_proven: bool,
    /// Date order of its dates.
    pub date_order: DateOrder,
    /// Format of its times, which the user has stated; they then have no date order.
    pub format: Option<TimeFormat>,
    /// Whether the user has mapped it; otherwise its field follows from its header.
    pub is_mapped: bool,
}

/// One decision and the first value that determined it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DialectDecision {
    /// What was decided: `encoding`, `delimiter`, `decimal sign of "preco"`, …
    pub what: String,
    /// What was chosen.
    pub chosen: String,
    /// The reason.
    pub why: String,
    /// The value that determined it, if any.
    pub because: Option<EvidenceValue>,
}
