//! The free properties of a purchase.

use std::borrow::Cow;

use chrono_tz::Tz;

use super::super::currents::REDACTED;
use super::super::raw::{Name, Origin, RawPurchase};
use crate::json::{Cursor, JsonError, JsonStr, Kind, Options, compact};
use crate::record::{
    Field, Findings, Member, MemberValue, SeenKeys, each_doubled_key, each_member,
};
use crate::rules::RuleId;
use crate::values::instant::parse_instant;

/// Longest name and longest string, Unicode scalar values.
const MAX_CHARS: usize = 255;

/// Largest payload with an array or object in it, bytes of compact JSON ("até 50 KB").
const MAX_BYTES_WITH_NESTING: usize = 51_200;

/// Names the purchase event keeps for itself (Braze purchase events documentation).
fn is_reserved(name: &str) -> bool {
    matches!(
        name,
        "time" | "product_id" | "quantity" | "event_name" | "price" | "currency"
    )
}

/// The text was checked by the reader, in whichever mode the run has.
const CHECKED: Options = Options {
    lenient: true,
    max_depth: usize::MAX,
};

pub(super) fn check<'a>(raw: &'a RawPurchase<'a>, findings: &mut Findings) -> Option<Cow<'a, str>> {
    let text = match raw.get(Name::Properties) {
        Field::Absent | Field::Null => return None,
        Field::Json(text) if text.trim_start().starts_with('{') => text,
        Field::Text(text) if text == REDACTED && raw.origin == Origin::Currents => {
            let detail = "removed by the settings of Currents; stored as none";
            findings.add(RuleId::BrzCurrentsRedacted, "properties", text, detail);
            return None;
        }
        other => {
            let detail = "must be a JSON object";
            findings.add(RuleId::BrzPropObject, "properties", &other.shown(), detail);
            return None;
        }
    };
    match judge(raw, text, findings) {
        Ok((nested, compacted)) => {
            if nested && compacted.len() > MAX_BYTES_WITH_NESTING {
                let detail = format!(
                    "{} bytes with arrays or objects; at most {MAX_BYTES_WITH_NESTING} are allowed",
                    compacted.len()
                );
                findings.add(RuleId::BrzPropSize, "properties", "", &detail);
            }
            Some(compacted)
        }
        // Only texts that came inside a string (Currents, CSV) can still be no JSON.
        Err(error) => {
            let detail = format!("must be a JSON object: {error}");
            findings.add(RuleId::BrzPropObject, "properties", text, &detail);
            None
        }
    }
}

/// Judges the members; returns whether any value is an array or an object, and the compact text.
fn judge<'a>(
    raw: &'a RawPurchase<'a>,
    text: &'a str,
    findings: &mut Findings,
) -> Result<(bool, Cow<'a, str>), JsonError> {
    let mut names = SeenKeys::default();
    let mut nested = false;
    let mut take = |member: Member<'a>| {
        if !names.add(member.name) {
            note_duplicate(member.name, findings);
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
        let mut cursor = Cursor::new(text, CHECKED);
        cursor.peek()?;
        each_member(&mut cursor, &mut take)?;
        cursor.end()?;
    }
    Ok((nested, compact(text, CHECKED)?))
}

/// Checks a member; returns whether its value is an array or an object.
fn check_member(member: Member<'_>, findings: &mut Findings) -> Result<bool, JsonError> {
    let Member { name, value } = member;
    if name.escaped {
        check_name(&name.decode(), findings);
    } else {
        check_name(name.raw, findings);
    }
    match value {
        MemberValue::Text(text) => check_string(name, text, findings),
        MemberValue::Null => {
            let detail = "null is not among the documented types";
            findings.add(RuleId::BrzPropNull, &path(name), "null", detail);
        }
        MemberValue::Plain => {}
        MemberValue::Array(text) => {
            walk_array(&mut Cursor::new(text, CHECKED), name, findings)?;
            return Ok(true);
        }
        MemberValue::Object(text) => {
            let detail = "objects are kept as JSON text";
            findings.add(RuleId::BrzPropObjString, &path(name), "", detail);
            walk_nested(&mut Cursor::new(text, CHECKED), findings)?;
            return Ok(true);
        }
    }
    Ok(false)
}

fn path(name: JsonStr<'_>) -> String {
    format!("properties.{}", name.decode())
}

fn note_duplicate(name: JsonStr<'_>, findings: &mut Findings) {
    let detail = "the key stands twice in one object";
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
            "this name is reserved by the purchase event",
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
        let detail = "longer than 255 characters; kept whole";
        findings.add(RuleId::BrzPropStrLen, &path(name), &value.decode(), detail);
    }
}

fn walk_array(
    cursor: &mut Cursor<'_>,
    name: JsonStr<'_>,
    findings: &mut Findings,
) -> Result<(), JsonError> {
    let mut elements = cursor.open_array()?;
    while cursor.next_element(&mut elements)? {
        if cursor.peek()? == Kind::String {
            let value = cursor.string()?;
            check_string(name, value, findings);
            if is_datetime(&value.decode()) {
                let detail = "arrays must not hold datetimes; kept as text";
                findings.add(
                    RuleId::BrzPropArrayDate,
                    &path(name),
                    &value.decode(),
                    detail,
                );
            }
        } else {
            walk_nested(cursor, findings)?;
        }
    }
    Ok(())
}

/// Starts like a date and reads as one.
fn is_datetime(text: &str) -> bool {
    text.len() >= 10
        && text.as_bytes().first().is_some_and(u8::is_ascii_digit)
        && parse_instant(text, Tz::UTC).is_ok()
}

/// Below the properties themselves only doubled keys matter.
fn walk_nested(cursor: &mut Cursor<'_>, findings: &mut Findings) -> Result<(), JsonError> {
    each_doubled_key(cursor, &mut |key| note_duplicate(key, findings))
}

/// Notes doubled keys anywhere in a value that is not `properties`.
pub(super) fn check_undocumented_value(text: &str, findings: &mut Findings) {
    // The reader has passed the text, so the walk cannot fail.
    let _ = walk_nested(&mut Cursor::new(text, CHECKED), findings);
}
