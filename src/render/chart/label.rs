//! Labels that come from dumps, and may hold anything.
//!
//! In: any text. Out: a text of one line that shows what was in it, changes neither the direction
//! nor the structure of what stands around it, and is legal in XML. Nothing is refused.

use crate::values::text::is_unprintable;

/// A text as it can be shown: characters that steer a reader are written as escapes, and of a text
/// longer than `most` characters the beginning is left, with `…` for the rest.
pub(in crate::render) fn printable_text(text: &str, most: usize) -> String {
    if text.trim().is_empty() {
        // Otherwise a row would look as if it had no name at all.
        return format!("{:?}", text.chars().take(most).collect::<String>());
    }
    let mut shown = String::with_capacity(text.len().min(most * 4));
    for (at, character) in text.chars().enumerate() {
        if at == most {
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

/// The beginning of a text that is as wide as there is room, as `width` measures it.
pub(super) fn truncate_to_width(text: &str, room: f64, width: impl Fn(&str) -> f64) -> String {
    if width(text) <= room {
        return text.to_owned();
    }
    let ends: Vec<usize> = text.char_indices().map(|(at, _)| at).collect();
    let cut = |chars: usize| format!("{}…", text[..ends[chars]].trim_end());
    // The longest beginning that fits; one character is shown even where there is no room at all.
    let fitting =
        ends.partition_point(|end| width(&format!("{}…", text[..*end].trim_end())) <= room);
    cut(fitting.saturating_sub(1).max(1).min(ends.len() - 1))
}

/// A text in lines as wide as there is room; words that are wider are cut.
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
