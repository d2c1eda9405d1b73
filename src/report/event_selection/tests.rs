use super::EventSelection;
use crate::purchase::OrderEventName::{Placed, Refunded};
use crate::report::fixture::{PurchaseTableFixture, TestPurchase, remove_column, request};
use crate::report::fixture::{now, resolved};
use crate::report::{
    Dimension, RevenueSeriesRequest, SeriesParameters, SeriesRequest, day_totals,
    quantity_by_dimension, quantity_series, revenue_series,
};

/// A purchase, an order and three refunds, of which one has a price of 0, on one UTC day.
fn table() -> PurchaseTableFixture {
    let at = |hour: u8| TestPurchase::at(&format!("2026-05-02T{hour:02}:00:00Z"));
    let cents = |cents: i128| cents * 10_000_000;
    PurchaseTableFixture::of(&[
        at(9).quantity(4).product("pen").revenue(cents(800), "USD"),
        at(10)
            .quantity(2)
            .product("mug")
            .revenue(cents(2500), "USD")
            .line_of(Placed),
        at(11)
            .quantity(3)
            .product("mug")
            .revenue(cents(-1250), "USD")
            .line_of(Refunded),
        at(11)
            .quantity(5)
            .product("cup")
            .revenue(0, "USD")
            .line_of(Refunded),
        at(12)
            .quantity(1)
            .product("pen")
            .revenue(cents(-200), "USD"),
    ])
}

fn asked(events: EventSelection, unit: &str, exclude_refunds: bool) -> SeriesRequest {
    SeriesRequest {
        exclude_refunds,
        events,
        ..request(1, "2026-05-02", unit, "UTC")
    }
}

#[test]
fn refunded_lines_lower_the_revenue_and_add_to_no_quantity() {
    let table = table();
    for (events, exclude_refunds, quantity, cents) in [
        (EventSelection::All, false, 7, 1850),
        (EventSelection::All, true, 6, 3300),
        (EventSelection::Purchases, false, 5, 600),
        (EventSelection::Purchases, true, 4, 800),
        (EventSelection::Orders, false, 2, 1250),
        (EventSelection::Orders, true, 2, 2500),
    ] {
        for unit in ["day", "hour"] {
            let asked = asked(events, unit, exclude_refunds);
            let series = quantity_series(&resolved(&asked), &table.files).expect("a series");
            let points = series.points.iter().map(|point| point.purchase_quantity);
            assert_eq!(points.sum::<i64>(), quantity, "{asked:?}");
            let request = RevenueSeriesRequest {
                series: asked,
                currency: None,
            };
            let parameters = SeriesParameters::resolve_revenue(&request, now());
            let series = revenue_series(&parameters.expect("parameters"), &table.files);
            let points = series.expect("a series").points.into_iter();
            let nanos: i128 = points.map(|point| point.revenue.nanos()).sum();
            assert_eq!(nanos, cents * 10_000_000, "{request:?}");
        }
    }
}

#[test]
fn gross_and_refunded_items_are_those_of_purchases_and_placed_orders() {
    let parameters = resolved(&asked(EventSelection::All, "day", false));
    let series = quantity_series(&parameters, &table().files).expect("a series");
    assert_eq!((series.gross_items, series.refund_items), (7, 1));
}

#[test]
fn the_dashboard_and_expectations_count_the_items_of_the_series() {
    let table = table();
    let parameters = resolved(&asked(EventSelection::All, "day", false));
    let items = quantity_by_dimension(Dimension::Product, &parameters, &table.files);
    let items = items.expect("items").into_iter();
    let items: Vec<(Option<String>, i64)> = items.map(|item| (item.name, item.items)).collect();
    let named = |name: &str| Some(name.to_owned());
    assert_eq!(items, [(named("pen"), 5), (named("mug"), 2)]);
    let days = day_totals(&parameters, &table.files).expect("days");
    let days: Vec<(u64, i64)> = days.iter().map(|day| (day.records, day.quantity)).collect();
    assert_eq!(days, [(5, 7)]);
}

#[test]
fn files_without_the_column_have_purchases_only() {
    let table = PurchaseTableFixture::of(&[TestPurchase::at("2026-05-02T09:00:00Z").quantity(4)]);
    remove_column(&table.files[0].path, "event_name");
    for (events, quantity) in [
        (EventSelection::All, 4),
        (EventSelection::Purchases, 4),
        (EventSelection::Orders, 0),
    ] {
        let parameters = resolved(&asked(events, "day", false));
        let series = quantity_series(&parameters, &table.files).expect("a series");
        assert_eq!(series.points[0].purchase_quantity, quantity, "{events:?}");
    }
}
