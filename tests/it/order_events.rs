//! Order events from `ingest` to the reports: the golden vector of the specification, repeated deliveries,
//! days with both kinds, dumps with nothing else, and random events against an oracle in Python.

use std::ffi::OsString;

use serde_json::{Value, json};

use crate::avro_text::avro_file;
use crate::check::check;
use crate::purchase_fixtures::{quantity_series, series_digits};
use crate::python::{python, table_rows};
use crate::workdir::{Output, Workdir};

const PURCHASE: &str = r#"{"external_id":"u1","product_id":"pen","currency":"USD","price":2.00,"quantity":4,"time":"2026-05-02T09:00:00Z"}"#;

const PLACED: &str = r#"{"external_id":"u1","name":"ecommerce.order_placed","time":"2026-05-02T14:35:42Z","properties":{"order_id":"o1","total_value":50.71,"subtotal_value":42.21,"tax":3.50,"shipping":5.00,"total_discounts":4.69,"currency":"USD","source":"web","products":[{"product_id":"mug","product_name":"Mug","variant_id":"m1","quantity":2,"price":12.50},{"product_id":"tea","product_name":"Tea","variant_id":"t1","quantity":3,"price":7.30}]}}"#;

const REFUNDED: &str = r#"{"external_id":"u1","name":"ecommerce.order_refunded","time":"2026-05-03T10:05:00Z","properties":{"order_id":"o1","total_value":12.50,"currency":"USD","source":"web","products":[{"product_id":"mug","product_name":"Mug","variant_id":"m1","quantity":1,"price":12.50}]}}"#;

const CANCELLED: &str = r#"{"external_id":"u1","name":"ecommerce.order_cancelled","time":"2026-05-03T11:00:00Z","properties":{"order_id":"o1"}}"#;

const VIEWED: &str = r#"{"external_id":"u1","name":"ecommerce.product_viewed","time":"2026-05-03T11:00:00Z","properties":{}}"#;

const ROWS: [&str; 2] = ["--order-events", "rows"];

/// A request to `/users/track` with a purchase and four events.
fn request() -> String {
    format!("{{\"purchases\":[{PURCHASE}],\"events\":[{PLACED},{REFUNDED},{CANCELLED},{VIEWED}]}}")
}

fn ingest(workdir: &Workdir, options: &[&str], name: &str) -> Output {
    let arguments = options.iter().map(OsString::from);
    workdir.ingest(arguments.chain([workdir.path(name).into()]))
}

/// The records that were read, accepted, rejected, duplicate and skipped.
fn counts(run: &Output) -> [u64; 5] {
    let report = run.json();
    let count = |name: &str| report["counts"][name].as_u64().expect("a count");
    ["read", "accepted", "rejected", "duplicate", "skipped"].map(count)
}

fn notes(run: &Output) -> Vec<String> {
    let report = run.json();
    let notes = report["notes"].as_array().expect("notes").clone();
    let texts = notes
        .iter()
        .map(|note| note.as_str().expect("a text").to_owned());
    texts.collect()
}

#[test]
fn the_golden_vector_of_order_events_gives_both_series_in_each_setting() {
    let skipped = json!({
        "ecommerce.order_cancelled": 1,
        "ecommerce.order_placed": 1,
        "ecommerce.order_refunded": 1,
        "ecommerce.product_viewed": 1,
    });
    let as_rows = json!({"ecommerce.order_cancelled": 1, "ecommerce.product_viewed": 1});
    let purchases_only = (4, ["8.00", "0.00", "0.00"]);
    let no_refunds = (9, ["54.90", "0.00", "0.00"]);
    let refunded = (9, ["54.90", "-12.50", "0.00"]);
    for (options, read, events, answers) in [
        (
            &[][..],
            [5, 1, 0, 0, 4],
            &skipped,
            vec![(&[][..], purchases_only)],
        ),
        (
            &ROWS[..],
            [6, 4, 0, 0, 2],
            &as_rows,
            vec![
                (&[][..], refunded),
                (&["--events", "all"], refunded),
                (&["--exclude-refunds"], no_refunds),
                (&["--events", "purchases"], purchases_only),
                (
                    &["--events", "purchases", "--exclude-refunds"],
                    purchases_only,
                ),
                (&["--events", "orders"], (5, ["46.90", "-12.50", "0.00"])),
            ],
        ),
    ] {
        let workdir = Workdir::new();
        workdir.write("track.json", request());
        let run = ingest(&workdir, options, "track.json");
        run.assert_code(0);
        assert_eq!(counts(&run), read, "{}", run.transcript());
        assert_eq!(&run.json()["skipped_events"], events);
        assert_eq!(run.json()["warned_by_rule"], json!({}));
        let window = ["--length", "3", "--ending-at", "2026-05-04"];
        for (more, (quantity, revenue)) in answers {
            let days = ["2026-05-02", "2026-05-03", "2026-05-04"];
            let series = workdir.report("quantity-series", window.iter().chain(more));
            let expected = quantity_series(&[(days[0], quantity), (days[1], 0), (days[2], 0)]);
            series.assert_code(0).assert_stdout(&expected);
            let series = workdir.report("revenue-series", window.iter().chain(more));
            let digits = series_digits(series.assert_code(0).stdout(), "revenue");
            let expected = days.iter().zip(revenue);
            let expected = expected.map(|(day, digits)| ((*day).to_owned(), digits.to_owned()));
            assert_eq!(digits, expected.collect::<Vec<_>>(), "{more:?}");
        }
    }
}

#[test]
fn the_product_list_has_the_products_of_purchases_and_orders() {
    let workdir = Workdir::new();
    workdir.write("track.json", request());
    ingest(&workdir, &ROWS, "track.json").assert_code(0);
    let list = workdir.report("product-list", [""; 0]);
    assert_eq!(list.json()["products"], json!(["mug", "pen", "tea"]));
}

/// The order as a custom event of Currents, in the forms that it is exported in.
fn currents_forms() -> [(&'static str, String); 4] {
    let order: Value = serde_json::from_str(PLACED).expect("the order");
    let properties = order["properties"].to_string();
    let quoted = Value::from(properties.as_str()).to_string();
    let schema = json!({
        "type": "record", "name": "CustomEvent",
        "namespace": "dataexport.S3.inner.users.behaviors",
        "fields": [
            {"name": "id", "type": "string"},
            {"name": "user_id", "type": "string"},
            {"name": "external_user_id", "type": ["null", "string"], "default": null},
            {"name": "app_id", "type": ["null", "string"], "default": null},
            {"name": "time", "type": "int"},
            {"name": "timezone", "type": ["null", "string"], "default": null},
            {"name": "device_id", "type": ["null", "string"], "default": null},
            {"name": "name", "type": "string"},
            {"name": "properties", "type": "string"},
        ],
    });
    let record = json!({
        "id": "c1", "user_id": "b1", "external_user_id": "u1", "app_id": null,
        "time": 1_777_732_542, "timezone": "UTC", "device_id": null,
        "name": "ecommerce.order_placed", "properties": properties,
    });
    let avro = format!("avro.schema {schema}\n{record}\n{record}");
    let tools = format!(
        r#"{{"id":"c1","user_id":"b1","external_user_id":{{"string":"u1"}},"app_id":null,"time":1777732542,"name":"ecommerce.order_placed","properties":{quoted}}}"#
    );
    let http = format!(
        r#"{{"event_type":"users.behaviors.CustomEvent","id":"c1","time":1777732542,"user":{{"user_id":"b1","external_user_id":"u1"}},"properties":{{"name":"ecommerce.order_placed","custom_properties":{properties}}}}}"#
    );
    let cell = properties.replace('"', "\"\"");
    let row = format!("c1,b1,u1,\\N,1777732542,ecommerce.order_placed,\"{cell}\"\n");
    [
        ("avro", avro),
        ("tools.json", format!("{tools}\n{tools}\n")),
        ("http.json", format!("{{\"events\":[{http},{http}]}}")),
        (
            "share.csv",
            format!("ID,USER_ID,EXTERNAL_USER_ID,APP_API_ID,TIME,NAME,PROPERTIES\n{row}{row}"),
        ),
    ]
}

#[test]
fn an_event_of_currents_that_is_delivered_twice_counts_once_in_each_form() {
    for (name, text) in currents_forms() {
        let workdir = Workdir::new();
        let bytes = if name == "avro" {
            avro_file(&text)
        } else {
            text.into_bytes()
        };
        workdir.write(name, &bytes);
        let run = ingest(&workdir, &ROWS, name);
        run.assert_code(0);
        assert_eq!(counts(&run), [4, 2, 0, 2, 0], "{}", run.transcript());
        let rows = table_rows(&workdir.lake(), "purchases");
        for (row, (id, product)) in rows.iter().zip([("c1#0", "mug"), ("c1#1", "tea")]) {
            assert_eq!(
                (&row["event_id"], &row["product_id"]),
                (&json!(id), &json!(product))
            );
            assert_eq!(row["event_name"], "ecommerce.order_placed");
            assert_eq!(
                (&row["external_id"], &row["braze_id"]),
                (&json!("u1"), &json!("b1"))
            );
        }
        assert_eq!(rows.len(), 2, "{name}");
        // Delivered again, in another file, on another night.
        let mut again = bytes;
        if name != "avro" {
            again.push(b'\n');
            workdir.write("again", &again);
            let run = ingest(&workdir, &ROWS, "again");
            assert_eq!(counts(&run), [4, 0, 0, 4, 0], "{}", run.transcript());
        }
        let verified = workdir.run([
            OsString::from("lake"),
            "verify".into(),
            "--lake".into(),
            workdir.lake().into(),
        ]);
        verified.assert_code(0);
    }
}

#[test]
fn files_of_custom_events_are_read_with_order_events_alone() {
    let (_, text) = &currents_forms()[0];
    let name = "x/event_type=users.behaviors.CustomEvent/date=2026-05-02-14/a.avro";
    let workdir = Workdir::new();
    workdir.write(name, avro_file(text));
    let passed = ingest(&workdir, &["--optional"], "x");
    let type_name = "users.behaviors.CustomEvent";
    assert_eq!(passed.json()["passed_over"][type_name]["folders"], 1);
    let refused = ingest(&workdir, &[], name);
    refused
        .assert_code(3)
        .assert_stderr_contains(&["FILE-OTHER-EVENT", "--order-events rows"]);
    let read = ingest(&workdir, &ROWS, "x");
    assert_eq!(counts(read.assert_code(0)), [4, 2, 0, 2, 0]);
}

#[test]
fn a_dump_with_nothing_but_skipped_orders_names_the_option() {
    let workdir = Workdir::new();
    workdir.write("orders.ndjson", format!("{PLACED}\n{REFUNDED}\n"));
    workdir.write("viewed.ndjson", VIEWED);
    workdir.write("both.ndjson", format!("{PLACED}\n{PURCHASE}\n"));
    let run = ingest(&workdir, &[], "orders.ndjson");
    run.assert_code(0).assert_stderr_contains(&[
        "1 input has order events and no purchases",
        "--order-events rows",
    ]);
    assert_eq!(counts(&run), [2, 0, 0, 0, 2]);
    let note = notes(&run);
    assert!(
        note.len() == 1 && note[0].contains("--order-events rows"),
        "{note:?}"
    );
    let checked = check(&workdir, &["orders.ndjson"]);
    checked.assert_code(0).assert_stdout_contains(&[
        "--order-events rows",
        "skipped 1 events ecommerce.order_placed",
    ]);
    for (name, options) in [
        ("viewed.ndjson", &[][..]),
        ("both.ndjson", &[]),
        (
            "orders.ndjson",
            &["--order-events", "rows", "--changed-input", "append"],
        ),
    ] {
        let run = ingest(&workdir, options, name);
        let found = notes(&run)
            .iter()
            .any(|note| note.contains("--order-events rows"));
        assert!(!found, "{name}: {}", run.transcript());
    }
}

#[test]
fn days_with_purchases_and_orders_are_noted() {
    let workdir = Workdir::new();
    workdir.write("a.ndjson", PURCHASE);
    workdir.write("b.ndjson", REFUNDED);
    workdir.write("c.ndjson", PLACED);
    for (name, noted) in [("a.ndjson", false), ("b.ndjson", false), ("c.ndjson", true)] {
        let run = ingest(&workdir, &ROWS, name);
        run.assert_code(0);
        let found = notes(&run).iter().any(|note| {
            note.starts_with("1 UTC day has both purchases and order events, first 2026-05-02;")
        });
        assert_eq!(found, noted, "{name}: {}", run.transcript());
    }
}

#[test]
fn check_answers_as_the_service_does_with_the_array_and_the_index() {
    let workdir = Workdir::new();
    let missing = PLACED.replacen("\"variant_id\":\"t1\",", "", 1);
    let typed = PLACED.replacen("12.50", "\"12.50\"", 1);
    let bad_purchase = PURCHASE.replace("2.00", "\"2.00\"");
    workdir.write(
        "track.json",
        format!(
            "{{\"events\":[{PLACED},7,{missing},{VIEWED},{typed}],\"purchases\":[{PURCHASE},{bad_purchase}]}}"
        ),
    );
    let options = [
        &ROWS[..],
        &["--reject-limit", "100%", "--format", "response"],
    ]
    .concat();
    let answer = check(&workdir, &[&options[..], &["track.json"]].concat());
    let errors = answer.json()["errors"].clone();
    let error = |kind: &str, array: &str, index: u64, rule: &str| json!({"type": kind, "input_array": array, "index": index, "rule_id": rule});
    let expected = json!([
        error(
            "The property '#/' did not contain a required property of 'variant_id'",
            "events",
            2,
            "BRZ-ECOM-REQUIRED"
        ),
        error(
            "The property '#/price' of type string did not match the following type: number",
            "events",
            4,
            "BRZ-ECOM-TYPE"
        ),
        error("'price' is not valid", "purchases", 1, "BRZ-PRICE-TYPE"),
    ]);
    assert_eq!(errors, expected, "{}", answer.transcript());
    let options = [&ROWS[..], &["--reject-limit", "100%", "--findings", "all"]].concat();
    let text = check(&workdir, &[&options[..], &["track.json"]].concat());
    text.assert_stdout_contains(&[
        "BRZ-ECOM-REQUIRED: properties.products[1].variant_id: is required",
        "BRZ-ECOM-TYPE: properties.products[0].price: is of type string",
    ]);
}

#[test]
fn other_settings_for_order_events_do_not_read_a_known_content_again() {
    let workdir = Workdir::new();
    workdir.write("track.json", request());
    ingest(&workdir, &[], "track.json").assert_code(0);
    let refused = ingest(&workdir, &ROWS, "track.json");
    refused
        .assert_code(3)
        .assert_stderr_contains(&["FILE-SETTINGS-CHANGED"]);
    let options = [&ROWS[..], &["--changed-input", "replace"]].concat();
    let replaced = ingest(&workdir, &options, "track.json");
    assert_eq!(counts(replaced.assert_code(0)), [6, 4, 0, 0, 2]);
    assert_eq!(table_rows(&workdir.lake(), "purchases").len(), 4);
}

#[test]
fn a_repeated_order_is_counted_line_by_line_and_kept() {
    let workdir = Workdir::new();
    workdir.write("twice.ndjson", format!("{PLACED}\n{PLACED}\n"));
    let run = ingest(&workdir, &ROWS, "twice.ndjson");
    assert_eq!(counts(run.assert_code(0)), [4, 4, 0, 0, 0]);
    assert_eq!(run.json()["warned_by_rule"], json!({"BRZ-DUP-EVENT": 2}));
}

#[test]
fn a_mapped_quantity_is_one_of_purchases_and_not_of_lines() {
    let workdir = Workdir::new();
    let unmapped = PURCHASE.replace("\"quantity\":4,", "");
    let mapped = PURCHASE.replace("\"quantity\"", "\"qty\"");
    workdir.write("orders.ndjson", PLACED);
    workdir.write("unmapped.ndjson", format!("{PLACED}\n{unmapped}\n"));
    workdir.write("mapped.ndjson", format!("{PLACED}\n{mapped}\n"));
    let options = [&ROWS[..], &["--map", "qty=quantity"]].concat();
    ingest(&workdir, &options, "orders.ndjson").assert_code(0);
    ingest(&workdir, &options, "mapped.ndjson").assert_code(0);
    let refused = ingest(&workdir, &options, "unmapped.ndjson");
    refused
        .assert_code(3)
        .assert_stderr_contains(&["FILE-MAP-QUANTITY"]);
}

#[test]
fn random_order_events_give_the_rows_and_rejects_of_the_oracle() {
    let workdir = Workdir::new();
    let folder = workdir.path("orders").into_os_string();
    let made = python("order_events.py", [OsString::from("make"), folder.clone()]);
    assert_eq!(made["files"], 12);
    let options = ["--order-events", "rows", "--reject-limit", "100%"].map(OsString::from);
    let run = workdir.ingest(options.into_iter().chain([folder.clone()]));
    run.assert_code(0);
    let verify = ["lake", "verify", "--deep", "--lake"].map(OsString::from);
    let verified = workdir.run(verify.into_iter().chain([workdir.lake().into()]));
    verified.assert_code(0);
    let summary = workdir.write("summary.json", run.stdout());
    let found = python(
        "order_events.py",
        [
            OsString::from("compare"),
            folder,
            workdir.lake().into(),
            summary.into(),
        ],
    );
    let differences = found["differences"].as_array().expect("a list");
    assert!(differences.is_empty(), "{differences:#?}");
    let count = |name: &str| found["counts"][name].as_u64().unwrap_or_default();
    assert!(count("rows") > 2_000, "{found:#}");
    assert!(count("rejects") > 300, "{found:#}");
    assert!(count("skipped") > 200, "{found:#}");
}
