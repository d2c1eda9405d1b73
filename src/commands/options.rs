//! The values of options that several commands have, from text; an error is the requirement, for the
//! message of clap.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use clap::{Args, ValueEnum};
use serde::Serialize;

use super::output::{put, put_text};
use super::{CommandError, RunContext};
use crate::values::instant::parse_instant;

/// The format of a listing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ListFormat {
    /// Text for people
    Text,
    /// One JSON document
    Json,
}

impl ListFormat {
    /// The listing in the format; JSON is indented and ends with LF.
    ///
    /// # Errors
    /// [`CommandError::Json`]
    pub fn write<T: Serialize + ?Sized>(
        self,
        listing: &T,
        text: impl FnOnce(&T) -> String,
    ) -> Result<String, CommandError> {
        Ok(match self {
            Self::Text => text(listing),
            Self::Json => serde_json::to_string_pretty(listing)? + "\n",
        })
    }

    /// Prints the listing in the format; text for people goes through the pager if it is long.
    pub(super) fn print<T: Serialize + ?Sized>(
        self,
        listing: &T,
        text: impl FnOnce(&T) -> String,
        context: &mut RunContext<'_>,
    ) -> Result<(), CommandError> {
        let written = self.write(listing, text)?;
        match self {
            Self::Text => put_text(context, &written),
            Self::Json => put(context.stdout, written.as_bytes()),
        }
    }
}

/// The format of the output of a command that lists or shows something.
#[derive(Clone, Copy, Debug, Args)]
pub struct ListOutput {
    /// Set the format of the output
    #[arg(
        long,
        value_enum,
        value_name = "FORMAT",
        default_value_t = ListFormat::Text,
        help_heading = "Output"
    )]
    pub format: ListFormat,
}

/// A size in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct ByteSize(pub(super) u64);

/// A share of records, 0 to 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Share(pub(super) f64);

/// An instant in UTC as RFC 3339, without the fraction of its second.
pub(super) fn second(instant: &str) -> String {
    match instant.split_once('.') {
        Some((seconds, _fraction)) => format!("{seconds}Z"),
        None => instant.to_owned(),
    }
}

/// Parses a time with or without an offset, or a date, in UTC.
///
/// # Errors
/// The requirement.
pub fn parse_time(text: &str) -> Result<DateTime<Utc>, &'static str> {
    let parsed = parse_instant(text, Tz::UTC).ok();
    parsed
        .and_then(|parsed| DateTime::from_timestamp_micros(parsed.instant.micros_utc))
        .ok_or("expected a time such as 2026-11-20T12:00:00Z")
}

/// Parses `5%` or `0.05` as a share from 0 to 1.
pub(super) fn parse_share(text: &str) -> Result<Share, &'static str> {
    let (digits, unit) = match text.trim().strip_suffix('%') {
        Some(percent) => (percent.trim_end(), 100.0),
        None => (text.trim(), 1.0),
    };
    match digits.parse::<f64>() {
        Ok(number) if (0.0..=unit).contains(&number) => Ok(Share(number / unit)),
        _ => Err("expected a share such as 5% or 0.05, from 0 to 100%"),
    }
}

/// Parses a size such as `128MiB`, `500kB` or `4096` into bytes.
pub(super) fn parse_size(text: &str) -> Result<ByteSize, &'static str> {
    const UNITS: [(&str, u64); 13] = [
        ("", 1),
        ("B", 1),
        ("kB", 1_000),
        ("KB", 1_000),
        ("MB", 1_000_000),
        ("GB", 1_000_000_000),
        ("TB", 1_000_000_000_000),
        ("KiB", 1 << 10),
        ("MiB", 1 << 20),
        ("GiB", 1 << 30),
        ("TiB", 1 << 40),
        ("k", 1 << 10),
        ("M", 1 << 20),
    ];
    let trimmed = text.trim();
    let end = trimmed
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(trimmed.len());
    let (digits, unit) = trimmed.split_at(end);
    let unit = unit.trim_start();
    let of_one = UNITS.iter().find(|(name, _)| *name == unit);
    let bytes = of_one.and_then(|(_, of_one)| digits.parse::<u64>().ok()?.checked_mul(*of_one));
    bytes
        .map(ByteSize)
        .ok_or("expected a size such as 128MiB, 500kB or 4096")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_percent_or_fractions_and_nothing_above_all() {
        for (text, expected) in [("5%", 0.05), ("0.05", 0.05), ("100%", 1.0), ("0", 0.0)] {
            let Share(share) = parse_share(text).unwrap();
            assert!((share - expected).abs() < 1e-12, "{text}");
        }
        for text in ["5", "101%", "-1%", "many", "", "NaN"] {
            assert!(parse_share(text).is_err(), "{text}");
        }
    }

    #[test]
    fn sizes_have_units_and_nothing_else() {
        for (text, bytes) in [
            ("128MiB", 134_217_728),
            ("1 GiB", 1_073_741_824),
            ("500kB", 500_000),
            ("4096", 4096),
            ("0", 0),
        ] {
            assert_eq!(parse_size(text), Ok(ByteSize(bytes)), "{text}");
        }
        for text in ["", "MiB", "-1", "1.5MiB", "1 XB", "99999999TiB", "1e3"] {
            assert!(parse_size(text).is_err(), "{text}");
        }
    }
}
