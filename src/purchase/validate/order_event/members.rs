//! The members and elements of compact JSON texts that have been read before.

use std::borrow::Cow;

use crate::json::{JsonCursor, JsonError, JsonOptions, JsonStr};

/// The reader has validated the text, possibly in lenient mode.
pub(super) const ALREADY_VALID: JsonOptions = JsonOptions {
    lenient: true,
    max_depth: usize::MAX,
};

/// A member of an object.
#[derive(Clone, Copy, Debug)]
pub(super) struct JsonMember<'a> {
    /// Its key.
    pub(super) key: JsonStr<'a>,
    /// The text of its value.
    pub(super) value: &'a str,
}

impl JsonMember<'_> {
    /// Whether it has this key.
    pub(super) fn has_key(&self, key: &str) -> bool {
        if self.key.escaped {
            self.key.decode() == key
        } else {
            self.key.raw == key
        }
    }

    /// Whether its value is an array or an object.
    pub(super) fn is_nested(&self) -> bool {
        self.value.starts_with(['[', '{'])
    }
}

/// The members of an object, in source order; none for another value.
pub(super) fn members(object: &str) -> Vec<JsonMember<'_>> {
    let mut list = Vec::new();
    // It has been read before, so this fails for another value only.
    let _ = add_members(object, &mut list);
    list
}

fn add_members<'a>(object: &'a str, list: &mut Vec<JsonMember<'a>>) -> Result<(), JsonError> {
    let mut cursor = JsonCursor::new(object, ALREADY_VALID);
    cursor.peek()?;
    let mut open = cursor.open_object()?;
    while let Some(key) = cursor.next_key(&mut open)? {
        let value = cursor.skip_value()?;
        list.push(JsonMember { key, value });
    }
    Ok(())
}

/// The elements of an array; none for another value.
pub(super) fn elements(array: &str) -> Vec<&str> {
    let mut list = Vec::new();
    // As above.
    let _ = add_elements(array, &mut list);
    list
}

fn add_elements<'a>(array: &'a str, list: &mut Vec<&'a str>) -> Result<(), JsonError> {
    let mut cursor = JsonCursor::new(array, ALREADY_VALID);
    cursor.peek()?;
    let mut open = cursor.open_array()?;
    while cursor.next_element(&mut open)? {
        list.push(cursor.skip_value()?);
    }
    Ok(())
}

/// The value of a key.
pub(super) fn value_of<'a>(members: &[JsonMember<'a>], key: &str) -> Option<&'a str> {
    let member = members.iter().find(|member| member.has_key(key))?;
    Some(member.value)
}

/// The text of a JSON string; `None` for another value.
pub(super) fn text_of(value: &str) -> Option<Cow<'_, str>> {
    let mut cursor = JsonCursor::new(value, ALREADY_VALID);
    let text = value.starts_with('"').then(|| cursor.string().ok())?;
    text.map(JsonStr::decode)
}
