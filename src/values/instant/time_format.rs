//! A format of dates and times that the user states, such as `%d/%m/%y`: a text in that format becomes
//! ISO 8601, which the strict parsers of [`super`] read.
//!
//! The format has the fields of `strftime` as chrono documents them
//! (<https://docs.rs/chrono/latest/chrono/format/strftime/>). A year of two digits is from 1970 to 2069.
//! Refused: a format without a whole date, and one that cannot be read back, such as a zone by name.

use std::fmt;
use std::str::FromStr;

use chrono::format::{Fixed, Item, Parsed, StrftimeItems, parse};
use chrono::{DateTime, FixedOffset};

/// A format that gives at least a calendar date.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TimeFormat {
    text: String,
    items: Vec<Item<'static>>,
}

impl TimeFormat {
    /// The text as ISO 8601: with an offset if it has one, in UTC if it is an epoch number, and without
    /// a time of day if the format has none. `None` if it does not have the format, or the date does
    /// not exist. Outer spaces do not matter.
    pub fn iso(&self, text: &str) -> Option<String> {
        let mut parsed = Parsed::new();
        parse(&mut parsed, text.trim(), self.items.iter()).ok()?;
        if parsed.offset().is_some() || parsed.timestamp().is_some() {
            let instant = parsed.to_datetime().ok()?;
            return Some(instant.format("%Y-%m-%dT%H:%M:%S%.f%:z").to_string());
        }
        let date = parsed.to_naive_date().ok()?.format("%Y-%m-%d");
        if parsed.hour_mod_12().is_none() && parsed.minute().is_none() {
            return Some(date.to_string());
        }
        let time = parsed.to_naive_time().ok()?.format("%H:%M:%S%.f");
        Some(format!("{date}T{time}"))
    }
}

impl fmt::Display for TimeFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// A text that is no format of dates.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected a format with day, month and year, such as %d/%m/%Y or %d/%m/%y %H:%M")]
pub struct InvalidTimeFormat;

impl FromStr for TimeFormat {
    type Err = InvalidTimeFormat;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let items = StrftimeItems::new(text).parse_to_owned();
        let items = items.map_err(|_unknown_field| InvalidTimeFormat)?;
        // The name of a zone is skipped when it is read: the time would be in another zone.
        if items.contains(&Item::Fixed(Fixed::TimezoneName)) {
            return Err(InvalidTimeFormat);
        }
        let format = Self {
            text: text.to_owned(),
            items,
        };
        // An instant that is written and read again is of the same day only if the format has all of it.
        let sample = sample();
        let written = sample.format_with_items(format.items.iter()).to_string();
        let read = format.iso(&written).ok_or(InvalidTimeFormat)?;
        if read.starts_with("2026-11-20") {
            Ok(format)
        } else {
            Err(InvalidTimeFormat)
        }
    }
}

/// An instant whose day of the month is no month, and whose day is the same in UTC.
fn sample() -> DateTime<FixedOffset> {
    DateTime::parse_from_rfc3339("2026-11-20T19:20:30-03:00").expect("RFC 3339")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn iso(format: &str, text: &str) -> Option<String> {
        format.parse::<TimeFormat>().unwrap().iso(text)
    }

    #[test]
    fn a_text_in_the_format_becomes_iso_8601() {
        for (format, text, expected) in [
            ("%d/%m/%y", "05/04/26", "2026-04-05"),
            ("%d/%m/%y", "31/12/69", "2069-12-31"),
            ("%d/%m/%y", "01/01/70", "1970-01-01"),
            ("%m/%d/%Y", " 05/04/2026 ", "2026-05-04"),
            ("%Y%m%d", "20261120", "2026-11-20"),
            ("%d-%b-%Y", "05-Apr-2026", "2026-04-05"),
            ("%d/%m/%y %H:%M", "05/04/26 19:20", "2026-04-05T19:20:00"),
            (
                "%d/%m/%Y %I:%M:%S %p",
                "05/04/2026 07:20:30 PM",
                "2026-04-05T19:20:30",
            ),
            (
                "%d.%m.%Y %H:%M:%S%.f",
                "05.04.2026 19:20:30.25",
                "2026-04-05T19:20:30.250",
            ),
            (
                "%d/%m/%Y %H:%M %z",
                "05/04/2026 19:20 -0300",
                "2026-04-05T19:20:00-03:00",
            ),
            // 1,700,000,000 s are 2023-11-14 22:13:20 UTC, the known round number.
            ("%s", "1700000000", "2023-11-14T22:13:20+00:00"),
        ] {
            assert_eq!(
                iso(format, text).as_deref(),
                Some(expected),
                "{format} {text}"
            );
        }
    }

    #[test]
    fn a_text_in_another_format_is_none() {
        for (format, text) in [
            ("%d/%m/%y", "05/04/2026"),
            ("%d/%m/%y", "2026-04-05"),
            ("%d/%m/%y", "31/02/26"),
            ("%d/%m/%y", "04/13/26"),
            ("%d/%m/%y", "05/04/26 10:00"),
            ("%d/%m/%y %H:%M", "05/04/26"),
            ("%d/%m/%y", ""),
        ] {
            assert_eq!(iso(format, text), None, "{format} {text}");
        }
    }

    #[test]
    fn a_format_without_a_whole_date_is_refused() {
        for format in [
            "",
            "%H:%M",
            "%m/%Y",
            "%d/%m",
            "%y",
            "%d/%m/%Y %H",
            "%d/%m/%Y %Z",
            "%Q",
            "%",
            "data",
        ] {
            let parsed = format.parse::<TimeFormat>();
            assert_eq!(parsed, Err(InvalidTimeFormat), "{format}");
        }
    }
}
