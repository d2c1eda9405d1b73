//! Rules on the free properties of a purchase.

use std::borrow::Cow;

use chrono_tz::Tz;

use super::super::currents_event::REDACTED;
use super::super::field::PurchaseField;
use super::super::raw::{PurchaseOrigin, RawPurchase};
use crate::json::{JsonCursor, JsonError, JsonKind, JsonOptions, JsonStr, compact};
use crate::record::{
    Field, Findings, MemberValue, ObjectMember, SeenKeys, each_duplicate_key, each_member,
};
use crate::rules::RuleId;
use crate::values::instant::{InstantError, parse_instant};

/// Longest name and longest string, Unicode scalar values.
const MAX_CHARS: usize = 255;

/// Largest payload with an array or object in it, bytes of compact JSON ("até 50 KB").
const MAX_BYTES_WITH_NESTING: usize = 51_200;

/// Whether the name is reserved by the purchase event (Braze purchase events documentation).
fn is_reserved(name: &str) -> bool {
    matches!(
        name,
        "time" | "product_id" | "quantity" | "event_name" | "price" | "currency"
    )
}

/// The reader has validated the text, possibly in lenient mode.
const ALREADY_VALID: JsonOptions = JsonOptions {
    lenient: true,
    max_depth: usize::MAX,
};

pub(super) fn check<'a>(raw: &'a RawPurchase<'a>, findings: &mut Findings) -> Option<Cow<'a, str>> {
    let text = match raw.get(PurchaseField::Properties) {
        Field::Absent | Field::Null => return None,
        Field::Json(text) if text.trim_start().starts_with('{') => text,
        Field::Text(text) if text == REDACTED && raw.origin == PurchaseOrigin::Currents => {
            let detail = "redacted by the settings of Currents; stored as null";
            findings.add(RuleId::BrzCurrentsRedacted, "properties", text, detail);
            return None;
        }
        other => {
            let detail = "must be a JSON object";
            findings.add(RuleId::BrzPropObject, "properties", &other.shown(), detail);
            return None;
        }
    };
    match check_members(raw, text, findings) {
        Ok((nested, compacted)) => {
            if nested {
                let kind = "with arrays or objects";
                check_size(&compacted, MAX_BYTES_WITH_NESTING, kind, findings);
            }
            Some(compacted)
        }
        // Only texts inside a string (Currents, CSV) may be invalid JSON here.
        Err(error) => {
            let detail = format!("must be a JSON object: {error}");
            findings.add(RuleId::BrzPropObject, "properties", text, &detail);
            None
        }
    }
}

/// Checks the size of compact JSON of this kind.
pub(super) fn check_size(compacted: &str, most: usize, kind: &str, findings: &mut Findings) {
    // Escapes only make a text longer, so most texts need not be read again.
    if compacted.len() <= most {
        return;
    }
    let bytes = unescaped_len(&mut JsonCursor::new(compacted, ALREADY_VALID));
    let bytes = bytes.unwrap_or(compacted.len());
    if bytes > most {
        let detail = format!("{bytes} bytes {kind}; at most {most} are allowed");
        findings.add(RuleId::BrzPropSize, "properties", "", &detail);
    }
}

/// Checks the members; returns whether any value is an array or an object, and the compact text.
fn check_members<'a>(
    raw: &'a RawPurchase<'a>,
    text: &'a str,
    findings: &mut Findings,
) -> Result<(bool, Cow<'a, str>), JsonError> {
    let mut names = SeenKeys::default();
    let mut nested = false;
    let mut take = |member: ObjectMember<'a>| {
        if !names.add(member.name) {
            add_duplicate_key(member.name, findings);
        }
        nested |= check_member(member, findings)?;
        Ok(())
    };
    if let Some((members, is_compact)) = raw.members().get() {
        members.iter().copied().try_for_each(&mut take)?;
        if is_compact {
            return Ok((nested, Cow::Borrowed(text)));
        }
    } else {
        let mut cursor = JsonCursor::new(text, ALREADY_VALID);
        cursor.peek()?;
        each_member(&mut cursor, &mut take)?;
        cursor.end()?;
    }
    Ok((nested, compact(text, ALREADY_VALID)?))
}

/// Checks a member; returns whether its value is an array or an object.
fn check_member(member: ObjectMember<'_>, findings: &mut Findings) -> Result<bool, JsonError> {
    let ObjectMember { name, value } = member;
    if name.escaped {
        check_name(&name.decode(), findings);
    } else {
        check_name(name.raw, findings);
    }
    match value {
        MemberValue::Text(text) => check_string(name, text, findings),
        MemberValue::Null => {
            let detail = "null is not a documented type";
            findings.add(RuleId::BrzPropNull, &path(name), "null", detail);
        }
        MemberValue::Plain => {}
        MemberValue::Array(text) => {
            check_nested(
                &mut JsonCursor::new(text, ALREADY_VALID),
                name,
                false,
                findings,
            )?;
            return Ok(true);
        }
        MemberValue::Object(text) => {
            let detail = "objects are kept as JSON text";
            findings.add(RuleId::BrzPropObjString, &path(name), "", detail);
            check_nested(
                &mut JsonCursor::new(text, ALREADY_VALID),
                name,
                false,
                findings,
            )?;
            return Ok(true);
        }
    }
    Ok(false)
}

fn path(name: JsonStr<'_>) -> String {
    format!("properties.{}", name.decode())
}

fn add_duplicate_key(name: JsonStr<'_>, findings: &mut Findings) {
    let detail = "duplicate key in one object";
    findings.add(RuleId::BrzKeyDup, &path(name), &name.decode(), detail);
}

fn check_name(name: &str, findings: &mut Findings) {
    let broken = if name.is_empty() {
        Some((
            RuleId::BrzPropNameEmpty,
            "a property name must not be empty",
        ))
    } else if name.len() > MAX_CHARS && name.chars().count() > MAX_CHARS {
        Some((
            RuleId::BrzPropNameLen,
            "a property name has at most 255 characters",
        ))
    } else if name.starts_with('$') {
        Some((
            RuleId::BrzPropNameDollar,
            "a property name must not begin with $",
        ))
    } else if is_reserved(name) {
        Some((
            RuleId::BrzPropReserved,
            "the name is reserved by the purchase event",
        ))
    } else {
        None
    };
    if let Some((rule, detail)) = broken {
        findings.add(rule, &format!("properties.{name}"), name, detail);
    }
}

fn check_string(name: JsonStr<'_>, value: JsonStr<'_>, findings: &mut Findings) {
    if value.raw.len() > MAX_CHARS && value.decode().chars().count() > MAX_CHARS {
        let detail = "longer than 255 characters; stored completely";
        findings.add(RuleId::BrzPropStrLen, &path(name), &value.decode(), detail);
    }
}

/// Checks a nested value: its texts, dates in its arrays, and duplicate keys. `name` is the
/// property that contains it.
fn check_nested(
    cursor: &mut JsonCursor<'_>,
    name: JsonStr<'_>,
    in_array: bool,
    findings: &mut Findings,
) -> Result<(), JsonError> {
    match cursor.peek()? {
        JsonKind::Object => {
            let mut members = cursor.open_object()?;
            let mut keys = SeenKeys::default();
            while let Some(key) = cursor.next_key(&mut members)? {
                if !keys.add(key) {
                    add_duplicate_key(key, findings);
                }
                check_nested(cursor, name, false, findings)?;
            }
        }
        JsonKind::Array => {
            let mut elements = cursor.open_array()?;
            while cursor.next_element(&mut elements)? {
                check_nested(cursor, name, true, findings)?;
            }
        }
        JsonKind::String => {
            let value = cursor.string()?;
            check_string(name, value, findings);
            if in_array && is_datetime(&value.decode()) {
                let detail = "arrays must not contain datetimes; stored as text";
                let (path, value) = (path(name), value.decode());
                findings.add(RuleId::BrzPropArrayDate, &path, &value, detail);
            }
        }
        JsonKind::Number | JsonKind::Boolean | JsonKind::Null => {
            cursor.skip_value()?;
        }
    }
    Ok(())
}

/// Whether the text begins with a digit and is a date or datetime, of any year.
fn is_datetime(text: &str) -> bool {
    text.len() >= 10
        && text.as_bytes().first().is_some_and(u8::is_ascii_digit)
        && !matches!(parse_instant(text, Tz::UTC), Err(InstantError::Format))
}

/// The size in bytes of the compact JSON value at the cursor, with only the escapes that RFC 8259
/// requires.
fn unescaped_len(cursor: &mut JsonCursor<'_>) -> Result<usize, JsonError> {
    let string = |text: JsonStr<'_>| {
        if text.escaped {
            serde_json::Value::from(text.decode()).to_string().len()
        } else {
            text.raw.len() + 2
        }
    };
    // The brackets, and a comma after every item but the last.
    let mut bytes = 1;
    match cursor.peek()? {
        JsonKind::Object => {
            let mut members = cursor.open_object()?;
            while let Some(key) = cursor.next_key(&mut members)? {
                bytes += string(key) + 1 + unescaped_len(cursor)? + 1;
            }
            Ok(bytes.max(2))
        }
        JsonKind::Array => {
            let mut elements = cursor.open_array()?;
            while cursor.next_element(&mut elements)? {
                bytes += unescaped_len(cursor)? + 1;
            }
            Ok(bytes.max(2))
        }
        JsonKind::String => Ok(string(cursor.string()?)),
        JsonKind::Number | JsonKind::Boolean | JsonKind::Null => Ok(cursor.skip_value()?.len()),
    }
}

/// Adds a finding for each duplicate key in a value that is not `properties`.
pub(super) fn check_undocumented_value(text: &str, findings: &mut Findings) {
    // The reader has validated the text, so this cannot fail.
    let note = &mut |key| add_duplicate_key(key, findings);
    let _ = each_duplicate_key(&mut JsonCursor::new(text, ALREADY_VALID), note);
}
