//! Text that somebody else wrote: any text comes in, a text comes out that steers neither the
//! terminal that shows it nor the reader of a log. Nothing is refused.

use std::fmt::Write;

/// Whether a character changes how the text around it is shown: controls, marks of direction,
/// invisible characters, the line separators U+2028 and U+2029, and noncharacters.
pub fn is_unprintable(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{061C}'
                | '\u{200B}'
                | '\u{200E}'
                | '\u{200F}'
                | '\u{2028}'..='\u{202E}'
                | '\u{2060}'..='\u{206F}'
                | '\u{FEFF}'
                | '\u{FFF9}'..='\u{FFFB}'
                | '\u{FFFE}'
                | '\u{FFFF}'
        )
}

/// `text` with the characters that steer written as escapes.
pub fn escape_unprintable(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for character in text.chars() {
        if is_unprintable(character) {
            shown.extend(character.escape_default());
        } else {
            shown.push(character);
        }
    }
    shown
}

/// A JSON text with the characters that steer as `\u` escapes: the same value as before. What is
/// below U+0020 outside strings is white space of JSON, and inside them writers escape it.
pub fn escape_unprintable_json(json: &str) -> String {
    let mut shown = String::with_capacity(json.len());
    for character in json.chars() {
        if character >= ' ' && is_unprintable(character) {
            for unit in character.encode_utf16(&mut [0; 2]) {
                // Writing to a String cannot fail.
                let _ = write!(shown, "\\u{unit:04x}");
            }
        } else {
            shown.push(character);
        }
    }
    shown
}

/// Whether a spreadsheet would run the text of a CSV cell as a formula (OWASP, "CSV Injection"):
/// it begins with an operator, as wide or as full-width character, behind any white space; or with
/// a tab or line end, which some programs take for the end of the cell. A `'` in front changes
/// nothing, so that one that guards a text can be told from one that belongs to it.
pub fn is_formula(text: &str) -> bool {
    const OPERATORS: [char; 8] = ['=', '+', '-', '@', '＝', '＋', '－', '＠'];
    let without_apostrophes = text.trim_start_matches('\'');
    let skipped = |character: char| character.is_whitespace() || is_unprintable(character);
    without_apostrophes.starts_with(['\t', '\r', '\n'])
        || without_apostrophes
            .trim_start_matches(skipped)
            .starts_with(OPERATORS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_steers_a_terminal_or_ends_a_line_is_escaped() {
        for (character, plain, json) in [
            ('\u{7F}', "\\u{7f}", "\\u007f"),
            ('\u{9B}', "\\u{9b}", "\\u009b"),
            ('\u{202E}', "\\u{202e}", "\\u202e"),
            ('\u{2028}', "\\u{2028}", "\\u2028"),
            ('\u{2029}', "\\u{2029}", "\\u2029"),
        ] {
            let text = format!("a{character}b");
            assert_eq!(escape_unprintable(&text), format!("a{plain}b"));
            let line = serde_json::Value::from(text.clone()).to_string();
            let escaped = escape_unprintable_json(&line);
            assert_eq!(escaped, format!("\"a{json}b\""));
            let read: String = serde_json::from_str(&escaped).unwrap();
            assert_eq!(read, text);
        }
        assert_eq!(
            escape_unprintable("Olá, 東京 – é\u{301}"),
            "Olá, 東京 – é\u{301}"
        );
        assert_eq!(escape_unprintable("a\n\u{1b}"), "a\\n\\u{1b}");
        assert_eq!(
            escape_unprintable_json("{\n  \"a\": 1\n}"),
            "{\n  \"a\": 1\n}"
        );
    }

    #[test]
    fn a_formula_is_known_behind_white_space_and_in_full_width() {
        for text in [
            "=1",
            "+1",
            "-1",
            "@x",
            "\tx",
            "\rx",
            "\nx",
            "\n=1",
            " =1",
            "\u{A0}=1",
            "\u{FEFF}=1",
            "\u{3000}＝1",
            "＝1",
            "＋1",
            "－1",
            "＠x",
            "'=1",
            "'' ＝1",
        ] {
            assert!(is_formula(text), "{text:?}");
        }
        for text in ["", "1=1", " x", "'", "'quoted'", " '=1", "−1", "a\n=1"] {
            assert!(!is_formula(text), "{text:?}");
        }
    }
}
