//! The proleptic Gregorian calendar: dates to days and back. What runs for every row is implemented
//! here, for speed; the rest is chrono's.
//!
//! Algorithm: Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms",
//! <https://howardhinnant.github.io/date_algorithms.html>.

use chrono::{DateTime, NaiveDate, SecondsFormat, Utc};

pub(super) const MICROS_PER_SECOND: i64 = 1_000_000;
pub(super) const MICROS_PER_DAY: i64 = 86_400 * MICROS_PER_SECOND;

/// Days from 1970-01-01 to a date; the month must be 1 to 12 and the year at least 0.
pub(super) const fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    // Years start in March here, so that the leap day is the last day of its year.
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

/// The number of days of a month; the month must be 1 to 12.
pub(super) const fn days_in_month(year: i64, month: i64) -> i64 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        _ => 31,
    }
}

/// Days from 1970-01-01 to the UTC date of an instant, as in a `Date32` column.
#[inline]
#[expect(
    clippy::missing_panics_doc,
    reason = "every count of microseconds has a day"
)]
pub fn days_since_epoch(micros: i64) -> i32 {
    i32::try_from(micros.div_euclid(MICROS_PER_DAY))
        .expect("a 64-bit count of microseconds spans fewer than 2^31 days")
}

/// The UTC date of an instant, clamped to the years of chrono (±262,000).
pub fn date_utc(micros: i64) -> NaiveDate {
    let nearest = if micros < 0 {
        NaiveDate::MIN
    } else {
        NaiveDate::MAX
    };
    NaiveDate::from_epoch_days(days_since_epoch(micros)).unwrap_or(nearest)
}

/// An instant as RFC 3339 in UTC: `2024-01-31T10:00:00Z`, with three or six decimals when the
/// instant is not a whole second; clamped to the years of chrono.
pub fn format_utc_micros(micros: i64) -> String {
    let nearest = if micros < 0 {
        DateTime::<Utc>::MIN_UTC
    } else {
        DateTime::<Utc>::MAX_UTC
    };
    DateTime::from_timestamp_micros(micros)
        .unwrap_or(nearest)
        .to_rfc3339_opts(SecondsFormat::AutoSi, true)
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::Datelike;

    #[test]
    fn agrees_with_chrono_on_every_day_of_the_range() {
        let mut date = NaiveDate::from_ymd_opt(1970, 1, 1).unwrap();
        let mut days = 0_i64;
        while date.year() <= 2262 {
            let (year, month, day) = (
                i64::from(date.year()),
                date.month().into(),
                date.day().into(),
            );
            assert_eq!(days_from_civil(year, month, day), days, "{date}");
            assert!(day <= days_in_month(year, month), "{date}");
            assert_eq!(date_utc(days * MICROS_PER_DAY), date);
            assert_eq!(date_utc((days + 1) * MICROS_PER_DAY - 1), date);
            let next = date.succ_opt().unwrap();
            assert_eq!(
                next.month() != date.month(),
                day == days_in_month(year, month),
                "{date}"
            );
            date = next;
            days += 1;
        }
        assert_eq!(days, 107_016);
    }

    #[test]
    fn counts_days_before_the_epoch_downwards() {
        assert_eq!(days_since_epoch(-1), -1);
        assert_eq!(days_since_epoch(0), 0);
        assert_eq!(days_since_epoch(MICROS_PER_DAY - 1), 0);
        assert_eq!(days_since_epoch(MICROS_PER_DAY), 1);
        assert_eq!(days_since_epoch(i64::MAX), 106_751_991);
        assert_eq!(days_since_epoch(i64::MIN), -106_751_992);
        assert_eq!(date_utc(i64::MAX), NaiveDate::MAX);
        assert_eq!(date_utc(i64::MIN), NaiveDate::MIN);
    }

    #[test]
    fn shows_as_many_decimals_as_needed() {
        assert_eq!(format_utc_micros(0), "1970-01-01T00:00:00Z");
        assert_eq!(
            format_utc_micros(1_706_695_200_000_000),
            "2024-01-31T10:00:00Z"
        );
        assert_eq!(
            format_utc_micros(1_706_695_200_120_000),
            "2024-01-31T10:00:00.120Z"
        );
        assert_eq!(
            format_utc_micros(1_706_695_200_000_001),
            "2024-01-31T10:00:00.000001Z"
        );
        assert_eq!(format_utc_micros(-1), "1969-12-31T23:59:59.999999Z");
        assert!(format_utc_micros(i64::MIN).ends_with('Z'));
    }
}
