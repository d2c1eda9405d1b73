//! Reads a supplier purchase from a JSON object, as the documented response holds it.
//!
//! In: a cursor at the element. Out: a [`RawSupplierPurchase`] with the parts of nested objects
//! under their paths. Refused: what is no object, and no JSON. An object of the documentation that
//! is something else here is kept as it is, so that a rule can name it.

use std::borrow::Cow;

use super::raw::{RawSupplierPurchase, SupplierPurchaseField};
use crate::json::{JsonCursor, JsonError, JsonKind};
use crate::record::{ExtraField, Field, RecordError, excerpt, read_field};
use crate::rules::RuleId;

/// Reads the value at the cursor into `raw` (cleared first).
///
/// # Errors
/// The text is not JSON (the cursor's place is then undefined), or no object.
pub fn read_record<'a>(
    cursor: &mut JsonCursor<'a>,
    raw: &mut RawSupplierPurchase<'a>,
) -> Result<(), RecordError> {
    raw.clear();
    if cursor.peek()? != JsonKind::Object {
        let value = cursor.skip_value()?;
        let detail = format!("a record must be a JSON object, found {}", excerpt(value));
        return Err(RecordError::Rule {
            rule: RuleId::CplRecordObject,
            detail,
        });
    }
    Ok(read_members(cursor, None, raw)?)
}

/// Reads the members of the purchase, or of the object `parent` in it. Objects stand three deep
/// at most, so that this ends whatever the text holds.
fn read_members<'a>(
    cursor: &mut JsonCursor<'a>,
    parent: Option<SupplierPurchaseField>,
    raw: &mut RawSupplierPurchase<'a>,
) -> Result<(), JsonError> {
    let mut members = cursor.open_object()?;
    while let Some(key) = cursor.next_key(&mut members)? {
        let key = key.decode();
        let Some(name) = SupplierPurchaseField::of_key(parent, &key) else {
            read_extra(cursor, with_path(parent, key), raw)?;
            continue;
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
    // With too many it is rejected anyway; comparing on would take a time that grows with the square.
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
