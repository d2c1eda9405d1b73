//! The dialect of a sheet, and where its rows are.

use super::cell::{CellProblem, column_name};
use crate::input::csv::dialect::CsvLayout;

/// A sheet: its name and the columns of the delimited text that its rows become.
#[derive(Clone, Debug)]
pub struct SheetLayout {
    /// The name of the sheet.
    pub sheet: String,
    /// The columns.
    pub csv: CsvLayout,
}

impl SheetLayout {
    /// The place of a cell, such as `Plan1!C17`; without a column that of the row, such as `Plan1!17`.
    pub fn place(&self, row: u64, column: Option<usize>) -> String {
        let column = column.map(column_name).unwrap_or_default();
        format!("{}!{column}{row}", self.sheet)
    }
}

/// A row of delimited text that was a row of a sheet.
#[derive(Clone, Debug, Default)]
pub struct SheetRowOrigin {
    /// The number of the row in the sheet, from 1.
    pub number: u64,
    /// Cells of known fields without a value.
    pub faults: Vec<CellFault>,
}

/// A cell that has no value.
#[derive(Clone, Debug)]
pub struct CellFault {
    /// Its column, from 0.
    pub column: usize,
    /// What the cell shows.
    pub shown: String,
    pub(super) problem: CellProblem,
}

impl CellFault {
    /// What is wrong, and how to fix it.
    pub fn detail(&self) -> &'static str {
        self.problem.as_str()
    }
}
