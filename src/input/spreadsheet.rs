//! Workbooks (xlsx and ods): bytes become the rows of one sheet, as delimited text of a known dialect.
//!
//! ```text
//! bytes -zip_archive-> parts -part_reader, xml_part-> tags -xlsx_rows, ods-> SheetRow -row_text-> delimited text
//!                                                             \-sheet_selection, open_sheet-> SheetLayout
//! ```
//!
//! The file is held in memory, because its directory is at its end, and so are the shared texts of xlsx. Its
//! parts are unpacked as they are read, row by row. Nothing is taken from a number that it does not say: a
//! cell that is a number or a date keeps its value whatever the dialect, and one without a value is a
//! [`CellFault`].
//!
//! The reader is our own. That of the crate `calamine` (0.38) does not end at an ods whose content is cut
//! off inside a table, takes the first shared text for one whose index is invalid, reserves memory for the
//! number of shared texts that a file announces, and overflows at references such as `ZZZZZZZZ1`.

mod cell;
mod date_serial;
mod fault;
mod layout;
mod limits;
mod magic;
mod number_format;
mod ods;
mod open_sheet;
mod part_reader;
mod row_text;
mod sheet_selection;
#[cfg(test)]
mod tests;
mod workbook;
mod xlsx;
mod xlsx_rows;
mod xml_part;
mod xstring;
mod zip_archive;

pub use layout::{CellFault, SheetLayout, SheetRowOrigin};
pub(super) use limits::WorkbookLimits;
pub(super) use magic::ZIP_MAGIC;
pub(super) use open_sheet::{OpenSheet, read_workbook};
