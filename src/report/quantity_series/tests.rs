//! The golden vectors, the filters, and a plain-loop oracle over random events.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;
use proptest::prelude::*;

use super::*;
use crate::report::SeriesRequest;
use crate::report::fixture::{PurchaseTableFixture, TestPurchase, request, resolved};

fn rows(table: &PurchaseTableFixture, request: &SeriesRequest) -> Vec<(String, i64)> {
    let series = quantity_series(&resolved(request), &table.files).expect("a series");
    series
        .points
        .into_iter()
        .map(|point| (point.time, point.purchase_quantity))
        .collect()
}

fn expected(rows: &[(&str, i64)]) -> Vec<(String, i64)> {
    rows.iter()
        .map(|(time, quantity)| ((*time).to_owned(), *quantity))
        .collect()
}

#[test]
fn vector_1_the_documents_own_purchases() {
    // The three purchases of the documentation's purchase object page.
    let table = PurchaseTableFixture::of(&[
        TestPurchase::at("2013-07-16T19:20:30+01:00"),
        TestPurchase::at("2013-07-17T19:20:20+01:00"),
        TestPurchase::at("2013-07-17T19:20:20+01:00"),
    ]);
    let by_day = request(3, "2013-07-18T12:00:00Z", "day", "UTC");
    let days = [("2013-07-16", 1), ("2013-07-17", 2), ("2013-07-18", 0)];
    assert_eq!(rows(&table, &by_day), expected(&days));
}

fn missing_midnight() -> PurchaseTableFixture {
    PurchaseTableFixture::of(&[
        TestPurchase::at("2018-11-03T23:30:00-03:00").quantity(2),
        TestPurchase::at("2018-11-04T01:10:00-02:00").quantity(3),
        TestPurchase::at("2018-11-04T23:59:59-02:00").quantity(4),
        TestPurchase::at("2018-11-05T00:00:00-02:00").quantity(5),
    ])
}

#[test]
fn vector_2_the_day_whose_midnight_is_missing() {
    let table = missing_midnight();
    let ending = "2018-11-05T12:00:00-02:00";
    let utc = [("2018-11-03", 0), ("2018-11-04", 5), ("2018-11-05", 9)];
    assert_eq!(
        rows(&table, &request(3, ending, "day", "UTC")),
        expected(&utc)
    );
    let local = [("2018-11-03", 2), ("2018-11-04", 7), ("2018-11-05", 5)];
    let by_local_day = request(3, ending, "day", "America/Sao_Paulo");
    assert_eq!(rows(&table, &by_local_day), expected(&local));
}

#[test]
fn vector_3_the_23_hour_day() {
    let ending = "2018-11-04T23:59:59-02:00";
    let hours = rows(
        &missing_midnight(),
        &request(1, ending, "hour", "America/Sao_Paulo"),
    );
    assert_eq!(hours.len(), 23);
    assert_eq!(hours[0], ("2018-11-04T01:00:00-02:00".to_owned(), 3));
    assert_eq!(hours[22], ("2018-11-04T23:00:00-02:00".to_owned(), 4));
    assert_eq!(hours.iter().map(|hour| hour.1).sum::<i64>(), 7);
}

#[test]
fn vector_4_the_25_hour_day() {
    let table = PurchaseTableFixture::of(&[
        TestPurchase::at("2019-02-16T23:15:00-02:00"),
        TestPurchase::at("2019-02-16T23:15:00-03:00").quantity(2),
        TestPurchase::at("2019-02-17T00:00:00-03:00").quantity(4),
    ]);
    let zone = "America/Sao_Paulo";
    let by_day = request(2, "2019-02-17T00:00:00-03:00", "day", zone);
    let days = [("2019-02-16", 3), ("2019-02-17", 4)];
    assert_eq!(rows(&table, &by_day), expected(&days));
    let hours = rows(
        &table,
        &request(1, "2019-02-16T23:59:59-03:00", "hour", zone),
    );
    assert_eq!(hours.len(), 25);
    let last = [
        ("2019-02-16T23:00:00-02:00", 1),
        ("2019-02-16T23:00:00-03:00", 2),
    ];
    assert_eq!(hours[23..], expected(&last));
}

#[test]
fn the_end_is_inclusive_and_later_purchases_of_its_day_are_not_counted() {
    let table = PurchaseTableFixture::of(&[
        TestPurchase::at("2024-01-01T00:00:00Z").quantity(1),
        TestPurchase::at("2024-01-31T12:00:00Z").quantity(10),
        TestPurchase::at("2024-01-31T12:00:00.000001Z").quantity(100),
    ]);
    let to_noon = request(31, "2024-01-31T12:00:00Z", "day", "UTC");
    let noon = rows(&table, &to_noon);
    assert_eq!(noon.len(), 31);
    assert_eq!((noon[0].1, noon[30].1), (1, 10));
    // A date without a time is the whole day, which is summed without reading the times.
    assert_eq!(
        rows(&table, &request(31, "2024-01-31", "day", "UTC"))[30].1,
        110
    );
    let hours = rows(&table, &request(1, "2024-01-31T12:00:00Z", "hour", "UTC"));
    assert_eq!(hours.len(), 13);
    assert_eq!(hours[12], ("2024-01-31T12:00:00Z".to_owned(), 10));
}

#[test]
fn the_length_of_an_hour_series_counts_days_or_rows() {
    let table = PurchaseTableFixture::of(&[TestPurchase::at("2024-01-30T22:30:00Z").quantity(7)]);
    let mut series_request = request(2, "2024-01-31T00:30:00Z", "hour", "UTC");
    assert_eq!(rows(&table, &series_request).len(), 25);
    series_request.hour_length = Some("units".to_owned());
    let hours = [("2024-01-30T23:00:00Z", 0), ("2024-01-31T00:00:00Z", 0)];
    assert_eq!(rows(&table, &series_request), expected(&hours));
    series_request.length = Some("3".to_owned());
    assert_eq!(
        rows(&table, &series_request)[0],
        ("2024-01-30T22:00:00Z".to_owned(), 7)
    );
}

#[test]
fn product_and_app_are_compared_byte_for_byte() {
    let table = PurchaseTableFixture::of(&[
        TestPurchase::at("2024-01-30T10:00:00Z")
            .product("Shirt")
            .app("a")
            .quantity(1),
        TestPurchase::at("2024-01-30T11:00:00Z")
            .product("shirt")
            .app("A")
            .quantity(10),
        TestPurchase::at("2024-01-31T10:00:00Z")
            .product("shirt ")
            .quantity(100),
    ]);
    let sum = |product: Option<&str>, app: Option<&str>| {
        let series_request = SeriesRequest {
            product: product.map(str::to_owned),
            app_id: app.map(str::to_owned),
            ..request(2, "2024-01-31T23:00:00Z", "day", "UTC")
        };
        rows(&table, &series_request)
            .iter()
            .map(|row| row.1)
            .sum::<i64>()
    };
    assert_eq!(sum(None, None), 111);
    assert_eq!(sum(Some("shirt"), None), 10);
    assert_eq!(sum(Some("shirt "), None), 100);
    assert_eq!(sum(None, Some("a")), 1);
    assert_eq!(sum(Some("Shirt"), Some("A")), 0);
}

#[test]
fn refunds_count_unless_excluded_and_both_are_reported() {
    let table = PurchaseTableFixture::of(&[
        TestPurchase::at("2024-01-31T10:00:00Z").quantity(5),
        TestPurchase::at("2024-01-31T11:00:00Z")
            .quantity(2)
            .revenue(-1, "USD"),
    ]);
    let mut series_request = request(1, "2024-01-31", "day", "UTC");
    let counted = quantity_series(&resolved(&series_request), &table.files).expect("a series");
    assert_eq!(counted.points[0].purchase_quantity, 7);
    series_request.exclude_refunds = true;
    let excluded = quantity_series(&resolved(&series_request), &table.files).expect("a series");
    assert_eq!(excluded.points[0].purchase_quantity, 5);
    for series in [counted, excluded] {
        let totals = (series.gross_items, series.refund_items, series.net_items());
        assert_eq!(totals, (7, 2, 5));
    }
}

#[test]
fn an_empty_lake_is_a_series_of_zeros() {
    let parameters = resolved(&request(3, "2024-01-31", "day", "UTC"));
    let series = quantity_series(&parameters, &[]).expect("a series");
    let quantities: Vec<i64> = series.points.iter().map(|p| p.purchase_quantity).collect();
    assert_eq!((quantities, series.gross_items), (vec![0, 0, 0], 0));
}

#[test]
fn a_missing_file_is_an_error_that_names_it() {
    let mut table = missing_midnight();
    table.files[0].path = format!("{}.gone", table.files[0].path.as_str()).into();
    let parameters = resolved(&request(3, "2018-11-05T12:00:00-02:00", "day", "UTC"));
    let error = quantity_series(&parameters, &table.files).expect_err("no answer");
    let ReportError::Scan { source, .. } = error else {
        panic!("expected a scan error, got {error}");
    };
    assert!(source.to_string().contains(".gone"), "{source}");
}

#[test]
fn a_truncated_file_is_an_error() {
    let table = missing_midnight();
    let path = table.files[0].path.as_str();
    let size = std::fs::metadata(path).expect("a data file").len();
    let parameters = resolved(&request(3, "2018-11-05", "day", "UTC"));
    for kept in [size - 1, size / 2, 3, 0] {
        let file = std::fs::OpenOptions::new().write(true).open(path);
        let file = file.expect("a data file");
        file.set_len(kept).expect("cut");
        let result = quantity_series(&parameters, &table.files);
        assert!(
            matches!(result, Err(ReportError::Scan { .. })),
            "{kept} bytes"
        );
    }
}

#[test]
fn a_hundred_days_are_summed_each_by_itself() {
    let first = TestPurchase::at("2024-01-01T12:00:00Z").micros;
    let events: Vec<TestPurchase> = (0_i16..100)
        .map(|day| {
            let micros = first + i64::from(day) * 24 * HOUR_MICROS;
            TestPurchase::at_micros(micros).quantity(day + 1)
        })
        .collect();
    let table = PurchaseTableFixture::of(&events);
    let days = rows(&table, &request(100, "2024-04-09", "day", "UTC"));
    let quantities: Vec<i64> = days.iter().map(|day| day.1).collect();
    assert_eq!(quantities, (1..=100).collect::<Vec<_>>());
    assert_eq!(days[99].0, "2024-04-09");
}

/// Zones with all kinds of irregularities, each with an instant near one.
const ZONES: [(&str, &str); 6] = [
    ("UTC", "2024-02-28T12:00:00Z"),
    ("America/Sao_Paulo", "2018-11-04T12:00:00Z"),
    ("Asia/Kolkata", "2024-02-28T12:00:00Z"),
    ("Australia/Lord_Howe", "2023-09-30T15:30:00Z"),
    ("America/St_Johns", "2010-11-07T02:31:00Z"),
    ("Pacific/Apia", "2011-12-30T10:00:00Z"),
];

const HOUR_MICROS: i64 = 3_600_000_000;

fn local_date(micros: i64, zone: Tz) -> NaiveDate {
    let time: DateTime<Utc> = DateTime::from_timestamp_micros(micros).expect("a time");
    time.with_timezone(&zone).date_naive()
}

/// The expected series by day, one event at a time: the local date of each event.
fn oracle(events: &[TestPurchase], zone: Tz, length: u8, ending: i64) -> Vec<(String, i64)> {
    let last = local_date(ending, zone);
    let mut days = BTreeMap::new();
    for back in 0..u64::from(length) {
        let day = last - chrono::Days::new(back);
        days.insert(day, 0_i64);
    }
    for event in events.iter().filter(|event| event.micros <= ending) {
        if let Some(quantity) = days.get_mut(&local_date(event.micros, zone)) {
            *quantity += i64::from(event.quantity);
        }
    }
    days.into_iter()
        .map(|(day, quantity)| (day.to_string(), quantity))
        .collect()
}

prop_compose! {
    /// Events around an instant, some exactly on half hours, where boundaries are.
    fn events(around: i64)(
        drawn in prop::collection::vec((-200_i64..200, prop::bool::ANY, 0..HOUR_MICROS / 2, 1_i16..=100), 1..40)
    ) -> Vec<TestPurchase> {
        drawn
            .into_iter()
            .map(|(half_hours, on_edge, micros, quantity)| {
                let within = if on_edge { 0 } else { micros };
                TestPurchase::at_micros(around + half_hours * HOUR_MICROS / 2 + within).quantity(quantity)
            })
            .collect()
    }
}

prop_compose! {
    fn case()(zone in 0..ZONES.len())(
        zone in Just(ZONES[zone].0),
        events in events(TestPurchase::at(ZONES[zone].1).micros),
        length in 1_u8..=10,
        ending_minutes in -3_000_i64..6_000,
        around in Just(TestPurchase::at(ZONES[zone].1).micros),
    ) -> (&'static str, Vec<TestPurchase>, u8, i64) {
        (zone, events, length, around + ending_minutes * 60_000_000)
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn equals_the_plain_loop_in_every_zone((zone, events, length, ending) in case()) {
        let tz: Tz = zone.parse().expect("a zone");
        let table = PurchaseTableFixture::in_parts(&events, 2);
        let ending_at: DateTime<Utc> = DateTime::from_timestamp_micros(ending).expect("a time");
        let ending_at = ending_at.to_rfc3339();
        let days = rows(&table, &request(length, &ending_at, "day", zone));
        prop_assert_eq!(&days, &oracle(&events, tz, length, ending));

        // The hours of each date add up to its day, and all hours have unique names.
        let hours = rows(&table, &request(length, &ending_at, "hour", zone));
        let mut by_date: BTreeMap<String, i64> = days.iter().map(|(day, _)| (day.clone(), 0)).collect();
        let mut names = std::collections::BTreeSet::new();
        for (time, quantity) in &hours {
            prop_assert!(names.insert(time.clone()), "{} comes twice", time);
            *by_date.get_mut(&time[..10]).expect("an hour of the window") += quantity;
        }
        prop_assert_eq!(by_date.into_iter().collect::<Vec<_>>(), days);

        let mut shuffled = table.files.clone();
        shuffled.reverse();
        let turned = shuffled.len() / 3;
        shuffled.rotate_left(turned);
        let parameters = resolved(&request(length, &ending_at, "hour", zone));
        let one = quantity_series(&parameters, &table.files).expect("a series");
        let other = quantity_series(&parameters, &shuffled).expect("a series");
        prop_assert_eq!(one, other);
    }
}
