use super::*;
use crate::values::instant::format_utc_micros;
use chrono::{FixedOffset, SecondsFormat};
use chrono_tz::{Africa, America, Asia, Australia, Pacific};
use proptest::prelude::*;

/// Checks a table with one case per line: `text | instant in UTC | minutes of offset | notes`.
#[track_caller]
pub(super) fn accepts(default_tz: Tz, table: &str) {
    for line in table.lines().filter(|line| !line.trim().is_empty()) {
        let cells: Vec<&str> = line.split('|').map(str::trim).collect();
        let parsed = match parse_instant(cells[0], default_tz) {
            Ok(parsed) => parsed,
            Err(error) => panic!("{line}: {error}"),
        };
        let minutes = cells[2].parse().unwrap();
        assert_eq!(
            format_utc_micros(parsed.instant.micros_utc),
            cells[1],
            "{line}"
        );
        assert_eq!(parsed.instant.offset_minutes, Some(minutes), "{line}");
        assert_eq!(names(parsed.notes), cells[3], "{line}");
        assert_eq!(parsed.notes.any(), !cells[3].is_empty(), "{line}");
    }
}

/// Expects an error for every line; a line is the verbatim text.
#[track_caller]
pub(super) fn refuses(error: InstantError, lines: &str) {
    for default_tz in [Tz::UTC, America::Sao_Paulo] {
        for text in lines.lines() {
            assert_eq!(parse_instant(text, default_tz), Err(error), "{text:?}");
        }
    }
}

fn names(notes: InstantNotes) -> String {
    let names = [
        (notes.no_offset, "no_offset"),
        (notes.offset_form, "offset_form"),
        (notes.space_separator, "space_separator"),
        (notes.date_only, "date_only"),
        (notes.gap, "gap"),
        (notes.fold, "fold"),
        (notes.leap_second, "leap_second"),
        (notes.colon_millis, "colon_millis"),
        (notes.other_form, "other_form"),
        (notes.cut, "cut"),
    ];
    let set = names.iter().filter(|(is_set, _)| *is_set);
    set.map(|(_, name)| *name).collect::<Vec<_>>().join(" ")
}

#[test]
fn reads_every_accepted_form() {
    accepts(
        Tz::UTC,
        "
        2013-07-16T19:20:30+01:00       | 2013-07-16T18:20:30Z        |   60 |
        2024-01-31T10:00:00Z            | 2024-01-31T10:00:00Z        |    0 |
        2024-01-31t10:00:00z            | 2024-01-31T10:00:00Z        |    0 |
        2025-07-14T13:31:26.000000Z     | 2025-07-14T13:31:26Z        |    0 |
        2024-01-31T10:00:00.5Z          | 2024-01-31T10:00:00.500Z    |    0 |
        2024-01-31T10:00:00.000001Z     | 2024-01-31T10:00:00.000001Z |    0 |
        2024-01-31T10:00:00.123456000Z  | 2024-01-31T10:00:00.123456Z |    0 |
        2024-01-31T10:00:00-00:00       | 2024-01-31T10:00:00Z        |    0 |
        2024-02-29T23:59:59+05:45       | 2024-02-29T18:14:59Z        |  345 |
        2018-11-05T00:00-02:00          | 2018-11-05T02:00:00Z        | -120 |
        2024-01-31T10:00Z               | 2024-01-31T10:00:00Z        |    0 |
        2018-06-28T23:59:59-5:00        | 2018-06-29T04:59:59Z        | -300 | offset_form
        2024-01-31T10:00:00-0300        | 2024-01-31T13:00:00Z        | -180 | offset_form
        2024-01-31T10:00:00+0530        | 2024-01-31T04:30:00Z        |  330 | offset_form
        2024-01-31T10:00:00+03          | 2024-01-31T07:00:00Z        |  180 | offset_form
        2024-01-31 10:00:00Z            | 2024-01-31T10:00:00Z        |    0 | space_separator
        2020-01-01T09:00:00:123-0300    | 2020-01-01T12:00:00.123Z    | -180 | colon_millis
        2020-01-01T09:00:00:123Z        | 2020-01-01T09:00:00.123Z    |    0 | colon_millis
        2024-04-02T14:34:08             | 2024-04-02T14:34:08Z        |    0 | no_offset
        2024-04-02T14:34:08.25          | 2024-04-02T14:34:08.250Z    |    0 | no_offset
        2024-01-31 10:00                | 2024-01-31T10:00:00Z        |    0 | no_offset space_separator
        2024-01-31                      | 2024-01-31T00:00:00Z        |    0 | date_only
        2016-12-31T23:59:60Z            | 2016-12-31T23:59:59Z        |    0 | leap_second
        2016-12-31T23:59:60.25Z         | 2016-12-31T23:59:59.250Z    |    0 | leap_second
        2016-12-31 20:59:60:007-3:00    | 2016-12-31T23:59:59.007Z    | -180 | offset_form space_separator leap_second colon_millis
        ",
    );
}

#[test]
fn offsets_end_at_eighteen_hours() {
    accepts(
        Tz::UTC,
        "
        2024-01-31T10:00:00+18:00 | 2024-01-30T16:00:00Z |  1080 |
        2024-01-31T10:00:00-18:00 | 2024-02-01T04:00:00Z | -1080 |
        ",
    );
    let refused = "\
2024-01-31T10:00:00+18:01
2024-01-31T10:00:00-18:01
2024-01-31T10:00:00+19:00
2024-01-31T10:00:00-19:00
2024-01-31T10:00:00+1900
2024-01-31T10:00:00-19
2024-01-31T10:00:00+99:59
2024-01-31T10:00:00+10:60";
    refuses(InstantError::Format, refused);
}

#[test]
fn refuses_other_date_forms() {
    let refused = "
2024
2024-01
2024-1-31
24-01-31
12024-01-31
+2024-01-31
-2024-01-31
20240131
2024031
2024W05
2024-W05
2024/01/31
31/01/2024
2024-01-31Z
2024-01-31-03:00
\u{20}2024-01-31
2024-01-31\u{20}
2024-01-31T
1706695200
２024-01-31
not a date";
    refuses(InstantError::Format, refused);
}

#[test]
fn refuses_other_time_and_offset_forms() {
    let refused = "\
2024-01-31T1
2024-01-31T1Z
2024-01-31T1:00:00Z
2024-01-31T10:0:00Z
2024-01-31T10:00:0Z
2024-01-31T10:00:
2024-01-31T10:00:00.
2024-01-31T10:00:00.Z
2024-01-31T10:00:00,Z
2024-01-31T10:00,5Z
2024-01-31T10:00.5Z
2024-01-31T10:00:00:12Z
2024-01-31T10:00:00:1234Z
2024-01-31T10:00:00:123.4Z
2024-01-31  10:00:00Z
2024-01-31_10:00:00Z
2024-01-31T24:00:01Z
2024-01-31T24:01:00Z
2024-01-31T24:00:00.000001Z
2024-01-31T24:00:00.0000001Z
2024-01-31T25:00:00Z
2024-01-31T23:60:00Z
2024-01-31T23:59:61Z
2024-01-31T10:00:00-
2024-01-31T10:00:00-3
2024-01-31T10:00:00-300
2024-01-31T10:00:00-03:0
2024-01-31T10:00:00-aa:00
2024-01-31T10:00:00-03:00Z
2024-01-31T10:00:00\u{2212}03:00
2024-01-31T10:00:00 Z
2024-01-31T10:00:00  -03:00
2024-01-31T10:00:00 -3
2024-01-31T10:00:00 3
2024-01-31T10:00:00 03
2024-01-31T10:00:00 19:00
2024-01-31T10:00:00 UTC
2024-01-31T10:00:00[UTC]
2024-01-31T10:00:00Z\u{20}";
    refuses(InstantError::Format, refused);
}

#[test]
fn refuses_dates_that_do_not_exist() {
    accepts(Tz::UTC, "2000-02-29 | 2000-02-29T00:00:00Z | 0 | date_only");
    let refused = "\
2024-13-01
2024-00-01
2024-01-00
2024-01-32
2024-04-31
2024-02-30
2023-02-29
2100-02-29
2023-02-29T10:00:00Z";
    refuses(InstantError::Format, refused);
}

#[test]
fn a_calendar_date_is_ten_characters_and_a_day_that_exists() {
    for text in ["0001-01-01", "2024-02-29", "2025-01-14", "9999-12-31"] {
        assert_eq!(parse_date(text).unwrap().to_string(), text);
    }
    for text in [
        "",
        "0000-12-31",
        "2025-02-29",
        "2025-13-01",
        "2025-1-14",
        "2025-01-14T00:00:00Z",
        "14/01/2025",
        " 2025-01-14",
        "2025-01-14 ",
        "+2025-01-14",
        "-001-01-01",
        "20250114",
    ] {
        assert_eq!(parse_date(text), None, "{text:?}");
    }
}

#[test]
fn every_day_of_four_centuries_is_read_in_all_forms_and_no_other_day() {
    let first = NaiveDate::from_ymd_opt(1900, 1, 1).unwrap();
    for date in first.iter_days().take(146_097) {
        for form in ["%Y-%m-%d", "%Y-%j", "%G-W%V-%u"] {
            let text = date.format(form).to_string();
            assert_eq!(parse_any_date(&text), Some(date), "{text}");
        }
        let next = date.succ_opt().unwrap();
        if next.month() != date.month() {
            let text = format!("{}-{:02}", date.format("%Y-%m"), date.day() + 1);
            assert_eq!(parse_any_date(&text), None, "{text}");
        }
    }
}

#[test]
fn refuses_instants_outside_1970_to_2261() {
    accepts(
        America::Sao_Paulo,
        "
        1970-01-01T00:00:00Z        | 1970-01-01T00:00:00Z        |    0 |
        1969-12-31T23:00:00-03:00   | 1970-01-01T02:00:00Z        | -180 |
        1969-12-31T23:00:00         | 1970-01-01T02:00:00Z        | -180 | no_offset
        2261-12-31T23:59:59.999999Z | 2261-12-31T23:59:59.999999Z |    0 |
        2262-01-01T00:00:00+01:00   | 2261-12-31T23:00:00Z        |   60 |
        ",
    );
    let refused = "\
1969-12-31T23:59:59.999999Z
1970-01-01T00:00:00+00:01
2262-01-01T00:00:00Z
2261-12-31T23:59:59-00:01
0000-01-01T00:00:00Z
0000-01-01T00:00:00
0001-01-01
1900-02-28
9999-12-31T23:59:59Z
9999-12-31T23:59:59";
    refuses(InstantError::Range, refused);
}

// The instants of the next two tests are from Python's zoneinfo with fold=0.

#[test]
fn moves_a_skipped_local_time_forward() {
    accepts(
        America::Sao_Paulo,
        "
        2018-11-03T23:59:59   | 2018-11-04T02:59:59Z     | -180 | no_offset
        2018-11-04T00:00:00   | 2018-11-04T03:00:00Z     | -120 | no_offset gap
        2018-11-04T00:30:00.5 | 2018-11-04T03:30:00.500Z | -120 | no_offset gap
        2018-11-04T00:59:59   | 2018-11-04T03:59:59Z     | -120 | no_offset gap
        2018-11-04T01:00:00   | 2018-11-04T03:00:00Z     | -120 | no_offset
        ",
    );
    let new_york = "2024-03-10T02:30:00 | 2024-03-10T07:30:00Z | -240 | no_offset gap";
    accepts(America::New_York, new_york);
    let lord_howe = "2024-10-06T02:15:00 | 2024-10-05T15:45:00Z | 660 | no_offset gap";
    accepts(Australia::Lord_Howe, lord_howe);
    let apia = "2011-12-30T12:00:00 | 2011-12-30T22:00:00Z | 840 | no_offset gap";
    accepts(Pacific::Apia, apia);
}

#[test]
fn takes_the_earlier_of_a_repeated_local_time() {
    accepts(
        America::Sao_Paulo,
        "
        2019-02-16T22:59:59 | 2019-02-17T00:59:59Z | -120 | no_offset
        2019-02-16T23:00:00 | 2019-02-17T01:00:00Z | -120 | no_offset fold
        2019-02-16T23:15:00 | 2019-02-17T01:15:00Z | -120 | no_offset fold
        2019-02-16T23:59:59 | 2019-02-17T01:59:59Z | -120 | no_offset fold
        2019-02-17T00:00:00 | 2019-02-17T03:00:00Z | -180 | no_offset
        ",
    );
    let new_york = "2024-11-03T01:30:00 | 2024-11-03T05:30:00Z | -240 | no_offset fold";
    accepts(America::New_York, new_york);
}

#[test]
fn an_explicit_offset_resolves_gap_and_fold() {
    accepts(
        America::Sao_Paulo,
        "
        2019-02-16T23:15:00-02:00 | 2019-02-17T01:15:00Z | -120 |
        2019-02-16T23:15:00-03:00 | 2019-02-17T02:15:00Z | -180 |
        2018-11-04T00:30:00-03:00 | 2018-11-04T03:30:00Z | -180 |
        ",
    );
}

#[test]
fn a_date_alone_starts_in_the_default_zone() {
    accepts(
        America::Sao_Paulo,
        "
        2018-11-04 | 2018-11-04T03:00:00Z | -120 | date_only
        2019-02-17 | 2019-02-17T03:00:00Z | -180 | date_only
        ",
    );
    accepts(
        Asia::Kathmandu,
        "2024-01-31 | 2024-01-30T18:15:00Z | 345 | date_only",
    );
}

#[test]
fn an_offset_with_seconds_is_exact_in_the_instant_and_rounded_down_beside_it() {
    let monrovia = "1971-06-01T00:00:00 | 1971-06-01T00:44:30Z | -45 | no_offset";
    accepts(Africa::Monrovia, monrovia);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn agrees_with_chrono_on_rfc_3339(
        micros in 0..END,
        minutes in -1_080..=1_080_i32,
        format in prop::sample::select(vec![
            SecondsFormat::Secs, SecondsFormat::Millis, SecondsFormat::Micros,
        ]),
        zulu: bool,
    ) {
        let offset = FixedOffset::east_opt(minutes * 60).unwrap();
        let moment = DateTime::from_timestamp_micros(micros).unwrap().with_timezone(&offset);
        let text = moment.to_rfc3339_opts(format, zulu);
        let expected = DateTime::parse_from_rfc3339(&text).unwrap().timestamp_micros();
        let parsed = parse_instant(&text, Tz::UTC).unwrap();
        prop_assert_eq!(parsed.instant.micros_utc, expected);
        prop_assert_eq!(parsed.instant.offset_minutes.map(i32::from), Some(minutes));
        prop_assert!(!parsed.notes.any());
    }

    #[test]
    fn formatted_instants_read_back(micros in 0..END) {
        let parsed = parse_instant(&format_utc_micros(micros), Tz::UTC).unwrap();
        prop_assert_eq!(parsed.instant.micros_utc, micros);
    }

    #[test]
    fn local_times_agree_with_chrono(
        zone in prop::sample::select(chrono_tz::TZ_VARIANTS.to_vec()),
        seconds in 200_000_000..2_000_000_000_i64,
    ) {
        let naive = DateTime::from_timestamp(seconds, 0).unwrap().naive_utc();
        let parsed = parse_instant(&naive.format("%Y-%m-%dT%H:%M:%S").to_string(), zone).unwrap();
        let found = zone.from_local_datetime(&naive);
        prop_assert_eq!(parsed.notes.gap, found.earliest().is_none());
        prop_assert_eq!(parsed.notes.fold, found.earliest() != found.latest());
        if let Some(earliest) = found.earliest() {
            prop_assert_eq!(parsed.instant.micros_utc, earliest.timestamp_micros());
        }
    }

    #[test]
    fn never_panics(text in "\\PC{0,40}|[-+0-9:TZ .]{0,40}") {
        let _outcome = parse_instant(&text, America::Sao_Paulo);
    }
}

/// 2262-01-01T00:00:00Z, from Python's datetime.
const END: i64 = 9_214_646_400_000_000;
