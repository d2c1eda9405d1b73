//! A JSON text without the white space (and lenient extras) between its tokens.

use std::borrow::Cow;

use super::cursor::JsonCursor;
use super::error::JsonError;
use super::options::{JsonKind, JsonOptions};

/// Returns `text`, one JSON value that a cursor has passed, with nothing between its tokens: keys
/// keep their order, numbers their digits and strings their escapes. Borrowed when it is already
/// compact, and then not looked at again.
///
/// # Errors
/// `text` is not one JSON value by `options`; only noticed when it is not compact.
pub fn compact(text: &str, options: JsonOptions) -> Result<Cow<'_, str>, JsonError> {
    if is_compact(text) {
        return Ok(Cow::Borrowed(text));
    }
    let mut cursor = JsonCursor::new(text, options);
    let mut out = String::with_capacity(text.len());
    copy_value(&mut cursor, &mut out)?;
    cursor.end()?;
    Ok(Cow::Owned(out))
}

/// Whether no white space and no comment can stand outside the strings of `text`.
fn is_compact(text: &str) -> bool {
    let bytes = text.as_bytes();
    let mut inside = false;
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'\\' if inside => at += 1,
            b'"' => inside = !inside,
            b' ' | b'\t' | b'\n' | b'\r' | b'/' if !inside => return false,
            // A lenient trailing comma.
            b',' if !inside && matches!(bytes.get(at + 1), Some(b']' | b'}')) => return false,
            _ => {}
        }
        at += 1;
    }
    true
}

fn copy_value(cursor: &mut JsonCursor<'_>, out: &mut String) -> Result<(), JsonError> {
    match cursor.peek()? {
        JsonKind::Object => {
            let mut container = cursor.open_object()?;
            out.push('{');
            let mut separator = "";
            while let Some(key) = cursor.next_key(&mut container)? {
                out.push_str(separator);
                separator = ",";
                out.push('"');
                out.push_str(key.raw);
                out.push_str("\":");
                copy_value(cursor, out)?;
            }
            out.push('}');
        }
        JsonKind::Array => {
            let mut container = cursor.open_array()?;
            out.push('[');
            let mut separator = "";
            while cursor.next_element(&mut container)? {
                out.push_str(separator);
                separator = ",";
                copy_value(cursor, out)?;
            }
            out.push(']');
        }
        JsonKind::String | JsonKind::Number | JsonKind::Boolean | JsonKind::Null => {
            out.push_str(cursor.skip_value()?);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_text_between_tokens_is_removed() {
        let text = "{ \"b\" : [ 1.50 , \"x  y\\n\" ] ,\n\"a\":{ } }";
        let compacted = compact(text, JsonOptions::default());
        assert_eq!(compacted.as_deref(), Ok(r#"{"b":[1.50,"x  y\n"],"a":{}}"#));
    }

    #[test]
    fn compact_text_is_borrowed() {
        let text = r#"{"a b":[1,"c, d"]}"#;
        assert!(matches!(
            compact(text, JsonOptions::default()),
            Ok(Cow::Borrowed(_))
        ));
    }

    #[test]
    fn lenient_commas_and_comments_are_not_stored() {
        let lenient = JsonOptions {
            lenient: true,
            ..JsonOptions::default()
        };
        let compacted = compact("{\"a\":[1,],}", lenient);
        assert_eq!(compacted.as_deref(), Ok(r#"{"a":[1]}"#));
    }
}
