//! A page in every format; the expected texts are written from the documentation.

use arrow::array::{Array, AsArray};
use arrow::datatypes::{
    DataType, Date32Type, Decimal128Type, Int16Type, Int64Type, TimestampMicrosecondType,
};

use super::*;
use crate::render::fixture::{
    assert_only_its_formats, bytes as rendered, parquet_reader, record_batch, text,
};
use crate::supplier_purchase::{SupplierPurchaseField as Name, SupplierValue};
use crate::values::instant::parse_instant;
use crate::values::money::parse_decimal;

type ListedPurchase = SupplierPurchaseValues<'static>;

fn set_text(row: &mut ListedPurchase, field: Name, text: &'static str) {
    row.set(field, Some(SupplierValue::Text(text.into())));
}

fn set_integer(row: &mut ListedPurchase, field: Name, number: i64) {
    row.set(field, Some(SupplierValue::Integer(number)));
}

fn set_boolean(row: &mut ListedPurchase, field: Name, flag: bool) {
    row.set(field, Some(SupplierValue::Boolean(flag)));
}

fn set_time(row: &mut ListedPurchase, field: Name, text: &str) {
    let time = parse_instant(text, chrono_tz::Tz::UTC)
        .expect("a time")
        .instant;
    row.set(field, Some(SupplierValue::Time(time)));
}

fn set_date(row: &mut ListedPurchase, text: &str) {
    let date = SupplierValue::Date(text.parse().expect("a date"));
    row.set(Name::RegistrationDate, Some(date));
}

fn set_money(row: &mut ListedPurchase, amount: Name, currency: Name, text: [&'static str; 2]) {
    let [digits, code] = text;
    let parsed = parse_decimal(digits).expect("an amount").amount;
    row.set(amount, Some(SupplierValue::Amount(parsed)));
    set_text(row, currency, code);
}

/// The purchase of the documentation's examples.
pub(crate) fn documented() -> ListedPurchase {
    let mut row = ListedPurchase::default();
    set_integer(&mut row, Name::Id, 123);
    set_date(&mut row, "2025-01-14");
    set_integer(&mut row, Name::SupplierId, 123);
    set_text(&mut row, Name::SupplierName, "CPlug Supplier");
    set_text(&mut row, Name::InvoiceSerie, "1");
    set_text(&mut row, Name::InvoiceNumber, "789");
    set_integer(&mut row, Name::Code, 456);
    for (amount, currency, text) in [
        (
            Name::ValueOfItemsAmount,
            Name::ValueOfItemsCurrency,
            ["99.95", "BRL"],
        ),
        (Name::DiscountAmount, Name::DiscountCurrency, ["0", "BRL"]),
        (
            Name::OtherExpensesValueAmount,
            Name::OtherExpensesValueCurrency,
            ["99.9", "BRL"],
        ),
        (
            Name::TotalAmount,
            Name::TotalCurrency,
            ["199.850000001", "BRL"],
        ),
        (
            Name::ShippingValueAmount,
            Name::ShippingValueCurrency,
            ["500", "JPY"],
        ),
    ] {
        set_money(&mut row, amount, currency, text);
    }
    set_text(&mut row, Name::Notes, "my notes");
    set_boolean(&mut row, Name::PayShipping, true);
    set_integer(&mut row, Name::CarrierId, 123);
    set_text(&mut row, Name::CarrierName, "CPlug Logistics");
    set_text(&mut row, Name::Status, "received");
    set_text(&mut row, Name::OrderNumber, "code123");
    set_boolean(&mut row, Name::HasStockMovementOut, true);
    set_boolean(&mut row, Name::Deleted, false);
    set_time(&mut row, Name::CreatedAt, "2020-01-01T09:00:00-03:00");
    set_time(&mut row, Name::UpdatedAt, "2020-01-01T09:00:00-03:00");
    row
}

/// A deleted purchase with only the required fields.
pub(crate) fn bare() -> ListedPurchase {
    let mut row = ListedPurchase::default();
    set_integer(&mut row, Name::Id, 7);
    set_date(&mut row, "2024-12-31");
    set_boolean(&mut row, Name::Deleted, true);
    set_time(&mut row, Name::UpdatedAt, "2025-07-14T13:31:26.000120Z");
    row.extra = Some("{\"k\":1}".into());
    row
}

pub(crate) fn page(purchases: Vec<ListedPurchase>) -> SupplierPurchasePage {
    SupplierPurchasePage {
        company_id: 12,
        purchases,
        current_page: 1,
        last_page: 10,
        per_page: 20,
        total: 200,
    }
}

const DOCUMENTED_LINE: &str = r#"{"id":123,"registration_date":"2025-01-14","supplier":{"id":123,"name":"CPlug Supplier"},"invoice":{"serie":"1","number":"789"},"code":456,"value_of_items":{"amount":99.95,"currency":"BRL"},"discount":{"amount":0.00,"currency":"BRL"},"other_expenses_value":{"amount":99.90,"currency":"BRL"},"total":{"amount":199.850000001,"currency":"BRL"},"notes":"my notes","shipping":{"pay_shipping":true,"carrier":{"id":123,"name":"CPlug Logistics"},"shipping_value":{"amount":500.0,"currency":"JPY"}},"status":"received","order_number":"code123","has_stock_movement_out":true,"created_at":"2020-01-01T09:00:00-03:00","updated_at":"2020-01-01T09:00:00-03:00"}"#;

const BARE_LINE: &str = r#"{"id":7,"registration_date":"2024-12-31","supplier":null,"invoice":null,"code":null,"value_of_items":null,"discount":null,"other_expenses_value":null,"total":null,"notes":null,"shipping":null,"status":null,"order_number":null,"has_stock_movement_out":null,"were_stock_movements_deleted":false,"created_at":null,"updated_at":"2025-07-14T13:31:26.000120+00:00"}"#;

#[test]
fn a_line_is_the_documented_object() {
    let lines = text(&page(vec![documented(), bare()]), Format::Ndjson);
    assert_eq!(lines, format!("{DOCUMENTED_LINE}\n{BARE_LINE}\n"));
    let mut deleted = documented();
    set_boolean(&mut deleted, Name::Deleted, true);
    set_boolean(&mut deleted, Name::WereStockMovementsDeleted, false);
    let line = text(&page(vec![deleted]), Format::Ndjson);
    let flag = r#""has_stock_movement_out":true,"were_stock_movements_deleted":false,"created_at""#;
    assert!(line.contains(flag), "{line}");
}

#[test]
fn without_nulls_a_key_is_there_when_something_is_known() {
    let mut row = bare();
    set_text(&mut row, Name::CarrierName, "Only a name");
    let page = page(vec![row, documented()]);
    let bytes = supplier_page_json(&page, NullHandling::Omitted).expect("rendered");
    let json = String::from_utf8(bytes).expect("UTF-8");
    let unindented: String = json.lines().map(str::trim_start).collect();
    let line = r#"{"id":7,"registration_date":"2024-12-31","shipping":{"carrier":{"name":"Only a name"}},"were_stock_movements_deleted":false,"updated_at":"2025-07-14T13:31:26.000120+00:00"}"#;
    let start = format!(r#"{{"data":{{"purchases":[{line},{DOCUMENTED_LINE}]}},"meta":{{"#);
    let unindented = unindented.replace("\": ", "\":");
    assert!(unindented.starts_with(&start), "{unindented}");
}

#[test]
fn an_object_is_null_only_when_all_its_parts_are() {
    let mut row = bare();
    set_text(&mut row, Name::CarrierName, "Only a name");
    set_text(&mut row, Name::InvoiceSerie, "");
    let line = text(&page(vec![row]), Format::Ndjson);
    let shipping = r#""shipping":{"pay_shipping":null,"carrier":{"id":null,"name":"Only a name"},"shipping_value":null}"#;
    assert!(line.contains(shipping), "{line}");
    assert!(
        line.contains(r#""invoice":{"serie":"","number":null}"#),
        "{line}"
    );
}

#[test]
fn the_document_has_the_lines_as_purchases_and_the_metadata() {
    let json = text(&page(vec![documented(), bare()]), Format::Json);
    let compact = format!(
        r#"{{"data":{{"purchases":[{DOCUMENTED_LINE},{BARE_LINE}]}},"meta":{{"current_page":1,"last_page":10,"per_page":20,"total":200}}}}"#
    );
    // No text of the page contains a line break or two spaces, so the indentation can be removed.
    let unindented: String = json.lines().map(str::trim_start).collect();
    assert_eq!(unindented.replace("\": ", "\":"), compact);
    let empty = text(&page(Vec::new()), Format::Json);
    assert!(
        empty.starts_with("{\n  \"data\": {\n    \"purchases\": []\n  },\n  \"meta\": {\n    \"current_page\": 1,\n"),
        "{empty}"
    );
}

#[test]
fn csv_has_the_columns_of_the_table_and_no_formula() {
    let mut row = documented();
    set_text(&mut row, Name::Notes, "=1+1");
    let discount = [Name::DiscountAmount, Name::DiscountCurrency];
    set_money(&mut row, discount[0], discount[1], ["-5", "BRL"]);
    set_text(&mut row, Name::InvoiceNumber, "-1");
    let csv = text(&page(vec![row, bare()]), Format::Csv);
    let lines: Vec<&str> = csv.split("\r\n").collect();
    assert_eq!(
        lines,
        [
            "company_id,id,registration_date,supplier_id,supplier_name,invoice_serie,invoice_number,code,\
             value_of_items,value_of_items_currency,discount,discount_currency,other_expenses_value,\
             other_expenses_value_currency,total,total_currency,notes,pay_shipping,carrier_id,carrier_name,\
             shipping_value,shipping_value_currency,status,order_number,has_stock_movement_out,\
             were_stock_movements_deleted,is_deleted,created_at,created_at_offset_minutes,updated_at,\
             updated_at_offset_minutes,extra",
            "12,123,2025-01-14,123,CPlug Supplier,1,'-1,456,99.95,BRL,-5.00,BRL,99.90,BRL,199.850000001,BRL,\
             '=1+1,true,123,CPlug Logistics,500.0,JPY,received,code123,true,,false,\
             2020-01-01T09:00:00-03:00,-180,2020-01-01T09:00:00-03:00,-180,",
            "12,7,2024-12-31,,,,,,,,,,,,,,,,,,,,,,,,true,,,2025-07-14T13:31:26.000120+00:00,0,\"{\"\"k\"\":1}\"",
            "",
        ]
    );
}

#[test]
fn parquet_has_the_types_of_the_table() {
    let batch = record_batch(&page(vec![documented(), bare()]));
    let column = |name: &str| batch.column_by_name(name).expect(name);
    assert_eq!(batch.schema().field(0).name(), "company_id");
    assert_eq!(batch.num_columns(), 32);
    assert_eq!(
        column("company_id").as_primitive::<Int64Type>().values(),
        &[12, 12]
    );
    // 2025-01-14 is 20,102 days after 1970-01-01.
    let dates = column("registration_date").as_primitive::<Date32Type>();
    assert_eq!(dates.values(), &[20_102, 20_088]);
    let totals = column("total").as_primitive::<Decimal128Type>();
    assert_eq!(totals.data_type(), &DataType::Decimal128(38, 9));
    assert_eq!(
        (totals.value(0), totals.is_null(1)),
        (199_850_000_001, true)
    );
    let updated = column("updated_at").as_primitive::<TimestampMicrosecondType>();
    assert_eq!(updated.value(0), 1_577_880_000_000_000);
    assert_eq!(updated.timezone(), Some("UTC"));
    let offsets = column("created_at_offset_minutes").as_primitive::<Int16Type>();
    assert_eq!((offsets.value(0), offsets.is_null(1)), (-180, true));
    assert!(column("is_deleted").as_boolean().value(1));
    assert_eq!(column("notes").as_string::<i32>().value(0), "my notes");
    assert_eq!(column("extra").as_string::<i32>().value(1), "{\"k\":1}");
}

#[test]
fn rows_written_in_batches_are_one_file() {
    let rows = [documented(), bare(), documented()];
    let whole = page(rows.to_vec());
    for format in [Format::Csv, Format::Ndjson] {
        let mut bytes = Vec::new();
        let mut writer = SupplierRowsWriter::new(12, format, &mut bytes).expect("a writer");
        for run in rows.chunks(2) {
            writer.write(run).expect("written");
        }
        assert_eq!(writer.finish().expect("written"), 3);
        assert_eq!(bytes, rendered(&whole, format));
    }
    let empty = rendered(&page(Vec::new()), Format::Ndjson);
    assert!(empty.is_empty());
    let file = parquet_reader(&rendered(&whole, Format::Parquet));
    assert_eq!(file.metadata().file_metadata().num_rows(), 3);
    assert!(matches!(
        SupplierRowsWriter::new(12, Format::Json, Vec::new()),
        Err(RenderError::Format(_))
    ));
}

#[test]
fn a_page_has_the_formats_that_it_names_and_no_other() {
    assert_only_its_formats(&page(vec![documented(), bare()]));
}

#[test]
fn a_page_as_text_ends_with_its_position_and_the_next_page() {
    let rows = " Id  Registered  Supplier        Invoice  Status            Total  Currency  Updated
─────────────────────────────────────────────────────────────────────────────────────────────────────────────
123  2025-01-14  CPlug Supplier  789      received  199.850000001  BRL       2020-01-01T09:00:00-03:00
  7  2024-12-31  –               –        deleted               –  –         2025-07-14T13:31:26.000120+00:00

Source: table purchases, version 42. Time zone: UTC.
";
    let first = page(vec![documented(), bare()]);
    let expected = format!(
        "Supplier purchases, page 1 of 10, 200 in total\n\n{rows}\
         Page 1 of 10, 200 purchases in total; next page: --page 2\n"
    );
    assert_eq!(text(&first, Format::Table), expected);
    let last_line = |current_page, last_page, total| {
        let page = SupplierPurchasePage {
            current_page,
            last_page,
            total,
            ..page(Vec::new())
        };
        text(&page, Format::Table).lines().last().map(str::to_owned)
    };
    for (position, expected) in [
        (
            (9, 10, 200),
            "Page 9 of 10, 200 purchases in total; next page: --page 10",
        ),
        ((10, 10, 200), "Page 10 of 10, 200 purchases in total"),
        (
            (11, 10, 200),
            "Page 11 of 10, 200 purchases in total; last page: --page 10",
        ),
        ((1, 1, 1), "Page 1 of 1, 1 purchase in total"),
        ((1, 1, 0), "Page 1 of 1, 0 purchases in total"),
    ] {
        let (current, last, total) = position;
        assert_eq!(last_line(current, last, total).as_deref(), Some(expected));
    }
}
