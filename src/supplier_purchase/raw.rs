//! A supplier purchase as it stands in a dump: fields by name, typed only as far as the text
//! types them.

mod field;
mod wrong_kind;

use std::borrow::Cow;

use crate::record::{ExtraField, Field, MAX_EXTRA_FIELDS};

pub(super) use field::MoneyFields;
pub use field::SupplierPurchaseField;

/// What a dump says about one supplier purchase. Reused from record to record.
#[derive(Clone, Debug)]
pub struct RawSupplierPurchase<'a> {
    fields: [Field<'a>; SupplierPurchaseField::COUNT],
    seen: u64,
    /// Undocumented keys, in source order; those inside an object with their path, such as
    /// `supplier.document`.
    pub extra: Vec<ExtraField<'a>>,
    /// More undocumented keys than a record may have; the rest are not in `extra`.
    pub has_too_many_keys: bool,
    /// The first key that stood twice.
    pub duplicate_key: Option<Cow<'a, str>>,
    /// Whether it is a row of delimited text, which has cells where JSON has objects.
    pub is_row: bool,
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
        }
    }
}

impl<'a> RawSupplierPurchase<'a> {
    /// Forgets the record, keeps the memory.
    pub fn clear(&mut self) {
        self.fields.fill(Field::Absent);
        self.seen = 0;
        self.extra.clear();
        self.has_too_many_keys = false;
        self.duplicate_key = None;
        self.is_row = false;
    }

    /// The value of a field. An object that was read has its text here, and its parts beside it.
    pub fn get(&self, name: SupplierPurchaseField) -> &Field<'a> {
        &self.fields[name as usize]
    }

    /// Sets a field; `false` when it was set before, by a key that stood twice.
    pub fn set(&mut self, name: SupplierPurchaseField, value: Field<'a>) -> bool {
        let bit = 1 << name as u64;
        let first = self.seen & bit == 0;
        self.seen |= bit;
        if first {
            self.fields[name as usize] = value;
        }
        first
    }

    /// Keeps an undocumented key, and notes one that stands twice.
    pub fn add_extra(&mut self, extra: ExtraField<'a>) {
        if self.extra.iter().any(|known| known.key == extra.key) {
            self.duplicate_key.get_or_insert(extra.key);
        } else if self.extra.len() == MAX_EXTRA_FIELDS {
            self.has_too_many_keys = true;
        } else {
            self.extra.push(extra);
        }
    }

    /// Whether a field is there that only a purchase has: nothing around it is then an envelope.
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
