//! Finds duplicate keys in JSON objects.

use std::borrow::Cow;
use std::collections::HashSet;

use crate::json::{JsonCursor, JsonError, JsonKind, JsonStr};

/// Keys compared one by one; above this number a hash set is faster.
const INLINE_KEYS: usize = 12;

/// The keys of one object: the first are compared one by one without allocation, further ones are
/// hashed.
#[derive(Debug, Default)]
pub struct SeenKeys<'a> {
    inline: [Option<JsonStr<'a>>; INLINE_KEYS],
    count: usize,
    hashed: HashSet<Cow<'a, str>>,
}

impl<'a> SeenKeys<'a> {
    /// Adds a key; `false` if it is a duplicate.
    pub fn add(&mut self, key: JsonStr<'a>) -> bool {
        let inline = self.inline.get(..self.count).unwrap_or_default();
        if inline.iter().flatten().any(|seen| seen.equals(key)) {
            return false;
        }
        if let Some(free) = self.inline.get_mut(self.count) {
            *free = Some(key);
            self.count += 1;
            return true;
        }
        self.hashed.insert(key.decode())
    }
}

/// Reads the value at the cursor and calls `report` for each duplicate key in any of its objects.
///
/// # Errors
/// The text is not JSON.
pub fn each_duplicate_key<'a>(
    cursor: &mut JsonCursor<'a>,
    report: &mut dyn FnMut(JsonStr<'a>),
) -> Result<(), JsonError> {
    match cursor.peek()? {
        JsonKind::Object => {
            let mut members = cursor.open_object()?;
            let mut keys = SeenKeys::default();
            while let Some(key) = cursor.next_key(&mut members)? {
                if !keys.add(key) {
                    report(key);
                }
                each_duplicate_key(cursor, report)?;
            }
        }
        JsonKind::Array => {
            let mut elements = cursor.open_array()?;
            while cursor.next_element(&mut elements)? {
                each_duplicate_key(cursor, report)?;
            }
        }
        JsonKind::String | JsonKind::Number | JsonKind::Boolean | JsonKind::Null => {
            cursor.skip_value()?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::JsonOptions;

    fn duplicates(text: &str) -> Vec<String> {
        let mut found = Vec::new();
        let mut cursor = JsonCursor::new(text, JsonOptions::default());
        let mut report = |key: JsonStr<'_>| found.push(key.decode().into_owned());
        each_duplicate_key(&mut cursor, &mut report).unwrap();
        found
    }

    #[test]
    fn keys_are_compared_within_their_own_object_and_by_their_value() {
        assert_eq!(
            duplicates(r#"{"a":{"a":1},"b":[{"a":1},{"a":2}]}"#),
            [""; 0]
        );
        assert_eq!(
            duplicates(r#"[{"a":1,"b":{"c":1,"\u0063":2},"a":3}]"#),
            ["c", "a"]
        );
    }

    #[test]
    fn many_keys_are_compared_too() {
        let members: Vec<String> = (0..40).map(|key| format!("\"{key}\":0")).collect();
        let text = format!("{{{},\"7\":1,\"39\":1}}", members.join(","));
        assert_eq!(duplicates(&text), ["7", "39"]);
    }
}
