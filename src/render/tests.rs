//! The formats of the series and of the product list.

use arrow::array::{Array, AsArray};
use arrow::datatypes::{DataType, Decimal128Type, Int64Type};

use super::fixture::{assert_only_its_formats, record_batch, text};
use super::*;
use crate::report::{
    ParameterError, ProductList, QuantityPoint, QuantitySeries, RevenuePoint, RevenueSeries,
};
use crate::response::{ErrorResponse, ProductListResponse, QuantitySeriesResponse};
use crate::rules::RuleId;
use crate::values::currency::parse_currency;
use crate::values::money::Amount;

fn quantity() -> QuantitySeries {
    let points = [("2013-07-16", 1), ("2013-07-17", 2)];
    QuantitySeries {
        points: points
            .map(|(time, purchase_quantity)| QuantityPoint {
                time: time.to_owned(),
                purchase_quantity,
            })
            .to_vec(),
        gross_items: 3,
        refund_items: 0,
    }
}

fn revenue(code: Option<&str>, nanos: &[i128]) -> RevenueSeries {
    let currency = code.map(|code| parse_currency(code).expect("a currency").currency);
    RevenueSeries {
        points: nanos
            .iter()
            .map(|nanos| RevenuePoint {
                time: "2024-01-31".to_owned(),
                revenue: Amount::from_nanos(*nanos).expect("in range"),
            })
            .collect(),
        currency,
        currencies_present: currency.into_iter().collect(),
    }
}

fn products(ids: &[&str]) -> ProductList {
    ProductList {
        products: ids.iter().map(|id| (*id).to_owned()).collect(),
        total: ids.len(),
    }
}

#[test]
fn the_quantity_series_is_the_documented_document() {
    let json = text(&quantity(), Format::Json);
    assert_eq!(
        json,
        r#"{
  "message": "success",
  "data": [
    {
      "time": "2013-07-16",
      "purchase_quantity": 1
    },
    {
      "time": "2013-07-17",
      "purchase_quantity": 2
    }
  ]
}
"#
    );
    let read: QuantitySeriesResponse = serde_json::from_str(&json).expect("the shape");
    assert_eq!(read.data[1].purchase_quantity, 2);
}

#[test]
fn revenue_is_written_digit_by_digit_with_the_decimals_of_its_currency() {
    let exact = 12_345_678_901_234_567_890_500_000_000;
    let json = text(&revenue(Some("USD"), &[exact, -1]), Format::Json);
    assert_eq!(
        json,
        r#"{
  "message": "success",
  "data": [
    {
      "time": "2024-01-31",
      "revenue": 12345678901234567890.50
    },
    {
      "time": "2024-01-31",
      "revenue": -0.000000001
    }
  ]
}
"#
    );
    serde_json::from_str::<serde_json::Value>(&json).expect("JSON");
    let yen = text(&revenue(Some("JPY"), &[500_000_000_000]), Format::Json);
    assert!(yen.contains("\"revenue\": 500.0\n"), "{yen}");
    let dinar = text(&revenue(Some("KWD"), &[500_000_000_000]), Format::Json);
    assert!(dinar.contains("\"revenue\": 500.000\n"), "{dinar}");
    let none = text(&revenue(None, &[]), Format::Json);
    assert_eq!(none, "{\n  \"message\": \"success\",\n  \"data\": []\n}\n");
}

#[test]
fn the_product_list_and_the_error_are_the_documented_documents() {
    let json = text(&products(&["a \"b\"", "é"]), Format::Json);
    let read: ProductListResponse = serde_json::from_str(&json).expect("the shape");
    assert_eq!(read.products, ["a \"b\"", "é"]);
    assert!(json.starts_with("{\n  \"products\": ["), "{json}");

    let error = ParameterError::refused(RuleId::ParUnit, "unit", "dia", "must be day or hour");
    let json = error_document(&error.clone().into()).expect("rendered");
    let read: ErrorResponse = serde_json::from_slice(&json).expect("the shape");
    assert_eq!(read, error.to_response());
    assert_eq!(
        String::from_utf8(json).expect("UTF-8"),
        "{\n  \"message\": \"'unit' must be day or hour; got \\\"dia\\\"\"\n}\n"
    );
}

#[test]
fn csv_has_a_header_and_crlf() {
    assert_eq!(
        text(&quantity(), Format::Csv),
        "time,purchase_quantity\r\n2013-07-16,1\r\n2013-07-17,2\r\n"
    );
    assert_eq!(
        text(&revenue(Some("BRL"), &[-2_500_000_000]), Format::Csv),
        "time,revenue,currency\r\n2024-01-31,-2.50,BRL\r\n"
    );
}

#[test]
fn csv_texts_that_begin_like_a_formula_are_disarmed_and_the_rest_is_quoted() {
    let ids = [
        "=1+1",
        "+5",
        "-5",
        "@x",
        "\tx",
        "\rx",
        "\nx",
        " =1+1",
        "＝1+1",
        "a,b",
        "say \"hi\"",
        "two\nlines",
        "ok=1",
    ];
    assert_eq!(
        text(&products(&ids), Format::Csv),
        "product_id\r\n'=1+1\r\n'+5\r\n'-5\r\n'@x\r\n'\tx\r\n\"'\rx\"\r\n\"'\nx\"\r\n' =1+1\r\n'＝1+1\r\n\"a,b\"\r\n\
         \"say \"\"hi\"\"\"\r\n\"two\nlines\"\r\nok=1\r\n"
    );
}

#[test]
fn parquet_reads_back_with_the_stated_types() {
    let batch = record_batch(&quantity());
    assert_eq!(batch.column(0).as_string::<i32>().value(1), "2013-07-17");
    assert_eq!(
        batch.column(1).as_primitive::<Int64Type>().values(),
        &[1, 2]
    );

    let largest = 99_999_999_999_999_999_999_999_999_999_999_999_999;
    let batch = record_batch(&revenue(Some("BRL"), &[largest, -1]));
    assert_eq!(batch.column(1).data_type(), &DataType::Decimal128(38, 9));
    let amounts = batch.column(1).as_primitive::<Decimal128Type>();
    assert_eq!(amounts.values(), &[largest, -1]);
    assert_eq!(batch.column(2).as_string::<i32>().value(0), "BRL");
    assert!(record_batch(&revenue(None, &[0])).column(2).is_null(0));

    let batch = record_batch(&products(&["=1+1"]));
    assert_eq!(batch.column(0).as_string::<i32>().value(0), "=1+1");
}

#[test]
fn an_answer_has_the_formats_that_it_names_and_no_other() {
    assert_only_its_formats(&quantity());
    assert_only_its_formats(&revenue(Some("BRL"), &[1]));
    assert_only_its_formats(&products(&["shirt"]));
}

#[test]
fn an_unsupported_format_names_the_supported_ones() {
    assert_eq!(
        check_format::<QuantitySeries>(Format::Ndjson)
            .expect_err("refused")
            .to_string(),
        "a quantity series cannot be written as ndjson; supported formats: json, table, csv, parquet, html, svg, png"
    );
    assert_eq!(check_supplier_list_format(Format::Ndjson), Ok(()));
}

const SOURCE: &str = "Source: table purchases, version 42. Time zone: UTC.";

#[test]
fn a_series_as_text_has_bars_and_its_total() {
    let (rule, bar) = ("─".repeat(59), |blocks| "█".repeat(blocks));
    let expected = format!(
        "Items purchased by day, UTC\n\n\
         Day         Items\n{rule}\n\
         2013-07-16      1  {}\n\
         2013-07-17      2  {}\n{rule}\n\
         Total           3\n\n{SOURCE}\n",
        bar(20),
        bar(40)
    );
    assert_eq!(text(&quantity(), Format::Table), expected);
    let refunded = QuantitySeries {
        refund_items: 1,
        ..quantity()
    };
    let refunded = text(&refunded, Format::Table);
    let notes = format!("\n\nItems of refunds in this period: 1.\n{SOURCE}\n");
    assert!(refunded.ends_with(&notes), "{refunded}");
}

#[test]
fn revenue_as_text_has_the_amounts_of_csv_and_its_exact_total() {
    let revenues = [12_500_000_000, -2_500_000_000];
    // Of 40 columns for 15 reais, 7 are for the 2.50 below zero.
    let expected = format!(
        "Revenue in BRL by day, UTC\n\n\
         Day           BRL\n{rule}\n\
         2024-01-31  12.50         {}\n\
         2024-01-31  -2.50  ▐██████\n{rule}\n\
         Total       10.00\n\n{SOURCE}\n",
        "█".repeat(33),
        rule = "─".repeat(59),
    );
    assert_eq!(
        text(&revenue(Some("BRL"), &revenues), Format::Table),
        expected
    );
    let largest = 99_999_999_999_999_999_999_999_999_999_999_999_999;
    let too_much = text(&revenue(Some("BRL"), &[largest, 1]), Format::Table);
    assert!(too_much.contains("out of range\n"), "{too_much}");
    let most = text(&revenue(Some("BRL"), &[largest - 1, 1]), Format::Table);
    let total = "Total       99999999999999999999999999999.999999999\n";
    assert!(most.contains(total), "{most}");
}

#[test]
fn products_as_text_have_their_number() {
    let expected =
        format!("Products purchased\n\nProduct\n───────\na\\tb\né\n\n{SOURCE}\nProducts: 2.\n");
    assert_eq!(text(&products(&["a\tb", "é"]), Format::Table), expected);
    let page = ProductList {
        total: 102,
        ..products(&["a", "b"])
    };
    let page = text(&page, Format::Table);
    let position = "\n2 of 102 products; --page N shows another page, from 0.\n";
    assert!(page.ends_with(position), "{page}");
}
