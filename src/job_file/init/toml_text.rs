//! Texts of a user's file as TOML: whatever they contain, they end neither their string nor their
//! comment.

use std::fmt::Write;

use crate::values::text::{escape_unprintable, is_unprintable};

/// A basic string of TOML. Unprintable characters are escapes of the same character.
pub(super) fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for character in text.chars() {
        match character {
            '"' | '\\' => out.extend(['\\', character]),
            other if is_unprintable(other) || other.is_control() => {
                // Writing to a String cannot fail.
                let _ = write!(out, "\\U{:08X}", u32::from(other));
            }
            other => out.push(other),
        }
    }
    out.push('"');
    out
}

/// As [`quoted`], for a value in which braces are templates.
pub(super) fn quoted_literal(text: &str) -> String {
    quoted(&text.replace('{', "{{").replace('}', "}}"))
}

/// Lines of a comment.
pub(super) fn comment(text: &str) -> String {
    let lines = text
        .lines()
        .map(|line| format!("# {}\n", escape_unprintable(line)));
    lines.collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn any_text_stays_in_its_string_and_its_comment(text in any::<String>()) {
            let line = format!("key = {}\n# other = {}\n{}", quoted(&text), quoted_literal(&text), comment(&text));
            let table: toml::Table = line.parse().unwrap();
            prop_assert_eq!(table.len(), 1);
            prop_assert_eq!(table["key"].as_str(), Some(&text[..]));
            // The proposal has the same value without its comment sign.
            let proposal: toml::Table = format!("key = {}", quoted_literal(&text)).parse().unwrap();
            let doubled = text.replace('{', "{{").replace('}', "}}");
            prop_assert_eq!(proposal["key"].as_str(), Some(&doubled[..]));
        }
    }

    #[test]
    fn line_ends_and_quotes_are_escaped() {
        assert_eq!(quoted("a\"b\\c\nd"), "\"a\\\"b\\\\c\\U0000000Ad\"");
        assert_eq!(quoted_literal("{date}"), "\"{{date}}\"");
        assert_eq!(comment("one\u{2028}\u{7}"), "# one\\u{2028}\\u{7}\n");
    }
}
