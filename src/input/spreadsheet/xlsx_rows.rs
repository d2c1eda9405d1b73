//! The rows of a sheet of an xlsx workbook, one after the other.

use std::sync::Arc;

use quick_xml::events::{BytesStart, Event};

use super::cell::{CellProblem, CellValue, SheetCell, SheetRow, cell_position, row_number};
use super::date_serial::iso_date;
use super::fault::too_large;
use super::limits::{MAX_ROWS, MAX_SHEET_COLUMNS, WorkbookLimits};
use super::number_format::NumberMeaning;
use super::xlsx::{XlsxContext, rich_text};
use super::xml_part::{XmlPart, attribute};
use super::xstring::unescape_xstring;
use crate::input::refusal::Refusal;

/// Reads the rows of a sheet.
pub(super) struct XlsxRows {
    part: XmlPart,
    context: Arc<XlsxContext>,
    limits: WorkbookLimits,
    /// The number of the row read last.
    last_row: u32,
    ended: bool,
}

/// The attributes of a cell.
struct CellStart {
    column: u32,
    style: Option<String>,
    kind: Option<String>,
}

/// What a cell contains.
#[derive(Default)]
struct CellContent {
    value: Option<String>,
    inline: Option<Arc<str>>,
    has_formula: bool,
}

impl XlsxRows {
    pub(super) fn new(part: XmlPart, context: Arc<XlsxContext>, limits: WorkbookLimits) -> Self {
        Self {
            part,
            context,
            limits,
            last_row: 0,
            ended: false,
        }
    }

    /// The next row, which may be empty; `None` after the last.
    ///
    /// # Errors
    /// The sheet is damaged or exceeds a limit.
    pub(super) fn next_row(&mut self) -> Result<Option<SheetRow>, Refusal> {
        while !self.ended {
            match self.part.next()? {
                Event::Start(start) if start.local_name().as_ref() == "row" => {
                    let number = attribute(&start, "r");
                    let number = match number {
                        Some(digits) => row_number(digits.trim()),
                        None => Some(self.last_row + 1),
                    };
                    let number = number
                        .filter(|number| *number > self.last_row && *number <= MAX_ROWS)
                        .ok_or_else(|| self.part.damaged("its rows are not in order"))?;
                    self.last_row = number;
                    return self.row(number).map(Some);
                }
                Event::End(end) if end.local_name().as_ref() == "sheetData" => {
                    self.part.finish()?;
                    self.ended = true;
                }
                Event::Eof => return Err(self.part.damaged("it has no cells (sheetData)")),
                _ => {}
            }
        }
        Ok(None)
    }

    fn row(&mut self, number: u32) -> Result<SheetRow, Refusal> {
        let mut cells: Vec<SheetCell> = Vec::new();
        let (mut next_column, mut bytes) = (0, 0);
        loop {
            let start = match self.part.next()? {
                Event::Start(start) if start.local_name().as_ref() == "c" => {
                    CellStart::read(&start, number, next_column)
                }
                Event::End(end) if end.local_name().as_ref() == "row" => break,
                Event::Eof => return Err(self.part.damaged("it ends within a row")),
                _ => continue,
            };
            let start = start.filter(|start| start.column >= next_column);
            let start = start.ok_or_else(|| {
                self.part
                    .damaged(&format!("a cell of row {number} is out of place"))
            })?;
            next_column = start.column + 1;
            let content = self.content()?;
            if let Some(value) = self.value(&start, content)? {
                bytes += value.shown().len();
                let column = start.column;
                cells.push(SheetCell { column, value });
            }
            if bytes > self.limits.record_bytes {
                let limit = self.limits.record_bytes;
                let what = format!("row {number} has more than the limit of {limit} bytes");
                return Err(too_large(
                    what,
                    "raise --max-record-bytes if this is intended",
                ));
            }
        }
        Ok(SheetRow { number, cells })
    }

    fn content(&mut self) -> Result<CellContent, Refusal> {
        let mut content = CellContent::default();
        loop {
            let name = match self.part.next()? {
                Event::Start(start) => start.local_name().as_ref().to_owned(),
                Event::End(_) => return Ok(content),
                Event::Eof => return Err(self.part.damaged("it ends within a cell")),
                _ => continue,
            };
            match name.as_str() {
                "v" => {
                    let limit = self.limits.record_bytes;
                    content.value = Some(self.part.text(limit, None, |_| false)?);
                }
                "is" => content.inline = Some(rich_text(&mut self.part, self.limits)?),
                "f" => {
                    content.has_formula = true;
                    self.part.skip()?;
                }
                _ => self.part.skip()?,
            }
        }
    }

    /// The value of a cell; `None` for an empty one.
    fn value(&self, start: &CellStart, content: CellContent) -> Result<Option<CellValue>, Refusal> {
        if let Some(text) = content.inline {
            return Ok(Some(CellValue::Text(text)));
        }
        let kind = start.kind.as_deref().unwrap_or("n");
        // The result of a formula may be an empty text.
        let has_value = |value: &String| kind == "str" || !value.trim().is_empty();
        let Some(value) = content.value.filter(has_value) else {
            let missing = || CellValue::Unreadable(String::new(), CellProblem::NotCalculated);
            return Ok(content.has_formula.then(missing));
        };
        let invalid = || {
            let shown: String = value.chars().take(32).collect();
            let cell = format!(
                "{}{}",
                super::cell::column_name(start.column as usize),
                self.last_row
            );
            self.part
                .damaged(&format!("cell {cell} has the invalid value {shown:?}"))
        };
        let trimmed = value.trim();
        let read = match kind {
            "s" => {
                let position = trimmed.parse::<usize>().ok();
                let text = position.and_then(|position| self.context.texts.get(position));
                text.map(|text| CellValue::Text(Arc::clone(text)))
            }
            "str" => Some(CellValue::Text(Arc::from(unescape_xstring(&value)))),
            "b" => match trimmed {
                "1" | "true" => Some(CellValue::Boolean(true)),
                "0" | "false" => Some(CellValue::Boolean(false)),
                _ => None,
            },
            "e" => Some(CellValue::Unreadable(
                trimmed.to_owned(),
                CellProblem::Error,
            )),
            "d" => Some(CellValue::Date(trimmed.to_owned())),
            "n" => self.number(trimmed, start),
            _ => None,
        };
        read.map(Some).ok_or_else(invalid)
    }

    fn number(&self, text: &str, start: &CellStart) -> Option<CellValue> {
        let value = CellValue::number(text)?;
        let CellValue::Number(number) = value else {
            return Some(value);
        };
        let meaning = match &start.style {
            None => NumberMeaning::Number,
            Some(style) => {
                let style: usize = style.parse().ok()?;
                let meanings = &self.context.meanings;
                // A workbook without styles has no formats.
                let is_plain = meanings.is_empty() && style == 0;
                let plain = is_plain.then_some(NumberMeaning::Number);
                meanings.get(style).copied().or(plain)?
            }
        };
        Some(match meaning {
            NumberMeaning::Number => value,
            NumberMeaning::Duration => {
                CellValue::Unreadable(value.shown().into_owned(), CellProblem::Duration)
            }
            NumberMeaning::Date(format) => match iso_date(number, self.context.system, format) {
                Some(date) => CellValue::Date(date),
                None => CellValue::Unreadable(value.shown().into_owned(), CellProblem::NoDate),
            },
        })
    }
}

impl CellStart {
    /// `None` for a cell that is not in the row, or outside of a sheet.
    fn read(start: &BytesStart<'_>, row: u32, next_column: u32) -> Option<Self> {
        let column = match attribute(start, "r") {
            None => Some(next_column).filter(|column| *column < MAX_SHEET_COLUMNS),
            Some(reference) => {
                let (own_row, column) = cell_position(reference.trim())?;
                (own_row == row).then_some(column)
            }
        };
        Some(Self {
            column: column?,
            style: attribute(start, "s"),
            kind: attribute(start, "t"),
        })
    }
}
