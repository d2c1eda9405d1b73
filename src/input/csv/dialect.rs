//! Detects the dialect of a CSV file from a sample, with evidence.
//!
//! The result is a [`CsvLayout`]: delimiter, header, and for each column its field, decimal sign and
//! date order. Everything is decided before the first row is read; a later row that contradicts it is
//! a bad row and changes nothing. An ambiguous file is refused, with the column, the value, the line
//! and the option that resolves it.
//!
//! **Delimiter.** A first line such as `sep=;` sets it and is not the header. Otherwise the candidates
//! are those of `;` `,` tab `|` that split the header and give at least nine of ten rows the width of
//! the header, quotes respected. Of several, the one with more known headers is chosen, then the one
//! with more rows of that width, then the one with more columns; a tie is refused. Without a
//! candidate the file has one column.
//!
//! **Decimal sign**, per column of decimals. A decimal comma is *expected* when the delimiter is `;` or
//! a header is Portuguese:
//!
//! | the numbers of the column | comma expected | otherwise |
//! |---|---|---|
//! | some like `1.234,56` or `19,9`, none like `19.99` | comma | comma |
//! | some like `19.99` or `1,234.56`, none like `19,9` | point | point |
//! | of both kinds | comma, with a warning | point, with a warning |
//! | undecided, some like `1.234`, none like `1,234` | refused | refused, but point for exports of Currents |
//! | undecided, some like `1,234`, none like `1.234` | comma, with a warning | refused |
//! | undecided, some of each | refused | refused |
//! | whole numbers only, or none | comma, not proven | point, not proven |
//!
//! **Date order**, per column of dates or times; ISO dates are no evidence and always accepted:
//!
//! | the dates of the column | order |
//! |---|---|
//! | some like `31/01/2024`, none like `01/31/2024` | day first |
//! | some like `01/31/2024`, none like `31/01/2024` | month first |
//! | of both kinds, one of them at most 1 in 100 | the other, with a warning |
//! | of both kinds otherwise | refused |
//! | only such as `05/04/2024`, with a Portuguese header or a proven decimal comma | day first, with a warning |
//! | only such as `05/04/2024` otherwise | refused |
//! | only ISO dates | year first |

mod column_plan;
mod date_order;
mod decimal_sign;
mod delimiter_candidate;
mod evidence_tally;
mod mapping;

use std::fmt::Display;

pub use self::mapping::{Mapping, UnknownMappedField};
use super::columns::{ColumnAliases, normalise_header};
use super::delimiter::Delimiter;
use super::encoding::{Charset, Encoding, EncodingBasis};
use super::refusal::{CsvRefusal, EvidenceValue, TextPosition};
use super::rows::{DEFAULT_MAX_FIELD_BYTES, RowShape};
use crate::values::pt_br::{DateOrder, DecimalSign};

/// Maximum columns of a header; it limits the cost of one row.
pub const MAX_COLUMNS: usize = 2_000;

/// The beginning of an input, decoded.
#[derive(Clone, Copy, Debug)]
pub struct CsvSample<'a> {
    /// The text; ten thousand rows or more if the input has them.
    pub text: &'a str,
    /// Whether it is the whole input. If not, its last record may be incomplete and is ignored.
    pub complete: bool,
    /// How it was decoded.
    pub encoding: Encoding,
}

/// Settings of the user, which replace detection.
#[derive(Clone, Debug, Default)]
pub struct DialectOverrides {
    /// `--delimiter`
    pub delimiter: Option<Delimiter>,
    /// `--encoding`; used by the caller, which decodes the sample.
    pub encoding: Option<Charset>,
    /// `--decimal`
    pub decimal: Option<DecimalSign>,
    /// `--date-order`
    pub date_order: Option<DateOrder>,
    /// `--map`
    pub mapping: Mapping,
}

/// The field of one column and the form of its values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ColumnPlan {
    /// The header as written, without outer spaces.
    pub header: String,
    /// Position of its field in [`ColumnAliases::roles`].
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

/// Detects the dialect of a file; `None` when the sample has only blank lines.
///
/// # Errors
/// [`CsvRefusal`] for a file that is ambiguous, has two columns for one field, no known column, more
/// than [`MAX_COLUMNS`] columns, or a header with an unclosed quote.
pub fn sniff(
    sample: &CsvSample<'_>,
    columns: &dyn ColumnAliases,
    overrides: &DialectOverrides,
) -> Result<Option<CsvLayout>, CsvRefusal> {
    let mut notes = DetectionNotes::default();
    notes.encoding(sample.encoding);
    let Some(split) =
        delimiter_candidate::detect_delimiter(sample, columns, overrides, &mut notes)?
    else {
        return Ok(None);
    };
    let mut plans = column_plan::plan_columns(&split, sample.text, columns, overrides, &mut notes)?;
    let headers: Vec<String> = split
        .header
        .iter()
        .map(|header| normalise_header(header))
        .collect();
    let context = evidence_tally::DetectionContext {
        sample,
        split: &split,
        roles: columns.roles(),
        is_portuguese: headers.iter().any(|header| columns.is_portuguese(header)),
        has_decimal_point: columns.has_decimal_point(&headers),
    };
    decimal_sign::detect_decimal_signs(&context, overrides.decimal, &mut plans, &mut notes)?;
    date_order::detect_date_orders(&context, overrides.date_order, &mut plans, &mut notes)?;
    Ok(Some(CsvLayout {
        encoding: sample.encoding,
        delimiter: split.delimiter,
        columns: plans,
        body: split.body,
        is_header_only: sample.complete && split.rows == 0,
        evidence: notes.evidence,
        warnings: notes.warnings,
    }))
}

/// Decisions and warnings collected during detection.
#[derive(Debug, Default)]
struct DetectionNotes {
    evidence: Vec<DialectDecision>,
    warnings: Vec<String>,
}

impl DetectionNotes {
    fn record_decision(
        &mut self,
        what: impl Into<String>,
        chosen: impl Display,
        why: impl Into<String>,
        because: Option<EvidenceValue>,
    ) {
        let (what, chosen, why) = (what.into(), chosen.to_string(), why.into());
        self.evidence.push(DialectDecision {
            what,
            chosen,
            why,
            because,
        });
    }

    fn encoding(&mut self, encoding: Encoding) {
        let why = match (encoding.basis, encoding.first_invalid_byte) {
            (EncodingBasis::Choice, _) => "--encoding".to_owned(),
            (EncodingBasis::Mark, _) => "byte order mark".to_owned(),
            (EncodingBasis::Content, None) => "all bytes are valid".to_owned(),
            (EncodingBasis::Content, Some(offset)) => {
                format!("the byte at offset {offset} is not UTF-8")
            }
        };
        self.record_decision("encoding", encoding.charset, why, None);
    }
}
