use super::*;
use crate::values::instant::format_utc_micros;
use chrono::Days;
use chrono_tz::{Africa, America, Asia, Australia, Pacific};
use proptest::prelude::*;

fn date(year: i32, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).unwrap()
}

fn start((year, month, day): (i32, u32, u32), tz: Tz) -> String {
    format_utc_micros(local_day_start(date(year, month, day), tz))
}

#[test]
fn starts_sao_paulo_days_at_the_first_instant_there_is() {
    // Computed with Python's zoneinfo.
    for (day, expected) in [
        ((2018, 11, 3), "2018-11-03T03:00:00Z"),
        ((2018, 11, 4), "2018-11-04T03:00:00Z"),
        ((2018, 11, 5), "2018-11-05T02:00:00Z"),
        ((2019, 2, 16), "2019-02-16T02:00:00Z"),
        ((2019, 2, 17), "2019-02-17T03:00:00Z"),
        ((2019, 2, 18), "2019-02-18T03:00:00Z"),
        ((2024, 1, 31), "2024-01-31T03:00:00Z"),
    ] {
        assert_eq!(start(day, America::Sao_Paulo), expected, "{day:?}");
    }
}

#[test]
fn sao_paulo_days_have_23_24_or_25_hours() {
    let hours = |year, month, day| {
        let date = date(year, month, day);
        let next = date.checked_add_days(Days::new(1)).unwrap();
        let length =
            local_day_start(next, America::Sao_Paulo) - local_day_start(date, America::Sao_Paulo);
        length / 3_600 / MICROS_PER_SECOND
    };
    // The days on which summer time began, each without a midnight.
    for (year, month, day) in [
        (2008, 10, 19),
        (2009, 10, 18),
        (2010, 10, 17),
        (2011, 10, 16),
        (2012, 10, 21),
        (2013, 10, 20),
        (2014, 10, 19),
        (2015, 10, 18),
        (2016, 10, 16),
        (2017, 10, 15),
        (2018, 11, 4),
    ] {
        assert_eq!(hours(year, month, day), 23, "{year}-{month}-{day}");
    }
    // The days on which summer time ended, each with the hour from 23:00 repeated.
    for (year, month, day) in [
        (2009, 2, 14),
        (2010, 2, 20),
        (2011, 2, 19),
        (2012, 2, 25),
        (2013, 2, 16),
        (2014, 2, 15),
        (2015, 2, 21),
        (2016, 2, 20),
        (2017, 2, 18),
        (2018, 2, 17),
        (2019, 2, 16),
    ] {
        assert_eq!(hours(year, month, day), 25, "{year}-{month}-{day}");
    }
    assert_eq!(hours(2019, 11, 3), 24);
}

#[test]
fn starts_the_odd_days_of_other_zones() {
    // Computed with Python's zoneinfo: the first second whose local date is not before the day.
    for (tz, day, expected) in [
        // Midnight twice: the clock went from 00:01 back to 23:01 of the day before.
        (America::St_Johns, (2010, 11, 7), "2010-11-07T02:30:00Z"),
        (America::St_Johns, (2010, 11, 8), "2010-11-08T03:30:00Z"),
        // Midnight twice: from 01:00 back to 00:00.
        (America::Havana, (2024, 11, 3), "2024-11-03T04:00:00Z"),
        // Midnight missing.
        (America::Havana, (2024, 3, 10), "2024-03-10T05:00:00Z"),
        (Asia::Beirut, (2022, 3, 27), "2022-03-26T22:00:00Z"),
        (Africa::Cairo, (2023, 4, 28), "2023-04-27T22:00:00Z"),
        (America::Asuncion, (2023, 10, 1), "2023-10-01T04:00:00Z"),
        // The whole day missing.
        (Pacific::Apia, (2011, 12, 29), "2011-12-29T10:00:00Z"),
        (Pacific::Apia, (2011, 12, 30), "2011-12-30T10:00:00Z"),
        (Pacific::Apia, (2011, 12, 31), "2011-12-30T10:00:00Z"),
        (Pacific::Kwajalein, (1993, 8, 21), "1993-08-21T12:00:00Z"),
        // Changes by day, and offsets that are not whole hours.
        (America::New_York, (2024, 3, 10), "2024-03-10T05:00:00Z"),
        (America::New_York, (2024, 11, 3), "2024-11-03T04:00:00Z"),
        (Australia::Lord_Howe, (2024, 10, 6), "2024-10-05T13:30:00Z"),
        (Asia::Kathmandu, (2024, 1, 1), "2023-12-31T18:15:00Z"),
        (Africa::Monrovia, (1971, 6, 1), "1971-06-01T00:44:30Z"),
        (Tz::UTC, (2024, 2, 29), "2024-02-29T00:00:00Z"),
    ] {
        assert_eq!(start(day, tz), expected, "{tz} {day:?}");
    }
}

#[test]
fn local_dates_change_at_local_midnight() {
    let on = |text: &str, tz| {
        let micros = DateTime::parse_from_rfc3339(text)
            .unwrap()
            .timestamp_micros();
        local_date(micros, tz).to_string()
    };
    assert_eq!(
        on("2018-11-04T02:59:59.999999Z", America::Sao_Paulo),
        "2018-11-03"
    );
    assert_eq!(on("2018-11-04T03:00:00Z", America::Sao_Paulo), "2018-11-04");
    assert_eq!(
        on("2019-02-17T02:59:59.999999Z", America::Sao_Paulo),
        "2019-02-16"
    );
    assert_eq!(on("2019-02-17T03:00:00Z", America::Sao_Paulo), "2019-02-17");
    assert_eq!(
        on("2011-12-30T09:59:59.999999Z", Pacific::Apia),
        "2011-12-29"
    );
    assert_eq!(on("2011-12-30T10:00:00Z", Pacific::Apia), "2011-12-31");
    assert_eq!(on("2024-01-01T00:00:00Z", Tz::UTC), "2024-01-01");
}

#[test]
fn extreme_counts_and_dates_do_not_panic() {
    for tz in [Tz::UTC, America::Sao_Paulo, Pacific::Apia] {
        assert!(local_date(i64::MAX, tz) > local_date(i64::MIN, tz));
        assert!(local_day_start(NaiveDate::MAX, tz) > local_day_start(NaiveDate::MIN, tz));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn no_instant_of_a_day_is_just_before_its_start(
        zone in prop::sample::select(chrono_tz::TZ_VARIANTS.to_vec()),
        day in 0..25_000_i32,
    ) {
        let date = NaiveDate::from_epoch_days(day).unwrap();
        let start = local_day_start(date, zone);
        prop_assert!(local_date(start, zone) >= date);
        prop_assert!(local_date(start - 1, zone) < date);
    }

    #[test]
    fn every_instant_is_at_or_after_the_start_of_its_date(
        zone in prop::sample::select(chrono_tz::TZ_VARIANTS.to_vec()),
        micros in 0..2_000_000_000_000_000_i64,
    ) {
        let date = local_date(micros, zone);
        let expected = DateTime::from_timestamp_micros(micros).unwrap().with_timezone(&zone);
        prop_assert_eq!(date, expected.date_naive());
        prop_assert!(local_day_start(date, zone) <= micros);
    }
}
