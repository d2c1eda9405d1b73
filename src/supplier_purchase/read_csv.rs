//! Reads a supplier purchase from a row of delimited text: cells are converted to the types that the
//! rules expect. An empty cell is an absent field, and an empty amount has no currency.

mod headers;

use std::borrow::Cow;

use chrono::DateTime;

use super::field::{SupplierFieldType, SupplierPurchaseField};
use super::fields::MoneyFields;
use super::raw::RawSupplierPurchase;
use crate::input::csv::columns::CsvValueType;
use crate::input::csv::dialect::{ColumnPlan, CsvLayout};
use crate::input::csv::rows::CsvRow;
use crate::json::{JsonCursor, JsonError, JsonOptions};
use crate::record::{ExtraField, Field, formatted_time};
use crate::values::pt_br::{
    CurrencySign, NumberEvidence, normalise_number, normalise_timestamp, number_evidence,
    parse_bool,
};
use crate::values::text::is_formula;

pub(super) use headers::{ColumnTarget, column_target};

pub use headers::{CsvHeaders, SupplierPurchaseCsvColumns, csv_headers};

/// Reads the rows of one file.
#[derive(Debug)]
pub struct SupplierPurchaseCsvReader<'l> {
    layout: &'l CsvLayout,
}

impl<'l> SupplierPurchaseCsvReader<'l> {
    /// A reader for files with this layout.
    pub fn new(layout: &'l CsvLayout) -> Self {
        Self { layout }
    }

    /// Reads a row into `raw`, which must be empty.
    pub fn read<'r>(&self, row: &CsvRow<'r>, raw: &mut RawSupplierPurchase<'r>)
    where
        'l: 'r,
    {
        raw.is_row = true;
        raw.has_flat_amounts = true;
        let mut common_currency = None;
        let (mut offsets, mut signs) = (Vec::new(), Vec::new());
        for (plan, cell) in self.layout.columns.iter().zip(row.fields()) {
            if cell.is_empty() {
                continue;
            }
            match plan.role.and_then(column_target) {
                Some(ColumnTarget::Field(name, value_type)) => {
                    if value_type == CsvValueType::Decimal
                        && let Some(sign) = CurrencySign::of(cell)
                    {
                        signs.push((name, sign, cell));
                    }
                    raw.set(name, parse_cell(name, value_type, plan, cell));
                }
                Some(ColumnTarget::AllCurrencies) => common_currency = Some(currency(cell)),
                Some(ColumnTarget::OffsetOf(name)) => offsets.push((name, plan, cell)),
                Some(ColumnTarget::Extra) => keep_members_as_extra(plan, cell, raw),
                None => keep_as_extra(plan, cell, raw),
            }
        }
        for (name, plan, cell) in offsets {
            if offset_minutes(raw.get(name)) != cell.trim().parse().ok() {
                keep_as_extra(plan, cell, raw);
            }
        }
        if let Some(code) = common_currency {
            raw.set_common_currency(&code);
        }
        for (name, sign, cell) in signs {
            apply_sign(name, sign, cell, raw);
        }
    }
}

/// Sets the currency of an amount without one to that of its sign. An amount whose sign names none stays
/// text then, which the rules reject: the default currency may be another. A stated currency applies
/// whatever the sign.
fn apply_sign<'r>(
    name: SupplierPurchaseField,
    sign: CurrencySign,
    cell: &'r str,
    raw: &mut RawSupplierPurchase<'r>,
) {
    let Some(fields) = MoneyFields::of(name) else {
        return;
    };
    if !raw.get(fields.currency).is_missing() {
        return;
    }
    match sign.code() {
        Some(code) => {
            raw.set(fields.currency, Field::Text(Cow::Borrowed(code)));
        }
        None => raw.replace(name, Field::Text(Cow::Borrowed(cell))),
    }
}

/// Keeps the cell of an unmapped column.
fn keep_as_extra<'r>(plan: &'r ColumnPlan, cell: &str, raw: &mut RawSupplierPurchase<'r>) {
    // A row with too many keys is rejected; comparing more of them would take quadratic time.
    if raw.has_too_many_keys {
        return;
    }
    let is_duplicate = raw.extra.iter().any(|extra| extra.key == plan.header);
    let key = if is_duplicate {
        // Two columns with the same name are both kept.
        Cow::Owned(format!("{}#{}", plan.header, raw.extra.len()))
    } else {
        Cow::Borrowed(plan.header.as_str())
    };
    raw.add_extra(ExtraField {
        key,
        value: Cow::Owned(serde_json::Value::from(cell).to_string()),
        offset: 0,
    });
}

/// Keeps the members of a JSON object as undocumented keys; anything else like an unmapped column.
fn keep_members_as_extra<'r>(
    plan: &'r ColumnPlan,
    cell: &'r str,
    raw: &mut RawSupplierPurchase<'r>,
) {
    match members(cell) {
        Ok(members) => {
            for extra in members {
                if !raw.has_too_many_keys {
                    raw.add_extra(extra);
                }
            }
        }
        Err(_) => keep_as_extra(plan, cell, raw),
    }
}

fn members(cell: &str) -> Result<Vec<ExtraField<'_>>, JsonError> {
    let mut cursor = JsonCursor::new(cell, JsonOptions::default());
    let mut members = cursor.open_object()?;
    let mut found = Vec::new();
    while let Some(key) = cursor.next_key(&mut members)? {
        let value = cursor.skip_value()?;
        found.push(ExtraField {
            key: key.decode(),
            value: Cow::Borrowed(value),
            offset: 0,
        });
    }
    cursor.end()?;
    Ok(found)
}

/// The offset of a time, in minutes.
fn offset_minutes(time: &Field<'_>) -> Option<i32> {
    let Field::Text(text) = time else { return None };
    let time = DateTime::parse_from_rfc3339(text).ok()?;
    Some(time.offset().local_minus_utc() / 60)
}

/// Removes the `'` that protects a text from being run as a formula in a spreadsheet.
fn without_formula_guard(cell: &str) -> &str {
    match cell.strip_prefix('\'') {
        Some(text) if is_formula(text) => text,
        _ => cell,
    }
}

/// Converts the cell to the type of its column; text of another form stays text, and the rules reject
/// it with its value.
fn parse_cell<'r>(
    name: SupplierPurchaseField,
    value_type: CsvValueType,
    plan: &ColumnPlan,
    cell: &'r str,
) -> Field<'r> {
    let text = || Field::Text(Cow::Borrowed(cell));
    match value_type {
        CsvValueType::Decimal => {
            let open =
                !plan.decimal_is_proven && number_evidence(cell) == NumberEvidence::Ambiguous;
            let number = normalise_number(cell, plan.decimal).filter(|_| !open);
            number.map_or_else(text, Field::Number)
        }
        CsvValueType::Integer => {
            digits(cell).map_or_else(text, |digits| Field::Number(digits.into()))
        }
        CsvValueType::Timestamp | CsvValueType::Date => {
            if let Some(format) = &plan.format {
                return formatted_time(Cow::Borrowed(cell), format);
            }
            Field::Text(normalise_timestamp(cell, plan.date_order).unwrap_or(Cow::Borrowed(cell)))
        }
        CsvValueType::Boolean => parse_bool(cell).map_or_else(text, Field::Boolean),
        CsvValueType::Text | CsvValueType::Json => match name.spec().field_type {
            SupplierFieldType::Status => Field::Text(status(cell)),
            SupplierFieldType::Currency => currency(cell),
            _ => Field::Text(Cow::Borrowed(without_formula_guard(cell))),
        },
    }
}

/// A whole number without outer spaces and leading zeros, which JSON does not allow.
fn digits(cell: &str) -> Option<&str> {
    let cell = cell.trim();
    if cell
        .strip_prefix('-')
        .is_some_and(|digits| digits.starts_with(|c| matches!(c, '1'..='9')))
        && cell.bytes().skip(1).all(|byte| byte.is_ascii_digit())
    {
        return Some(cell);
    }
    let is_number = !cell.is_empty() && cell.bytes().all(|byte| byte.is_ascii_digit());
    let significant = cell.trim_start_matches('0');
    is_number.then_some(if significant.is_empty() {
        "0"
    } else {
        significant
    })
}

/// The documented word for a status, in any case; also accepts the Portuguese words.
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

/// A currency code, or that of a sign which only one currency has.
fn currency(cell: &str) -> Field<'_> {
    let written = cell.trim();
    let sign = CurrencySign::of(written).filter(|sign| sign.as_str() == written);
    let code = sign.and_then(CurrencySign::code);
    Field::Text(Cow::Borrowed(code.unwrap_or(written)))
}
