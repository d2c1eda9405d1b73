//! Reads a supplier purchase from a JSON object whose keys the user has mapped to fields.
//!
//! In: the object and the mapping. Out: the [`RawSupplierPurchase`] that the documented keys would give.
//! An amount that is mapped is a single value, as in a row of delimited text: its currency is that of a
//! source of its own, of the source of all currencies, or the default.

use std::borrow::Cow;

use super::field::{SupplierFieldType, SupplierPurchaseField};
use super::fields::MoneyFields;
use super::raw::RawSupplierPurchase;
use super::read_csv::{ColumnTarget, column_target};
use super::read_json::{not_an_object, read_member};
use crate::input::csv::columns::CsvValueType;
use crate::input::mapping::{MappedMembers, MappedSource, MappedTarget, Mapping, each_member};
use crate::json::{JsonCursor, JsonError, JsonKind, JsonOptions, JsonStr};
use crate::record::{ExtraField, Field, RecordError, mapped_value, read_field};

/// Reads the value at the cursor into `raw`, which is cleared first.
///
/// # Errors
/// The text is not JSON (the position of the cursor is then undefined), or not an object.
pub fn read_mapped_record<'a>(
    mapping: &Mapping,
    cursor: &mut JsonCursor<'a>,
    raw: &mut RawSupplierPurchase<'a>,
) -> Result<(), RecordError> {
    raw.clear();
    if cursor.peek()? != JsonKind::Object {
        return Err(not_an_object(cursor.skip_value()?));
    }
    let mut members = SupplierMembers {
        mapping,
        raw,
        common_currency: None,
    };
    each_member(mapping, cursor, &mut members)?;
    let common_currency = members.common_currency.take();
    if let Some(code) = common_currency {
        raw.set_common_currency(&code);
    }
    Ok(())
}

/// The members of a record, with the keys that the user has mapped.
struct SupplierMembers<'r, 'a> {
    mapping: &'r Mapping,
    raw: &'r mut RawSupplierPurchase<'a>,
    /// The currency of all amounts that have none.
    common_currency: Option<Field<'a>>,
}

impl<'a> SupplierMembers<'_, 'a> {
    fn set(&mut self, source: &MappedSource, name: SupplierPurchaseField, value: Field<'a>) {
        if !self.raw.set(name, value) {
            let key = Cow::Owned(source.source.clone());
            self.raw.duplicate_key.get_or_insert(key);
        }
    }

    /// Whether a source fills a documented key of the record.
    fn is_replaced(&self, name: SupplierPurchaseField) -> bool {
        let fills = |source: &MappedSource| match &source.target {
            MappedTarget::Role(role) => {
                matches!(column_target(*role), Some(ColumnTarget::Field(field, _)) if field == name)
            }
            MappedTarget::Property(_) => false,
        };
        self.mapping.sources().iter().any(fills)
    }
}

impl<'a> MappedMembers<'a> for SupplierMembers<'_, 'a> {
    fn mapped(&mut self, source: &MappedSource, value: &'a str) -> Result<(), JsonError> {
        let read = read_field(&mut JsonCursor::new(value, ALREADY_VALID))?;
        let target = match &source.target {
            MappedTarget::Role(role) => column_target(*role),
            MappedTarget::Property(_) => None,
        };
        match target {
            Some(ColumnTarget::Field(name, value_type)) => {
                let field_type = name.spec().field_type;
                let is_text = matches!(
                    field_type,
                    SupplierFieldType::Text(_) | SupplierFieldType::TextOrNumber
                );
                let value = mapped_value(read, is_text, source.format.as_ref());
                self.raw.has_flat_amounts |= field_type == SupplierFieldType::Amount;
                let value = match value_type {
                    CsvValueType::Date if source.format.is_some() => date_of(value),
                    _ => value,
                };
                self.set(source, name, value);
            }
            Some(ColumnTarget::AllCurrencies) => self.common_currency = Some(read),
            Some(ColumnTarget::OffsetOf(_) | ColumnTarget::Extra) | None => {
                self.beside_source(source.source.clone(), value, 0);
            }
        }
        Ok(())
    }

    fn unmapped(&mut self, cursor: &mut JsonCursor<'a>, key: JsonStr<'a>) -> Result<(), JsonError> {
        let key = key.decode();
        let field = SupplierPurchaseField::of_key(None, &key);
        let whole = |fields: &MoneyFields| Some(fields.whole) == field;
        let amount = MoneyFields::ALL.into_iter().find(whole);
        let replaced = amount.map(|fields| fields.amount).or(field);
        if !replaced.is_some_and(|name| self.is_replaced(name)) {
            return read_member(cursor, None, key, self.raw);
        }
        // Its field is filled by a source.
        let value = cursor.skip_value()?;
        self.beside_source(key.into_owned(), value, cursor.offset() - value.len());
        Ok(())
    }

    fn beside_source(&mut self, path: String, value: &'a str, offset: usize) {
        // A record with too many keys is rejected; comparing more of them would take quadratic time.
        if !self.raw.has_too_many_keys {
            let (key, value) = (Cow::Owned(path), Cow::Borrowed(value));
            self.raw.add_extra(ExtraField { key, value, offset });
        }
    }

    fn is_field(&self, key: &str) -> bool {
        SupplierPurchaseField::of_key(None, key).is_some()
    }
}

/// The reader has validated the text, possibly in lenient mode.
const ALREADY_VALID: JsonOptions = JsonOptions {
    lenient: true,
    max_depth: usize::MAX,
};

/// The calendar date of a time in ISO 8601.
fn date_of(value: Field<'_>) -> Field<'_> {
    match value {
        Field::Text(text) => match text.get(.."2026-11-20".len()) {
            Some(date) => Field::Text(Cow::Owned(date.to_owned())),
            None => Field::Text(text),
        },
        other => other,
    }
}
