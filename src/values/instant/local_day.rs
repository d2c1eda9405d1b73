//! The days of a time zone: when they start, and which one contains an instant.
//!
//! A zone may have no midnight on some days (`America/Sao_Paulo` until 2018 set the clock forward at
//! midnight), two of them on others, and may skip a whole day (`Pacific/Apia`, 2011-12-30); the
//! functions here are defined for all of these. Where a clock is set back across midnight, the instants
//! of a day are not contiguous: some of the previous day follow its start.

use chrono::{DateTime, NaiveDate, Offset, TimeZone};
use chrono_tz::Tz;

use super::calendar::{MICROS_PER_SECOND, date_utc};

/// Instants are clamped to ±250,000 years before they are passed to chrono, which panics when an
/// offset is added close to the end of its calendar.
const CHRONO_LIMIT: i64 = 250_000 * 365 * 86_400 * MICROS_PER_SECOND;

/// More than the offset of any zone from UTC, in either direction.
const BEYOND_ANY_OFFSET: i64 = 16 * 3_600;

/// The first instant of a local date, in microseconds of UTC.
///
/// Where local midnight does not exist, this is the instant of the clock change; where it occurred
/// twice, the earlier one. For a date that the zone skipped it is the start of the next date.
///
/// ```
/// use chrono::NaiveDate;
/// use chrono_tz::America::Sao_Paulo;
/// use purchase_etl::values::instant::{format_utc_micros, local_day_start};
///
/// // The clock went from 23:59:59-03:00 to 01:00:00-02:00.
/// let date = NaiveDate::from_ymd_opt(2018, 11, 4).ok_or("not a date")?;
/// let start = local_day_start(date, Sao_Paulo);
/// assert_eq!(format_utc_micros(start), "2018-11-04T03:00:00Z");
/// # Ok::<(), &str>(())
/// ```
pub fn local_day_start(date: NaiveDate, tz: Tz) -> i64 {
    let midnight = date.and_time(chrono::NaiveTime::MIN);
    let local = within_chrono(midnight.and_utc().timestamp_micros());
    if tz == Tz::UTC {
        return local;
    }
    match tz.offset_from_local_datetime(&naive(local)).earliest() {
        Some(offset) => local - i64::from(offset.fix().local_minus_utc()) * MICROS_PER_SECOND,
        None => first_instant_from(local, tz),
    }
}

/// The local date of an instant, clamped to ±250,000 years.
pub fn local_date(micros: i64, tz: Tz) -> NaiveDate {
    let micros = within_chrono(micros);
    if tz == Tz::UTC {
        return date_utc(micros);
    }
    date_utc(micros + offset_at(micros, tz) * MICROS_PER_SECOND)
}

/// The zone's offset at an instant, in seconds east of UTC.
pub(super) fn offset_at(micros: i64, tz: Tz) -> i64 {
    let offset = tz.offset_from_utc_datetime(&naive(within_chrono(micros)));
    i64::from(offset.fix().local_minus_utc())
}

/// The first instant at which the zone's clock shows `local` or later, for a `local` that it skips:
/// the instant of the clock change, found by binary search.
pub(super) fn first_instant_from(local: i64, tz: Tz) -> i64 {
    let local = local.div_euclid(MICROS_PER_SECOND);
    let (mut before, mut from) = (local - BEYOND_ANY_OFFSET, local + BEYOND_ANY_OFFSET);
    while from - before > 1 {
        let middle = before + (from - before) / 2;
        if middle + offset_at(middle * MICROS_PER_SECOND, tz) >= local {
            from = middle;
        } else {
            before = middle;
        }
    }
    from * MICROS_PER_SECOND
}

fn within_chrono(micros: i64) -> i64 {
    micros.clamp(-CHRONO_LIMIT, CHRONO_LIMIT)
}

/// The wall clock of UTC, or of any zone for a count that already includes its offset.
fn naive(micros: i64) -> chrono::NaiveDateTime {
    DateTime::from_timestamp_micros(micros)
        .expect("callers keep within chrono's calendar")
        .naive_utc()
}

#[cfg(test)]
mod tests;
