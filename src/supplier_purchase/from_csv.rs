//! Reads a supplier purchase from a row of delimited text: how the text of a cell becomes the type
//! that the rules expect. An empty cell is an absent field, and with an empty amount its currency.

mod headers;

use std::borrow::Cow;

use super::raw::{MoneyName, Name, RawSupplierPurchase};
use crate::record::{Extra, Field};
use crate::source::csv::columns::ColumnForm;
use crate::source::csv::dialect::{ColumnPlan, Layout};
use crate::source::csv::rows::Row;
use crate::values::pt_br::{
    NumberEvidence, normalise_number, normalise_timestamp, number_evidence, parse_bool,
};

use headers::{Fill, fill};

pub use headers::SupplierPurchaseCsvColumns;

/// Reads rows of one file.
#[derive(Debug)]
pub struct CsvSupplierPurchases<'l> {
    layout: &'l Layout,
}

impl<'l> CsvSupplierPurchases<'l> {
    /// A reader for files of this layout.
    pub fn new(layout: &'l Layout) -> Self {
        Self { layout }
    }

    /// Reads a row into `raw`, which is empty.
    pub fn read<'r>(&self, row: &Row<'r>, raw: &mut RawSupplierPurchase<'r>)
    where
        'l: 'r,
    {
        raw.is_row = true;
        let mut common_currency = None;
        for (plan, cell) in self.layout.columns.iter().zip(row.fields()) {
            if cell.is_empty() {
                continue;
            }
            match plan.role.and_then(fill) {
                Some(Fill::Field(name, form)) => {
                    raw.set(name, field(name, form, plan, cell));
                }
                Some(Fill::AllCurrencies) => common_currency = Some(currency(cell)),
                // Such a row is rejected anyway; comparing on would take a time that grows with the
                // square.
                None if raw.has_too_many_keys => {}
                None => keep(plan, cell, raw),
            }
        }
        let Some(code) = common_currency else {
            return;
        };
        for name in MoneyName::ALL {
            let has_amount = !raw.get(name.amount).is_missing();
            if has_amount && raw.get(name.currency).is_missing() {
                raw.set(name.currency, code.clone());
            }
        }
    }
}

/// Keeps a column that fills no field.
fn keep<'r>(plan: &'r ColumnPlan, cell: &str, raw: &mut RawSupplierPurchase<'r>) {
    let is_taken = raw.extra.iter().any(|extra| extra.key == plan.header);
    let key = if is_taken {
        // Two columns of one name: both are kept.
        Cow::Owned(format!("{}#{}", plan.header, raw.extra.len()))
    } else {
        Cow::Borrowed(plan.header.as_str())
    };
    raw.add_extra(Extra {
        key,
        value: Cow::Owned(serde_json::Value::from(cell).to_string()),
        offset: 0,
    });
}

/// The cell as the type its column holds; text that does not fit stays text, and the rules
/// reject it with its value.
fn field<'r>(name: Name, form: ColumnForm, plan: &ColumnPlan, cell: &'r str) -> Field<'r> {
    let text = || Field::Text(Cow::Borrowed(cell));
    match form {
        ColumnForm::Decimal => {
            let open =
                !plan.decimal_is_proven && number_evidence(cell) == NumberEvidence::Ambiguous;
            let number = normalise_number(cell, plan.decimal).filter(|_| !open);
            number.map_or_else(text, Field::Number)
        }
        ColumnForm::Integer => {
            digits(cell).map_or_else(text, |digits| Field::Number(digits.into()))
        }
        ColumnForm::Timestamp | ColumnForm::Date => {
            Field::Text(normalise_timestamp(cell, plan.date_order).unwrap_or(Cow::Borrowed(cell)))
        }
        ColumnForm::Boolean => parse_bool(cell).map_or_else(text, Field::Boolean),
        ColumnForm::Text | ColumnForm::Json => match name {
            Name::Status => Field::Text(status(cell)),
            _ if MoneyName::ALL.iter().any(|money| money.currency == name) => currency(cell),
            _ => text(),
        },
    }
}

/// A whole number without outer spaces and leading zeros, which tables have and JSON has not.
fn digits(cell: &str) -> Option<&str> {
    let cell = cell.trim();
    let is_number = !cell.is_empty() && cell.bytes().all(|byte| byte.is_ascii_digit());
    let significant = cell.trim_start_matches('0');
    is_number.then_some(if significant.is_empty() {
        "0"
    } else {
        significant
    })
}

/// The documented word for a status, which tables have in Portuguese too and in any case.
fn status(cell: &str) -> Cow<'_, str> {
    const WORDS: [(&str, &str); 4] = [
        ("pending", "pending"),
        ("aguardando", "pending"),
        ("received", "received"),
        ("entregue", "received"),
    ];
    let written = cell.trim();
    let is_word = |word: &str| word.eq_ignore_ascii_case(written);
    let found = WORDS.iter().find(|(word, _)| is_word(word));
    Cow::Borrowed(found.map_or(cell, |(_, status)| *status))
}

/// A code, or the sign of the real, which is no other currency's.
fn currency(cell: &str) -> Field<'_> {
    let written = cell.trim();
    let code = if written == "R$" { "BRL" } else { written };
    Field::Text(Cow::Borrowed(code))
}
