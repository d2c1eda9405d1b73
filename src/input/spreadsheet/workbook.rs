//! A workbook of either format: its sheets, and the rows of one of them.

use std::sync::Arc;

use super::cell::SheetRow;
use super::fault::{damaged, other_format};
use super::limits::WorkbookLimits;
use super::ods::{OdsRows, OdsSheet, ods_sheets};
use super::part_reader::PartReader;
use super::xlsx::{XlsxWorkbook, main_part, open_part};
use super::xlsx_rows::XlsxRows;
use super::zip_archive::ZipArchive;
use crate::input::refusal::Refusal;

/// What a zip archive is called that is no workbook, and the remedy.
const OTHER_ARCHIVE: (&str, &str) = (
    "a zip archive that is no workbook (xlsx or ods)",
    "unpack the archive",
);

const ODS_TYPE: &[u8] = b"application/vnd.oasis.opendocument.spreadsheet";

/// An open workbook.
#[derive(Debug)]
pub(super) struct Workbook {
    archive: ZipArchive,
    limits: WorkbookLimits,
    content: WorkbookContent,
}

#[derive(Debug)]
enum WorkbookContent {
    Xlsx(XlsxWorkbook),
    Ods(Vec<OdsSheet>),
}

/// Reads the rows of a sheet.
pub(super) enum SheetRows {
    Xlsx(Box<XlsxRows>),
    Ods(Box<OdsRows>),
}

impl Workbook {
    /// Opens a workbook. Everything but the cells of xlsx is read.
    ///
    /// # Errors
    /// The archive is damaged, no workbook, encrypted, or exceeds a limit.
    pub(super) fn open(bytes: Arc<Vec<u8>>, limits: WorkbookLimits) -> Result<Self, Refusal> {
        let archive = ZipArchive::open(bytes, &limits)?;
        let content = if archive.find("[Content_Types].xml").is_some() {
            let path = main_part(&archive, limits)?.unwrap_or_else(|| "xl/workbook.xml".to_owned());
            if path.to_ascii_lowercase().ends_with(".bin") {
                return Err(other_format("a binary workbook (xlsb)", "save it as .xlsx"));
            }
            // Documents and presentations are such archives too.
            if !path.to_ascii_lowercase().contains("workbook") {
                return Err(other_format(OTHER_ARCHIVE.0, OTHER_ARCHIVE.1));
            }
            WorkbookContent::Xlsx(XlsxWorkbook::open(&archive, &path, limits)?)
        } else if is_ods(&archive, limits)? {
            WorkbookContent::Ods(ods_sheets(&archive, limits)?)
        } else {
            return Err(other_format(OTHER_ARCHIVE.0, OTHER_ARCHIVE.1));
        };
        Ok(Self {
            archive,
            limits,
            content,
        })
    }

    /// The names of the sheets with cells, and whether each is hidden.
    pub(super) fn sheets(&self) -> Vec<(String, bool)> {
        match &self.content {
            WorkbookContent::Xlsx(workbook) => {
                let sheets = workbook.sheets.iter();
                sheets
                    .map(|sheet| (sheet.name.clone(), sheet.is_hidden))
                    .collect()
            }
            WorkbookContent::Ods(sheets) => {
                let sheets = sheets.iter();
                sheets
                    .map(|sheet| (sheet.name.clone(), sheet.is_hidden))
                    .collect()
            }
        }
    }

    /// The rows of a sheet, by its position in [`Self::sheets`].
    ///
    /// # Errors
    /// Its part is missing or damaged.
    pub(super) fn rows(&self, sheet: usize) -> Result<SheetRows, Refusal> {
        Ok(match &self.content {
            WorkbookContent::Xlsx(workbook) => {
                let sheet = workbook.sheets.get(sheet);
                let sheet = sheet.ok_or_else(|| damaged("a sheet is missing"))?;
                let part = open_part(&self.archive, &sheet.path, self.limits)?;
                let context = Arc::clone(&workbook.context);
                SheetRows::Xlsx(Box::new(XlsxRows::new(part, context, self.limits)))
            }
            WorkbookContent::Ods(_) => {
                SheetRows::Ods(Box::new(OdsRows::open(&self.archive, sheet, self.limits)?))
            }
        })
    }
}

impl SheetRows {
    /// The next row that shows something; `None` after the last.
    ///
    /// # Errors
    /// The sheet is damaged or exceeds a limit.
    pub(super) fn next_row(&mut self) -> Result<Option<SheetRow>, Refusal> {
        loop {
            let row = match self {
                Self::Xlsx(rows) => rows.next_row()?,
                Self::Ods(rows) => rows.next_row()?,
            };
            if row.as_ref().is_none_or(|row| !row.is_blank()) {
                return Ok(row);
            }
        }
    }
}

/// Whether the part `mimetype` names a workbook of OpenDocument.
fn is_ods(archive: &ZipArchive, limits: WorkbookLimits) -> Result<bool, Refusal> {
    use std::io::Read;

    let Some(entry) = archive.find("mimetype") else {
        return Ok(false);
    };
    let mut part = PartReader::open(archive, entry, limits)?;
    let mut kind = Vec::new();
    let read = part.by_ref().take(256).read_to_end(&mut kind);
    match (read, part.take_refusal()) {
        (Ok(_), _) => Ok(kind.trim_ascii() == ODS_TYPE),
        (Err(_), Some(refusal)) => Err(refusal),
        (Err(error), None) => Err(damaged(error)),
    }
}
