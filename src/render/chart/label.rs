//! Labels from dumps, which may contain any characters.
//!
//! In: any text. Out: a one-line text that shows its content, changes neither direction nor
//! structure of the text around it, and is valid in XML. Nothing is refused.

use crate::values::text::is_unprintable;

/// A printable form of a text: control characters and direction marks are written as escapes, and a
/// text longer than `max_chars` characters is truncated with `…`.
pub(in crate::render) fn printable_text(text: &str, max_chars: usize) -> String {
    if text.trim().is_empty() {
        // Otherwise a row would seem to have no name.
        return format!("{:?}", text.chars().take(max_chars).collect::<String>());
    }
    let mut shown = String::with_capacity(text.len().min(max_chars * 4));
    for (at, character) in text.chars().enumerate() {
        if at == max_chars {
            shown.push('…');
            break;
        }
        if is_unprintable(character) {
            shown.extend(character.escape_unicode());
        } else {
            shown.push(character);
        }
    }
    shown
}

/// Truncates a text to a width, as measured by `width`.
pub(super) fn truncate_to_width(text: &str, room: f64, width: impl Fn(&str) -> f64) -> String {
    if width(text) <= room {
        return text.to_owned();
    }
    let ends: Vec<usize> = text.char_indices().map(|(at, _)| at).collect();
    let cut = |chars: usize| format!("{}…", text[..ends[chars]].trim_end());
    // The longest prefix that fits; at least one character is shown even without room.
    let fitting =
        ends.partition_point(|end| width(&format!("{}…", text[..*end].trim_end())) <= room);
    cut(fitting.saturating_sub(1).max(1).min(ends.len() - 1))
}

/// Wraps a text to lines of a width; words that are wider are truncated.
pub(super) fn wrap_to_width(text: &str, room: f64, width: impl Fn(&str) -> f64) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        let word = truncate_to_width(word, room, &width);
        let joined = lines.last().map(|line| format!("{line} {word}"));
        match (joined, lines.last_mut()) {
            (Some(joined), Some(line)) if width(&joined) <= room => *line = joined,
            _ => lines.push(word),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_characters_are_written_as_escapes() {
        assert_eq!(printable_text("Café ☕ 日本", 80), "Café ☕ 日本");
        assert_eq!(
            printable_text("a\u{202E}b\u{0}c\nd\u{FFFF}", 80),
            "a\\u{202e}b\\u{0}c\\u{a}d\\u{ffff}"
        );
        assert_eq!(printable_text("<script>", 80), "<script>");
    }

    #[test]
    fn blank_names_are_visible_and_long_names_are_truncated() {
        assert_eq!(printable_text("", 80), "\"\"");
        assert_eq!(printable_text("  ", 80), "\"  \"");
        assert_eq!(printable_text(&"é".repeat(10_000), 5), "ééééé…");
        assert_eq!(printable_text("exact", 5), "exact");
    }

    #[expect(clippy::cast_precision_loss, reason = "short texts")]
    fn letters(text: &str) -> f64 {
        text.chars().count() as f64
    }

    #[test]
    fn a_text_is_cut_to_the_room_there_is() {
        assert_eq!(truncate_to_width("pencil", 6.0, letters), "pencil");
        assert_eq!(truncate_to_width("pencils", 6.0, letters), "penci…");
        assert_eq!(truncate_to_width("red pencil", 5.0, letters), "red…");
        assert_eq!(truncate_to_width("日本語", 0.0, letters), "日…");
        assert_eq!(truncate_to_width("", 0.0, letters), "");
    }

    #[test]
    fn lines_break_at_words_and_long_words_are_cut() {
        assert_eq!(
            wrap_to_width("one two  three fourteen", 7.0, letters),
            ["one two", "three", "fourte…"]
        );
        assert_eq!(wrap_to_width("", 7.0, letters), Vec::<String>::new());
    }
}
