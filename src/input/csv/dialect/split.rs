//! The delimiter and the header: which candidate splits the sample into a table.

use super::super::columns::{Columns, normalise_header, trim_header};
use super::super::delimiter::Delimiter;
use super::super::refusal::{At, CsvRefusal, Sighting};
use super::super::rows::{BadRow, Row, Rows};
use super::{DialectOverrides, MAX_COLUMNS, Notes, Sample};

/// How the sample falls into fields under one delimiter.
#[derive(Clone, Debug)]
pub(super) struct Split {
    pub(super) delimiter: Delimiter,
    /// The headers as written, without outer spaces and byte order mark.
    pub(super) header: Vec<String>,
    /// Where the header begins.
    pub(super) header_at: At,
    /// Where the rows begin.
    pub(super) body: At,
    /// Rows of the sample behind the header.
    pub(super) rows: usize,
    /// Those among them that are as wide as the header.
    fitting: usize,
    /// Headers that name a field or a property.
    pub(super) known: usize,
}

impl Split {
    /// Nine rows in ten fit: fewer, and more rows would be rejected than any limit on rejects
    /// allows.
    fn is_constant(&self) -> bool {
        self.fitting * 10 >= self.rows * 9
    }

    /// What makes one candidate better than another.
    fn rank(&self) -> (bool, usize, usize, usize) {
        (
            self.is_constant(),
            self.known,
            self.fitting,
            self.header.len(),
        )
    }
}

/// The header and delimiter of the sample; `None` when it holds no record.
pub(super) fn find(
    sample: &Sample<'_>,
    columns: &dyn Columns,
    overrides: &DialectOverrides,
    notes: &mut Notes,
) -> Result<Option<Split>, CsvRefusal> {
    let stated = Stated::of(sample.text);
    let start = stated.as_ref().map_or(At::START, |stated| stated.end);
    if is_blank(text_from(sample, start)) {
        return Ok(None);
    }
    if let Some(delimiter) = overrides.delimiter {
        let split = survey(sample, start, delimiter, columns, overrides)?;
        notes.decided("delimiter", delimiter, "--delimiter", None);
        return Ok(Some(split));
    }
    if let Some(Stated {
        delimiter, line, ..
    }) = stated
    {
        let split = survey(sample, start, delimiter, columns, overrides)?;
        notes.decided(
            "delimiter",
            delimiter,
            "the first line states it",
            Some(line),
        );
        return Ok(Some(split));
    }
    let mut splits = Vec::new();
    let mut refusal = None;
    for delimiter in Delimiter::CANDIDATES {
        match survey(sample, start, delimiter, columns, overrides) {
            Ok(split) => splits.push(split),
            Err(error) => refusal = refusal.or(Some(error)),
        }
    }
    let is_one_column = splits.iter().all(|split| split.header.len() == 1);
    splits.retain(|split| {
        if is_one_column {
            split.delimiter == Delimiter::COMMA
        } else {
            split.header.len() > 1
        }
    });
    // A stable sort: among equals the order of the candidates stays.
    splits.sort_by_key(|split| std::cmp::Reverse(split.rank()));
    let mut splits = splits.into_iter();
    let (Some(best), second) = (splits.next(), splits.next()) else {
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
    note(sample, &best, notes);
    Ok(Some(best))
}

/// The delimiter that a first line `sep=;` states, which Excel reads and does not show. Programs
/// that save such a file again may have put it into quotes, or filled the line with delimiters.
struct Stated {
    delimiter: Delimiter,
    line: Sighting,
    /// Where the header may begin.
    end: At,
}

impl Stated {
    fn of(text: &str) -> Option<Self> {
        let (line, _) = text.split_once(['\r', '\n'])?;
        let filled = line.trim_end_matches([';', ',', '\t', '|']);
        let line_and_sign = line.get(..filled.len() + 1).unwrap_or(line);
        let quoted = line.strip_prefix('"').and_then(|line| line.split_once('"'));
        let stated = quoted.map_or(line_and_sign, |(stated, _)| stated);
        let (name, sign) = stated.split_at_checked(4)?;
        let delimiter = sign.parse().ok()?;
        let rest = text.get(line.len()..)?;
        let ends = if rest.starts_with("\r\n") { 2 } else { 1 };
        let end = At {
            byte_offset: (line.len() + ends) as u64,
            line: 2,
        };
        name.eq_ignore_ascii_case("sep=").then(|| Self {
            delimiter,
            line: Sighting::new(line, At::START),
            end,
        })
    }
}

fn is_blank(text: &str) -> bool {
    text.chars()
        .all(|character| matches!(character, '\r' | '\n' | '\u{feff}'))
}

fn text_from<'a>(sample: &Sample<'a>, start: At) -> &'a str {
    let start = usize::try_from(start.byte_offset).unwrap_or(usize::MAX);
    sample.text.get(start..).unwrap_or_default()
}

fn note(sample: &Sample<'_>, split: &Split, notes: &mut Notes) {
    let Split {
        delimiter,
        header,
        header_at,
        rows,
        fitting,
        known,
        ..
    } = split;
    let width = header.len();
    let why = if width == 1 {
        "nothing splits the header".to_owned()
    } else {
        format!("{fitting} of {rows} rows have the {width} fields of the header, {known} known")
    };
    if !split.is_constant() {
        notes
            .warnings
            .push(format!("delimiter {:?}: only {why}", delimiter.as_char()));
    }
    notes.decided(
        "delimiter",
        delimiter,
        why,
        Some(header_line(sample, *header_at)),
    );
}

fn header_line(sample: &Sample<'_>, at: At) -> Sighting {
    let line = text_from(sample, at).lines().next();
    Sighting::new(line.unwrap_or_default(), at)
}

/// Splits the whole sample at one delimiter, behind a line that states it.
fn survey(
    sample: &Sample<'_>,
    start: At,
    delimiter: Delimiter,
    columns: &dyn Columns,
    overrides: &DialectOverrides,
) -> Result<Split, CsvRefusal> {
    let mut rows = Rows::of_any_width(text_from(sample, start), start, delimiter);
    let (header, header_at) = match rows.next_row() {
        None => (Vec::new(), start),
        Some(Ok(row)) => (row.fields().map(trimmed).collect(), row.at()),
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
    let known = header
        .iter()
        .filter(|header| {
            let name = normalise_header(header);
            overrides.mapping.role_of(&name).is_some()
                || columns.role_of(&name).is_some()
                || columns.property_of(header).is_some()
        })
        .count();
    let (mut count, mut fitting, body) = (0, 0, rows.position());
    each_row(sample, delimiter, body, |row| {
        count += 1;
        fitting += usize::from(row.is_ok_and(|row| row.fields().len() == header.len()));
    });
    Ok(Split {
        delimiter,
        header,
        header_at,
        body,
        rows: count,
        fitting,
        known,
    })
}

/// Shows the rows behind the header, without the last one of a sample that is not the whole input:
/// it may be torn.
pub(super) fn each_row(
    sample: &Sample<'_>,
    delimiter: Delimiter,
    body: At,
    mut look: impl FnMut(Result<Row<'_>, BadRow<'_>>),
) {
    let start = usize::try_from(body.byte_offset).unwrap_or(usize::MAX);
    let Some(text) = sample.text.get(start..) else {
        return;
    };
    let mut rows = Rows::of_any_width(text, body, delimiter);
    while let Some(row) = rows.next_row() {
        let end = match &row {
            Ok(row) => row.at().byte_offset + row.raw().len() as u64,
            Err(bad) => bad.at.byte_offset + bad.raw.len() as u64,
        };
        // A line end that the sample ends with may be half of one, but the row before it is whole.
        if sample.complete || end < sample.text.len() as u64 {
            look(row);
        }
    }
}

fn trimmed(header: &str) -> String {
    trim_header(header).to_owned()
}
