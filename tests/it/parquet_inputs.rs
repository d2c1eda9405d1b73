//! Parquet files as inputs: their columns, values and rejects; files that are damaged, or announce too
//! much; and files of three writers, of which the program stores what was written.

use std::ffi::OsString;
use std::sync::Arc;

use arrow::array::{
    ArrayRef, BooleanArray, Decimal128Array, Int64Array, ListArray, RecordBatch, StringArray,
    TimestampMicrosecondArray,
};
use arrow::datatypes::Int64Type;
use serde_json::Value;

use crate::check::check;
use crate::emulators::{Cloud, Emulator};
use crate::parquet_text::{parquet_file, written};
use crate::purchase_fixtures::quantity_series;
use crate::python::{python, table_rows};
use crate::workdir::{NOW, Output, Workdir};

/// Mutations of each of the 82 files.
const MUTATIONS: &str = "10";

/// The table of Snowflake with some rows, as text.
const SHARED: &str = "parquet.schema ID string, USER_ID string, EXTERNAL_USER_ID string, APP_API_ID string, TIME int64, PRODUCT_ID string, PRICE float, CURRENCY string, PROPERTIES string, SF_CREATED_AT string";

pub(crate) fn shared(rows: &[&str]) -> Vec<u8> {
    parquet_file(&[&[SHARED], rows].concat().join("\n"))
}

const PEN: &str = r#"{"ID":"s1","USER_ID":"u1","EXTERNAL_USER_ID":"x1","APP_API_ID":"app-1","TIME":1712068448,"PRODUCT_ID":"pen","PRICE":12.34,"CURRENCY":"USD","PROPERTIES":"{\"a\":1,\"b\":2}","SF_CREATED_AT":"2024-04-02 14:34:20.123"}"#;
pub(crate) const WITHOUT_PRODUCT: &str = r#"{"ID":"s5","USER_ID":"u1","EXTERNAL_USER_ID":null,"APP_API_ID":null,"TIME":1712068448,"PRODUCT_ID":null,"PRICE":1,"CURRENCY":"USD","PROPERTIES":"{}","SF_CREATED_AT":null}"#;

fn rows(workdir: &Workdir, table: &str) -> Vec<Value> {
    table_rows(&workdir.lake(), table)
}

#[track_caller]
pub(crate) fn assert_refused(output: &Output, rule: &str, texts: &[&str]) {
    let refusal = &output.assert_code(3).json()["inputs"][0]["refusal"];
    assert_eq!(refusal["rule_id"], rule, "{}", output.transcript());
    let message = refusal["message"].as_str().expect("a text");
    for text in texts {
        assert!(message.contains(text), "{text}: {message}");
    }
}

#[test]
fn three_writers_and_the_program_agree_on_the_values() {
    let workdir = Workdir::new();
    let folder = workdir.path("parquet/files").into_os_string();
    let made = python(
        "parquet_writers.py",
        [OsString::from("make"), folder.clone(), MUTATIONS.into()],
    );
    assert_eq!(made["mutated"], 82 * 10, "{made}");
    let options = ["--reject-limit", "100%", "--max-partitions", "100000"];
    let options = options.map(OsString::from).into_iter();
    let mutated = workdir.path("parquet/mutated").into_os_string();
    let output = workdir.ingest(options.chain([folder.clone(), mutated]));
    output.assert_code(3);
    let stderr = output.stderr();
    assert!(!stderr.contains("stopped unexpectedly"), "{stderr}");
    let summary = workdir.write("summary.json", output.stdout());
    let compared = [
        OsString::from("compare"),
        folder,
        workdir.lake().into(),
        summary.into(),
    ];
    let found = python("parquet_writers.py", compared);
    let differences = found["differences"].as_array().expect("a list");
    assert!(differences.is_empty(), "{differences:#?}");
    let count = |name: &str| found["counts"][name].as_u64().unwrap_or_default();
    assert!(count("accepted") > 2_800, "{found:#}");
    assert!(count("rejected") > 200, "{found:#}");
    assert!(count("mutations refused") > 500, "{found:#}");
}

#[test]
fn a_table_of_snowflake_is_read_as_its_csv_is() {
    let workdir = Workdir::new();
    workdir.write("purchases.parquet", shared(&[PEN, WITHOUT_PRODUCT]));
    let options = ["--reject-limit", "100%", "purchases.parquet"];
    let output = workdir.ingest(options);
    output.assert_code(0);
    let purchases = rows(&workdir, "purchases");
    let [row] = purchases.as_slice() else {
        panic!("{purchases:?}");
    };
    assert_eq!(row["app_id"], "app-1");
    assert_eq!(row["event_id"], "s1");
    assert_eq!(row["price"], "12.340000000");
    assert_eq!(row["properties"], r#"{"a":1,"b":2}"#);
    assert_eq!(
        row["extra"],
        r#"{"SF_CREATED_AT":"2024-04-02 14:34:20.123"}"#
    );
    let series = ["--length", "1", "--ending-at", "2024-04-02"];
    let series = workdir.report("quantity-series", series);
    series.assert_stdout(&quantity_series(&[("2024-04-02", 1)]));

    // The reject is a line that can be corrected and ingested.
    let rejects = rows(&workdir, "rejects");
    let reject = &rejects[0];
    assert_eq!(reject["raw"], format!("b'{WITHOUT_PRODUCT}'"));
    assert_eq!(
        (&reject["source_row"], &reject["line"]),
        (&"1".into(), &"1".into())
    );
    let message = reject["message"].as_str().expect("a text");
    assert!(message.ends_with("[block 1, record 1 of it]"), "{message}");
    let corrected = WITHOUT_PRODUCT.replacen("null,\"PRICE\"", "\"pen\",\"PRICE\"", 1);
    workdir.write("corrected.ndjson", corrected);
    let output = workdir.ingest(["corrected.ndjson"]);
    assert_eq!(output.assert_code(0).summary_count("accepted"), 1);
    check(&workdir, &options)
        .assert_stdout_contains(&["purchases.parquet:block 1: reject BRZ-PRODUCT-REQUIRED"]);
}

/// A batch with one column in place of the price.
fn with_price(price: &ArrayRef) -> Vec<u8> {
    let text = |value: &str| -> ArrayRef { Arc::new(StringArray::from(vec![value; price.len()])) };
    let batch = RecordBatch::try_from_iter([
        ("external_id", text("x1")),
        ("product_id", text("pen")),
        ("currency", text("USD")),
        ("time", text("2024-04-02T10:00:00Z")),
        ("price", Arc::clone(price)),
    ]);
    written(&batch.expect("columns of one length"))
}

#[test]
fn a_column_of_another_type_than_its_field_refuses_the_file() {
    let workdir = Workdir::new();
    let list = ListArray::from_iter_primitive::<Int64Type, _, _>([Some([Some(1)])]);
    let columns: [(ArrayRef, &str); 3] = [
        (Arc::new(BooleanArray::from(vec![true])), "Boolean"),
        (
            Arc::new(TimestampMicrosecondArray::from(vec![1])),
            "Timestamp",
        ),
        (Arc::new(list), "List"),
    ];
    for (column, name) in columns {
        workdir.write("a.parquet", with_price(&column));
        let output = workdir.ingest(["--kind", "purchases", "a.parquet"]);
        assert_refused(&output, "FILE-PARQUET-SCHEMA", &["price", name, "a number"]);
    }
    let decimal = Decimal128Array::from(vec![1250]).with_precision_and_scale(18, 2);
    let accepted: [ArrayRef; 2] = [
        Arc::new(decimal.expect("a scale")),
        Arc::new(Int64Array::from(vec![12])),
    ];
    for column in accepted {
        workdir.write("a.parquet", with_price(&column));
        let output = workdir.ingest(["--changed-input", "append", "a.parquet"]);
        output.assert_code(0);
    }
    let mut prices: Vec<Value> = rows(&workdir, "purchases")
        .into_iter()
        .map(|row| row["price"].clone())
        .collect();
    prices.sort_by_key(ToString::to_string);
    assert_eq!(prices, ["12.000000000", "12.500000000"]);
}

#[test]
fn unknown_columns_refuse_the_file_until_they_are_mapped() {
    let workdir = Workdir::new();
    let table = "parquet.schema cliente int64, item string, valor_total string, quando string\n{\"cliente\":7,\"item\":\"pen\",\"valor_total\":\"12,50\",\"quando\":\"02/04/2024\"}";
    workdir.write("a.parquet", parquet_file(table));
    let output = workdir.ingest(["--kind", "purchases", "a.parquet"]);
    assert_refused(&output, "FILE-PARQUET-SCHEMA", &["cliente"]);
    let mapped = [
        "--map",
        "cliente=external_id",
        "--map",
        "item=product_id",
        "--map",
        "valor_total=price",
        "--map",
        "quando=time:%d/%m/%Y",
        "--decimal",
        "comma",
        "--default-currency",
        "BRL",
        "a.parquet",
    ];
    let output = workdir.ingest(mapped);
    output.assert_code(0);
    let purchases = rows(&workdir, "purchases");
    let row = &purchases[0];
    let fields = [
        "external_id",
        "product_id",
        "price",
        "currency",
        "purchase_date",
    ];
    let found: Vec<&Value> = fields.iter().map(|field| &row[field]).collect();
    assert_eq!(found, ["7", "pen", "12.500000000", "BRL", "2024-04-02"]);
}

#[test]
fn supplier_purchases_are_read_by_the_headers_of_their_csv() {
    let workdir = Workdir::new();
    let table = "parquet.schema id int64, registration_date string, total string, moeda string, situacao string, created_at string, updated_at string";
    let csv_header = table.trim_start_matches("parquet.schema ");
    let names: Vec<&str> = csv_header
        .split(", ")
        .map(|column| column.split(' ').next().expect("a name"))
        .collect();
    let row = r#"{"id":5,"registration_date":"2025-01-14","total":"99.95","moeda":"BRL","situacao":"pending","created_at":"2025-01-14T09:00:00-03:00","updated_at":"2025-01-14T09:00:00-03:00"}"#;
    workdir.write("a.parquet", parquet_file(&format!("{table}\n{row}")));
    let values: Value = serde_json::from_str(row).expect("a row");
    let cells: Vec<String> = names
        .iter()
        .map(|name| values[*name].to_string().replace('"', ""))
        .collect();
    workdir.write(
        "a.csv",
        format!("{}\n{}\n", names.join(","), cells.join(",")),
    );
    let mut lists = Vec::new();
    for file in ["a.parquet", "a.csv"] {
        let lake = format!("lake-{file}");
        let ingest = [
            "ingest",
            "--kind",
            "supplier-purchases",
            "--now",
            NOW,
            "--company-id",
            "1",
            "--lake",
            &lake,
            file,
        ];
        workdir.run(ingest).assert_code(0);
        let list = [
            "report",
            "supplier-purchases",
            "--company-id",
            "1",
            "--lake",
            &lake,
        ];
        lists.push(workdir.run(list).assert_code(0).stdout().to_owned());
    }
    assert!(lists[0].contains("99.95"), "{}", lists[0]);
    assert_eq!(lists[0], lists[1]);
}

#[test]
fn what_is_not_a_whole_file_is_refused() {
    let workdir = Workdir::new();
    let whole = shared(&[PEN]);
    let kind = ["--kind", "purchases"];
    for length in [5, 11, 12, whole.len() / 2, whole.len() - 1] {
        workdir.write("cut.parquet", &whole[..length]);
        let output = workdir.ingest([kind[0], kind[1], "cut.parquet"]);
        let text = format!("after {length} bytes");
        assert_refused(&output, "FILE-TRUNCATED", &[&text]);
    }
    let piped = [
        "ingest",
        "--summary",
        "-",
        "--kind",
        "purchases",
        "--lake",
        "lake",
        "-",
    ];
    let output = workdir.run_with_stdin(piped, &whole);
    assert_refused(&output, "FILE-PARQUET-DAMAGED", &["not a pipe"]);
    workdir.write(
        "twice.parquet.zst",
        zstd::encode_all(whole.as_slice(), 0).expect("memory"),
    );
    let output = workdir.ingest([kind[0], kind[1], "twice.parquet.zst"]);
    assert_refused(&output, "FILE-PARQUET-DAMAGED", &["without gzip or zstd"]);
    workdir.write("text.csv", "price,time\n1,2\n");
    let output = workdir.ingest(["--input-format", "parquet", "text.csv"]);
    assert_refused(&output, "FILE-PARQUET-DAMAGED", &["PAR1"]);
    let encrypted = [&whole[..whole.len() - 4], b"PARE"].concat();
    workdir.write("secret.parquet", encrypted);
    let output = workdir.ingest([kind[0], kind[1], "secret.parquet"]);
    assert_refused(&output, "FILE-FORMAT", &["encrypted"]);
    workdir.write("header.parquet", shared(&[]));
    let output = workdir.ingest([kind[0], kind[1], "header.parquet"]);
    output.assert_code(0);
    assert_eq!(output.summary_count("records read"), 0);
}

#[test]
fn an_object_is_the_input_that_its_file_is() {
    let store = Emulator::start(Cloud::S3, &["dumps"]);
    let workdir = Workdir::new();
    let file = shared(&[PEN, WITHOUT_PRODUCT]);
    store.put("dumps", "a.parquet", &file);
    workdir.write("a.parquet", &file);
    let mut outcomes = Vec::new();
    for input in [store.url("dumps", "a.parquet"), "a.parquet".to_owned()] {
        let mut command = workdir.ingest_command();
        command.envs(store.variables());
        command.args(["--reject-limit", "100%", &input]);
        let output = Output::of(command);
        output.assert_code(0);
        outcomes.extend(output.outcomes());
    }
    assert_eq!(outcomes, ["ingested", "already_ingested"]);
}
