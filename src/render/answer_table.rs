//! Tables of answers: what the HTML pages and the text tables show.
//!
//! In: headings and cells. Out: the table, whose numbers are exact. Nothing is refused; the format
//! decides how a text with any content is shown.

use super::amount_text::currency_decimals;
use super::chart::ExactNumber;
use crate::values::money::Amount;

/// A table of an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AnswerTable {
    /// What the table shows.
    pub caption: String,
    /// The column headings.
    pub columns: Vec<TableColumn>,
    /// The rows, with one cell per column; the first cell is the row heading.
    pub rows: Vec<Vec<TableCell>>,
}

/// The heading of a column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableColumn {
    /// What the cells contain, with the unit.
    pub heading: String,
    /// Whether the cells are numbers, which are aligned right.
    pub is_number: bool,
}

/// A cell of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TableCell {
    /// A text with any content.
    Text(String),
    /// An exact number.
    Number(ExactNumber),
    /// An unknown value.
    Absent,
}

impl TableColumn {
    /// A column of texts.
    pub fn text(heading: impl Into<String>) -> Self {
        let heading = heading.into();
        Self {
            heading,
            is_number: false,
        }
    }

    /// A column of numbers.
    pub fn number(heading: impl Into<String>) -> Self {
        let heading = heading.into();
        Self {
            heading,
            is_number: true,
        }
    }
}

impl TableCell {
    /// A count.
    pub fn count(count: i64) -> Self {
        Self::Number(ExactNumber::Count(count))
    }

    /// A text that may be unknown.
    pub fn text(text: Option<&str>) -> Self {
        text.map_or(Self::Absent, |text| Self::Text(text.to_owned()))
    }

    /// The name of a supplier, or its id when it has none.
    pub fn supplier(id: Option<i64>, name: Option<&str>) -> Self {
        match (name, id) {
            (Some(name), _) => Self::Text(name.to_owned()),
            (None, Some(id)) => Self::Text(id.to_string()),
            (None, None) => Self::Absent,
        }
    }

    /// An amount that may be unknown, with the decimals of its currency.
    pub fn money(amount: Option<Amount>, currency: Option<&str>) -> Self {
        let decimals = currency_decimals(currency).unwrap_or_default();
        amount.map_or(Self::Absent, |amount| {
            Self::Number(ExactNumber::Money { amount, decimals })
        })
    }
}
