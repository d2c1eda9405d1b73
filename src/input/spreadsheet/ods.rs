//! Workbooks of OpenDocument (ods), version 1.3: all sheets are in one part, row after row. Repeated rows
//! and cells are not held in memory more than once.

use std::collections::HashMap;
use std::sync::Arc;

use quick_xml::events::{BytesStart, Event};

use super::cell::{CellProblem, CellValue, SheetCell, SheetRow};
use super::fault::{other_format, too_large};
use super::limits::{MAX_ROWS, MAX_SHEET_COLUMNS, WorkbookLimits};
use super::xlsx::open_part;
use super::xml_part::{XmlPart, append, attribute};
use super::zip_archive::ZipArchive;
use crate::input::refusal::Refusal;

const CONTENT: &str = "content.xml";

/// A sheet, by its position among the tables of the document.
#[derive(Clone, Debug)]
pub(super) struct OdsSheet {
    pub(super) name: String,
    pub(super) is_hidden: bool,
}

/// The sheets of a document.
///
/// # Errors
/// It is encrypted or damaged, or exceeds a limit.
pub(super) fn ods_sheets(
    archive: &ZipArchive,
    limits: WorkbookLimits,
) -> Result<Vec<OdsSheet>, Refusal> {
    refuse_encrypted(archive, limits)?;
    let mut part = open_part(archive, CONTENT, limits)?;
    let mut sheets = Vec::new();
    // Whether the tables of a style are shown.
    let mut is_shown: HashMap<String, bool> = HashMap::new();
    let mut style = String::new();
    loop {
        match part.next()? {
            Event::Start(start) => match start.name().as_ref() {
                "style:style" => style = attribute(&start, "style:name").unwrap_or_default(),
                "style:table-properties" => {
                    let display = attribute(&start, "table:display");
                    is_shown.insert(style.clone(), display.is_none_or(|shown| shown != "false"));
                }
                "table:table" => {
                    let style = attribute(&start, "table:style-name").unwrap_or_default();
                    sheets.push(OdsSheet {
                        name: attribute(&start, "table:name").unwrap_or_default(),
                        is_hidden: is_shown.get(&style) == Some(&false),
                    });
                    part.skip()?;
                }
                _ => {}
            },
            Event::Eof => return Ok(sheets),
            _ => {}
        }
    }
}

fn refuse_encrypted(archive: &ZipArchive, limits: WorkbookLimits) -> Result<(), Refusal> {
    if archive.find("META-INF/manifest.xml").is_none() {
        return Ok(());
    }
    let mut manifest = open_part(archive, "META-INF/manifest.xml", limits)?;
    loop {
        match manifest.next()? {
            Event::Start(start) if start.local_name().as_ref() == "encryption-data" => {
                return Err(other_format(
                    "an encrypted workbook (ods)",
                    "save it without a password",
                ));
            }
            Event::Eof => return Ok(()),
            _ => {}
        }
    }
}

/// Reads the rows of a sheet.
pub(super) struct OdsRows {
    part: XmlPart,
    limits: WorkbookLimits,
    /// The number of the row read last.
    last_row: u32,
    /// Its cells and how often they are still repeated.
    repeated: (Vec<SheetCell>, u32),
    ended: bool,
}

/// A cell as its tag describes it.
struct OdsCell {
    repeats: u32,
    value: OdsValue,
    has_formula: bool,
    is_error: bool,
}

enum OdsValue {
    Known(CellValue),
    /// The paragraphs of the cell are its text.
    Paragraphs,
    Nothing,
    Invalid,
}

impl OdsRows {
    /// Opens the sheet at a position among the tables of the document.
    ///
    /// # Errors
    /// As [`ods_sheets`].
    pub(super) fn open(
        archive: &ZipArchive,
        position: usize,
        limits: WorkbookLimits,
    ) -> Result<Self, Refusal> {
        let mut part = open_part(archive, CONTENT, limits)?;
        let mut tables = 0;
        loop {
            match part.next()? {
                Event::Start(start) if start.name().as_ref() == "table:table" => {
                    if tables == position {
                        break;
                    }
                    tables += 1;
                    part.skip()?;
                }
                Event::Eof => return Err(part.damaged("a sheet is missing")),
                _ => {}
            }
        }
        Ok(Self {
            part,
            limits,
            last_row: 0,
            repeated: (Vec::new(), 0),
            ended: false,
        })
    }

    /// The next row, which may be empty; `None` after the last.
    ///
    /// # Errors
    /// The sheet is damaged or exceeds a limit.
    pub(super) fn next_row(&mut self) -> Result<Option<SheetRow>, Refusal> {
        if self.repeated.1 > 0 {
            self.repeated.1 -= 1;
            return self.numbered(self.repeated.0.clone()).map(Some);
        }
        while !self.ended {
            match self.part.next()? {
                Event::Start(start) if start.name().as_ref() == "table:table-row" => {
                    let repeats = repeats(&start, "table:number-rows-repeated");
                    let repeats = repeats.ok_or_else(|| {
                        self.part
                            .damaged("a row is repeated an invalid number of times")
                    })?;
                    let cells = self.cells()?;
                    if cells.is_empty() {
                        // Of empty rows, which usually fill the rest of the sheet, only their number counts.
                        self.last_row = self.last_row.saturating_add(repeats - 1).min(MAX_ROWS);
                        if self.last_row == MAX_ROWS {
                            continue;
                        }
                    } else {
                        self.repeated = (cells.clone(), repeats - 1);
                    }
                    return self.numbered(cells).map(Some);
                }
                Event::End(end) if end.name().as_ref() == "table:table" => {
                    self.part.finish()?;
                    self.ended = true;
                }
                Event::Eof => return Err(self.part.damaged("it ends within a sheet")),
                _ => {}
            }
        }
        Ok(None)
    }

    fn numbered(&mut self, cells: Vec<SheetCell>) -> Result<SheetRow, Refusal> {
        let number = self.last_row + 1;
        if number > MAX_ROWS {
            let what = format!("the sheet has more than {MAX_ROWS} rows");
            return Err(too_large(what, "split the sheet, or save it as CSV"));
        }
        self.last_row = number;
        Ok(SheetRow { number, cells })
    }

    fn cells(&mut self) -> Result<Vec<SheetCell>, Refusal> {
        let mut cells = Vec::new();
        let (mut column, mut bytes) = (0_u32, 0_usize);
        loop {
            let cell = match self.part.next()? {
                Event::Start(start) => match start.name().as_ref() {
                    "table:table-cell" | "table:covered-table-cell" => OdsCell::read(&start),
                    _ => {
                        self.part.skip()?;
                        continue;
                    }
                },
                Event::End(_) => return Ok(cells),
                Event::Eof => return Err(self.part.damaged("it ends within a row")),
                _ => continue,
            };
            let cell = cell.ok_or_else(|| {
                self.part
                    .damaged("a cell is repeated an invalid number of times")
            })?;
            let repeats = cell.repeats;
            if let Some(value) = self.value(cell)? {
                let end = column.saturating_add(repeats);
                let length = value.shown().len();
                bytes = bytes.saturating_add(length.saturating_mul(repeats as usize));
                if end > MAX_SHEET_COLUMNS || bytes > self.limits.record_bytes {
                    let (row, limit) = (self.last_row + 1, self.limits.record_bytes);
                    let what = format!(
                        "row {row} has more than the limit of {limit} bytes or {MAX_SHEET_COLUMNS} columns"
                    );
                    return Err(too_large(
                        what,
                        "raise --max-record-bytes if this is intended",
                    ));
                }
                cells.extend((column..end).map(|column| SheetCell {
                    column,
                    value: value.clone(),
                }));
            }
            column = column.saturating_add(repeats);
        }
    }

    /// The value of the cell whose tag was read last; `None` for an empty one.
    fn value(&mut self, cell: OdsCell) -> Result<Option<CellValue>, Refusal> {
        let text = self.paragraphs()?;
        Ok(match cell.value {
            _ if cell.is_error => Some(CellValue::Unreadable(text, CellProblem::Error)),
            OdsValue::Known(value) => Some(value),
            OdsValue::Paragraphs => Some(CellValue::Text(Arc::from(text))),
            OdsValue::Nothing if cell.has_formula => {
                Some(CellValue::Unreadable(text, CellProblem::NotCalculated))
            }
            OdsValue::Nothing => None,
            OdsValue::Invalid => return Err(self.part.damaged("a cell has an invalid value")),
        })
    }

    /// The paragraphs of the cell whose tag was read last, without notes.
    fn paragraphs(&mut self) -> Result<String, Refusal> {
        let mut text = String::new();
        let (mut paragraphs, mut depth, mut in_paragraph) = (0, 1, 0);
        while depth > 0 {
            let mut skips = false;
            match self.part.next()? {
                Event::Start(start) => {
                    depth += 1;
                    match start.name().as_ref() {
                        "office:annotation" | "draw:frame" | "table:table" => skips = true,
                        "text:p" => {
                            if paragraphs > 0 {
                                text.push('\n');
                            }
                            paragraphs += 1;
                            in_paragraph = depth;
                        }
                        "text:s" => {
                            let count = repeats(&start, "text:c").unwrap_or(u32::MAX) as usize;
                            let room = (self.limits.record_bytes + 1).saturating_sub(text.len());
                            text.extend(std::iter::repeat_n(' ', count.min(room)));
                        }
                        "text:tab" => text.push('\t'),
                        "text:line-break" => text.push('\n'),
                        _ => {}
                    }
                }
                Event::End(_) => {
                    if in_paragraph == depth {
                        in_paragraph = 0;
                    }
                    depth -= 1;
                }
                Event::Eof => return Err(self.part.damaged("it ends within a cell")),
                event if in_paragraph > 0 => {
                    let appended = append(&event, &mut text);
                    appended
                        .ok_or_else(|| self.part.damaged("a reference to an unknown character"))?;
                }
                _ => {}
            }
            if skips {
                self.part.skip()?;
                depth -= 1;
            }
            if text.len() > self.limits.record_bytes {
                let what = format!("a cell has more than {} bytes", self.limits.record_bytes);
                return Err(too_large(
                    what,
                    "raise --max-record-bytes if this is intended",
                ));
            }
        }
        Ok(text)
    }
}

impl OdsCell {
    /// `None` for a cell that is repeated an invalid number of times.
    fn read(start: &BytesStart<'_>) -> Option<Self> {
        let value_of = |name: &str| attribute(start, name);
        let known = |value: Option<CellValue>| value.map_or(OdsValue::Invalid, OdsValue::Known);
        let value = match value_of("office:value-type").as_deref() {
            None => OdsValue::Nothing,
            Some("float" | "percentage" | "currency") => {
                known(value_of("office:value").and_then(|text| CellValue::number(&text)))
            }
            Some("date") => known(value_of("office:date-value").map(CellValue::Date)),
            Some("time") => known(
                value_of("office:time-value")
                    .map(|text| CellValue::Unreadable(text, CellProblem::Duration)),
            ),
            Some("boolean") => known(match value_of("office:boolean-value").as_deref() {
                Some("true") => Some(CellValue::Boolean(true)),
                Some("false") => Some(CellValue::Boolean(false)),
                _ => None,
            }),
            Some("string") => match value_of("office:string-value") {
                Some(text) => OdsValue::Known(CellValue::Text(Arc::from(text))),
                None => OdsValue::Paragraphs,
            },
            Some(_) => OdsValue::Invalid,
        };
        Some(Self {
            repeats: repeats(start, "table:number-columns-repeated")?,
            value,
            has_formula: value_of("table:formula").is_some(),
            is_error: value_of("calcext:value-type").as_deref() == Some("error"),
        })
    }
}

/// How often an element is repeated: once without the attribute; `None` for no number above 0.
fn repeats(start: &BytesStart<'_>, name: &str) -> Option<u32> {
    match attribute(start, name) {
        None => Some(1),
        Some(digits) => digits.trim().parse().ok().filter(|count| *count > 0),
    }
}
