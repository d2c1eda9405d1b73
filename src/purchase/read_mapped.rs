//! Reads a purchase from a JSON object whose keys the user has mapped to fields.
//!
//! In: the object and the mapping. Out: the [`RawPurchase`] that the documented keys would give; what
//! no source names is read as without a mapping, and the other members of an object with a source are
//! undocumented keys with their paths. A whole number becomes the text of a field with text, digit by
//! digit, because many dumps have numbers as identifiers.

use std::borrow::Cow;

use super::field::PurchaseField;
use super::raw::{PurchaseOrigin, RawPurchase};
use super::read_csv::{field_of_role, role_of_field};
use super::read_json::{field_of_text, finish_record, not_an_object, read_member};
use crate::input::csv::columns::CsvValueType;
use crate::input::mapping::{MappedMembers, MappedSource, MappedTarget, Mapping, each_member};
use crate::json::{JsonCursor, JsonError, JsonKind, JsonStr};
use crate::record::{ExtraField, Field, RecordError, mapped_value};

/// Reads the value at the cursor into `raw` (cleared first).
///
/// # Errors
/// The text is not JSON (the cursor's position is then undefined), or not an object.
pub fn read_mapped_record<'a>(
    mapping: &Mapping,
    cursor: &mut JsonCursor<'a>,
    raw: &mut RawPurchase<'a>,
) -> Result<(), RecordError> {
    raw.clear();
    if cursor.peek()? != JsonKind::Object {
        return Err(not_an_object(cursor.skip_value()?));
    }
    let mut members = PurchaseMembers {
        mapping,
        raw,
        properties: Vec::new(),
    };
    each_member(mapping, cursor, &mut members)?;
    let PurchaseMembers { properties, .. } = members;
    raw.add_properties(&properties);
    finish_record(raw);
    keep_unused(raw);
    Ok(())
}

/// Keeps mapped fields of other forms of dump as undocumented keys: `updated_at` is one of Cloud Data
/// Ingestion, and `app_api_id` one of Currents.
fn keep_unused(raw: &mut RawPurchase<'_>) {
    let is_row = *raw.get(PurchaseField::Payload) != Field::Absent;
    let is_event = raw.origin == PurchaseOrigin::Currents;
    for (name, is_used) in [
        (PurchaseField::UpdatedAt, is_row),
        (PurchaseField::AppApiId, is_event),
    ] {
        let value = raw.get(name).clone();
        if !is_used && !value.is_missing() {
            raw.replace(name, Field::Absent);
            raw.keep_as_extra(name, &value);
        }
    }
}

/// The members of a record, with the keys that the user has mapped.
struct PurchaseMembers<'r, 'a> {
    mapping: &'r Mapping,
    raw: &'r mut RawPurchase<'a>,
    /// Keys and JSON texts of mapped properties.
    properties: Vec<(String, &'a str)>,
}

impl<'a> MappedMembers<'a> for PurchaseMembers<'_, 'a> {
    fn mapped(&mut self, source: &MappedSource, value: &'a str) -> Result<(), JsonError> {
        let role = match &source.target {
            MappedTarget::Property(key) => {
                self.properties.push((key.clone(), value));
                return Ok(());
            }
            MappedTarget::Role(role) => *role,
        };
        let Some((name, value_type)) = field_of_role(role) else {
            return Ok(());
        };
        let read = field_of_text(Cow::Borrowed(value));
        if matches!(name, PurchaseField::AliasName | PurchaseField::AliasLabel) {
            self.raw
                .replace(PurchaseField::UserAlias, Field::Boolean(true));
        }
        let is_time = value_type == CsvValueType::Timestamp;
        if name == PurchaseField::Time && source.format.is_some() {
            self.raw.time_as_written = Some(Cow::Owned(read.shown().into_owned()));
        }
        let is_text = value_type == CsvValueType::Text && name != PurchaseField::Currency;
        let format = source.format.as_ref().filter(|_| is_time);
        if !self.raw.set(name, mapped_value(read, is_text, format)) {
            let key = Cow::Owned(source.source.clone());
            self.raw.duplicate_key.get_or_insert(key);
        }
        Ok(())
    }

    fn unmapped(&mut self, cursor: &mut JsonCursor<'a>, key: JsonStr<'a>) -> Result<(), JsonError> {
        let field = PurchaseField::of_key(&key.decode());
        let role = field.and_then(role_of_field);
        if !role.is_some_and(|role| self.mapping.has_source_of(role)) {
            return read_member(cursor, key, self.raw);
        }
        // Its field is filled by a source.
        let value = cursor.skip_value()?;
        self.beside_source(
            key.decode().into_owned(),
            value,
            cursor.offset() - value.len(),
        );
        Ok(())
    }

    fn beside_source(&mut self, path: String, value: &'a str, offset: usize) {
        if !self.raw.has_too_many_keys {
            let (key, value) = (Cow::Owned(path), Cow::Borrowed(value));
            self.raw.add_extra(ExtraField { key, value, offset });
        }
    }

    fn is_field(&self, key: &str) -> bool {
        PurchaseField::of_key(key).is_some()
    }
}
