//! Characters that XML cannot have, which xlsx writes as `_x000D_` (ECMA-376 part 1, §22.9.2.19).

use std::borrow::Cow;

/// The text with its characters.
pub(super) fn unescape_xstring(text: &str) -> Cow<'_, str> {
    if !text.contains("_x") {
        return Cow::Borrowed(text);
    }
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("_x") {
        let (before, from) = rest.split_at(at);
        plain.push_str(before);
        let escaped = from.get(2..6).filter(|_| from.get(6..7) == Some("_"));
        let code = escaped
            .filter(|hex| hex.bytes().all(|byte| byte.is_ascii_hexdigit()))
            .and_then(|hex| u32::from_str_radix(hex, 16).ok())
            .and_then(char::from_u32);
        if let Some(character) = code {
            plain.push(character);
            rest = from.get(7..).unwrap_or_default();
        } else {
            plain.push_str("_x");
            rest = from.get(2..).unwrap_or_default();
        }
    }
    plain.push_str(rest);
    Cow::Owned(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escaped_characters_are_read_and_other_underscores_stay() {
        for (written, read) in [
            ("a_x000D_b", "a\rb"),
            ("_x005F_x000D_", "_x000D_"),
            ("a_x_b", "a_x_b"),
            ("_x00e9_", "é"),
            ("_xD800_", "_xD800_"),
            ("_x000", "_x000"),
            ("_xé000D_", "_xé000D_"),
            ("plain", "plain"),
        ] {
            assert_eq!(unescape_xstring(written), read, "{written}");
        }
    }
}
