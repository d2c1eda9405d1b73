//! The UTC date of an instant, and its text.

use chrono::{DateTime, NaiveDate, SecondsFormat, Utc};

pub(super) const MICROS_PER_SECOND: i64 = 1_000_000;
pub(super) const MICROS_PER_DAY: i64 = 86_400 * MICROS_PER_SECOND;

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

/// An instant in UTC, clamped to the years of chrono.
pub(super) fn utc_time(micros: i64) -> DateTime<Utc> {
    let nearest = if micros < 0 {
        DateTime::<Utc>::MIN_UTC
    } else {
        DateTime::<Utc>::MAX_UTC
    };
    DateTime::from_timestamp_micros(micros).unwrap_or(nearest)
}

/// An instant as RFC 3339 in UTC: `2024-01-31T10:00:00Z`, with three or six decimals when the
/// instant is not a whole second; clamped to the years of chrono.
pub fn format_utc_micros(micros: i64) -> String {
    utc_time(micros).to_rfc3339_opts(SecondsFormat::AutoSi, true)
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::Datelike;

    #[test]
    fn every_day_of_the_range_begins_and_ends_at_its_instants() {
        let first = NaiveDate::from_ymd_opt(1970, 1, 1).unwrap();
        let days = first.iter_days().take_while(|date| date.year() <= 2262);
        for (number, date) in (0_i64..).zip(days.clone()) {
            assert_eq!(date_utc(number * MICROS_PER_DAY), date);
            assert_eq!(date_utc((number + 1) * MICROS_PER_DAY - 1), date);
        }
        assert_eq!(days.count(), 107_016);
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
