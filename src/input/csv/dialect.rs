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
mod layout;
mod notes;
mod overrides;
mod sample;

use super::columns::{ColumnAliases, normalise_header};
use super::refusal::CsvRefusal;
use notes::DetectionNotes;

pub use layout::{ColumnPlan, CsvLayout, DialectDecision};
pub use overrides::DialectOverrides;
pub use sample::{CsvSample, MAX_COLUMNS};

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
