//! The forms of dump that order events come in: event objects, Currents, Cloud Data Ingestion, the array
//! `events`.

use super::fixture::TestReader;
use super::order_events::{PLACED, REFUNDED, changed, counts, read, texts};
use crate::input::SourcePosition;
use crate::input::csv::columns::ColumnAliases;
use crate::input::mapping::{FieldFill, FillValue};
use crate::purchase::PurchaseCsvColumns;
use crate::rules::RuleId;

/// The order as the events of Currents have it.
const CURRENTS: &str = r#"{"order_id":"o1","total_value":3.10,"currency":"USD","source":"web","products":[{"product_id":"mug","product_name":"Mug","variant_id":"m1","quantity":2,"price":3.140000104904175}]}"#;

#[test]
fn events_of_currents_have_an_id_for_each_line_and_exact_digits() {
    let quoted = serde_json::Value::from(CURRENTS).to_string();
    let tools = format!(
        r#"{{"id":"c1","user_id":"b1","external_user_id":{{"string":"x1"}},"app_id":{{"string":"app-1"}},"time":1777732542,"name":"ecommerce.order_placed","properties":{quoted}}}"#
    );
    let http = format!(
        r#"{{"event_type":"users.behaviors.CustomEvent","id":"c1","time":1777732542,"user":{{"user_id":"b1","external_user_id":"x1","timezone":"UTC"}},"properties":{{"app_id":"app-1","name":"ecommerce.order_placed","custom_properties":{CURRENTS}}}}}"#
    );
    let cell = CURRENTS.replace('"', "\"\"");
    let share = format!(
        "ID,USER_ID,EXTERNAL_USER_ID,APP_API_ID,TIME,NAME,PROPERTIES,GENDER\nc1,b1,x1,app-1,1777732542,ecommerce.order_placed,\"{cell}\",\\N\n"
    );
    let batch = format!(r#"{{"events":[{http}]}}"#);
    // Snowflake writes the keys of its objects in upper case.
    let unload = format!(
        r#"{{"ID":"c1","USER_ID":"b1","EXTERNAL_USER_ID":"x1","APP_API_ID":"app-1","TIME":1777732542,"NAME":"ecommerce.order_placed","PROPERTIES":{quoted}}}"#
    );
    for text in [&tools, &http, &share, &batch, &unload] {
        let outcome = read(text);
        assert_eq!(counts(&outcome), (1, 1, 0), "{text}");
        // The price has more decimals than its currency: no 32-bit float was between.
        assert_eq!(
            outcome.warned,
            [RuleId::BrzPriceRounded, RuleId::BrzPriceScale]
        );
        for (column, expected) in [
            ("event_id", "c1#0"),
            ("braze_id", "b1"),
            ("external_id", "x1"),
            ("app_id", "app-1"),
            ("price", "3.140000105"),
            ("time_raw", "1777732542"),
            ("event_name", "ecommerce.order_placed"),
        ] {
            assert_eq!(texts(&outcome, column), [expected], "{column} of {text}");
        }
        let other = text.replace("ecommerce.order_placed", "app opened");
        let outcome = read(&other);
        assert_eq!(counts(&outcome), (1, 0, 1), "{other}");
        let outcome = TestReader::new().validate(text.as_bytes());
        assert_eq!(counts(&outcome), (1, 0, 1), "by default: {text}");
    }
    // Currents writes its own names into test events.
    let test = tools.replace("app-1", "x-filler-events");
    assert_eq!(counts(&read(&test)), (1, 0, 1));
    let redacted = read(&tools.replace("\"c1\"", "\"[REDACTED]\""));
    assert_eq!(redacted.column("event_id"), [None]);
    assert!(redacted.warned.contains(&RuleId::BrzCurrentsNoid));
}

#[test]
fn a_row_of_cloud_data_ingestion_has_its_event_in_the_payload() {
    let quoted = |payload: &str| serde_json::Value::from(payload).to_string();
    let event = PLACED.replace(r#""external_id":"u1","#, "");
    let timeless = event.replace(r#""time":"2026-05-02T14:35:42Z","#, "");
    let row = |payload: &str| {
        format!(
            r#"{{"EXTERNAL_ID":"u1","UPDATED_AT":"2026-05-02 14:35:42","PAYLOAD":{}}}"#,
            quoted(payload)
        )
        .replace("EXTERNAL_ID", "external_id")
    };
    for payload in [&event, &timeless] {
        let outcome = read(&row(payload));
        assert_eq!(counts(&outcome), (2, 2, 0), "{payload}");
        assert_eq!(texts(&outcome, "external_id"), ["u1", "u1"]);
    }
    let times = texts(&read(&row(&timeless)), "time_raw");
    assert_eq!(times, ["2026-05-02 14:35:42"; 2]);
    let other = row(r#"{"name":"app opened"}"#);
    assert_eq!(counts(&read(&other)), (1, 0, 1));
    let cell = timeless.replace('"', "\"\"");
    let csv = format!("external_id,payload,updated_at\nu1,\"{cell}\",2026-05-02T14:35:42Z\n");
    let outcome = read(&csv);
    assert_eq!(counts(&outcome), (2, 2, 0), "delimited text");
    assert_eq!(texts(&outcome, "external_id"), ["u1", "u1"]);
    // Beside a product, `name` is any key.
    let purchase = r#"{"name":"app opened","product_id":"a","price":1,"currency":"USD","time":"2026-05-02T14:35:42Z"}"#;
    assert_eq!(counts(&read(&row(purchase))), (1, 1, 0));
}

#[test]
fn elements_of_events_are_read_one_by_one_in_any_cut() {
    let purchase = r#"{"external_id":"u1","product_id":"pen","currency":"USD","price":2.00,"quantity":4,"time":"2026-05-02T09:00:00Z"}"#;
    let viewed =
        r#"{"external_id":"u1","name":"ecommerce.product_viewed","time":"2026-05-02T09:00:00Z"}"#;
    // An attribute may have any name: it is no event.
    let attribute = r#"{"external_id":"u1","name":"ecommerce.order_placed","properties":{}}"#;
    let bad = changed("\"variant_id\":\"m1\",", "");
    let document = format!(
        "{{\"attributes\":[{attribute}],\n\"purchases\":[{purchase}],\"events\":[\n7,{viewed},\n{PLACED},{bad},{REFUNDED}]}}"
    );
    let whole = read(&document);
    assert_eq!(counts(&whole), (8, 4, 3));
    assert_eq!(whole.broken(), [RuleId::BrzEcomRequired]);
    let position = SourcePosition {
        byte_offset: document.find(&bad).unwrap() as u64,
        line: 4,
    };
    assert_eq!(whole.rejects[0].1, position);
    let expected: Vec<(i64, String)> = [(0, "pen"), (1, "mug"), (2, "tea"), (4, "mug")]
        .map(|(row, product)| (row, product.to_owned()))
        .into();
    assert_eq!(whole.rows, expected);
    for bytes in [1, 64, 700, 1500] {
        let reader = TestReader::new().order_events().chunk_bytes(bytes);
        let cut = reader.validate(document.as_bytes());
        assert_eq!((counts(&cut), &cut.rows), ((8, 4, 3), &expected), "{bytes}");
    }
    let skipped = TestReader::new().validate(document.as_bytes());
    assert_eq!(counts(&skipped), (7, 1, 6));
}

#[test]
fn stated_values_fill_the_event_and_never_its_lines() {
    let role = |name: &str| {
        let roles = PurchaseCsvColumns.roles();
        roles.iter().position(|role| role.name == name).unwrap()
    };
    let fill = |name: &str, value: &str| FieldFill {
        role: role(name),
        value: FillValue::Text(value.to_owned()),
        is_constant: true,
    };
    let mut reader = TestReader::new().order_events();
    reader.rules.fills = vec![
        fill("app_id", "shop"),
        fill("product_id", "other"),
        fill("currency", "BRL"),
    ];
    let outcome = reader.validate(PLACED.as_bytes());
    assert_eq!(counts(&outcome), (2, 2, 0));
    assert_eq!(texts(&outcome, "app_id"), ["shop", "shop"]);
    assert_eq!(texts(&outcome, "product_id"), ["mug", "tea"]);
    assert_eq!(texts(&outcome, "currency"), ["USD", "USD"]);
}
