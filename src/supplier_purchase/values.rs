//! The exact values of a supplier purchase, by field: what validation makes of a record, what the
//! columns of the table hold, and what the reports read from them.

use std::borrow::Cow;

use chrono::NaiveDate;

use super::field::SupplierPurchaseField;
use crate::values::currency::Currency;
use crate::values::instant::Instant;
use crate::values::money::Amount;

/// Identifies a purchase of a company; two companies may use the same ids.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SupplierPurchaseKey {
    /// The company; 0 when the user set it to unknown.
    pub company_id: i64,
    /// The id of the purchase.
    pub id: i64,
}

/// An accepted supplier purchase.
///
/// - `key.id` is at least 1; `key.company_id` too, or 0 when the user set it to unknown.
/// - `registration_date` is in the years 0001 to 9999.
#[derive(Clone, Debug)]
pub struct SupplierPurchase<'a> {
    /// Company and id.
    pub key: SupplierPurchaseKey,
    /// Day of the purchase.
    pub registration_date: NaiveDate,
    /// Time of the last change.
    pub updated_at: Instant,
    /// The values of all fields, these included, but for the company.
    pub values: SupplierPurchaseValues<'a>,
}

/// The value of a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SupplierValue<'a> {
    /// A whole number.
    Integer(i64),
    /// A text.
    Text(Cow<'a, str>),
    /// `true` or `false`.
    Boolean(bool),
    /// A calendar date.
    Date(NaiveDate),
    /// An amount in the main unit of its currency, which is the value of the next field.
    Amount(Amount),
    /// A currency.
    Currency(Currency),
    /// An instant with its offset.
    Time(Instant),
}

/// The values of a purchase; unknown values are `None`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SupplierPurchaseValues<'a> {
    values: [Option<SupplierValue<'a>>; SupplierPurchaseField::COUNT],
    /// Undocumented keys as one compact JSON object, with its keys in source order.
    pub extra: Option<Cow<'a, str>>,
}

impl Default for SupplierPurchaseValues<'_> {
    fn default() -> Self {
        Self {
            values: [const { None }; SupplierPurchaseField::COUNT],
            extra: None,
        }
    }
}

impl<'a> SupplierPurchaseValues<'a> {
    /// Sets the value of a field, which must be of the type of the field.
    pub fn set(&mut self, field: SupplierPurchaseField, value: Option<SupplierValue<'a>>) {
        self.values[field as usize] = value;
    }

    /// The value of a field.
    pub fn get(&self, field: SupplierPurchaseField) -> Option<&SupplierValue<'a>> {
        self.values[field as usize].as_ref()
    }

    /// The number in a field of whole numbers.
    pub fn integer(&self, field: SupplierPurchaseField) -> Option<i64> {
        match self.get(field) {
            Some(SupplierValue::Integer(number)) => Some(*number),
            _ => None,
        }
    }

    /// The text in a field of texts or currencies.
    pub fn text(&self, field: SupplierPurchaseField) -> Option<&str> {
        match self.get(field) {
            Some(SupplierValue::Text(text)) => Some(text),
            Some(SupplierValue::Currency(currency)) => Some(currency.as_str()),
            _ => None,
        }
    }

    /// The currency in a field of currencies.
    pub fn currency(&self, field: SupplierPurchaseField) -> Option<Currency> {
        match self.get(field) {
            Some(SupplierValue::Currency(currency)) => Some(*currency),
            _ => None,
        }
    }

    /// The value of a field that is `true` or `false`.
    pub fn boolean(&self, field: SupplierPurchaseField) -> Option<bool> {
        match self.get(field) {
            Some(SupplierValue::Boolean(flag)) => Some(*flag),
            _ => None,
        }
    }

    /// The date in a field of dates.
    pub fn date(&self, field: SupplierPurchaseField) -> Option<NaiveDate> {
        match self.get(field) {
            Some(SupplierValue::Date(date)) => Some(*date),
            _ => None,
        }
    }

    /// The amount in a field of amounts.
    pub fn amount(&self, field: SupplierPurchaseField) -> Option<Amount> {
        match self.get(field) {
            Some(SupplierValue::Amount(amount)) => Some(*amount),
            _ => None,
        }
    }

    /// The instant in a field of times.
    pub fn time(&self, field: SupplierPurchaseField) -> Option<Instant> {
        match self.get(field) {
            Some(SupplierValue::Time(instant)) => Some(*instant),
            _ => None,
        }
    }

    /// Whether the purchase is deleted.
    pub fn is_deleted(&self) -> bool {
        self.boolean(SupplierPurchaseField::Deleted) == Some(true)
    }
}
