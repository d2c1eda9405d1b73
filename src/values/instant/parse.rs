//! The date-time parser: one pass over the bytes, no allocation. Forms and errors: see [`super`].

use chrono::{DateTime, Datelike, NaiveDate, Offset, TimeZone, Weekday};
use chrono_tz::Tz;

use super::calendar::{MICROS_PER_DAY, MICROS_PER_SECOND};
use super::local_day::{first_instant_from, local_day_start, offset_at};
use super::parsed::{InstantError, InstantNotes, ParsedInstant, read_fraction};

/// The largest offset that Java and ISO 8601 parsers based on it accept, in minutes.
const MAX_OFFSET: i16 = 18 * 60;

/// Parses a date and time, or a date, in one of the forms listed in the [module](super).
///
/// `default_tz` is used where the text has no offset. The text must not have outer spaces.
///
/// # Errors
///
/// [`InstantError::Format`] for other forms and for dates and times that do not exist,
/// [`InstantError::Range`] outside 1970 to 2261.
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
    let mut notes = InstantNotes::default();
    let (date, rest) = read_any_date(text.as_bytes(), &mut notes)?;
    let rest = match rest {
        [b'T' | b't', rest @ ..] => rest,
        [b' ', rest @ ..] => {
            notes.space_separator = true;
            rest
        }
        [] => return start_of_day(date, default_tz, notes),
        _ => return Err(InstantError::Format),
    };
    let is_basic = matches!(rest, [_, _, b'0'..=b'9', ..]);
    let (micros, rest) = read_time(rest, is_basic, &mut notes)?;
    let local = i64::from(date.to_epoch_days()) * MICROS_PER_DAY + micros;
    match read_offset(rest, is_basic, &mut notes)? {
        Some(minutes) => {
            let micros_utc = local - i64::from(minutes) * 60 * MICROS_PER_SECOND;
            ParsedInstant::new(micros_utc, minutes, notes)
        }
        None => in_zone(local, default_tz, notes),
    }
}

/// Parses a calendar date of the years 0001 to 9999; `None` unless the text is `YYYY-MM-DD` and the day
/// exists.
///
/// ```
/// use purchase_etl::values::instant::parse_date;
///
/// assert_eq!(parse_date("2024-02-29").map(|date| date.to_string()).as_deref(), Some("2024-02-29"));
/// assert_eq!(parse_date("2025-02-29"), None);
/// ```
pub fn parse_date(text: &str) -> Option<NaiveDate> {
    let (date, rest) = read_date(text.as_bytes()).ok()?;
    (rest.is_empty() && date.year() >= 1).then_some(date)
}

/// Parses a date of the years 0001 to 9999 in any form of ISO 8601 except digits alone:
/// `2024-05-06`, `2024-127`, `2024-W19-1`, `2024W191`.
///
/// ```
/// use purchase_etl::values::instant::parse_any_date;
///
/// assert_eq!(parse_any_date("2024-W19-1").map(|date| date.to_string()).as_deref(), Some("2024-05-06"));
/// assert_eq!(parse_any_date("20240506"), None);
/// ```
pub fn parse_any_date(text: &str) -> Option<NaiveDate> {
    let (date, rest) = read_any_date(text.as_bytes(), &mut InstantNotes::default()).ok()?;
    (rest.is_empty() && date.year() >= 1).then_some(date)
}

/// A date in any form. Digits alone are refused: they may be an epoch number.
#[inline]
fn read_any_date<'a>(
    bytes: &'a [u8],
    notes: &mut InstantNotes,
) -> Result<(NaiveDate, &'a [u8]), InstantError> {
    if matches!(bytes, [_, _, _, _, b'-', _, _, b'-', ..]) {
        return read_date(bytes);
    }
    notes.other_form = true;
    read_other_date(bytes)
}

/// Dates in the forms of ISO 8601 that RFC 3339 does not have.
#[cold]
fn read_other_date(bytes: &[u8]) -> Result<(NaiveDate, &[u8]), InstantError> {
    let [y1, y2, y3, y4, rest @ ..] = bytes else {
        return Err(InstantError::Format);
    };
    let year = four_digits([*y1, *y2, *y3, *y4])?;
    let (date, rest) = match rest {
        [b'-', b'W', w1, w2, b'-', day, rest @ ..] | [b'W', w1, w2, day, rest @ ..] => {
            // Monday is 1 here, and 0 in chrono.
            let day = Weekday::try_from(day.wrapping_sub(b'1'));
            let day = day.map_err(|_out_of_range| InstantError::Format)?;
            let week = two_digits(*w1, *w2)?;
            (NaiveDate::from_isoywd_opt(year, week, day), rest)
        }
        _ if bytes.iter().all(u8::is_ascii_digit) => return Err(InstantError::Format),
        [m1 @ b'0'..=b'9', m2, d1, d2 @ b'0'..=b'9', rest @ ..] => {
            let (month, day) = (two_digits(*m1, *m2)?, two_digits(*d1, *d2)?);
            (NaiveDate::from_ymd_opt(year, month, day), rest)
        }
        [b'-', n1, n2, n3, rest @ ..] | [n1, n2, n3, rest @ ..] => {
            let ordinal = two_digits(*n1, *n2)? * 10 + two_digits(b'0', *n3)?;
            (NaiveDate::from_yo_opt(year, ordinal), rest)
        }
        _ => (None, rest),
    };
    Ok((date.ok_or(InstantError::Format)?, rest))
}

/// `YYYY-MM-DD`
#[inline]
fn read_date(bytes: &[u8]) -> Result<(NaiveDate, &[u8]), InstantError> {
    let [y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2, rest @ ..] = bytes else {
        return Err(InstantError::Format);
    };
    let year = four_digits([*y1, *y2, *y3, *y4])?;
    let (month, day) = (two_digits(*m1, *m2)?, two_digits(*d1, *d2)?);
    let date = NaiveDate::from_ymd_opt(year, month, day).ok_or(InstantError::Format)?;
    Ok((date, rest))
}

/// `HH`, `HH:MM`, `HH:MM:SS`, `HH:MM:SS.f+` or `HH:MM:SS:fff` as microseconds of the day; without the
/// colons in the basic format.
#[inline]
fn read_time<'a>(
    bytes: &'a [u8],
    is_basic: bool,
    notes: &mut InstantNotes,
) -> Result<(i64, &'a [u8]), InstantError> {
    let [h1, h2, rest @ ..] = bytes else {
        return Err(InstantError::Format);
    };
    let hour = two_digits(*h1, *h2)?;
    let (minute, rest) = next_part(rest, is_basic)?;
    let (second, mut rest) = match minute {
        Some(_) => next_part(rest, is_basic)?,
        None => (None, rest),
    };
    notes.other_form |= is_basic || minute.is_none();
    let mut fraction = 0;
    if second.is_some() {
        (fraction, rest) = match rest {
            [b'.', tail @ ..] => read_fraction(tail, notes)?,
            [b',', tail @ ..] => {
                notes.other_form = true;
                read_fraction(tail, notes)?
            }
            [b':', f1, f2, f3, tail @ ..] if !is_basic => {
                notes.colon_millis = true;
                let millis = two_digits(*f1, *f2)? * 10 + two_digits(b'0', *f3)?;
                (i64::from(millis) * 1_000, tail)
            }
            _ => (0, rest),
        };
    }
    let (minute, mut second) = (minute.unwrap_or(0), second.unwrap_or(0));
    if second == 60 {
        notes.leap_second = true;
        second = 59;
    }
    let seconds = hour * 3_600 + minute * 60 + second;
    let is_end_of_day = seconds == 86_400 && hour == 24 && fraction == 0 && !notes.cut;
    notes.other_form |= is_end_of_day;
    if (hour > 23 && !is_end_of_day) || minute > 59 || second > 59 {
        return Err(InstantError::Format);
    }
    Ok((i64::from(seconds) * MICROS_PER_SECOND + fraction, rest))
}

/// The two digits of the next part of a time of day, if there is one, and the rest of the text.
#[inline]
fn next_part(bytes: &[u8], is_basic: bool) -> Result<(Option<u32>, &[u8]), InstantError> {
    match bytes {
        [b':', tens, ones, rest @ ..] if !is_basic => Ok((Some(two_digits(*tens, *ones)?), rest)),
        [tens @ b'0'..=b'9', ones, rest @ ..] if is_basic => {
            Ok((Some(two_digits(*tens, *ones)?), rest))
        }
        _ => Ok((None, bytes)),
    }
}

/// The offset in minutes, which must be the rest of the text; `None` when there is none.
#[inline]
fn read_offset(
    bytes: &[u8],
    is_basic: bool,
    notes: &mut InstantNotes,
) -> Result<Option<i16>, InstantError> {
    let (sign, rest) = match bytes {
        [] => {
            notes.no_offset = true;
            return Ok(None);
        }
        [b'Z' | b'z'] => return Ok(Some(0)),
        [sign @ (b'+' | b'-'), rest @ ..] => (*sign, rest),
        [b' ', sign @ (b'+' | b'-'), rest @ ..] => {
            notes.offset_form = true;
            (*sign, rest)
        }
        // URL decoding turns a plus into a space.
        [b' ', rest @ ..] if rest.len() >= 4 => {
            notes.offset_form = true;
            (b'+', rest)
        }
        _ => return Err(InstantError::Format),
    };
    let (hours, minutes) = match *rest {
        [h1, h2, b':', m1, m2] => (two_digits(h1, h2)?, two_digits(m1, m2)?),
        [h, b':', m1, m2] => {
            notes.offset_form = true;
            (two_digits(b'0', h)?, two_digits(m1, m2)?)
        }
        [h1, h2, m1, m2] => {
            notes.offset_form |= !notes.colon_millis && !is_basic;
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
fn four_digits([y1, y2, y3, y4]: [u8; 4]) -> Result<i32, InstantError> {
    Ok((two_digits(y1, y2)? * 100 + two_digits(y3, y4)?).cast_signed())
}

#[inline]
fn two_digits(tens: u8, ones: u8) -> Result<u32, InstantError> {
    let (tens, ones) = (tens.wrapping_sub(b'0'), ones.wrapping_sub(b'0'));
    if tens > 9 || ones > 9 {
        return Err(InstantError::Format);
    }
    Ok(u32::from(tens * 10 + ones))
}

/// The first instant of a day in the zone, for a date without a time.
fn start_of_day(
    date: NaiveDate,
    tz: Tz,
    mut notes: InstantNotes,
) -> Result<ParsedInstant, InstantError> {
    notes.date_only = true;
    let micros_utc = local_day_start(date, tz);
    ParsedInstant::new(micros_utc, whole_minutes(offset_at(micros_utc, tz)), notes)
}

/// The instant of a local time of the zone. A skipped local time is read with the offset from before
/// the clock change, which moves it forward by the length of the gap; of a local time that occurred
/// twice the earlier is used (both as in RFC 5545 section 3.3.5 and Python's `fold=0`).
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
/// (local mean time of Liberia) have seconds.
fn whole_minutes(seconds: i64) -> i16 {
    i16::try_from(seconds.div_euclid(60)).expect("a zone's offset is less than a day")
}

#[cfg(test)]
mod iso_forms;
#[cfg(test)]
mod tests;
