//! The members of one object, read in one pass and kept, so that rules on them need not read the
//! text again.

use crate::json::{JsonCursor, JsonError, JsonKind, JsonStr};

/// A member of an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ObjectMember<'a> {
    /// Its key.
    pub name: JsonStr<'a>,
    /// Its value.
    pub value: MemberValue<'a>,
}

/// The value of a member, by the types that the rules on free properties distinguish.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MemberValue<'a> {
    /// `null`
    Null,
    /// A number or a boolean.
    Plain,
    /// A string.
    Text(JsonStr<'a>),
    /// The valid text of an array.
    Array(&'a str),
    /// The valid text of an object.
    Object(&'a str),
}

/// Maximum number of members that are kept; an adversarial record may have a million.
const MAX_MEMBERS: usize = 256;

/// The members of an object, up to a maximum number.
#[derive(Clone, Debug, Default)]
pub struct ObjectMembers<'a> {
    list: Vec<ObjectMember<'a>>,
    is_complete: bool,
    is_compact: bool,
}

impl<'a> ObjectMembers<'a> {
    /// Removes all members; keeps the memory.
    pub fn clear(&mut self) {
        self.list.clear();
        self.is_complete = false;
    }

    /// Reads the object at the cursor and returns its text.
    ///
    /// # Errors
    /// Not an object, or not JSON.
    pub fn read(&mut self, cursor: &mut JsonCursor<'a>) -> Result<&'a str, JsonError> {
        self.clear();
        cursor.peek()?;
        let (start, insignificant_bytes) = (cursor.offset(), cursor.insignificant_bytes());
        self.is_complete = true;
        each_member(cursor, |member| {
            if self.list.len() < MAX_MEMBERS {
                self.list.push(member);
            } else {
                self.is_complete = false;
            }
            Ok(())
        })?;
        self.is_compact = cursor.insignificant_bytes() == insignificant_bytes;
        Ok(cursor.slice(start, cursor.offset()))
    }

    /// All members, and whether there is no white space between their tokens; `None` if they were
    /// not read or too many.
    pub fn get(&self) -> Option<(&[ObjectMember<'a>], bool)> {
        self.is_complete
            .then_some((self.list.as_slice(), self.is_compact))
    }
}

/// Calls `take` for each member of the object at the cursor.
///
/// # Errors
/// Not an object, not JSON, or the error of `take`.
pub fn each_member<'a>(
    cursor: &mut JsonCursor<'a>,
    mut take: impl FnMut(ObjectMember<'a>) -> Result<(), JsonError>,
) -> Result<(), JsonError> {
    let mut members = cursor.open_object()?;
    while let Some(name) = cursor.next_key(&mut members)? {
        let value = match cursor.peek()? {
            JsonKind::String => MemberValue::Text(cursor.string()?),
            JsonKind::Null => {
                cursor.null()?;
                MemberValue::Null
            }
            JsonKind::Array => MemberValue::Array(cursor.skip_value()?),
            JsonKind::Object => MemberValue::Object(cursor.skip_value()?),
            JsonKind::Number => {
                cursor.number()?;
                MemberValue::Plain
            }
            JsonKind::Boolean => {
                cursor.boolean()?;
                MemberValue::Plain
            }
        };
        take(ObjectMember { name, value })?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::JsonOptions;

    fn read(text: &str) -> (ObjectMembers<'_>, usize) {
        let mut cursor = JsonCursor::new(text, JsonOptions::default());
        let mut members = ObjectMembers::default();
        members.read(&mut cursor).unwrap();
        (members, cursor.offset())
    }

    #[test]
    fn members_are_typed_and_the_cursor_is_after_them() {
        let text = r#"{"a":"x","b":null,"c":[1,{}],"d":{"e":2},"f":-1.5,"g":true} "#;
        let (members, end) = read(text);
        let (list, is_compact) = members.get().unwrap();
        let values: Vec<MemberValue<'_>> = list.iter().map(|member| member.value).collect();
        let text_value = JsonStr {
            raw: "x",
            escaped: false,
        };
        assert_eq!(
            values,
            [
                MemberValue::Text(text_value),
                MemberValue::Null,
                MemberValue::Array("[1,{}]"),
                MemberValue::Object(r#"{"e":2}"#),
                MemberValue::Plain,
                MemberValue::Plain,
            ]
        );
        assert!(is_compact);
        assert_eq!(end, text.len() - 1);
    }

    #[test]
    fn white_space_inside_is_noticed_and_white_space_before_is_not() {
        for (text, compact) in [
            (r#"  {"a b":[1,2]}"#, true),
            (r#"{"a" :1}"#, false),
            (r#"{"a":[1, 2]}"#, false),
            ("{\n}", false),
        ] {
            assert_eq!(read(text).0.get().unwrap().1, compact, "{text}");
        }
    }

    #[test]
    fn too_many_members_are_not_remembered() {
        let many = |count: usize| {
            let members: Vec<String> = (0..count).map(|i| format!("\"{i}\":1")).collect();
            format!("{{{}}}", members.join(","))
        };
        assert_eq!(
            read(&many(MAX_MEMBERS)).0.get().unwrap().0.len(),
            MAX_MEMBERS
        );
        assert_eq!(read(&many(MAX_MEMBERS + 1)).0.get(), None);
    }
}
