//! A page and a summary in every format; the expected texts are written from the documentation.

use std::io::Write;

use ::parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use arrow::array::{Array, AsArray, RecordBatch};
use arrow::datatypes::{
    DataType, Date32Type, Decimal128Type, Int16Type, Int64Type, TimestampMicrosecondType,
};

use super::*;
use crate::render::{Answer, Format, render};
use crate::report::{
    PurchaseCounts, RowInvoice, RowMoney, RowParty, RowShipping, SummaryAmounts,
    SupplierPurchaseRow, SupplierSummary, SupplierSummaryParameters, SupplierSummaryRequest,
    SupplierSummaryRow,
};
use crate::values::money::{Amount, parse_decimal};

fn amount(text: &str) -> Amount {
    parse_decimal(text).expect("an amount").amount
}

fn money(text: &str, currency: &str) -> RowMoney {
    RowMoney {
        amount: Some(amount(text)),
        currency: Some(currency.to_owned()),
    }
}

fn party(id: i64, name: &str) -> RowParty {
    RowParty {
        id: Some(id),
        name: Some(name.to_owned()),
    }
}

/// The purchase of the documentation's examples.
pub(crate) fn documented() -> SupplierPurchaseRow {
    let text = |text: &str| Some(text.to_owned());
    let time = "2020-01-01T09:00:00-03:00".parse().expect("a time");
    SupplierPurchaseRow {
        id: 123,
        registration_date: "2025-01-14".parse().expect("a date"),
        supplier: party(123, "CPlug Supplier"),
        invoice: RowInvoice {
            serie: text("1"),
            number: text("789"),
        },
        code: Some(456),
        value_of_items: money("99.95", "BRL"),
        discount: money("0", "BRL"),
        other_expenses_value: money("99.9", "BRL"),
        total: money("199.850000001", "BRL"),
        notes: text("my notes"),
        shipping: RowShipping {
            pay_shipping: Some(true),
            carrier: party(123, "CPlug Logistics"),
            shipping_value: money("500", "JPY"),
        },
        status: text("received"),
        order_number: text("code123"),
        has_stock_movement_out: Some(true),
        were_stock_movements_deleted: None,
        is_deleted: false,
        created_at: Some(time),
        updated_at: time,
        extra: None,
    }
}

/// A deleted purchase with only the required fields.
pub(crate) fn bare() -> SupplierPurchaseRow {
    SupplierPurchaseRow {
        id: 7,
        registration_date: "2024-12-31".parse().expect("a date"),
        supplier: RowParty::default(),
        invoice: RowInvoice::default(),
        code: None,
        value_of_items: RowMoney::default(),
        discount: RowMoney::default(),
        other_expenses_value: RowMoney::default(),
        total: RowMoney::default(),
        notes: None,
        shipping: RowShipping::default(),
        status: None,
        order_number: None,
        has_stock_movement_out: None,
        were_stock_movements_deleted: None,
        is_deleted: true,
        created_at: None,
        updated_at: "2025-07-14T13:31:26.000120Z".parse().expect("a time"),
        extra: Some("{\"k\":1}".to_owned()),
    }
}

pub(crate) fn page(purchases: Vec<SupplierPurchaseRow>) -> Answer {
    Answer::SupplierPurchases(SupplierPurchasePage {
        company_id: 12,
        purchases,
        current_page: 1,
        last_page: 10,
        per_page: 20,
        total: 200,
    })
}

pub(crate) fn summary() -> Answer {
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
    Answer::SupplierSummary(SupplierSummary {
        parameters: SupplierSummaryParameters::resolve(&request).expect("correct parameters"),
        rows: vec![row, nameless],
    })
}

fn text(answer: &Answer, format: Format) -> String {
    String::from_utf8(render(answer, format).expect("rendered")).expect("UTF-8")
}

fn read(answer: &Answer) -> RecordBatch {
    let bytes = render(answer, Format::Parquet).expect("rendered");
    let mut file = tempfile::tempfile().expect("a file for the test");
    file.write_all(&bytes).expect("written");
    let reader = ParquetRecordBatchReaderBuilder::try_new(file).expect("a Parquet file");
    let mut batches = reader.build().expect("a reader");
    batches.next().expect("a batch").expect("readable")
}

const DOCUMENTED_LINE: &str = r#"{"id":123,"registration_date":"2025-01-14","supplier":{"id":123,"name":"CPlug Supplier"},"invoice":{"serie":"1","number":"789"},"code":456,"value_of_items":{"amount":99.95,"currency":"BRL"},"discount":{"amount":0.00,"currency":"BRL"},"other_expenses_value":{"amount":99.90,"currency":"BRL"},"total":{"amount":199.850000001,"currency":"BRL"},"notes":"my notes","shipping":{"pay_shipping":true,"carrier":{"id":123,"name":"CPlug Logistics"},"shipping_value":{"amount":500.0,"currency":"JPY"}},"status":"received","order_number":"code123","has_stock_movement_out":true,"created_at":"2020-01-01T09:00:00-03:00","updated_at":"2020-01-01T09:00:00-03:00"}"#;

const BARE_LINE: &str = r#"{"id":7,"registration_date":"2024-12-31","supplier":null,"invoice":null,"code":null,"value_of_items":null,"discount":null,"other_expenses_value":null,"total":null,"notes":null,"shipping":null,"status":null,"order_number":null,"has_stock_movement_out":null,"were_stock_movements_deleted":false,"created_at":null,"updated_at":"2025-07-14T13:31:26.000120+00:00"}"#;

#[test]
fn a_line_is_the_documented_object() {
    let lines = text(&page(vec![documented(), bare()]), Format::Ndjson);
    assert_eq!(lines, format!("{DOCUMENTED_LINE}\n{BARE_LINE}\n"));
    let mut deleted = documented();
    (deleted.is_deleted, deleted.were_stock_movements_deleted) = (true, Some(false));
    let line = text(&page(vec![deleted]), Format::Ndjson);
    let flag = r#""has_stock_movement_out":true,"were_stock_movements_deleted":false,"created_at""#;
    assert!(line.contains(flag), "{line}");
}

#[test]
fn without_nulls_a_key_is_there_when_something_is_known() {
    let mut row = bare();
    row.shipping.carrier.name = Some("Only a name".to_owned());
    let Answer::SupplierPurchases(page) = page(vec![row, documented()]) else {
        unreachable!("it is a page")
    };
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
    row.shipping.carrier.name = Some("Only a name".to_owned());
    row.invoice.serie = Some(String::new());
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
    row.notes = Some("=1+1".to_owned());
    row.discount = money("-5", "BRL");
    row.invoice.number = Some("-1".to_owned());
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
    let batch = read(&page(vec![documented(), bare()]));
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
        assert_eq!(bytes, render(&whole, format).expect("rendered"));
    }
    let empty = render(&page(Vec::new()), Format::Ndjson).expect("rendered");
    assert!(empty.is_empty());
    assert_eq!(
        read_rows(&render(&whole, Format::Parquet).expect("rendered")),
        3
    );
    assert!(matches!(
        SupplierRowsWriter::new(12, Format::Json, Vec::new()),
        Err(RenderError::Format(_))
    ));
}

fn read_rows(bytes: &[u8]) -> i64 {
    let mut file = tempfile::tempfile().expect("a file for the test");
    file.write_all(bytes).expect("written");
    let reader = ParquetRecordBatchReaderBuilder::try_new(file).expect("a Parquet file");
    reader.metadata().file_metadata().num_rows()
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
    let batch = read(&summary());
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
    let refused = |answer, format| render(answer, format).expect_err("refused").to_string();
    assert_eq!(
        refused(&summary(), Format::Ndjson),
        "a supplier summary cannot be written as ndjson; supported formats: json, csv, parquet, html, svg, png"
    );
}
