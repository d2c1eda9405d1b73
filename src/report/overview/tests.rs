use std::sync::Arc;

use arrow::array::{ArrayRef, RecordBatch, StringArray};
use parquet::arrow::ArrowWriter;
use proptest::prelude::*;

use super::*;
use crate::report::fixture::{PurchaseTableFixture, TestPurchase, request, resolved};
use crate::report::quantity_series;

fn named(name: Option<&str>, items: i64) -> NamedQuantity {
    NamedQuantity {
        name: name.map(str::to_owned),
        items,
    }
}

fn shop() -> PurchaseTableFixture {
    PurchaseTableFixture::in_parts(
        &[
            TestPurchase::at("2024-01-01T02:59:59Z")
                .product("before")
                .quantity(9),
            TestPurchase::at("2024-01-01T03:00:00Z")
                .product("pen")
                .app("web"),
            TestPurchase::at("2024-01-02T12:00:00Z")
                .product("ink")
                .quantity(4),
            TestPurchase::at("2024-01-03T12:00:00Z")
                .product("pen")
                .quantity(3)
                .app("web"),
            TestPurchase::at("2024-01-03T13:00:00Z")
                .product("pad")
                .app("ios")
                .revenue(-1, "BRL"),
            TestPurchase::at("2024-01-04T03:00:00Z")
                .product("after")
                .quantity(9),
        ],
        2,
    )
}

#[test]
fn items_of_the_window_are_counted_by_product_and_by_app() {
    let table = shop();
    // Three local days that begin at 03:00 UTC: two of them in parts, none as a whole UTC date.
    let parameters = resolved(&request(3, "2024-01-03", "day", "America/Sao_Paulo"));
    let by = |dimension| {
        quantity_by_dimension(dimension, &parameters, &table.files).expect("quantities")
    };
    assert_eq!(
        by(Dimension::Product),
        [
            named(Some("ink"), 4),
            named(Some("pen"), 4),
            named(Some("pad"), 1)
        ]
    );
    assert_eq!(
        by(Dimension::App),
        [named(None, 4), named(Some("web"), 4), named(Some("ios"), 1)]
    );
}

#[test]
fn whole_utc_dates_and_excluded_refunds_are_counted_the_same_way() {
    let table = shop();
    let mut series_request = request(4, "2024-01-04", "day", "UTC");
    series_request.exclude_refunds = true;
    let found = quantity_by_dimension(Dimension::Product, &resolved(&series_request), &table.files);
    assert_eq!(
        found.expect("quantities"),
        [
            named(Some("after"), 9),
            named(Some("before"), 9),
            named(Some("ink"), 4),
            named(Some("pen"), 4)
        ]
    );
}

#[test]
fn a_window_without_files_has_no_names() {
    let parameters = resolved(&request(3, "2024-01-03", "day", "UTC"));
    let found = quantity_by_dimension(Dimension::App, &parameters, &[]).expect("quantities");
    assert_eq!(found, []);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn names_add_up_to_the_series(
        events in prop::collection::vec((0_i64..400_000, 1_i16..100, 0_u8..4, any::<bool>()), 1..40)
    ) {
        let events: Vec<TestPurchase> = events
            .into_iter()
            .map(|(second, quantity, product, refund)| {
                TestPurchase::at_micros((1_704_067_200 + second) * 1_000_000)
                    .quantity(quantity)
                    .product(&format!("p{product}"))
                    .revenue(if refund { -1 } else { 1 }, "BRL")
            })
            .collect();
        let table = PurchaseTableFixture::in_parts(&events, 2);
        for (zone, unit) in [("UTC", "day"), ("Asia/Kolkata", "hour")] {
            let parameters = resolved(&request(4, "2024-01-04", unit, zone));
            let series = quantity_series(&parameters, &table.files).expect("a series");
            let whole: i64 = series.points.iter().map(|point| point.purchase_quantity).sum();
            for dimension in [Dimension::Product, Dimension::App] {
                let named = quantity_by_dimension(dimension, &parameters, &table.files).expect("quantities");
                prop_assert_eq!(named.iter().map(|n| n.items).sum::<i64>(), whole);
            }
        }
    }
}

#[test]
fn coverage_counts_the_dates_that_are_there() {
    let table = shop();
    let date = |text: &str| text.parse::<NaiveDate>().expect("a date");
    assert_eq!(
        coverage(&table.files),
        Some(Coverage {
            first: date("2024-01-01"),
            last: date("2024-01-04"),
            days: 4,
        })
    );
    assert_eq!(coverage(&[]), None);
}

#[expect(
    clippy::disallowed_methods,
    reason = "test input that is not read before it is complete"
)]
fn reject_file(
    folder: &std::path::Path,
    name: &str,
    kind: &str,
    column: &str,
    rules: &[&str],
) -> RejectFile {
    let column_of_rules: ArrayRef = Arc::new(StringArray::from(rules.to_vec()));
    let batch = RecordBatch::try_from_iter([(column, column_of_rules)]).expect("a batch");
    let path = folder.join(name);
    let file = std::fs::File::create(&path).expect("a data file");
    let mut writer = ArrowWriter::try_new(file, batch.schema(), None).expect("a writer");
    writer.write(&batch).expect("a row group");
    writer.close().expect("a footer");
    RejectFile {
        path: path.to_str().expect("a UTF-8 path").to_owned().into(),
        record_kind: kind.to_owned(),
    }
}

#[test]
fn rejects_are_counted_by_kind_and_rule() {
    let folder = tempfile::tempdir().expect("a folder for the test");
    let file =
        |name, kind, rules: &[&str]| reject_file(folder.path(), name, kind, "rule_id", rules);
    let files = [
        file("1", "supplier-purchases", &["CPL-ID"]),
        file("2", "purchases", &["BRZ-QTY-RANGE", "BRZ-TIME-FORMAT"]),
        file("3", "purchases", &["BRZ-TIME-FORMAT", "BRZ-APP-TYPE"]),
    ];
    let found: Vec<(String, String, i64)> = rejects_by_rule(&files)
        .expect("counts")
        .into_iter()
        .map(|count| (count.record_kind, count.rule_id, count.rejects))
        .collect();
    let expected = [
        ("purchases", "BRZ-TIME-FORMAT", 2),
        ("purchases", "BRZ-APP-TYPE", 1),
        ("purchases", "BRZ-QTY-RANGE", 1),
        ("supplier-purchases", "CPL-ID", 1),
    ];
    assert_eq!(
        found,
        expected.map(|(kind, rule, count)| (kind.to_owned(), rule.to_owned(), count))
    );
    assert_eq!(rejects_by_rule(&[]).expect("counts"), []);
}

#[test]
fn a_file_of_another_table_is_refused_as_a_file_of_rejects() {
    let folder = tempfile::tempdir().expect("a folder for the test");
    let other = reject_file(folder.path(), "1", "purchases", "other", &["x"]);
    let error = rejects_by_rule(&[other]).expect_err("no rule_id");
    assert!(
        matches!(error, ReportError::Rejects { files: 1, .. }),
        "{error:?}"
    );
}
