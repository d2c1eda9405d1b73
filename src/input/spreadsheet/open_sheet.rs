//! Opens the sheet with the records: selects it, detects its columns by a sample of its texts, and writes
//! its rows one by one.

use std::sync::Arc;

use super::cell::{CellValue, SheetRow};
use super::fault::too_large;
use super::layout::{SheetLayout, SheetRowOrigin};
use super::limits::WorkbookLimits;
use super::row_text::write_row;
use super::sheet_selection::{SelectedSheet, select_sheet};
use super::workbook::{SheetRows, Workbook};
use crate::input::csv::columns::{ColumnAliases, ColumnRole};
use crate::input::csv::delimiter::Delimiter;
use crate::input::csv::dialect::{
    CsvLayout, CsvSample, DialectDecision, DialectOverrides, MAX_COLUMNS, sniff,
};
use crate::input::csv::encoding::{Charset, Encoding};
use crate::input::csv::refusal::CsvRefusal;
use crate::input::csv::{CELL_DELIMITER, push_cell};
use crate::input::refusal::{Refusal, SourcePosition};

/// Length of the sample for detecting the dialect, as for delimited text.
const SAMPLE_BYTES: usize = 4 << 20;

/// The sheet that is read.
pub(in crate::input) struct OpenSheet {
    pub(in crate::input) layout: Arc<SheetLayout>,
    rows: SheetRows,
}

/// Opens the sheet of a workbook with the records; `None` if it is empty.
///
/// # Errors
/// The workbook is damaged or exceeds a limit, the sheet is not certain, or the dialect of its texts is
/// ambiguous.
pub(in crate::input) fn read_workbook(
    bytes: Vec<u8>,
    limits: WorkbookLimits,
    overrides: &DialectOverrides,
    columns: &dyn ColumnAliases,
) -> Result<Option<OpenSheet>, Refusal> {
    if bytes.len() > limits.max_file_bytes() {
        let limit = limits.max_file_bytes();
        let what = format!("the workbook has more than {limit} bytes");
        return Err(too_large(what, "split it, or save the sheet as CSV"));
    }
    let workbook = Workbook::open(Arc::new(bytes), limits)?;
    let named = overrides.sheet.as_deref();
    let Some(selected) = select_sheet(&workbook, named, columns, &overrides.mapping)? else {
        return Ok(None);
    };
    let csv = detect(&workbook, &selected, overrides, columns)?;
    let mut rows = workbook.rows(selected.position)?;
    while let Some(row) = rows.next_row()? {
        if row.number >= selected.header.number {
            break;
        }
    }
    let sheet = selected.name;
    let layout = Arc::new(SheetLayout { sheet, csv });
    Ok(Some(OpenSheet { layout, rows }))
}

impl OpenSheet {
    /// Appends the next row to `text`; `None` after the last.
    ///
    /// # Errors
    /// The sheet is damaged or exceeds a limit.
    pub(in crate::input) fn write_next(
        &mut self,
        roles: &[ColumnRole],
        text: &mut String,
    ) -> Result<Option<SheetRowOrigin>, Refusal> {
        let row = self.rows.next_row()?;
        Ok(row.map(|row| write_row(&row, &self.layout, roles, text)))
    }
}

/// The columns of the sheet and the dialect of its texts. Numbers and dates are no evidence.
fn detect(
    workbook: &Workbook,
    selected: &SelectedSheet,
    overrides: &DialectOverrides,
    columns: &dyn ColumnAliases,
) -> Result<CsvLayout, Refusal> {
    let (text, rows, complete) = sample(workbook, selected)?;
    let seen = CsvSample {
        text: &text,
        complete,
        encoding: Encoding::chosen(Charset::Utf8, &[]),
    };
    let overrides = DialectOverrides {
        delimiter: Some(Delimiter::COMMA),
        ..overrides.clone()
    };
    let detected =
        sniff(&seen, columns, &overrides).map_err(|refused| refuse(&refused, selected))?;
    let mut layout = detected.ok_or_else(|| {
        let header = CsvRefusal::HeaderUnknown {
            found: Vec::new(),
            accepted: columns.roles().iter().map(|role| role.name).collect(),
            has_nul: false,
            at: crate::input::csv::refusal::TextPosition::START,
        };
        refuse(&header, selected)
    })?;
    layout.is_header_only = complete && rows == 0;
    // The text that the rows become has them, not the workbook.
    layout
        .evidence
        .retain(|decision| !matches!(decision.what.as_str(), "encoding" | "delimiter"));
    let decisions = [
        ("sheet", selected.name.clone(), selected.why.to_owned()),
        (
            "header",
            format!("row {}", selected.header.number),
            format!("{} row(s) above it are not read", selected.rows_above),
        ),
    ];
    let decisions = decisions.map(|(what, chosen, why)| DialectDecision {
        what: what.to_owned(),
        chosen,
        why,
        because: None,
    });
    layout.evidence.splice(0..0, decisions);
    if selected.rows_above > 0 {
        layout.warnings.push(format!(
            "sheet {:?}: {} row(s) above the headers in row {} are not read",
            selected.name, selected.rows_above, selected.header.number
        ));
    }
    Ok(layout)
}

/// The texts of the first rows, each on the line of its number; the number of rows below the headers, and
/// whether they are all.
fn sample(workbook: &Workbook, selected: &SelectedSheet) -> Result<(String, usize, bool), Refusal> {
    let header = &selected.header;
    let width = header
        .cells
        .iter()
        .rfind(|cell| !cell.value.is_blank())
        .map_or(0, |cell| cell.column as usize + 1);
    // A wider header is refused whatever its columns; one column more is enough to detect it.
    let width = width.min(MAX_COLUMNS + 1);
    let (mut text, mut line, mut count) = (String::new(), 1, 0);
    let mut rows = workbook.rows(selected.position)?;
    while let Some(row) = rows.next_row()? {
        if row.number < header.number {
            continue;
        }
        for _ in line..row.number {
            text.push('\n');
        }
        line = row.number + 1;
        let is_header = row.number == header.number;
        write_texts(&row, width, is_header, &mut text);
        count += usize::from(!is_header);
        if text.len() >= SAMPLE_BYTES {
            return Ok((text, count, false));
        }
    }
    Ok((text, count, true))
}

/// Writes the texts of a row as a line of delimited text; other values are evidence for no dialect.
fn write_texts(row: &SheetRow, width: usize, is_header: bool, text: &mut String) {
    let mut cells = row.cells.iter().peekable();
    for column in 0..width {
        if column > 0 {
            text.push(CELL_DELIMITER);
        }
        let Some(cell) = cells.next_if(|cell| cell.column as usize == column) else {
            continue;
        };
        if is_header || matches!(cell.value, CellValue::Text(_)) {
            push_cell(&cell.value.shown().replace(['\n', '\r'], " "), text);
        }
    }
    text.push('\n');
}

fn refuse(refused: &CsvRefusal, selected: &SelectedSheet) -> Refusal {
    let message = format!("sheet {:?}: {refused}; {}", selected.name, refused.remedy());
    let row = refused
        .at()
        .map_or(selected.header.number.into(), |at| at.line);
    Refusal::new(refused.rule(), message).at(SourcePosition {
        byte_offset: 0,
        line: row,
    })
}
