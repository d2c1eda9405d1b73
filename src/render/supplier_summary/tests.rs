//! The summary in every format; the expected texts are written from the documentation.

use arrow::array::{Array, AsArray};
use arrow::datatypes::Decimal128Type;

use super::*;
use crate::render::fixture::{assert_only_its_formats, provenance, record_batch, text};
use crate::render::render;
use crate::report::SummaryAmounts;
use crate::report::{PurchaseCounts, SupplierSummaryParameters, SupplierSummaryRequest};
use crate::values::money::parse_decimal;

fn amount(text: &str) -> Amount {
    parse_decimal(text).expect("an amount").amount
}

fn summary() -> SupplierSummary {
    let request = SupplierSummaryRequest {
        company_id: Some("12".to_owned()),
        supplier_ids: Some("7,3".to_owned()),
        registration_start: Some("2025-01-01".to_owned()),
        ..SupplierSummaryRequest::default()
    };
    let row = SupplierSummaryRow {
        supplier_id: Some(7),
        supplier_name: Some("=New \"Co\"".to_owned()),
        names_seen: vec!["=New \"Co\"".to_owned(), "Old, Ltda".to_owned()],
        month: "2025-01-01".parse().expect("a date"),
        currency: Some("BRL".to_owned()),
        purchases: PurchaseCounts {
            purchases: 6,
            received: 3,
            pending: 2,
            without_status: 1,
        },
        amounts: SummaryAmounts {
            value_of_items: amount("99999999999999999999999999999.999999999"),
            discount: amount("-1.5"),
            other_expenses: amount("0"),
            shipping: amount("10"),
            total: amount("0.005"),
        },
        first_date: "2025-01-02".parse().expect("a date"),
        last_date: "2025-01-31".parse().expect("a date"),
    };
    let nameless = SupplierSummaryRow {
        supplier_id: None,
        supplier_name: None,
        names_seen: Vec::new(),
        currency: None,
        amounts: SummaryAmounts::default(),
        ..row.clone()
    };
    SupplierSummary {
        parameters: SupplierSummaryParameters::resolve(&request).expect("correct parameters"),
        rows: vec![row, nameless],
    }
}

#[test]
fn the_summary_is_a_document_with_its_parameters() {
    let json = text(&summary(), Format::Json);
    let unindented: String = json.lines().map(str::trim_start).collect();
    assert_eq!(
        unindented.replace("\": ", "\":"),
        r#"{"data":[{"company_id":12,"supplier_id":7,"supplier_name":"=New \"Co\"","names_seen":["=New \"Co\"","Old, Ltda"],"month":"2025-01","currency":"BRL","purchases":6,"received":3,"pending":2,"without_status":1,"value_of_items":99999999999999999999999999999.999999999,"discount":-1.50,"other_expenses":0.00,"shipping":10.00,"total":0.005,"first_date":"2025-01-02","last_date":"2025-01-31"},{"company_id":12,"supplier_id":null,"supplier_name":null,"names_seen":[],"month":"2025-01","currency":null,"purchases":6,"received":3,"pending":2,"without_status":1,"value_of_items":0.0,"discount":0.0,"other_expenses":0.0,"shipping":0.0,"total":0.0,"first_date":"2025-01-02","last_date":"2025-01-31"}],"meta":{"company_id":12,"supplier_ids":[3,7],"registration_start":"2025-01-01","registration_end":null,"deleted":"not_include"}}"#
    );
}

#[test]
fn the_summary_is_a_table_too() {
    assert_eq!(
        text(&summary(), Format::Csv),
        "company_id,supplier_id,supplier_name,names_seen,month,currency,purchases,received,pending,\
         without_status,value_of_items,discount,other_expenses,shipping,total,first_date,last_date\r\n\
         12,7,\"'=New \"\"Co\"\"\",\"[\"\"=New \\\"\"Co\\\"\"\"\",\"\"Old, Ltda\"\"]\",2025-01,BRL,6,3,2,1,\
         99999999999999999999999999999.999999999,-1.50,0.00,10.00,0.005,2025-01-02,2025-01-31\r\n\
         12,,,[],2025-01,,6,3,2,1,0.0,0.0,0.0,0.0,0.0,2025-01-02,2025-01-31\r\n"
    );
    let batch = record_batch(&summary());
    let names = batch.column_by_name("names_seen").expect("names");
    let names = names.as_list::<i32>().value(0);
    assert_eq!(names.as_string::<i32>().value(1), "Old, Ltda");
    let discounts = batch.column_by_name("discount").expect("discounts");
    let discounts = discounts.as_primitive::<Decimal128Type>();
    assert_eq!(discounts.values(), &[-1_500_000_000, 0]);
    assert!(batch.column_by_name("supplier_id").expect("ids").is_null(1));
}

#[test]
fn unsupported_formats_are_refused() {
    assert_only_its_formats(&summary());
    let refused = render(&summary(), Format::Ndjson, &provenance(), None);
    assert_eq!(
        refused.expect_err("refused").to_string(),
        "a supplier summary cannot be written as ndjson; supported formats: json, table, csv, parquet, html, svg, png"
    );
}

#[test]
fn the_text_has_a_total_for_each_currency() {
    let mut summary = summary();
    let mut yen = summary.rows[0].clone();
    yen.supplier_name = None;
    yen.currency = Some("JPY".to_owned());
    yen.amounts.value_of_items = amount("700");
    yen.amounts.total = amount("690.5");
    summary.rows[0].amounts.value_of_items = amount("10");
    let mut second = summary.rows[0].clone();
    second.amounts.total = amount("-0.01");
    summary.rows.extend([yen, second]);
    let expected = "\
Supplier purchases by month and currency

Supplier   Month    Currency  Purchases  Received  Pending  Items  Discount  Other expenses  Shipping   Total
─────────────────────────────────────────────────────────────────────────────────────────────────────────────
=New \"Co\"  2025-01  BRL               6         3        2  10.00     -1.50            0.00     10.00   0.005
–          2025-01  –                 6         3        2    0.0       0.0             0.0       0.0     0.0
7          2025-01  JPY               6         3        2  700.0      -1.5             0.0      10.0   690.5
=New \"Co\"  2025-01  BRL               6         3        2  10.00     -1.50            0.00     10.00   -0.01
─────────────────────────────────────────────────────────────────────────────────────────────────────────────
Total               BRL              12         6        4  20.00     -3.00            0.00     20.00  -0.005
Total               JPY               6         3        2  700.0      -1.5             0.0      10.0   690.5
Total               –                 6         3        2    0.0       0.0             0.0       0.0     0.0

Source: table purchases, version 42. Time zone: UTC.
";
    assert_eq!(text(&summary, Format::Table), expected);
}

#[test]
fn a_total_out_of_range_is_unknown() {
    let mut summary = summary();
    summary.rows = vec![summary.rows[0].clone(), summary.rows[0].clone()];
    let total = &summary.totals()[0];
    assert_eq!(total.amounts[0], None);
    assert_eq!(total.amounts[1], Some(amount("-3")));
    let text = text(&summary, Format::Table);
    let line = text.lines().find(|line| line.starts_with("Total"));
    assert!(line.is_some_and(|line| line.contains(" –  ")), "{text}");
}
