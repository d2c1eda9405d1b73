//! The value of a cell, in a form that does not depend on the program that has written the workbook.

use std::borrow::Cow;
use std::sync::Arc;

/// What a cell holds.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum CellValue {
    /// A text as it was typed; it is read like a cell of delimited text.
    Text(Arc<str>),
    /// A number, whatever its format shows. It is finite.
    Number(f64),
    /// Yes or no.
    Boolean(bool),
    /// A date, a time, or both, ISO 8601 without offset.
    Date(String),
    /// What the cell shows, and why it has no value.
    Unreadable(String, CellProblem),
}

/// Why a cell has no value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::input) enum CellProblem {
    /// An error such as `#N/A`.
    Error,
    /// A formula whose result is not stored.
    NotCalculated,
    /// A whole number of 2^53 or more, whose last digits are lost in a workbook.
    TooManyDigits,
    /// A date outside of the date system, such as 29 February 1900.
    NoDate,
    /// A number in a column of dates.
    NumberForDate,
    /// A date in a column of other values.
    DateForOther,
    /// A date in a column for which the user has stated a format of texts.
    DateForFormat,
    /// A length of time.
    Duration,
}

impl CellProblem {
    /// What is wrong, and how to fix it.
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Error => "the cell has an error instead of a value; correct its formula",
            Self::NotCalculated => {
                "the result of the formula is not stored; open the workbook in a spreadsheet program and save it"
            }
            Self::TooManyDigits => {
                "a number in a workbook has at most 15 exact digits; format the column as text and enter the number again"
            }
            Self::NoDate => "the cell is formatted as a date, and its number is none; correct it",
            Self::NumberForDate => {
                "the cell has a number that is not formatted as a date; format it as a date, or write the date as text"
            }
            Self::DateForOther => {
                "the cell has a date; format the column as text and enter the value again"
            }
            Self::DateForFormat => {
                "the cell has a date, which needs no format; remove the format from --map, or write the dates as text"
            }
            Self::Duration => "the cell has a length of time; enter a date and a time",
        }
    }
}

/// From this number on not every whole number is a 64-bit float (IEEE 754).
const FIRST_INEXACT: f64 = 9_007_199_254_740_992.0;

impl CellValue {
    /// The value of a number as it is written in the workbook; `None` if it is not one.
    pub(super) fn number(text: &str) -> Option<Self> {
        let text = text.trim();
        let number: f64 = text
            .parse()
            .ok()
            .filter(|number: &f64| number.is_finite())?;
        if number.abs() >= FIRST_INEXACT {
            return Some(Self::Unreadable(
                text.to_owned(),
                CellProblem::TooManyDigits,
            ));
        }
        Some(Self::Number(number))
    }

    /// Whether the cell shows nothing.
    pub(super) fn is_blank(&self) -> bool {
        matches!(self, Self::Text(text) if text.trim().is_empty())
    }

    /// The cell as text; a number by its shortest decimal, with a decimal point and no exponent.
    pub(super) fn shown(&self) -> Cow<'_, str> {
        match self {
            Self::Text(text) => Cow::Borrowed(text),
            Self::Number(number) if *number == 0.0 => Cow::Borrowed("0"),
            Self::Number(number) => Cow::Owned(number.to_string()),
            Self::Boolean(boolean) => Cow::Borrowed(if *boolean { "true" } else { "false" }),
            Self::Date(text) | Self::Unreadable(text, _) => Cow::Borrowed(text),
        }
    }
}

/// A cell and its column, from 0.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct SheetCell {
    pub(super) column: u32,
    pub(super) value: CellValue,
}

/// A row of a sheet; cells without a value are absent, the others are in the order of their columns.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct SheetRow {
    /// The number that the spreadsheet program shows, from 1.
    pub(super) number: u32,
    pub(super) cells: Vec<SheetCell>,
}

impl SheetRow {
    /// Whether it shows nothing.
    pub(super) fn is_blank(&self) -> bool {
        self.cells.iter().all(|cell| cell.value.is_blank())
    }
}

/// The name of a column, from 0: A, B, …, Z, AA, …
pub(super) fn column_name(column: usize) -> String {
    let mut letters = Vec::new();
    let mut rest = column + 1;
    while rest > 0 {
        // The remainder is below 26.
        letters.push(b'A' + u8::try_from((rest - 1) % 26).unwrap_or_default());
        rest = (rest - 1) / 26;
    }
    letters.reverse();
    letters.into_iter().map(char::from).collect()
}

/// The row and column of a cell such as `C17`: 17 and 2; `None` if it is not a cell of a sheet.
pub(super) fn cell_position(reference: &str) -> Option<(u32, u32)> {
    let split = reference.find(|c: char| c.is_ascii_digit())?;
    let (letters, digits) = reference.split_at(split);
    let mut column: u32 = 0;
    for letter in letters.bytes() {
        let value = u32::from(letter.to_ascii_uppercase().checked_sub(b'A')?);
        column = column.checked_mul(26)?.checked_add(value + 1)?;
        if value > 25 || column > super::limits::MAX_SHEET_COLUMNS {
            return None;
        }
    }
    Some((row_number(digits)?, column.checked_sub(1)?))
}

/// The number of a row, from 1; `None` if a sheet has no such row.
pub(super) fn row_number(digits: &str) -> Option<u32> {
    let number = digits.parse().ok()?;
    (1..=super::limits::MAX_ROWS)
        .contains(&number)
        .then_some(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_shown_by_their_shortest_decimal() {
        for (written, shown) in [
            ("12.34", "12.34"),
            ("1.1000000000000001", "1.1"),
            ("123456789012", "123456789012"),
            ("5.0", "5"),
            ("-0", "0"),
            ("1E-7", "0.0000001"),
            ("1.2345E+3", "1234.5"),
            ("9007199254740991", "9007199254740991"),
        ] {
            let value = CellValue::number(written).unwrap();
            assert_eq!(value.shown(), shown, "{written}");
            assert!(matches!(value, CellValue::Number(_)), "{written}");
        }
        for written in ["9007199254740992", "12345678901234567890", "-1e300"] {
            let value = CellValue::number(written).unwrap();
            let lost = CellValue::Unreadable(written.to_owned(), CellProblem::TooManyDigits);
            assert_eq!(value, lost);
        }
        for written in ["", "NaN", "inf", "1,5", "x", "1e999"] {
            assert_eq!(CellValue::number(written), None, "{written}");
        }
    }

    #[test]
    fn cells_have_the_names_that_spreadsheet_programs_show() {
        for (name, row, column) in [
            ("A1", 1, 0),
            ("Z9", 9, 25),
            ("AA10", 10, 26),
            ("C17", 17, 2),
            ("XFD1048576", 1_048_576, 16_383),
        ] {
            assert_eq!(cell_position(name), Some((row, column)), "{name}");
            let column = column_name(usize::try_from(column).unwrap());
            assert_eq!(format!("{column}{row}"), name);
        }
        for name in [
            "",
            "A",
            "1",
            "A0",
            "XFE1",
            "A1048577",
            "ZZZZZZZZZZ1",
            "A1B",
            "[1",
            "A-1",
            "É1",
        ] {
            assert_eq!(cell_position(name), None, "{name}");
        }
    }
}
