//! How messages show instants, and texts from outside the program.

use chrono::{DateTime, SecondsFormat};

/// Formats an instant in microseconds since 1970.
pub(in crate::lake) fn utc(micros: i64) -> String {
    DateTime::from_timestamp_micros(micros).map_or_else(
        || format!("{micros} µs since 1970"),
        |time| time.to_rfc3339_opts(SecondsFormat::AutoSi, true),
    )
}

/// The escaped start of a text from outside the program, for a message.
pub(super) fn escaped_start(text: &str) -> String {
    const SHOWN: usize = 80;
    let mut shown: String = text
        .chars()
        .take(SHOWN)
        .flat_map(char::escape_debug)
        .collect();
    if text.chars().count() > SHOWN {
        shown.push('…');
    }
    format!("\"{shown}\"")
}
