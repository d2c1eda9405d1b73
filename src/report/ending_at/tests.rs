//! Values of `ending_at` that are accepted, accepted with a note, and refused.

use super::*;

fn context(timezone: Tz, allow_future: bool) -> EndingAtContext {
    EndingAtContext {
        timezone,
        now: "2024-02-10T15:00:00Z".parse().expect("a time"),
        allow_future,
    }
}

fn ending(text: &str, timezone: Tz) -> (String, String, Vec<EndingAtNote>) {
    let ending = resolve_ending_at(Some(text), &context(timezone, false)).expect("accepted");
    let instant: DateTime<Utc> = DateTime::from_timestamp_micros(ending.micros).expect("a time");
    let instant = instant.format("%Y-%m-%dT%H:%M:%S%.6f").to_string();
    (instant, ending.date.to_string(), ending.notes)
}

fn expect(
    instant: &str,
    date: &str,
    notes: &[EndingAtNote],
) -> (String, String, Vec<EndingAtNote>) {
    (instant.to_owned(), date.to_owned(), notes.to_vec())
}

const SAO_PAULO: Tz = chrono_tz::America::Sao_Paulo;

#[test]
fn an_instant_is_used_unchanged() {
    assert_eq!(
        ending("2024-01-31T22:30:00-03:00", Tz::UTC),
        expect("2024-02-01T01:30:00.000000", "2024-02-01", &[])
    );
    assert_eq!(
        ending("2024-02-01T01:30:00Z", SAO_PAULO),
        expect("2024-02-01T01:30:00.000000", "2024-01-31", &[])
    );
}

#[test]
fn without_an_offset_the_zone_of_the_series_is_meant() {
    assert_eq!(
        ending("2024-01-31T12:00:00", SAO_PAULO),
        expect(
            "2024-01-31T15:00:00.000000",
            "2024-01-31",
            &[EndingAtNote::NoOffset]
        )
    );
}

#[test]
fn the_one_digit_offset_of_the_published_example_is_read_with_a_note() {
    assert_eq!(
        ending("2018-06-28T23:59:59-5:00", Tz::UTC),
        expect(
            "2018-06-29T04:59:59.000000",
            "2018-06-29",
            &[EndingAtNote::Form]
        )
    );
}

#[test]
fn every_form_of_iso_8601_is_read() {
    // Expected values from Python's fromisoformat; those of hour 24 and of the missing plus by
    // hand.
    for line in [
        "20240131T223000-0300 2024-02-01T01:30:00.000000 2024-02-01",
        "2024-031T22:30:00Z 2024-01-31T22:30:00.000000 2024-01-31",
        "2024-W05-3T22Z 2024-01-31T22:00:00.000000 2024-01-31",
        "2024-01-31T24:00:00Z 2024-02-01T00:00:00.000000 2024-02-01",
        "2024-01-31T10:00:00_03:00 2024-01-31T07:00:00.000000 2024-01-31",
    ] {
        let cells: Vec<&str> = line.split(' ').collect();
        let expected = expect(cells[1], cells[2], &[EndingAtNote::Form]);
        assert_eq!(
            ending(&cells[0].replace('_', " "), Tz::UTC),
            expected,
            "{line}"
        );
    }
    let last = |notes: &[EndingAtNote]| expect("2024-01-31T23:59:59.999999", "2024-01-31", notes);
    assert_eq!(ending("2024-01-31T23:59:59.9999999Z", Tz::UTC), last(&[]));
    for date in ["2024-W05-3", "2024-031"] {
        assert_eq!(
            ending(date, Tz::UTC),
            last(&[EndingAtNote::DateOnly]),
            "{date}"
        );
    }
    assert_eq!(
        ending("2011-364", chrono_tz::Pacific::Apia),
        expect(
            "2011-12-30T09:59:59.999999",
            "2011-12-30",
            &[EndingAtNote::DateOnly]
        )
    );
}

#[test]
fn a_bare_date_is_the_end_of_that_local_day() {
    assert_eq!(
        ending("2024-01-31", SAO_PAULO),
        expect(
            "2024-02-01T02:59:59.999999",
            "2024-01-31",
            &[EndingAtNote::DateOnly]
        )
    );
    // The 25-hour day ends with its second 23:59.
    assert_eq!(
        ending("2019-02-16", SAO_PAULO),
        expect(
            "2019-02-17T02:59:59.999999",
            "2019-02-16",
            &[EndingAtNote::DateOnly]
        )
    );
    // The zone skipped this date; its row exists and is empty.
    assert_eq!(
        ending("2011-12-30", chrono_tz::Pacific::Apia),
        expect(
            "2011-12-30T09:59:59.999999",
            "2011-12-30",
            &[EndingAtNote::DateOnly]
        )
    );
}

#[test]
fn today_as_a_bare_date_is_the_run_time() {
    assert_eq!(
        ending("2024-02-10", Tz::UTC),
        expect(
            "2024-02-10T15:00:00.000000",
            "2024-02-10",
            &[EndingAtNote::Today]
        )
    );
    // 15:00 UTC is already the next day in that zone.
    assert_eq!(
        ending("2024-02-11", chrono_tz::Pacific::Kiritimati),
        expect(
            "2024-02-10T15:00:00.000000",
            "2024-02-11",
            &[EndingAtNote::Today]
        )
    );
}

#[test]
fn the_future_must_be_allowed() {
    for text in ["2024-02-10T15:00:00.000001Z", "2024-02-11", "2100-01-01"] {
        let error = resolve_ending_at(Some(text), &context(Tz::UTC, false)).expect_err("future");
        assert_eq!(error.rule, RuleId::ParEnding, "{text}");
        assert!(error.sentence.contains("future"), "{}", error.sentence);
        assert!(
            resolve_ending_at(Some(text), &context(Tz::UTC, true)).is_ok(),
            "{text}"
        );
    }
    let now = resolve_ending_at(Some("2024-02-10T15:00:00Z"), &context(Tz::UTC, false));
    assert!(now.is_ok(), "the run time itself is not the future");
}

#[test]
fn what_is_not_iso_8601_or_out_of_range_is_refused() {
    for text in [
        "",
        "31/01/2024",
        "2024-02-30",
        "2024-1-31",
        "yesterday",
        "1706745600",
        "20240131",
        "2024031",
        "1969-12-31",
        "2262-01-01",
    ] {
        let error = resolve_ending_at(Some(text), &context(Tz::UTC, true)).expect_err("no date");
        assert_eq!(
            (error.rule, error.parameter),
            (RuleId::ParEnding, "ending_at"),
            "{text}"
        );
    }
}
