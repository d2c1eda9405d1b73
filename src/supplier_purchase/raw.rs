//! A supplier purchase as read from a dump: field values with the types of the text, before validation.

mod wrong_kind;

use std::borrow::Cow;

use crate::record::{ExtraField, Field, MAX_EXTRA_FIELDS};

use super::field::SupplierPurchaseField;
use super::fields::MoneyFields;

/// The fields of one supplier purchase in a dump. Reused for the next record.
#[derive(Clone, Debug)]
pub struct RawSupplierPurchase<'a> {
    fields: [Field<'a>; SupplierPurchaseField::COUNT],
    seen: u64,
    /// Undocumented keys, in source order; keys inside an object with their path, such as
    /// `supplier.document`.
    pub extra: Vec<ExtraField<'a>>,
    /// Whether there are more undocumented keys than allowed; the rest are not in `extra`.
    pub has_too_many_keys: bool,
    /// The first duplicate key.
    pub duplicate_key: Option<Cow<'a, str>>,
    /// Whether it is a row of delimited text, which has cells instead of objects.
    pub is_row: bool,
    /// Whether amounts are single values, with their currencies beside them, if any.
    pub has_flat_amounts: bool,
    /// The fields that a default of the user has filled.
    pub defaults: Vec<SupplierPurchaseField>,
}

impl Default for RawSupplierPurchase<'_> {
    fn default() -> Self {
        Self {
            fields: [const { Field::Absent }; SupplierPurchaseField::COUNT],
            seen: 0,
            extra: Vec::new(),
            has_too_many_keys: false,
            duplicate_key: None,
            is_row: false,
            has_flat_amounts: false,
            defaults: Vec::new(),
        }
    }
}

impl<'a> RawSupplierPurchase<'a> {
    /// Clears the record and keeps the memory.
    pub fn clear(&mut self) {
        // Most fields of most records are absent: reset only those that were set.
        while self.seen != 0 {
            let at = self.seen.trailing_zeros() as usize;
            self.seen &= self.seen - 1;
            if let Some(field) = self.fields.get_mut(at) {
                *field = Field::Absent;
            }
        }
        self.extra.clear();
        self.has_too_many_keys = false;
        self.duplicate_key = None;
        self.is_row = false;
        self.has_flat_amounts = false;
        self.defaults.clear();
    }

    /// The value of a field. For an object it is the text; the members are separate fields.
    pub fn get(&self, name: SupplierPurchaseField) -> &Field<'a> {
        &self.fields[name as usize]
    }

    /// Sets a field; `false` when it is already set, which is a duplicate key.
    pub fn set(&mut self, name: SupplierPurchaseField, value: Field<'a>) -> bool {
        let bit = 1 << name as u64;
        let first = self.seen & bit == 0;
        self.seen |= bit;
        if first {
            self.fields[name as usize] = value;
        }
        first
    }

    /// Sets a field, replacing its value.
    pub(super) fn replace(&mut self, name: SupplierPurchaseField, value: Field<'a>) {
        self.seen |= 1 << name as u64;
        self.fields[name as usize] = value;
    }

    /// Sets the currency of the amounts that have none.
    pub(super) fn set_common_currency(&mut self, code: &Field<'a>) {
        for name in MoneyFields::ALL {
            let has_amount = !self.get(name.amount).is_missing();
            if has_amount && self.get(name.currency).is_missing() {
                self.set(name.currency, code.clone());
            }
        }
    }

    /// Keeps an undocumented key, and records a duplicate one.
    pub fn add_extra(&mut self, extra: ExtraField<'a>) {
        if self.extra.iter().any(|known| known.key == extra.key) {
            self.duplicate_key.get_or_insert(extra.key);
        } else if self.extra.len() == MAX_EXTRA_FIELDS {
            self.has_too_many_keys = true;
        } else {
            self.extra.push(extra);
        }
    }

    /// Whether it has a field that only a purchase has; it is then not an envelope.
    pub fn is_record(&self) -> bool {
        const OWN: [SupplierPurchaseField; 4] = [
            SupplierPurchaseField::Id,
            SupplierPurchaseField::RegistrationDate,
            SupplierPurchaseField::Supplier,
            SupplierPurchaseField::UpdatedAt,
        ];
        OWN.iter().any(|name| !self.get(*name).is_missing())
    }
}
