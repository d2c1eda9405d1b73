//! Selects the sheet with the records, and finds the row with its headers.

use super::cell::SheetRow;
use super::fault::sheet_unknown;
use super::workbook::Workbook;
use crate::input::csv::columns::{ColumnAliases, normalise_header};
use crate::input::mapping::Mapping;
use crate::input::refusal::Refusal;

/// Rows that are searched for the headers: titles and explanations above a table have fewer.
const HEADER_SEARCH_ROWS: usize = 20;

/// The sheet that is read.
#[derive(Debug)]
pub(super) struct SelectedSheet {
    /// Its position in [`Workbook::sheets`].
    pub(super) position: usize,
    pub(super) name: String,
    /// The row with the headers.
    pub(super) header: SheetRow,
    /// Rows above it that show something.
    pub(super) rows_above: usize,
    /// Why it is this one.
    pub(super) why: &'static str,
}

/// A sheet that shows something.
struct Candidate {
    position: usize,
    name: String,
    is_hidden: bool,
    header: SheetRow,
    rows_above: usize,
    is_known: bool,
}

/// The sheet that is named, else the only one, else the only one with known headers. `None` if that sheet,
/// or each of them, is empty.
///
/// # Errors
/// No sheet or several are in question, or there is none of this name.
pub(super) fn select_sheet(
    workbook: &Workbook,
    named: Option<&str>,
    columns: &dyn ColumnAliases,
    mapping: &Mapping,
) -> Result<Option<SelectedSheet>, Refusal> {
    let sheets = workbook.sheets();
    let names = || quoted(sheets.iter().map(|(name, _)| name.as_str()));
    if let Some(named) = named
        && !sheets.iter().any(|(name, _)| name == named)
    {
        return Err(sheet_unknown(format_args!(
            "the workbook has no sheet {named:?}; its sheets: {}",
            names()
        )));
    }
    let mut candidates = Vec::new();
    for (position, (name, is_hidden)) in sheets.iter().enumerate() {
        if named.is_some_and(|named| named != name) {
            continue;
        }
        if let Some((header, rows_above, is_known)) = header(workbook, position, columns, mapping)?
        {
            candidates.push(Candidate {
                position,
                name: name.clone(),
                is_hidden: *is_hidden,
                header,
                rows_above,
                is_known,
            });
        }
    }
    if named.is_some() {
        let first = candidates.into_iter().next();
        return Ok(first.map(|candidate| candidate.selected("--sheet")));
    }
    choose(candidates)
}

fn choose(candidates: Vec<Candidate>) -> Result<Option<SelectedSheet>, Refusal> {
    let (hidden, mut shown): (Vec<_>, Vec<_>) = candidates
        .into_iter()
        .partition(|candidate| candidate.is_hidden);
    let list = |candidates: &[Candidate]| quoted(candidates.iter().map(|one| one.name.as_str()));
    if shown.is_empty() {
        if hidden.is_empty() {
            return Ok(None);
        }
        return Err(sheet_unknown(format_args!(
            "all sheets with content are hidden: {}; select one with --sheet NAME",
            list(&hidden)
        )));
    }
    if shown.len() == 1 {
        return Ok(shown
            .pop()
            .map(|only| only.selected("the only sheet with content")));
    }
    let all = list(&shown);
    shown.retain(|candidate| candidate.is_known);
    match shown.len() {
        0 => Err(sheet_unknown(format_args!(
            "no sheet has known headers: {all}; select one with --sheet NAME, and map its columns with --map SOURCE=FIELD"
        ))),
        1 => {
            let why = "the only sheet with known headers";
            Ok(shown.pop().map(|only| only.selected(why)))
        }
        _ => Err(sheet_unknown(format_args!(
            "several sheets have known headers: {}; select one with --sheet NAME, and read each in a run of its own",
            list(&shown)
        ))),
    }
}

impl Candidate {
    fn selected(self, why: &'static str) -> SelectedSheet {
        SelectedSheet {
            position: self.position,
            name: self.name,
            header: self.header,
            rows_above: self.rows_above,
            why,
        }
    }
}

/// The row with the headers, the number of rows above it, and whether it has a known header: the first row
/// with two known headers, else the first row. `None` for an empty sheet.
fn header(
    workbook: &Workbook,
    sheet: usize,
    columns: &dyn ColumnAliases,
    mapping: &Mapping,
) -> Result<Option<(SheetRow, usize, bool)>, Refusal> {
    let mut rows = workbook.rows(sheet)?;
    let mut first = None;
    for above in 0..HEADER_SEARCH_ROWS {
        let Some(row) = rows.next_row()? else {
            break;
        };
        let known = known_headers(&row, columns, mapping);
        if known >= 2 {
            return Ok(Some((row, above, true)));
        }
        first.get_or_insert((row, 0, known > 0));
    }
    Ok(first)
}

fn known_headers(row: &SheetRow, columns: &dyn ColumnAliases, mapping: &Mapping) -> usize {
    let is_known = |header: &str| {
        let name = normalise_header(header);
        mapping.of_header(&name).is_some()
            || columns.role_of(&name).is_some()
            || columns.property_of(header).is_some()
    };
    let headers = row.cells.iter().map(|cell| cell.value.shown());
    headers.filter(|header| is_known(header)).count()
}

/// Names in quotes; those of workbooks are short, and the first ten are enough to find one.
fn quoted<'n>(names: impl Iterator<Item = &'n str>) -> String {
    let mut names = names.map(|name| format!("{name:?}"));
    let mut text = names.by_ref().take(10).collect::<Vec<_>>().join(", ");
    if names.next().is_some() {
        text.push_str(", …");
    }
    text
}
