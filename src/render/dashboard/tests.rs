//! The whole dashboard.

use super::*;
use crate::render::chart::ChartType;
use crate::report::{NamedQuantity, QuantityPoint, QuantitySeries, RevenuePoint, RevenueSeries};
use crate::values::currency::parse_currency;
use crate::values::money::Amount;

fn provenance(table: &str, version: i64) -> Provenance {
    Provenance {
        table: TableVersion {
            table: table.to_owned(),
            version,
        },
        timezone: "America/Sao_Paulo".to_owned(),
        parameters: vec![
            ("length".to_owned(), "2".to_owned()),
            ("timezone".to_owned(), "America/Sao_Paulo".to_owned()),
        ],
    }
}

fn with_provenance<T>(data: T) -> WithProvenance<T> {
    WithProvenance {
        data,
        provenance: provenance("purchases", 42),
    }
}

fn quantities(points: &[(&str, i64)]) -> QuantitySeries {
    QuantitySeries {
        points: points
            .iter()
            .map(|(time, purchase_quantity)| QuantityPoint {
                time: (*time).to_owned(),
                purchase_quantity: *purchase_quantity,
            })
            .collect(),
        gross_items: points.iter().map(|(_, items)| items).sum(),
        refund_items: 0,
    }
}

fn amount(nanos: i128) -> Amount {
    Amount::from_nanos(nanos).expect("in range")
}

fn revenues(code: &str, nanos: &[i128]) -> WithProvenance<RevenueSeries> {
    with_provenance(RevenueSeries {
        points: nanos
            .iter()
            .zip(["2025-01-30", "2025-01-31"])
            .map(|(nanos, time)| RevenuePoint {
                time: time.to_owned(),
                revenue: amount(*nanos),
            })
            .collect(),
        currency: parse_currency(code).ok().map(|parsed| parsed.currency),
        currencies_present: Vec::new(),
    })
}

fn empty_dashboard() -> Dashboard {
    Dashboard {
        header: DashboardHeader {
            lake: "s3://bucket/lake".to_owned(),
            versions: vec![TableVersion {
                table: "purchases".to_owned(),
                version: 42,
            }],
            generated_at: "2025-02-01T12:00:00Z".parse().expect("a time"),
            timezone: "America/Sao_Paulo".to_owned(),
            parameters: vec![("length".to_owned(), "2".to_owned())],
        },
        items: ItemQuantities::default(),
        revenue: Vec::new(),
        suppliers: None,
        status_by_month: None,
        rejects: None,
    }
}

fn supplier(name: &str, currency: &str, nanos: i128) -> SupplierTotal {
    SupplierTotal {
        supplier: name.to_owned(),
        currency: currency.to_owned(),
        total: amount(nanos),
    }
}

#[test]
fn a_dashboard_without_data_has_all_sections_with_one_sentence_each() {
    let page = dashboard_html(&empty_dashboard());
    let titles = [
        "Items by day",
        "Items by hour",
        "Items by product",
        "Items by app",
        "Revenue",
        "Supplier totals",
        "Supplier purchases by status",
        "Rejected records",
    ];
    for title in titles {
        assert!(page.contains(&format!(">{title}</h2><p>No ")), "{title}");
    }
    assert_eq!(page.matches("<section").count(), titles.len());
    assert!(!page.contains("<svg"));
    assert!(page.contains("s3://bucket/lake") && page.contains("2025-02-01T12:00:00Z"));
    assert!(page.contains("purchases 42"));
}

#[test]
fn zeros_alone_are_no_chart() {
    let mut data = empty_dashboard();
    data.items.by_day = Some(with_provenance(quantities(&[
        ("2025-01-30", 0),
        ("2025-01-31", 0),
    ])));
    data.rejects = Some(with_provenance(Vec::new()));
    let page = dashboard_html(&data);
    assert!(
        page.contains("No purchases in this period.") && page.contains("No records were rejected.")
    );
    assert!(!page.contains("<svg"));
}

#[test]
fn currencies_are_shown_by_themselves_and_never_added_up() {
    let mut data = empty_dashboard();
    data.revenue = vec![
        revenues("BRL", &[100_000_000_000, 50_500_000_000]),
        revenues("USD", &[7_000_000_000, -1_000_000_000]),
    ];
    data.suppliers = Some(with_provenance(vec![
        supplier("Aurora", "BRL", 3_000_000_000),
        supplier("Lights", "USD", 4_000_000_000),
        supplier("Horizonte", "BRL", 5_000_000_000),
    ]));
    let page = dashboard_html(&data);
    for exact in ["150.50", "6.00", "8.00", "4.00"] {
        assert!(
            page.contains(&format!("<dd class=\"figure\"><data value=\"{exact}\">")),
            "{exact}"
        );
    }
    // 150.50 + 6.00 and 8.00 + 4.00
    assert!(!page.contains("156.50") && !page.contains("12.00"));
    assert!(page.contains("Revenue in BRL by day") && page.contains("Revenue in USD by day"));
}

#[test]
fn every_figure_has_its_provenance() {
    let mut data = empty_dashboard();
    data.items.by_day = Some(with_provenance(quantities(&[
        ("2025-01-30", 3),
        ("2025-01-31", 4),
    ])));
    let page = dashboard_html(&data);
    assert!(page.contains(
        "Source: table purchases, version 42. Time zone: America/Sao_Paulo. Parameters: length = 2."
    ));
    assert!(page.contains("Day, 2025-01-30 to 2025-01-31 (America/Sao_Paulo)"));
    assert!(
        page.contains("<data value=\"7\">7</data>"),
        "the sum of both days"
    );
}

#[test]
fn few_rows_are_columns_and_many_are_a_line() {
    let hours: Vec<String> = (0..168)
        .map(|hour| format!("2025-01-{:02}T{:02}:00:00-03:00", hour / 24 + 1, hour % 24))
        .collect();
    let points: Vec<(&str, i64)> = hours.iter().map(|hour| (hour.as_str(), 1)).collect();
    let (many, _) = quantity(&quantities(&points), &provenance("purchases", 1));
    let (few, _) = quantity(&quantities(&points[..24]), &provenance("purchases", 1));
    assert_eq!(
        (many.chart_type, few.chart_type),
        (ChartType::Lines, ChartType::Columns)
    );
    assert_eq!(
        few.label_title,
        "Hour, 2025-01-01 00:00 to 2025-01-01 23:00 (America/Sao_Paulo)"
    );
    assert_eq!(few.title, "Items purchased by hour");
}

#[test]
fn purchases_without_an_app_are_named_as_such_and_the_most_come_first() {
    let named = |name: Option<&str>, items| NamedQuantity {
        name: name.map(str::to_owned),
        items,
    };
    let rows = [named(Some("web"), 2), named(None, 9), named(Some("ios"), 5)];
    let (chart, table) = apps(&rows, &provenance("purchases", 1));
    assert_eq!(chart.labels, ["(no app)", "ios", "web"]);
    assert_eq!(table.rows.len(), 3);
}

#[test]
fn months_without_unknown_status_have_two_series() {
    let month = |month: &str, pending, received, without_status| MonthlyStatusCounts {
        month: month.to_owned(),
        pending,
        received,
        without_status,
    };
    let series = |months: &[MonthlyStatusCounts]| {
        let (chart, table) = status_by_month(months, &provenance("supplier_purchases", 3));
        (chart.series.len(), table.columns.len())
    };
    assert_eq!(series(&[month("2025-01", 1, 2, 0)]), (2, 3));
    assert_eq!(
        series(&[month("2025-01", 1, 2, 0), month("2025-02", 0, 0, 1)]),
        (3, 4)
    );
}

#[test]
fn rejects_are_shown_with_the_summaries_of_their_rules() {
    let rule = |rule_id: &str, rejects| RuleRejectCount {
        record_kind: "purchases".to_owned(),
        rule_id: rule_id.to_owned(),
        summary: format!("summary of {rule_id}"),
        rejects,
    };
    let mut data = empty_dashboard();
    data.rejects = Some(with_provenance(vec![rule("BRZ-A", 1), rule("BRZ-B", 20)]));
    let page = dashboard_html(&data);
    let place = |text: &str| page.find(text).unwrap_or_else(|| panic!("{text}"));
    assert!(place("summary of BRZ-B") < place("summary of BRZ-A"));
    assert!(page.contains("<dd class=\"figure\"><data value=\"21\">21</data>"));
}

#[test]
fn adversarial_names_and_settings_are_written_as_text() {
    let nasty = "<script>x</script>\u{202E}";
    let mut data = empty_dashboard();
    data.header.lake = nasty.to_owned();
    data.header.parameters = vec![(nasty.to_owned(), nasty.to_owned())];
    data.suppliers = Some(with_provenance(vec![supplier(nasty, nasty, 1_000_000_000)]));
    data.status_by_month = Some(with_provenance(vec![MonthlyStatusCounts {
        month: nasty.to_owned(),
        pending: 1,
        received: 1,
        without_status: 1,
    }]));
    let page = dashboard_html(&data);
    assert!(!page.contains("<script") && !page.contains('\u{202E}'));
}

#[test]
fn the_same_data_gives_the_same_dashboard() {
    let mut data = empty_dashboard();
    data.items.by_day = Some(with_provenance(quantities(&[
        ("2025-01-30", 3),
        ("2025-01-31", 4),
    ])));
    assert_eq!(dashboard_html(&data), dashboard_html(&data));
}
