//! Reads a supplier purchase from a JSON object of the documented response.
//!
//! The element at a cursor becomes a [`RawSupplierPurchase`], with the members of nested objects under
//! their paths. Errors: not an object, and invalid JSON. A value that should be an object but is not is
//! kept unchanged, so that a rule can report it.

use std::borrow::Cow;

use super::field::SupplierPurchaseField;
use super::raw::RawSupplierPurchase;
use crate::json::{JsonCursor, JsonError, JsonKind};
use crate::record::{ExtraField, Field, RecordError, excerpt, read_field};
use crate::rules::RuleId;

/// Reads the value at the cursor into `raw`, which is cleared first.
///
/// # Errors
/// The text is not JSON (the position of the cursor is then undefined), or not an object.
pub fn read_record<'a>(
    cursor: &mut JsonCursor<'a>,
    raw: &mut RawSupplierPurchase<'a>,
) -> Result<(), RecordError> {
    raw.clear();
    if cursor.peek()? != JsonKind::Object {
        return Err(not_an_object(cursor.skip_value()?));
    }
    Ok(read_members(cursor, None, raw)?)
}

/// The error of a record that is not an object.
pub(super) fn not_an_object(value: &str) -> RecordError {
    let detail = format!("a record must be a JSON object, found {}", excerpt(value));
    RecordError::Rule {
        rule: RuleId::CplRecordObject,
        detail,
    }
}

/// Reads the members of the purchase, or of its object `parent`. Documented objects are nested at most
/// three deep, which limits the recursion.
fn read_members<'a>(
    cursor: &mut JsonCursor<'a>,
    parent: Option<SupplierPurchaseField>,
    raw: &mut RawSupplierPurchase<'a>,
) -> Result<(), JsonError> {
    let mut members = cursor.open_object()?;
    while let Some(key) = cursor.next_key(&mut members)? {
        read_member(cursor, parent, key.decode(), raw)?;
    }
    Ok(())
}

/// Reads the value of a key at the cursor.
///
/// # Errors
/// The text is not JSON.
#[inline]
pub(super) fn read_member<'a>(
    cursor: &mut JsonCursor<'a>,
    parent: Option<SupplierPurchaseField>,
    key: Cow<'a, str>,
    raw: &mut RawSupplierPurchase<'a>,
) -> Result<(), JsonError> {
    let Some(name) = SupplierPurchaseField::of_key(parent, &key) else {
        return read_extra(cursor, with_path(parent, key), raw);
    };
    let value = if name.is_object() && cursor.peek()? == JsonKind::Object {
        let start = cursor.offset();
        read_members(cursor, Some(name), raw)?;
        Field::Json(Cow::Borrowed(cursor.slice(start, cursor.offset())))
    } else {
        read_field(cursor)?
    };
    if !raw.set(name, value) {
        raw.duplicate_key.get_or_insert(with_path(parent, key));
    }
    Ok(())
}

fn read_extra<'a>(
    cursor: &mut JsonCursor<'a>,
    key: Cow<'a, str>,
    raw: &mut RawSupplierPurchase<'a>,
) -> Result<(), JsonError> {
    let text = cursor.skip_value()?;
    let (value, offset) = (Cow::Borrowed(text), cursor.offset() - text.len());
    // A record with too many keys is rejected; comparing more of them would take quadratic time.
    if !raw.has_too_many_keys {
        raw.add_extra(ExtraField { key, value, offset });
    }
    Ok(())
}

fn with_path(parent: Option<SupplierPurchaseField>, key: Cow<'_, str>) -> Cow<'_, str> {
    match parent {
        None => key,
        Some(object) => Cow::Owned(format!("{}.{key}", object.as_str())),
    }
}
