//! Rows of a sheet as delimited text. A cell that is a number or a date in the workbook is written so that
//! the dialect of its column cannot change it; a text stays as it is.

use std::borrow::Cow;

use super::cell::{CellProblem, CellValue, SheetRow};
use super::layout::{CellFault, SheetLayout, SheetRowOrigin};
use crate::input::csv::columns::{ColumnRole, CsvValueType};
use crate::input::csv::dialect::ColumnPlan;
use crate::input::csv::{CELL_DELIMITER, push_cell};
use crate::values::pt_br::DecimalSign;

/// Numbers below are days of a date system; those of epochs are larger.
const FIRST_EPOCH_NUMBER: f64 = 2_958_466.0;

/// Appends a row with its line end to `text`; returns its origin.
pub(super) fn write_row(
    row: &SheetRow,
    layout: &SheetLayout,
    roles: &[ColumnRole],
    text: &mut String,
) -> SheetRowOrigin {
    let columns = &layout.csv.columns;
    let mut origin = SheetRowOrigin {
        number: u64::from(row.number),
        faults: Vec::new(),
    };
    let start = text.len();
    let mut cells = row.cells.iter().peekable();
    let last = row.cells.iter().rfind(|cell| !cell.value.is_blank());
    let width = last.map_or(0, |cell| cell.column as usize + 1);
    for column in 0..width.max(columns.len()) {
        if column > 0 {
            text.push(CELL_DELIMITER);
        }
        let Some(cell) = cells.next_if(|cell| cell.column as usize == column) else {
            continue;
        };
        let plan = columns.get(column);
        let role = plan.and_then(|plan| roles.get(plan.role?));
        let is_field = plan.is_some_and(|plan| plan.role.is_some() || plan.property.is_some());
        if let Some(problem) = problem(&cell.value, plan, role).filter(|_| is_field) {
            let shown = cell.value.shown().into_owned();
            origin.faults.push(CellFault {
                column,
                shown,
                problem,
            });
        }
        push_cell(&field(&cell.value, plan, role), text);
    }
    if text.len() == start {
        // An empty line is no row.
        text.push_str("\"\"");
    }
    text.push('\n');
    origin
}

/// Why the cell has no value for its column.
fn problem(
    value: &CellValue,
    plan: Option<&ColumnPlan>,
    role: Option<&ColumnRole>,
) -> Option<CellProblem> {
    let value_type = role.map(|role| role.value_type);
    let is_date = value_type.is_some_and(CsvValueType::has_date_order);
    match value {
        CellValue::Unreadable(_, problem) => Some(*problem),
        CellValue::Number(number) if is_date && *number < FIRST_EPOCH_NUMBER => {
            Some(CellProblem::NumberForDate)
        }
        CellValue::Date(_) if plan.is_some_and(|plan| plan.format.is_some()) => {
            Some(CellProblem::DateForFormat)
        }
        CellValue::Date(_) if value_type.is_some() && !is_date => Some(CellProblem::DateForOther),
        _ => None,
    }
}

fn field<'v>(
    value: &'v CellValue,
    plan: Option<&ColumnPlan>,
    role: Option<&ColumnRole>,
) -> Cow<'v, str> {
    let shown = value.shown();
    // A workbook does not distinguish a date from its first instant.
    if let (CellValue::Date(date), Some(CsvValueType::Date)) =
        (value, role.map(|role| role.value_type))
    {
        return Cow::Borrowed(date.strip_suffix("T00:00:00").unwrap_or(date));
    }
    let is_decimal = role.is_some_and(|role| role.value_type.has_decimal_sign());
    let (CellValue::Number(_), Some(plan), true) = (value, plan, is_decimal) else {
        return shown;
    };
    let Some((whole, fraction)) = shown.split_once('.') else {
        return shown;
    };
    let sign = match plan.decimal {
        DecimalSign::Point => '.',
        DecimalSign::Comma => ',',
    };
    // Three digits after the sign could be a group of thousands.
    let zero = if fraction.len() == 3 { "0" } else { "" };
    Cow::Owned(format!("{whole}{sign}{fraction}{zero}"))
}
