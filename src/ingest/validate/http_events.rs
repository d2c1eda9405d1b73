//! Events of the custom HTTP connector, events as the tools of Avro write them, and test events.

use super::fixture::{TestReader, ValidatedText, purchase};
use crate::input::InputFormat;
use crate::rules::RuleId;

/// The purchase event of the connector's documentation, shortened.
const HTTP_PURCHASE: &str = r#"{"event_type":"users.behaviors.Purchase","id":"e2","time":1712068448,"user":{"user_id":"u1","device_id":"d1"},"properties":{"product_id":"pen","price":3.14,"currency":"USD","purchase_properties":{"a":1}}}"#;
const HTTP_OPEN: &str =
    r#"{"event_type":"users.messages.email.Open","id":"e3","time":1,"user":{},"properties":{}}"#;
/// An event of a /users/track body.
const TRACK_EVENT: &str = r#"{"external_id":"u1","name":"opened","time":"2026-10-01T10:00:00Z","properties":{"event_type":"users.behaviors.Purchase"}}"#;
const INCOMPLETE: &str =
    r#"{"event_type":"users.behaviors.Purchase","id":"e4","user":"u1","properties":{}}"#;

fn validate(text: &str) -> ValidatedText {
    TestReader::new().validate(text.as_bytes())
}

#[expect(
    clippy::unnecessary_wraps,
    reason = "the values of columns are optional"
)]
fn some(text: &str) -> Option<String> {
    Some(text.to_owned())
}

#[test]
fn a_purchase_of_the_connector_is_read_like_a_flat_event() {
    let outcome = validate(HTTP_PURCHASE);
    assert_eq!((outcome.broken(), outcome.warned.clone()), (vec![], vec![]));
    for (name, value) in [
        ("event_id", "e2"),
        ("braze_id", "u1"),
        ("product_id", "pen"),
        ("price", "3.140000000"),
        ("time", "2024-04-02T14:34:08Z"),
        ("properties", r#"{"a":1}"#),
        ("extra", r#"{"device_id":"d1"}"#),
    ] {
        assert_eq!(outcome.column(name), [some(value)], "{name}");
    }
    // A key of both objects.
    let both = HTTP_PURCHASE.replace(r#""product_id""#, r#""device_id":"d2","product_id""#);
    let outcome = validate(&both);
    let extra = r#"{"device_id":"d2","user.device_id":"d1"}"#;
    assert_eq!(outcome.column("extra"), [some(extra)]);
    assert_eq!(outcome.warned, [RuleId::BrzKeyUnknown]);
}

#[test]
fn events_of_a_batch_are_read_one_by_one_and_others_are_skipped() {
    let good = purchase("one");
    let other_events = [TRACK_EVENT, HTTP_OPEN].repeat(40).join(",\n");
    let cases = [
        (
            format!("{{\"events\":[{HTTP_PURCHASE},{HTTP_OPEN}]}}"),
            2,
            1,
        ),
        (
            format!("{{\n\"events\":[\n{other_events},\n{HTTP_PURCHASE}\n]}}"),
            81,
            1,
        ),
        (
            format!("{{\n\"purchases\":[{good}],\"events\":[{other_events},{HTTP_PURCHASE}]}}"),
            82,
            2,
        ),
        (
            format!("{good}\n{{\"events\":[{HTTP_OPEN},{HTTP_PURCHASE}]}}\n{good}"),
            4,
            3,
        ),
        (
            format!("[{{\"events\":[{TRACK_EVENT}]}},\n{{\"events\":[{HTTP_PURCHASE}]}}]"),
            2,
            1,
        ),
        (format!("{HTTP_PURCHASE}\n{HTTP_OPEN}\n"), 2, 1),
        (format!("[{HTTP_PURCHASE},{HTTP_OPEN}]"), 2, 1),
        (HTTP_OPEN.to_owned(), 1, 0),
    ];
    for (text, read, accepted) in &cases {
        for chunk_bytes in [1, 64, 1 << 20] {
            let reader = TestReader::new().chunk_bytes(chunk_bytes);
            let outcome = reader.validate(text.as_bytes());
            assert_eq!(outcome.broken(), [], "{text}");
            let counts = (outcome.read, outcome.accepted, outcome.skipped);
            assert_eq!(counts, (*read, *accepted, read - accepted), "{text}");
        }
    }
}

#[test]
fn a_purchase_without_its_objects_is_rejected_by_its_form() {
    for text in [
        INCOMPLETE.to_owned(),
        INCOMPLETE.replace("event_type", "event\\u005ftype"),
        format!("{{\"events\":[{INCOMPLETE}]}}"),
        format!("[{INCOMPLETE}]"),
    ] {
        let outcome = validate(&text);
        assert_eq!(outcome.broken(), [RuleId::BrzCurrentsShape], "{text}");
    }
    let missing = HTTP_PURCHASE.replace(r#""price":3.14,"#, "");
    assert_eq!(validate(&missing).broken(), [RuleId::BrzPriceRequired]);
    // With a product of its own it is a record, and `event_type` an undocumented key.
    let record = HTTP_PURCHASE.replacen('{', "{\"product_id\":\"pen\",", 1);
    let outcome = validate(&record);
    assert_eq!((outcome.refusal, outcome.rejects.len()), (None, 1));
    let object = purchase("one").replacen('{', r#"{"event_type":"users.behaviors.Purchase","#, 1);
    let outcome = validate(&object);
    assert_eq!((outcome.accepted, outcome.skipped), (1, 0));
    assert_eq!(outcome.warned.first(), Some(&RuleId::BrzKeyUnknown));
}

#[test]
fn other_events_beside_the_purchases_are_counted_as_skipped() {
    let good = purchase("one");
    let text = format!(
        "{{\n\"events\":[{TRACK_EVENT},{HTTP_OPEN},\n17,[{HTTP_PURCHASE}]],\"purchases\":[{good}]}}"
    );
    for format in [InputFormat::Json, InputFormat::Ndjson] {
        let text = match format {
            InputFormat::Ndjson => text.replace('\n', ""),
            _ => text.clone(),
        };
        let outcome = TestReader::new().format(format).validate(text.as_bytes());
        assert_eq!(outcome.broken(), [], "{text}");
        let counts = (outcome.read, outcome.accepted, outcome.skipped);
        assert_eq!(counts, (5, 1, 4), "{text}");
    }
}

/// An event as the tools of Avro write it, with these members before its own.
fn tools(members: &str, properties: &str) -> ValidatedText {
    validate(&format!(
        r#"{{{members},"id":"e1","user_id":"u1","time":1712068448,"product_id":"pen","price":3.140000104904175,"currency":"USD","properties":{properties}}}"#
    ))
}

#[test]
fn values_of_unions_are_opened_in_events() {
    let outcome = tools(
        r#""external_user_id":{"string":"x1"},"app_id":null,"platform":{"string":"ios"},"ad_tracking_enabled":{"boolean":true}"#,
        r#"{"string":"{\"a\":1}"}"#,
    );
    assert_eq!(outcome.broken(), []);
    assert_eq!(outcome.column("external_id"), [some("x1")]);
    assert_eq!(outcome.column("price"), [some("3.140000000")]);
    assert_eq!(outcome.column("properties"), [some(r#"{"a":1}"#)]);
    let extra = r#"{"platform":"ios","ad_tracking_enabled":true}"#;
    assert_eq!(outcome.column("extra"), [some(extra)]);
    assert_eq!(outcome.warned, [RuleId::BrzPriceWidened]);
    // Of the properties only if another value is opened too, and only an object.
    for (members, properties, stored) in [
        (
            r#""external_user_id":"x1""#,
            r#"{"string":"{\"a\":1}"}"#,
            r#"{"string":"{\"a\":1}"}"#,
        ),
        (
            r#""external_user_id":{"string":"x1"}"#,
            r#"{"string":"red"}"#,
            r#"{"string":"red"}"#,
        ),
    ] {
        let outcome = tools(members, properties);
        assert_eq!(outcome.column("properties"), [some(stored)], "{properties}");
    }
    for (members, rule) in [
        (r#""external_user_id":{"text":"x1"}"#, RuleId::BrzIdType),
        (r#""external_user_id":{"string":1}"#, RuleId::BrzIdType),
        (
            r#""external_user_id":{"string":"x1","a":1}"#,
            RuleId::BrzIdType,
        ),
    ] {
        assert_eq!(tools(members, "\"{}\"").broken(), [rule], "{members}");
    }
    let object = purchase("one").replace("\"one\"", r#"{"string":"one"}"#);
    assert_eq!(validate(&object).broken(), [RuleId::BrzProductRequired]);
    let row = "ID,USER_ID,EXTERNAL_USER_ID,TIME,PRODUCT_ID,PRICE,CURRENCY\n\
               e1,u1,\"{\"\"string\"\":\"\"x1\"\"}\",1712068448,pen,3.14,USD\n";
    assert_eq!(validate(row).column("external_id"), [some("x1")]);
}

#[test]
fn test_events_are_skipped_unless_they_are_kept() {
    let event = |members: &str| {
        format!(
            r#"{{"id":"e1","user_id":"u1","time":1712068448,"price":1,"currency":"USD",{members}}}"#
        )
    };
    let tests = [
        event(r#""product_id":"product_id","external_user_id":"external_user_id""#),
        event(r#""product_id":"pen","app_id":"a1-filler-events""#),
        event(r#""product_id":"pen","device_id":"device_id","device_model":"device_model""#),
        event(r#""product_id":"pen","app_id":"a1-filler-events","app_api_id":"app-1""#),
    ];
    for text in &tests {
        let outcome = validate(text);
        let counts = (outcome.read, outcome.accepted, outcome.skipped);
        assert_eq!(counts, (1, 0, 1), "{text}");
        let mut reader = TestReader::new();
        reader.rules.keep_test_events = true;
        assert_eq!(reader.validate(text.as_bytes()).accepted, 1, "{text}");
    }
    for text in [
        event(r#""product_id":"product_id""#),
        event(r#""product_id":"pen","device_id":"device_id","device_model":"iPhone""#),
        purchase("product_id").replace("u}]1", "external_user_id"),
    ] {
        assert_eq!(validate(&text).accepted, 1, "{text}");
    }
}

#[test]
fn objects_on_many_lines_behind_each_other_are_documents_of_their_own() {
    let pretty = |id: &str| {
        let event = HTTP_PURCHASE.replace("e2", id);
        event.replace(',', ",\n  ").replacen('{', "{\n  ", 1)
    };
    let good = purchase("one").replacen('{', "{\n", 1);
    let batch = format!("{{\n\"events\":[{HTTP_OPEN},\n{}]}}", pretty("e5"));
    let cases = [
        (format!("{}\n{}\n", pretty("e1"), pretty("e2")), 2, 2),
        (format!("{good}{good} {good}"), 3, 3),
        (
            format!("{}\n{batch}\n{}\n{batch}", pretty("e1"), pretty("e2")),
            6,
            4,
        ),
        (format!("{good}\n{{\"a\":1}}"), 2, 1),
    ];
    for (text, read, accepted) in &cases {
        for chunk_bytes in (1..40).chain([100, 1 << 20]) {
            let reader = TestReader::new().chunk_bytes(chunk_bytes);
            let outcome = reader.format(InputFormat::Json).validate(text.as_bytes());
            assert_eq!(outcome.refusal, None, "{chunk_bytes} {text}");
            let counts = (outcome.read, outcome.accepted);
            assert_eq!(counts, (*read, *accepted), "{chunk_bytes} {text}");
            for (_, position, raw) in &outcome.rejects {
                let start = usize::try_from(position.byte_offset).unwrap();
                assert_eq!(&text.as_bytes()[start..start + raw.len()], raw.as_slice());
            }
        }
    }
    for (text, rule) in [
        (format!("{good}\n[1]"), RuleId::FileJsonSyntax),
        (format!("{good}\n17"), RuleId::FileJsonSyntax),
        (format!("[{good}]\n{good}"), RuleId::FileJsonSyntax),
        (format!("{good},\n{good}"), RuleId::FileJsonSyntax),
        (format!("{good}\n{{\"a\":"), RuleId::FileTruncated),
    ] {
        let reader = TestReader::new().format(InputFormat::Json);
        let refusal = reader.validate(text.as_bytes()).refusal;
        assert_eq!(refusal.map(|refusal| refusal.rule), Some(rule), "{text}");
    }
}
