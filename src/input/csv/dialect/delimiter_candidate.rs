//! Detects the delimiter and the header of a sample.

use super::super::columns::{ColumnAliases, normalise_header, trim_header};
use super::super::delimiter::Delimiter;
use super::super::refusal::{CsvRefusal, EvidenceValue, TextPosition};
use super::super::rows::{BadRow, CsvRow, CsvRowReader};
use super::notes::DetectionNotes;
use super::overrides::DialectOverrides;
use super::sample::{CsvSample, MAX_COLUMNS};

/// The result of splitting the sample at one delimiter.
#[derive(Clone, Debug)]
pub(super) struct DelimiterCandidate {
    pub(super) delimiter: Delimiter,
    /// The headers as written, without outer spaces and byte order mark.
    pub(super) header: Vec<String>,
    /// Position of the header.
    pub(super) header_at: TextPosition,
    /// Position of the first row.
    pub(super) body: TextPosition,
    /// Rows of the sample after the header.
    pub(super) rows: usize,
    /// Rows with as many fields as the header.
    full_width_rows: usize,
    /// Headers of known fields or properties.
    pub(super) known_headers: usize,
}

impl DelimiterCandidate {
    /// Whether nine of ten rows have the width of the header: with fewer, more rows would be rejected
    /// than any reject limit allows.
    fn has_constant_width(&self) -> bool {
        self.full_width_rows * 10 >= self.rows * 9
    }

    /// The rank for comparing candidates.
    fn rank(&self) -> (bool, usize, usize, usize) {
        (
            self.has_constant_width(),
            self.known_headers,
            self.full_width_rows,
            self.header.len(),
        )
    }
}

/// The best candidate for the sample; `None` when it has no record.
pub(super) fn detect_delimiter(
    sample: &CsvSample<'_>,
    columns: &dyn ColumnAliases,
    overrides: &DialectOverrides,
    notes: &mut DetectionNotes,
) -> Result<Option<DelimiterCandidate>, CsvRefusal> {
    let sep_line = SepLine::parse(sample.text);
    let start = sep_line
        .as_ref()
        .map_or(TextPosition::START, |sep_line| sep_line.end);
    if is_blank(text_from(sample, start)) {
        return Ok(None);
    }
    if let Some(delimiter) = overrides.delimiter {
        let candidate = split_sample(sample, start, delimiter, columns, overrides)?;
        notes.record_decision("delimiter", delimiter, "--delimiter", None);
        return Ok(Some(candidate));
    }
    if let Some(SepLine {
        delimiter, line, ..
    }) = sep_line
    {
        let candidate = split_sample(sample, start, delimiter, columns, overrides)?;
        notes.record_decision("delimiter", delimiter, "set by the first line", Some(line));
        return Ok(Some(candidate));
    }
    let mut candidates = Vec::new();
    let mut refusal = None;
    for delimiter in Delimiter::CANDIDATES {
        match split_sample(sample, start, delimiter, columns, overrides) {
            Ok(candidate) => candidates.push(candidate),
            Err(error) => refusal = refusal.or(Some(error)),
        }
    }
    let is_one_column = candidates
        .iter()
        .all(|candidate| candidate.header.len() == 1);
    candidates.retain(|candidate| {
        if is_one_column {
            candidate.delimiter == Delimiter::COMMA
        } else {
            candidate.header.len() > 1
        }
    });
    // A stable sort: equal candidates keep their order.
    candidates.sort_by_key(|candidate| std::cmp::Reverse(candidate.rank()));
    let mut candidates = candidates.into_iter();
    let (Some(best), second) = (candidates.next(), candidates.next()) else {
        return refusal.map_or(Ok(None), Err);
    };
    if let Some(second) = second.filter(|second| second.rank() == best.rank()) {
        return Err(CsvRefusal::DelimiterAmbiguous {
            first: best.delimiter.as_char(),
            second: second.delimiter.as_char(),
            header: header_line(sample, best.header_at).value,
            at: best.header_at,
        });
    }
    record_choice(sample, &best, notes);
    Ok(Some(best))
}

/// A first line such as `sep=;`, which sets the delimiter for Excel. Programs that save such a file
/// again may quote it or pad the line with delimiters.
struct SepLine {
    delimiter: Delimiter,
    line: EvidenceValue,
    /// Position after the line.
    end: TextPosition,
}

impl SepLine {
    fn parse(text: &str) -> Option<Self> {
        let (line, _) = text.split_once(['\r', '\n'])?;
        let filled = line.trim_end_matches([';', ',', '\t', '|']);
        let line_and_sign = line.get(..filled.len() + 1).unwrap_or(line);
        let quoted = line.strip_prefix('"').and_then(|line| line.split_once('"'));
        let sep_line = quoted.map_or(line_and_sign, |(sep_line, _)| sep_line);
        let (name, sign) = sep_line.split_at_checked(4)?;
        let delimiter = sign.parse().ok()?;
        let rest = text.get(line.len()..)?;
        let ends = if rest.starts_with("\r\n") { 2 } else { 1 };
        let end = TextPosition {
            byte_offset: (line.len() + ends) as u64,
            line: 2,
        };
        name.eq_ignore_ascii_case("sep=").then(|| Self {
            delimiter,
            line: EvidenceValue::new(line, TextPosition::START),
            end,
        })
    }
}

fn is_blank(text: &str) -> bool {
    text.chars()
        .all(|character| matches!(character, '\r' | '\n' | '\u{feff}'))
}

fn text_from<'a>(sample: &CsvSample<'a>, start: TextPosition) -> &'a str {
    let start = usize::try_from(start.byte_offset).unwrap_or(usize::MAX);
    sample.text.get(start..).unwrap_or_default()
}

fn record_choice(
    sample: &CsvSample<'_>,
    candidate: &DelimiterCandidate,
    notes: &mut DetectionNotes,
) {
    let DelimiterCandidate {
        delimiter,
        header,
        header_at,
        rows,
        full_width_rows,
        known_headers,
        ..
    } = candidate;
    let width = header.len();
    let why = if width == 1 {
        "no delimiter in the header".to_owned()
    } else {
        format!(
            "{full_width_rows} of {rows} rows have {width} fields like the header, {known_headers} of them known"
        )
    };
    if !candidate.has_constant_width() {
        notes
            .warnings
            .push(format!("delimiter {:?}: only {why}", delimiter.as_char()));
    }
    notes.record_decision(
        "delimiter",
        delimiter,
        why,
        Some(header_line(sample, *header_at)),
    );
}

fn header_line(sample: &CsvSample<'_>, at: TextPosition) -> EvidenceValue {
    let line = text_from(sample, at).lines().next();
    EvidenceValue::new(line.unwrap_or_default(), at)
}

/// Splits the sample at one delimiter, after the line that sets it.
fn split_sample(
    sample: &CsvSample<'_>,
    start: TextPosition,
    delimiter: Delimiter,
    columns: &dyn ColumnAliases,
    overrides: &DialectOverrides,
) -> Result<DelimiterCandidate, CsvRefusal> {
    let mut rows = CsvRowReader::of_any_width(text_from(sample, start), start, delimiter);
    let (header, header_at) = match rows.next_row() {
        None => (Vec::new(), start),
        Some(Ok(row)) => (row.fields().map(trimmed_header).collect(), row.at()),
        Some(Err(bad)) => return Err(CsvRefusal::QuoteUnclosed { at: bad.at }),
    };
    if header.len() > MAX_COLUMNS {
        let (found, limit) = (header.len(), MAX_COLUMNS);
        return Err(CsvRefusal::TooManyColumns {
            found,
            limit,
            at: header_at,
        });
    }
    let known_headers = header
        .iter()
        .filter(|header| {
            let name = normalise_header(header);
            overrides.mapping.of_header(&name).is_some()
                || columns.role_of(&name).is_some()
                || columns.property_of(header).is_some()
        })
        .count();
    let (mut count, mut full_width_rows, body) = (0, 0, rows.position());
    for_each_row(sample, delimiter, body, |row| {
        count += 1;
        full_width_rows += usize::from(row.is_ok_and(|row| row.fields().len() == header.len()));
    });
    Ok(DelimiterCandidate {
        delimiter,
        header,
        header_at,
        body,
        rows: count,
        full_width_rows,
        known_headers,
    })
}

/// Visits the rows after the header, except the last one of an incomplete sample, which may be
/// incomplete.
pub(super) fn for_each_row(
    sample: &CsvSample<'_>,
    delimiter: Delimiter,
    body: TextPosition,
    mut visit: impl FnMut(Result<CsvRow<'_>, BadRow<'_>>),
) {
    let start = usize::try_from(body.byte_offset).unwrap_or(usize::MAX);
    let Some(text) = sample.text.get(start..) else {
        return;
    };
    let mut rows = CsvRowReader::of_any_width(text, body, delimiter);
    while let Some(row) = rows.next_row() {
        let end = match &row {
            Ok(row) => row.at().byte_offset + row.raw().len() as u64,
            Err(bad) => bad.at.byte_offset + bad.raw.len() as u64,
        };
        // A CR at the end of the sample may be half a CRLF, but the row before it is whole.
        if sample.complete || end < sample.text.len() as u64 {
            visit(row);
        }
    }
}

fn trimmed_header(header: &str) -> String {
    trim_header(header).to_owned()
}
