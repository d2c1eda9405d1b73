//! Finding out how a CSV file is written, from a sample of it, with evidence.
//!
//! Decoded text comes in, a [`CsvLayout`] comes out: delimiter, header, and per column its field,
//! decimal sign and date order. Everything is settled before the first row is read; a later row
//! that contradicts it is a bad row, never a change of mind. A file that can be read in two ways
//! is refused, with the column, the value, the line and the option that decides.
//!
//! **Delimiter.** A first line such as `sep=;` states it and is no header. Else, among `;` `,` tab
//! `|`, quotes honoured: those that split the header and give at least nine rows in ten the width of
//! the header. Of several, the one whose header names more known fields, then the one that fits more
//! rows, then the one with more columns; a draw is refused. None: the file has one column.
//!
//! **Decimal sign**, per column of decimals. The file counts as *comma country* when its delimiter
//! is `;` or a header is Portuguese:
//!
//! | the numbers of the column | comma country | elsewhere |
//! |---|---|---|
//! | some like `1.234,56` or `19,9`, none like `19.99` | comma | comma |
//! | some like `19.99` or `1,234.56`, none like `19,9` | point | point |
//! | of both kinds | comma, with a warning | point, with a warning |
//! | undecided, some like `1.234`, none like `1,234` | refused | refused, but point where only programs write (Currents) |
//! | undecided, some like `1,234`, none like `1.234` | comma, with a warning | refused |
//! | undecided, some of each | refused | refused |
//! | whole numbers only, or none | comma, not proven | point, not proven |
//!
//! **Date order**, per column of dates or times; ISO dates say nothing and are read in any case:
//!
//! | the dates of the column | order |
//! |---|---|
//! | some like `31/01/2024`, none like `01/31/2024` | day first |
//! | some like `01/31/2024`, none like `31/01/2024` | month first |
//! | of both kinds, one of them at most 1 in 100 | the other, with a warning |
//! | of both kinds otherwise | refused |
//! | only such as `05/04/2024`, with a Portuguese header or a proven decimal comma | day first, with a warning |
//! | only such as `05/04/2024` otherwise | refused |
//! | none but ISO dates | year first |

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

/// Most columns a header may have; it bounds what one row can cost.
pub const MAX_COLUMNS: usize = 2_000;

/// The beginning of an input, decoded.
#[derive(Clone, Copy, Debug)]
pub struct CsvSample<'a> {
    /// The text; ten thousand rows or more if the input has them.
    pub text: &'a str,
    /// Whether it is the whole input. If not, its last record may be torn and is not looked at.
    pub complete: bool,
    /// How it was decoded.
    pub encoding: Encoding,
}

/// What the user has decided; nothing here is looked for.
#[derive(Clone, Debug, Default)]
pub struct DialectOverrides {
    /// `--delimiter`
    pub delimiter: Option<Delimiter>,
    /// `--encoding`; for the caller, who decodes before it sniffs.
    pub encoding: Option<Charset>,
    /// `--decimal`
    pub decimal: Option<DecimalSign>,
    /// `--date-order`
    pub date_order: Option<DateOrder>,
    /// `--map`
    pub mapping: Mapping,
}

/// What one column means and how its values are written.
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
    /// Whether a value or the user decided the sign. If not, only whole numbers were seen, and a
    /// number such as `1.234` that turns up later can be read in two ways.
    pub decimal_is_proven: bool,
    /// Date order of its dates.
    pub date_order: DateOrder,
}

/// One decision and the first value that decided it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DialectDecision {
    /// What was decided: `encoding`, `delimiter`, `decimal sign of "preco"`, …
    pub what: String,
    /// What was chosen.
    pub chosen: String,
    /// Why, in words.
    pub why: String,
    /// The value that decided, where one did.
    pub because: Option<EvidenceValue>,
}

/// How one CSV file is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CsvLayout {
    /// How its bytes become text.
    pub encoding: Encoding,
    /// The byte between fields.
    pub delimiter: Delimiter,
    /// One per field of the header, in order.
    pub columns: Vec<ColumnPlan>,
    /// Where the rows begin: behind the line end of the header.
    pub body: TextPosition,
    /// Whether the input ends with its header.
    pub is_header_only: bool,
    /// What the decisions rest on.
    pub evidence: Vec<DialectDecision>,
    /// What the user should look at.
    pub warnings: Vec<String>,
}

impl CsvLayout {
    /// What every row must look like.
    pub fn row_shape(&self) -> RowShape {
        RowShape {
            delimiter: self.delimiter,
            columns: self.columns.len(),
            max_field_bytes: DEFAULT_MAX_FIELD_BYTES,
        }
    }

    /// That the input is not UTF-8 although nobody has said so, and what it is read as.
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

/// Finds out how a file is written; `None` when the sample holds nothing but blank lines.
///
/// # Errors
/// [`CsvRefusal`] for a file that can be read in two ways, has two columns for one field, no
/// column with a known name, more than [`MAX_COLUMNS`] columns, or a header with an open quote.
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

/// What is said about the decisions while they are made.
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
            (EncodingBasis::Content, None) => "every byte fits".to_owned(),
            (EncodingBasis::Content, Some(offset)) => {
                format!("the byte at offset {offset} is not UTF-8")
            }
        };
        self.record_decision("encoding", encoding.charset, why, None);
    }
}
