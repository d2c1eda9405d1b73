//! The date-time parser: one pass over the bytes, no allocation.
//!
//! In: the text and the time zone to assume where it names no offset. Out and refused: see
//! [`super`].

use chrono::{DateTime, Datelike, NaiveDate, Offset, TimeZone};
use chrono_tz::Tz;

use super::calendar::{MICROS_PER_DAY, MICROS_PER_SECOND, days_from_civil, days_in_month};
use super::{InstantError, InstantNotes, ParsedInstant, read_fraction};
use crate::values::local_day::{first_instant_from, local_day_start, offset_at};

/// The largest offset Java and ISO 8601 readers built on it accept, in minutes.
const MAX_OFFSET: i16 = 18 * 60;

/// Reads a date and time, or a date, in one of the forms the [module](super) lists.
///
/// `default_tz` is assumed where the text names no offset. The text must not have outer spaces.
///
/// # Errors
///
/// [`InstantError::Format`] for other forms and for dates and times that do not exist,
/// [`InstantError::Range`] outside 1970 to 2261, [`InstantError::Fraction`] for more than six
/// decimals unless the rest are zeros.
///
/// ```
/// use chrono_tz::Tz;
/// use purchase_etl::values::instant::{format_utc_micros, parse_instant};
///
/// let parsed = parse_instant("2018-06-28T23:59:59-5:00", Tz::UTC)?;
/// assert_eq!(format_utc_micros(parsed.instant.micros_utc), "2018-06-29T04:59:59Z");
/// assert_eq!(parsed.instant.offset_minutes, Some(-300));
/// assert!(parsed.notes.offset_form);
/// # Ok::<(), purchase_etl::values::instant::InstantError>(())
/// ```
pub fn parse_instant(text: &str, default_tz: Tz) -> Result<ParsedInstant, InstantError> {
    let (days, rest) = read_date(text.as_bytes())?;
    let mut notes = InstantNotes::default();
    let rest = match rest {
        [b'T' | b't', rest @ ..] => rest,
        [b' ', rest @ ..] => {
            notes.space_separator = true;
            rest
        }
        [] => return start_of_day(days, default_tz),
        _ => return Err(InstantError::Format),
    };
    let (micros, rest) = read_time(rest, &mut notes)?;
    let local = days * MICROS_PER_DAY + micros;
    match read_offset(rest, &mut notes)? {
        Some(minutes) => {
            let micros_utc = local - i64::from(minutes) * 60 * MICROS_PER_SECOND;
            ParsedInstant::new(micros_utc, minutes, notes)
        }
        None => in_zone(local, default_tz, notes),
    }
}

/// Reads a calendar date of the years 0001 to 9999; `None` unless the text is `YYYY-MM-DD` and
/// there is such a day.
///
/// ```
/// use purchase_etl::values::instant::parse_date;
///
/// assert_eq!(parse_date("2024-02-29").map(|date| date.to_string()).as_deref(), Some("2024-02-29"));
/// assert_eq!(parse_date("2025-02-29"), None);
/// ```
pub fn parse_date(text: &str) -> Option<NaiveDate> {
    let (days, rest) = read_date(text.as_bytes()).ok()?;
    let date = NaiveDate::from_epoch_days(days.try_into().ok()?)?;
    (rest.is_empty() && date.year() >= 1).then_some(date)
}

/// `YYYY-MM-DD` as days since 1970.
#[inline]
fn read_date(bytes: &[u8]) -> Result<(i64, &[u8]), InstantError> {
    let [y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2, rest @ ..] = bytes else {
        return Err(InstantError::Format);
    };
    let year = two_digits(*y1, *y2)? * 100 + two_digits(*y3, *y4)?;
    let month = two_digits(*m1, *m2)?;
    let day = two_digits(*d1, *d2)?;
    if !(1..=12).contains(&month) || day == 0 || day > days_in_month(year, month) {
        return Err(InstantError::Format);
    }
    Ok((days_from_civil(year, month, day), rest))
}

/// `HH:MM`, `HH:MM:SS`, `HH:MM:SS.f+` or `HH:MM:SS:fff` as microseconds of the day.
#[inline]
fn read_time<'a>(
    bytes: &'a [u8],
    notes: &mut InstantNotes,
) -> Result<(i64, &'a [u8]), InstantError> {
    let [h1, h2, b':', m1, m2, rest @ ..] = bytes else {
        return Err(InstantError::Format);
    };
    let hour = two_digits(*h1, *h2)?;
    let minute = two_digits(*m1, *m2)?;
    let (mut second, mut fraction, mut rest) = (0, 0, rest);
    if let [b':', tail @ ..] = rest {
        let [s1, s2, tail @ ..] = tail else {
            return Err(InstantError::Format);
        };
        second = two_digits(*s1, *s2)?;
        (fraction, rest) = match tail {
            [b'.', tail @ ..] => read_fraction(tail)?,
            [b':', f1, f2, f3, tail @ ..] => {
                notes.colon_millis = true;
                let millis = two_digits(*f1, *f2)? * 10 + two_digits(b'0', *f3)?;
                (millis * 1_000, tail)
            }
            _ => (0, tail),
        };
    }
    if second == 60 {
        notes.leap_second = true;
        second = 59;
    }
    if hour > 23 || minute > 59 || second > 59 {
        return Err(InstantError::Format);
    }
    let seconds = hour * 3_600 + minute * 60 + second;
    Ok((seconds * MICROS_PER_SECOND + fraction, rest))
}

/// The offset that must fill the rest of the text, in minutes; `None` when there is none.
#[inline]
fn read_offset(bytes: &[u8], notes: &mut InstantNotes) -> Result<Option<i16>, InstantError> {
    let (sign, rest) = match bytes {
        [] => {
            notes.no_offset = true;
            return Ok(None);
        }
        [b'Z' | b'z'] => return Ok(Some(0)),
        [sign @ (b'+' | b'-'), rest @ ..] => (*sign, rest),
        _ => return Err(InstantError::Format),
    };
    let (hours, minutes) = match *rest {
        [h1, h2, b':', m1, m2] => (two_digits(h1, h2)?, two_digits(m1, m2)?),
        [h, b':', m1, m2] => {
            notes.offset_form = true;
            (two_digits(b'0', h)?, two_digits(m1, m2)?)
        }
        [h1, h2, m1, m2] => {
            notes.offset_form = !notes.colon_millis;
            (two_digits(h1, h2)?, two_digits(m1, m2)?)
        }
        [h1, h2] => {
            notes.offset_form = true;
            (two_digits(h1, h2)?, 0)
        }
        _ => return Err(InstantError::Format),
    };
    let total = i16::try_from(hours * 60 + minutes).unwrap_or(i16::MAX);
    if minutes > 59 || total > MAX_OFFSET {
        return Err(InstantError::Format);
    }
    Ok(Some(if sign == b'-' { -total } else { total }))
}

#[inline]
fn two_digits(tens: u8, ones: u8) -> Result<i64, InstantError> {
    let (tens, ones) = (tens.wrapping_sub(b'0'), ones.wrapping_sub(b'0'));
    if tens > 9 || ones > 9 {
        return Err(InstantError::Format);
    }
    Ok(i64::from(tens * 10 + ones))
}

/// A date alone stands for the first instant of that day in the zone.
fn start_of_day(days: i64, tz: Tz) -> Result<ParsedInstant, InstantError> {
    let notes = InstantNotes {
        date_only: true,
        ..InstantNotes::default()
    };
    if tz == Tz::UTC {
        return ParsedInstant::new(days * MICROS_PER_DAY, 0, notes);
    }
    let date = super::date_utc(days * MICROS_PER_DAY);
    let micros_utc = local_day_start(date, tz);
    ParsedInstant::new(micros_utc, whole_minutes(offset_at(micros_utc, tz)), notes)
}

/// A local time of the zone. One that the clock skipped is read with the offset from before the
/// jump, which moves it forward by the length of the jump; of one that happened twice the earlier
/// is taken (both as RFC 5545 section 3.3.5 and Python's `fold=0` have it).
fn in_zone(local: i64, tz: Tz, mut notes: InstantNotes) -> Result<ParsedInstant, InstantError> {
    if tz == Tz::UTC {
        return ParsedInstant::new(local, 0, notes);
    }
    let naive = DateTime::from_timestamp_micros(local).ok_or(InstantError::Range)?;
    let found = tz.offset_from_local_datetime(&naive.naive_utc());
    notes.fold = found.single().is_none() && found.earliest().is_some();
    notes.gap = found.earliest().is_none();
    let Some(offset) = found.earliest() else {
        let jump = first_instant_from(local, tz);
        let micros_utc = local - offset_at(jump - 1, tz) * MICROS_PER_SECOND;
        return ParsedInstant::new(micros_utc, whole_minutes(offset_at(micros_utc, tz)), notes);
    };
    let seconds = i64::from(offset.fix().local_minus_utc());
    ParsedInstant::new(
        local - seconds * MICROS_PER_SECOND,
        whole_minutes(seconds),
        notes,
    )
}

/// A zone's offset in whole minutes, rounded down. Only offsets of the first years after 1970
/// (Liberia's local mean time) have seconds.
fn whole_minutes(seconds: i64) -> i16 {
    i16::try_from(seconds.div_euclid(60)).expect("a zone's offset is less than a day")
}

#[cfg(test)]
mod tests;
