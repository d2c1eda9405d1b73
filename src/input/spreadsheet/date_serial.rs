//! Dates of xlsx workbooks, which are numbers of days, as local times (ECMA-376 part 1, §18.17.4).

use chrono::{Days, NaiveDate, NaiveDateTime, TimeDelta};

/// Which day the numbers count from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum DateSystem {
    /// Day 1 is 1 January 1900, and day 60 is 29 February 1900, which did not exist.
    #[default]
    From1900,
    /// Day 0 is 1 January 1904.
    From1904,
}

/// What a date format shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct DateFormat {
    pub(super) has_time: bool,
}

const MILLIS_PER_DAY: i64 = 86_400_000;

/// A number of days as ISO 8601, exact to the millisecond and without offset: a time for day 0 of the
/// system of 1900, a date where the format shows no time and the number is whole, else both. `None` for a
/// day that the system does not have.
pub(super) fn iso_date(serial: f64, system: DateSystem, format: DateFormat) -> Option<String> {
    // 31 December 9999 in the system of 1900.
    if !(0.0..2_958_466.0).contains(&serial) {
        return None;
    }
    #[expect(
        clippy::cast_possible_truncation,
        reason = "below 2^48, as tested above"
    )]
    let millis = (serial * 86_400_000.0).round() as i64;
    let (day, of_day) = (millis / MILLIS_PER_DAY, millis % MILLIS_PER_DAY);
    let base = match (system, day) {
        (DateSystem::From1904, _) => NaiveDate::from_ymd_opt(1904, 1, 1)?,
        (DateSystem::From1900, 60) => return None,
        (DateSystem::From1900, 0..60) => NaiveDate::from_ymd_opt(1899, 12, 31)?,
        (DateSystem::From1900, _) => NaiveDate::from_ymd_opt(1899, 12, 30)?,
    };
    let date = base.checked_add_days(Days::new(u64::try_from(day).ok()?))?;
    let instant: NaiveDateTime = date.and_hms_opt(0, 0, 0)? + TimeDelta::milliseconds(of_day);
    let fraction = if of_day % 1000 == 0 { "" } else { "%.3f" };
    Some(if system == DateSystem::From1900 && day == 0 {
        instant.format(&format!("%H:%M:%S{fraction}")).to_string()
    } else if of_day == 0 && !format.has_time {
        instant.format("%Y-%m-%d").to_string()
    } else {
        instant
            .format(&format!("%Y-%m-%dT%H:%M:%S{fraction}"))
            .to_string()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    // Expected values: openpyxl.utils.datetime.from_excel, which implements both systems.
    #[test]
    fn days_are_counted_from_the_first_day_of_the_system() {
        for (serial, system, has_time, expected) in [
            (1.0, DateSystem::From1900, false, Some("1900-01-01")),
            (59.0, DateSystem::From1900, false, Some("1900-02-28")),
            (60.0, DateSystem::From1900, false, None),
            (61.0, DateSystem::From1900, false, Some("1900-03-01")),
            (45_322.0, DateSystem::From1900, false, Some("2024-01-31")),
            (
                45_322.0,
                DateSystem::From1900,
                true,
                Some("2024-01-31T00:00:00"),
            ),
            (
                45_322.5,
                DateSystem::From1900,
                false,
                Some("2024-01-31T12:00:00"),
            ),
            (43_860.0, DateSystem::From1904, false, Some("2024-01-31")),
            (0.0, DateSystem::From1904, false, Some("1904-01-01")),
            (0.25, DateSystem::From1900, true, Some("06:00:00")),
            (
                45_322.999_999_999,
                DateSystem::From1900,
                true,
                Some("2024-02-01T00:00:00"),
            ),
            (
                45_322.417_363_854_17,
                DateSystem::From1900,
                true,
                Some("2024-01-31T10:01:00.237"),
            ),
            (2_958_465.0, DateSystem::From1900, false, Some("9999-12-31")),
            (2_958_466.0, DateSystem::From1900, false, None),
            (-1.0, DateSystem::From1900, false, None),
            (f64::NAN, DateSystem::From1900, false, None),
        ] {
            let read = iso_date(serial, system, DateFormat { has_time });
            assert_eq!(read.as_deref(), expected, "{serial}");
        }
    }
}
