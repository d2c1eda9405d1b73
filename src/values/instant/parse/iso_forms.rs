//! Forms of ISO 8601 that RFC 3339 does not have, and forms that programs write. The expected instants
//! are from `fromisoformat` of Python 3.11; those of hour 24 and of a space in the offset, which it
//! does not support, are computed by hand.

use super::tests::{accepts, refuses};
use super::*;
use chrono_tz::America;
use proptest::prelude::*;

#[test]
fn the_basic_format_is_read_where_it_is_not_digits_alone() {
    accepts(
        Tz::UTC,
        "
        20240506T070809Z        | 2024-05-06T07:08:09Z     |    0 | other_form
        20240506t070809z        | 2024-05-06T07:08:09Z     |    0 | other_form
        20240506T0708+0530      | 2024-05-06T01:38:00Z     |  330 | other_form
        20240506T070809,5-0300  | 2024-05-06T10:08:09.500Z | -180 | other_form
        20240506T07Z            | 2024-05-06T07:00:00Z     |    0 | other_form
        20240506T070809         | 2024-05-06T07:08:09Z     |    0 | no_offset other_form
        20240506 070809Z        | 2024-05-06T07:08:09Z     |    0 | space_separator other_form
        20161231T235960Z        | 2016-12-31T23:59:59Z     |    0 | leap_second other_form
        ",
    );
    let refused = "\
20240506
2024050
20240506070809
20240506T07080
20240506T0708099Z
20240506T07:0809Z
20240506T07:08:09:12Z
2024056T070809:123Z
20241306T070809Z
20230229T070809Z
202405061T070809Z";
    refuses(InstantError::Format, refused);
}

#[test]
fn ordinal_and_week_dates_are_days_of_the_calendar() {
    accepts(
        Tz::UTC,
        "
        2024-127T07:08:09Z   | 2024-05-06T07:08:09Z | 0 | other_form
        2024127T070809Z      | 2024-05-06T07:08:09Z | 0 | other_form
        2024-001T00:00Z      | 2024-01-01T00:00:00Z | 0 | other_form
        2024-366T00:00Z      | 2024-12-31T00:00:00Z | 0 | other_form
        2023-365T00:00Z      | 2023-12-31T00:00:00Z | 0 | other_form
        2024-127             | 2024-05-06T00:00:00Z | 0 | date_only other_form
        2024-W19-1T07:08:09Z | 2024-05-06T07:08:09Z | 0 | other_form
        2024W191T070809Z     | 2024-05-06T07:08:09Z | 0 | other_form
        2024-W01-1T00:00Z    | 2024-01-01T00:00:00Z | 0 | other_form
        2020-W53-7T00:00Z    | 2021-01-03T00:00:00Z | 0 | other_form
        2015-W01-1T00:00Z    | 2014-12-29T00:00:00Z | 0 | other_form
        2026-W53-5T00:00Z    | 2027-01-01T00:00:00Z | 0 | other_form
        2024-W19-1           | 2024-05-06T00:00:00Z | 0 | date_only other_form
        2024W191             | 2024-05-06T00:00:00Z | 0 | date_only other_form
        ",
    );
    let refused = "\
2023-366
2024-367
2024-000
2024-1270
2021-W53-1
2024-W00-1
2024-W54-1
2024-W19-0
2024-W19-8
2024-W191
2024W19-1
2024-w19-1
2024-W19-1Z";
    refuses(InstantError::Format, refused);
    let sao_paulo = "2018-308 | 2018-11-04T03:00:00Z | -120 | date_only other_form";
    accepts(America::Sao_Paulo, sao_paulo);
}

#[test]
fn hour_24_is_the_first_instant_of_the_next_day() {
    accepts(
        Tz::UTC,
        "
        2024-05-06T24:00:00Z      | 2024-05-07T00:00:00Z |    0 | other_form
        2024-12-31T24:00Z         | 2025-01-01T00:00:00Z |    0 | other_form
        2024-05-06T24:00:00.000Z  | 2024-05-07T00:00:00Z |    0 | other_form
        20240506T240000-0300      | 2024-05-07T03:00:00Z | -180 | other_form
        ",
    );
    let sao_paulo = "2018-11-03T24:00:00 | 2018-11-04T03:00:00Z | -120 | no_offset gap other_form";
    accepts(America::Sao_Paulo, sao_paulo);
}

#[test]
fn a_time_to_the_hour_and_a_decimal_comma_are_read() {
    accepts(
        Tz::UTC,
        "
        2024-05-06T07Z                   | 2024-05-06T07:00:00Z        |    0 | other_form
        2024-05-06T07-03:00              | 2024-05-06T10:00:00Z        | -180 | other_form
        2024-05-06T07-03                 | 2024-05-06T10:00:00Z        | -180 | offset_form other_form
        2024-05-06T07                    | 2024-05-06T07:00:00Z        |    0 | no_offset other_form
        2024-05-06T07:08:09,5Z           | 2024-05-06T07:08:09.500Z    |    0 | other_form
        2024-05-06T07:08:09,123456+01:00 | 2024-05-06T06:08:09.123456Z |   60 | other_form
        ",
    );
}

#[test]
fn an_offset_may_follow_a_space_or_lack_its_plus_sign() {
    accepts(
        Tz::UTC,
        "
        2024-05-06 07:08:09.123 +0000 | 2024-05-06T07:08:09.123Z |    0 | offset_form space_separator
        2024-05-06 07:08:09.123 -0300 | 2024-05-06T10:08:09.123Z | -180 | offset_form space_separator
        2024-05-06T07:08:09 -03:00    | 2024-05-06T10:08:09Z     | -180 | offset_form
        2024-05-06T07:08:09 03:00     | 2024-05-06T04:08:09Z     |  180 | offset_form
        2024-05-06T07:08:09 0530      | 2024-05-06T01:38:09Z     |  330 | offset_form
        2024-05-06T07:08:09.5 01:00   | 2024-05-06T06:08:09.500Z |   60 | offset_form
        20240506T070809 0300          | 2024-05-06T04:08:09Z     |  180 | offset_form other_form
        ",
    );
}

#[test]
fn decimals_beyond_microseconds_are_cut_and_not_rounded() {
    accepts(
        Tz::UTC,
        "
        2024-05-06T07:08:09.1234567Z         | 2024-05-06T07:08:09.123456Z |   0 | cut
        2024-05-06T07:08:09.123456789+02:00  | 2024-05-06T05:08:09.123456Z | 120 | cut
        2024-05-06T07:08:09.99999999Z        | 2024-05-06T07:08:09.999999Z |   0 | cut
        2024-05-06T07:08:09.0000001Z         | 2024-05-06T07:08:09Z        |   0 | cut
        2024-05-06T07:08:09.1234560000Z      | 2024-05-06T07:08:09.123456Z |   0 |
        20240506T070809,1234567Z             | 2024-05-06T07:08:09.123456Z |   0 | other_form cut
        2261-12-31T23:59:59.999999999Z       | 2261-12-31T23:59:59.999999Z |   0 | cut
        ",
    );
    let long = format!("2024-05-06T07:08:09.{}Z", "9".repeat(10_000));
    assert!(parse_instant(&long, Tz::UTC).is_ok_and(|parsed| parsed.notes.cut));
}

#[test]
fn a_date_alone_is_read_in_every_form_but_digits_alone() {
    for text in ["2024-05-06", "2024-127", "2024-W19-1", "2024W191"] {
        let date = parse_any_date(text).map(|date| date.to_string());
        assert_eq!(date.as_deref(), Some("2024-05-06"), "{text}");
    }
    for text in [
        "20240506",
        "2024127",
        "2024",
        "2024-05",
        "2024-W19",
        "2024-W19-1T07Z",
        "",
    ] {
        assert_eq!(parse_any_date(text), None, "{text}");
    }
}

/// Days from 1970 to 1 January 2262, the first day outside the range of instants (Python's
/// `datetime.date(2262, 1, 1) - datetime.date(1970, 1, 1)`).
const FIRST_BEYOND: i64 = 106_651;

proptest! {
    #[test]
    fn every_day_has_one_ordinal_and_one_week_date(days in 0..FIRST_BEYOND) {
        let date = NaiveDate::from_epoch_days(i32::try_from(days).unwrap()).unwrap();
        for form in ["%Y-%m-%d", "%Y-%j", "%G-W%V-%u", "%GW%V%u"] {
            let text = date.format(form).to_string();
            prop_assert_eq!(parse_any_date(&text), Some(date), "{}", text);
        }
        for form in ["%Y%m%dT000000Z", "%Y%jT00Z", "%GW%V%uT0000Z"] {
            let text = date.format(form).to_string();
            let parsed = parse_instant(&text, Tz::UTC).unwrap();
            prop_assert_eq!(parsed.instant.micros_utc, days * MICROS_PER_DAY, "{}", text);
        }
    }
}
