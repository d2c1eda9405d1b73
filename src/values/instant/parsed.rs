//! What the parsers of instants return, and the decimals of a second, which both read.

use super::calendar::MICROS_PER_SECOND;

/// An instant and the offset it was written with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Instant {
    /// Microseconds since 1970-01-01T00:00:00Z.
    pub micros_utc: i64,
    /// Offset of the text in minutes east of UTC, or that of the default time zone at this instant when
    /// the text has none. Rounded down where the offset of a zone is not a whole minute.
    pub offset_minutes: Option<i16>,
}

/// Deviations from RFC 3339 in a text that was accepted.
#[expect(
    clippy::struct_excessive_bools,
    reason = "independent observations, each with its own warning"
)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct InstantNotes {
    /// A date and time without offset: the default time zone was assumed. Not set for a date
    /// alone, which `date_only` covers.
    pub no_offset: bool,
    /// An offset not of the form `±hh:mm`. Not set for `±hhmm` after `colon_millis`, which is part of
    /// that pattern, and in the basic format, which has no colons.
    pub offset_form: bool,
    /// A space in place of the `T`.
    pub space_separator: bool,
    /// A date without a time: the first instant of that day in the default time zone was used.
    pub date_only: bool,
    /// The local time was skipped by a clock change: it was moved forward by the length of the gap.
    pub gap: bool,
    /// The local time occurred twice: the earlier one was used.
    pub fold: bool,
    /// Second 60 was read as second 59.
    pub leap_second: bool,
    /// A colon before the milliseconds.
    pub colon_millis: bool,
    /// A form of ISO 8601 that RFC 3339 does not have: the basic format, an ordinal or a week date,
    /// a time to the hour, a decimal comma, or hour 24.
    pub other_form: bool,
    /// Decimals of a second beyond the sixth, not all of them zeros, were truncated.
    pub cut: bool,
}

impl InstantNotes {
    /// Whether any deviation is set.
    pub fn any(self) -> bool {
        self != Self::default()
    }
}

/// The result of a parser of instants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ParsedInstant {
    /// The instant.
    pub instant: Instant,
    /// Deviations of the text from RFC 3339.
    pub notes: InstantNotes,
}

impl ParsedInstant {
    /// Checks the range.
    pub(super) fn new(
        micros_utc: i64,
        offset_minutes: i16,
        notes: InstantNotes,
    ) -> Result<Self, InstantError> {
        if !(0..END_OF_RANGE).contains(&micros_utc) {
            return Err(InstantError::Range);
        }
        let instant = Instant {
            micros_utc,
            offset_minutes: Some(offset_minutes),
        };
        Ok(Self { instant, notes })
    }
}

/// Why a text is not an instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InstantError {
    /// Not one of the accepted forms, or a date or time of day that does not exist.
    #[error("not a date and time in an accepted form")]
    Format,
    /// An instant outside the years 1970 to 2261 in UTC.
    #[error("outside 1970-01-01 to 2261-12-31")]
    Range,
}

/// 2262-01-01T00:00:00Z: after the last full year that 64-bit nanoseconds can represent, to which
/// other readers of the table may convert.
const END_OF_RANGE: i64 = 9_214_646_400 * MICROS_PER_SECOND;

/// Parses the digits after a decimal sign as microseconds; digits beyond the sixth are truncated.
/// Returns the microseconds and the rest of the text.
pub(super) fn read_fraction<'a>(
    bytes: &'a [u8],
    notes: &mut InstantNotes,
) -> Result<(i64, &'a [u8]), InstantError> {
    let mut micros = 0;
    let mut unit = 100_000;
    let mut rest = bytes;
    while let [byte @ b'0'..=b'9', tail @ ..] = rest {
        notes.cut |= unit == 0 && *byte != b'0';
        micros += i64::from(byte - b'0') * unit;
        unit /= 10;
        rest = tail;
    }
    if rest.len() == bytes.len() {
        return Err(InstantError::Format);
    }
    Ok((micros, rest))
}
