//! The unconverted value of a field, and undocumented keys.

use std::borrow::Cow;

use crate::json::{JsonCursor, JsonError, JsonKind, JsonOptions, compact};

/// A field value with the type it has in the text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Field<'a> {
    /// The key or column is missing, or the CSV cell is empty.
    #[default]
    Absent,
    /// JSON `null`.
    Null,
    /// A string.
    Text(Cow<'a, str>),
    /// The digits of a number, in JSON's grammar.
    Number(Cow<'a, str>),
    /// `true` or `false`.
    Boolean(bool),
    /// The text of an object or an array.
    Json(Cow<'a, str>),
    /// A text that does not have the format that the user has stated for its source.
    OtherFormat(Cow<'a, str>),
}

impl Field<'_> {
    /// Whether it is absent or null.
    pub fn is_missing(&self) -> bool {
        matches!(self, Self::Absent | Self::Null)
    }

    /// The value as the dump writes it, for messages.
    pub fn shown(&self) -> Cow<'_, str> {
        match self {
            Self::Absent => Cow::Borrowed(""),
            Self::Null => Cow::Borrowed("null"),
            Self::Boolean(true) => Cow::Borrowed("true"),
            Self::Boolean(false) => Cow::Borrowed("false"),
            Self::Text(text) | Self::Number(text) | Self::Json(text) | Self::OtherFormat(text) => {
                Cow::Borrowed(text)
            }
        }
    }
}

/// An undocumented key with its value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExtraField<'a> {
    /// The key, or the CSV header.
    pub key: Cow<'a, str>,
    /// Its value as JSON text.
    pub value: Cow<'a, str>,
    /// Byte offset of the value in the record's text.
    pub offset: usize,
}

/// Maximum number of undocumented keys of one record.
pub const MAX_EXTRA_FIELDS: usize = 1_024;

/// Reads the value at the cursor as a field; objects and arrays are kept as valid JSON text.
///
/// # Errors
/// The text is not JSON.
#[inline]
pub fn read_field<'a>(cursor: &mut JsonCursor<'a>) -> Result<Field<'a>, JsonError> {
    Ok(match cursor.peek()? {
        JsonKind::String => Field::Text(cursor.string()?.decode()),
        JsonKind::Number => Field::Number(Cow::Borrowed(cursor.number()?)),
        JsonKind::Boolean => Field::Boolean(cursor.boolean()?),
        JsonKind::Null => {
            cursor.null()?;
            Field::Null
        }
        JsonKind::Object | JsonKind::Array => Field::Json(Cow::Borrowed(cursor.skip_value()?)),
    })
}

/// Whether a member is the list of profiles in a response of `/users/export`: an array `users`.
pub fn is_users_export(member: &ExtraField<'_>) -> bool {
    member.key == "users" && member.value.starts_with('[')
}

/// Undocumented keys as one compact JSON object, in source order; `None` if there are none.
pub fn extra_object(extras: &[ExtraField<'_>]) -> Option<String> {
    if extras.is_empty() {
        return None;
    }
    // The texts are already validated, possibly in lenient mode.
    let options = JsonOptions {
        lenient: true,
        max_depth: usize::MAX,
    };
    let members: Vec<String> = extras
        .iter()
        .map(|extra| {
            let key = serde_json::Value::from(&*extra.key);
            let value = compact(&extra.value, options).unwrap_or(Cow::Borrowed("null"));
            format!("{key}:{value}")
        })
        .collect();
    Some(format!("{{{}}}", members.join(",")))
}
