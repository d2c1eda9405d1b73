//! Rows and ticks in zones with irregular days.

use super::*;

fn spec(timezone: Tz, unit: SeriesUnit, length: u8, ending_at: &str) -> WindowSpec {
    let ending: DateTime<Utc> = ending_at.parse().expect("a time");
    WindowSpec {
        timezone,
        unit,
        hour_length: HourLength::Days,
        length,
        last_date: ending.with_timezone(&timezone).date_naive(),
        ending_at_micros: ending.timestamp_micros(),
    }
}

#[test]
fn whole_hour_zones_need_ticks_of_a_day_or_an_hour() {
    let day = Window::new(&spec(Tz::UTC, SeriesUnit::Day, 100, "2024-01-31T12:00:00Z"));
    assert_eq!((day.rows().len(), day.tick_micros()), (100, DAY_MICROS));
    let ending = "2018-11-05T12:00:00Z";
    let day = Window::new(&spec(
        chrono_tz::America::Sao_Paulo,
        SeriesUnit::Day,
        100,
        ending,
    ));
    assert_eq!(
        (day.rows().len(), day.tick_micros()),
        (100, HOUR_SECONDS * SECOND_MICROS)
    );
}

#[test]
fn one_row_is_one_tick() {
    let window = Window::new(&spec(Tz::UTC, SeriesUnit::Day, 1, "2024-01-31T00:00:00Z"));
    assert_eq!((window.tick_micros(), window.row_of_tick(0)), (1, Some(0)));
    assert_eq!(window.row_of_tick(1), None);
}

#[test]
fn only_a_date_that_is_wholly_inside_one_row_needs_no_times() {
    let date = |text: &str| text.parse::<NaiveDate>().expect("a date");
    let utc = Window::new(&spec(
        Tz::UTC,
        SeriesUnit::Day,
        3,
        "2024-01-31T23:59:59.999998Z",
    ));
    let row = |window: &Window, text| {
        let tick = window.tick_of_whole_date(date(text))?;
        window.row_of_tick(tick)
    };
    assert_eq!(row(&utc, "2024-01-28"), None);
    assert_eq!(row(&utc, "2024-01-29"), Some(0));
    assert_eq!(row(&utc, "2024-01-30"), Some(1));
    // One microsecond of it is after the end.
    assert_eq!(row(&utc, "2024-01-31"), None);
    let full = Window::new(&spec(
        Tz::UTC,
        SeriesUnit::Day,
        3,
        "2024-01-31T23:59:59.999999Z",
    ));
    assert_eq!(row(&full, "2024-01-31"), Some(2));
    let india = Window::new(&spec(
        chrono_tz::Asia::Kolkata,
        SeriesUnit::Day,
        3,
        "2024-01-31T12:00:00Z",
    ));
    assert_eq!(row(&india, "2024-01-30"), None);
    let hours = Window::new(&spec(Tz::UTC, SeriesUnit::Hour, 3, "2024-01-31T12:00:00Z"));
    assert_eq!(row(&hours, "2024-01-30"), None);
}

#[test]
fn the_half_hour_that_clocks_skip_shortens_the_last_hour_of_the_day() {
    let zone = chrono_tz::Australia::Lord_Howe;
    let mut day = spec(zone, SeriesUnit::Hour, 1, "2023-10-01T12:59:59Z");
    let window = Window::new(&day);
    assert_eq!(window.rows().len(), 24);
    assert_eq!(window.rows()[0], "2023-10-01T00:00:00+10:30");
    assert_eq!(window.rows()[2], "2023-10-01T02:30:00+11:00");
    assert_eq!(window.rows()[23], "2023-10-01T23:30:00+11:00");
    day.length = 2;
    assert_eq!(Window::new(&day).rows().len(), 48);
}

#[test]
fn a_skipped_date_keeps_its_row_and_has_no_instant() {
    let mut apia = spec(
        chrono_tz::Pacific::Apia,
        SeriesUnit::Day,
        3,
        "2011-12-31T00:00:00Z",
    );
    let window = Window::new(&apia);
    assert_eq!(window.rows(), ["2011-12-29", "2011-12-30", "2011-12-31"]);
    assert_eq!(window.row_of_tick(0), Some(0));
    assert_eq!(window.row_of_tick(1), Some(2));

    apia.length = 1;
    apia.last_date = "2011-12-30".parse().expect("a date");
    apia.ending_at_micros = "2011-12-30T09:59:59.999999Z"
        .parse::<DateTime<Utc>>()
        .expect("a time")
        .timestamp_micros();
    let window = Window::new(&apia);
    assert_eq!(window.rows(), ["2011-12-30"]);
    assert!(window.micros().is_empty());
    assert_eq!(window.row_of_tick(0), None);
}

#[test]
fn an_hour_series_by_rows_has_exactly_as_many_across_a_skipped_date() {
    let mut apia = spec(
        chrono_tz::Pacific::Apia,
        SeriesUnit::Hour,
        100,
        "2011-12-30T11:30:00Z",
    );
    apia.hour_length = HourLength::Units;
    let window = Window::new(&apia);
    assert_eq!(window.rows().len(), 100);
    assert_eq!(window.rows()[97], "2011-12-29T23:00:00-10:00");
    assert_eq!(
        window.rows()[98..],
        ["2011-12-31T00:00:00+14:00", "2011-12-31T01:00:00+14:00"]
    );
}

#[test]
fn utc_is_written_z_under_all_its_names_and_london_is_not() {
    let first = |zone: Tz| {
        let window = Window::new(&spec(zone, SeriesUnit::Hour, 1, "2024-01-31T00:30:00Z"));
        window.rows()[0].clone()
    };
    assert_eq!(first(Tz::UTC), "2024-01-31T00:00:00Z");
    assert_eq!(first(chrono_tz::Etc::UTC), "2024-01-31T00:00:00Z");
    assert_eq!(
        first(chrono_tz::Europe::London),
        "2024-01-31T00:00:00+00:00"
    );
}

#[test]
fn a_date_contains_its_first_to_its_last_microsecond() {
    let held = |timezone, ending_at| {
        let window = Window::new(&spec(timezone, SeriesUnit::Hour, 3, ending_at));
        ["28", "29", "30", "31"].map(|day| {
            let date = format!("2024-01-{day}").parse().expect("a date");
            window.holds_date(date)
        })
    };
    let last = "2024-01-31T23:59:59.999999Z";
    assert_eq!(held(Tz::UTC, last), [false, true, true, true]);
    let before_last = "2024-01-31T23:59:59.999998Z";
    assert_eq!(held(Tz::UTC, before_last), [false, true, true, false]);
    // The first local day starts in the middle of a UTC date.
    let kolkata = chrono_tz::Asia::Kolkata;
    let ending_at = "2024-01-31T12:00:00Z";
    assert_eq!(held(kolkata, ending_at), [false, true, true, false]);
    let sao_paulo = chrono_tz::America::Sao_Paulo;
    assert_eq!(held(sao_paulo, ending_at), [false, false, true, false]);
}
