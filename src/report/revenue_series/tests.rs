//! Exact sums, one currency at a time, and amounts at the edge of the range.

use super::*;
use crate::report::ParameterRefusal;
use crate::report::RevenueSeriesRequest;
use crate::report::fixture::{PurchaseTableFixture, TestPurchase, now, request, resolved};

const UNIT: i128 = 1_000_000_000;
/// The largest amount of the table, just below 10^29 currency units.
const LARGEST: i128 = 99_999_999_999_999_999_999_999_999_999_999_999_999;

fn parameters(length: u8, currency: Option<&str>) -> SeriesParameters {
    let request = RevenueSeriesRequest {
        series: request(length, "2024-01-31T12:00:00Z", "day", "UTC"),
        currency: currency.map(str::to_owned),
    };
    SeriesParameters::resolve_revenue(&request, now()).expect("correct parameters")
}

fn amounts(series: &RevenueSeries) -> Vec<String> {
    series
        .points
        .iter()
        .map(|point| point.revenue.to_string())
        .collect()
}

fn sale(time: &str, nanos: i128, currency: &str) -> TestPurchase {
    TestPurchase::at(time).revenue(nanos, currency)
}

#[test]
fn sums_are_exact_to_the_last_digit() {
    // 0.1 + 0.2 and 10^15 + 10^-9 are not exact as floats.
    let table = PurchaseTableFixture::of(&[
        sale("2024-01-30T10:00:00Z", UNIT / 10, "USD"),
        sale("2024-01-30T11:00:00Z", UNIT / 5, "USD"),
        sale("2024-01-31T10:00:00Z", 1_000_000_000_000_000 * UNIT, "USD"),
        sale("2024-01-31T11:00:00Z", 1, "USD"),
        sale("2024-01-31T13:00:00Z", UNIT, "USD"),
    ]);
    let series = revenue_series(&parameters(3, None), &table.files).expect("a series");
    assert_eq!(amounts(&series), ["0", "0.3", "1000000000000000.000000001"]);
    assert_eq!(
        series.currency.map(|c| c.as_str().to_owned()).as_deref(),
        Some("USD")
    );
}

#[test]
fn several_currencies_need_a_choice_and_are_named() {
    let table = PurchaseTableFixture::of(&[
        sale("2024-01-31T10:00:00Z", 5 * UNIT, "USD"),
        sale("2024-01-31T10:00:00Z", 7 * UNIT, "BRL"),
    ]);
    let error = revenue_series(&parameters(1, None), &table.files).expect_err("no answer");
    let ReportError::Parameter(ParameterRefusal::Series(error)) = error else {
        panic!("expected a parameter error, got {error}");
    };
    assert_eq!(
        (error.rule, error.parameter),
        (RuleId::ParCurrency, "currency")
    );
    assert!(error.sentence.contains("BRL, USD"), "{}", error.sentence);

    let series = revenue_series(&parameters(1, Some("BRL")), &table.files).expect("a series");
    assert_eq!(amounts(&series), ["7"]);
    let present: Vec<&str> = series
        .currencies_present
        .iter()
        .map(Currency::as_str)
        .collect();
    assert_eq!(present, ["BRL", "USD"]);
    let series = revenue_series(&parameters(1, Some("EUR")), &table.files).expect("a series");
    assert_eq!(amounts(&series), ["0"]);
}

#[test]
fn refunds_reduce_revenue_unless_excluded() {
    let table = PurchaseTableFixture::of(&[
        sale("2024-01-31T10:00:00Z", 5 * UNIT, "USD"),
        sale("2024-01-31T10:00:00Z", -7 * UNIT, "USD"),
    ]);
    let mut series_request = request(1, "2024-01-31", "day", "UTC");
    let series = revenue_series(&resolved(&series_request), &table.files).expect("a series");
    assert_eq!(amounts(&series), ["-2"]);
    series_request.exclude_refunds = true;
    let series = revenue_series(&resolved(&series_request), &table.files).expect("a series");
    assert_eq!(amounts(&series), ["5"]);
}

#[test]
fn amounts_near_the_limit_neither_wrap_nor_get_lost() {
    // 4 × 10^38 in units of 1e-9 exceeds an i128; the refunds return the sum to its range.
    let mut events = Vec::new();
    for _ in 0..4 {
        events.push(sale("2024-01-30T10:00:00Z", LARGEST, "USD"));
        events.push(sale("2024-01-30T10:00:00Z", -LARGEST, "USD"));
    }
    events.push(sale("2024-01-30T11:00:00Z", 25, "USD"));
    events.push(sale("2024-01-31T10:00:00Z", LARGEST - 1, "USD"));
    events.push(sale("2024-01-31T11:00:00Z", 1, "USD"));
    // The last row's day is only partly in the window; the day before is summed as a whole.
    let table = PurchaseTableFixture::in_parts(&events, 3);
    let series = revenue_series(&parameters(2, None), &table.files).expect("a series");
    let largest = "99999999999999999999999999999.999999999";
    assert_eq!(amounts(&series), ["0.000000025", largest]);
}

#[test]
fn a_sum_beyond_the_range_is_refused_by_the_name_of_its_row() {
    let table = PurchaseTableFixture::of(&[
        sale("2024-01-30T10:00:00Z", LARGEST, "USD"),
        sale("2024-01-30T10:00:00Z", 1, "USD"),
        sale("2024-01-31T10:00:00Z", 1, "USD"),
    ]);
    let error = revenue_series(&parameters(2, None), &table.files).expect_err("no answer");
    assert!(
        matches!(&error, ReportError::RevenueRange { time } if time == "2024-01-30"),
        "{error}"
    );
}

#[test]
fn no_purchases_are_a_series_of_zeros_without_a_currency() {
    let series = revenue_series(&parameters(2, None), &[]).expect("a series");
    assert_eq!(amounts(&series), ["0", "0"]);
    assert_eq!(
        (series.currency, series.currencies_present),
        (None, Vec::new())
    );
}
