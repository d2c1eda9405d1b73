//! Currents events in the forms that are read, and in the form that is not.

use super::fixture::{Reading, purchase};
use crate::rules::RuleId;
use crate::source::InputFormat;

/// The purchase event of the connector's documentation, shortened.
const HTTP_PURCHASE: &str = r#"{"event_type":"users.behaviors.Purchase","id":"e2","time":1712068448,"user":{"user_id":"u1"},"properties":{"product_id":"pen","price":3.14,"currency":"USD","purchase_properties":{"a":1}}}"#;
const HTTP_OPEN: &str =
    r#"{"event_type":"users.messages.email.Open","id":"e3","time":1,"user":{},"properties":{}}"#;
/// An event of a /users/track body.
const TRACK_EVENT: &str = r#"{"external_id":"u1","name":"opened","time":"2026-10-01T10:00:00Z","properties":{"event_type":"users.behaviors.Purchase"}}"#;

#[test]
fn purchases_of_the_http_connector_are_refused_by_name_and_never_skipped() {
    let good = purchase("one");
    let others = [TRACK_EVENT, HTTP_OPEN].repeat(40).join(",\n");
    let shapeless = r#"{"event\u005ftype":"users.behaviors.Purchas\u0065","id":"e4","user":"u1"}"#;
    let cases = [
        format!("{{\"events\":[{HTTP_PURCHASE},{HTTP_OPEN}]}}"),
        format!("{{\n\"events\":[\n{others},\n{HTTP_PURCHASE}\n]}}"),
        format!("{{\n\"purchases\":[{good}],\"events\":[{others},{HTTP_PURCHASE}]}}"),
        format!("{{\"events\":[{shapeless}]}}"),
        format!("{good}\n{{\"events\":[{HTTP_OPEN},{HTTP_PURCHASE}]}}\n{good}"),
        format!("[{{\"events\":[{TRACK_EVENT}]}},\n{{\"events\":[{HTTP_PURCHASE}]}}]"),
    ];
    for text in &cases {
        for piece_bytes in [1, 64, 1 << 20] {
            let verdicts = Reading::new().pieces_of(piece_bytes).judge(text.as_bytes());
            let refusal = verdicts.refusal.unwrap_or_else(|| panic!("{text}"));
            assert_eq!(refusal.rule, RuleId::FileCurrentsHttp, "{text}");
            let place = refusal.place.unwrap();
            let start = usize::try_from(place.byte_offset).unwrap();
            assert!(text[start..].starts_with("{\"event"), "{place:?} {text}");
            assert!(!text[start..].starts_with("{\"events"), "{place:?} {text}");
        }
    }
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
        for piece_bytes in [1, 64, 1 << 20] {
            let reading = Reading::new().format(format).pieces_of(piece_bytes);
            let verdicts = reading.judge(text.as_bytes());
            assert_eq!(verdicts.broken(), [], "{text}");
            let counts = (verdicts.read, verdicts.accepted, verdicts.skipped);
            assert_eq!(counts, (5, 1, 4), "{text}");
        }
    }
}

#[test]
fn an_event_of_the_http_connector_by_itself_is_named() {
    let good = purchase("one");
    let cases = [
        HTTP_PURCHASE.to_owned(),
        HTTP_OPEN.to_owned(),
        format!("{good}\n{HTTP_PURCHASE}\n"),
        format!("[{good},\n{HTTP_PURCHASE}]"),
        format!("{{\"purchases\":[{HTTP_PURCHASE}]}}"),
    ];
    for text in cases {
        let broken = Reading::new().judge(text.as_bytes()).broken();
        assert_eq!(broken, [RuleId::FileCurrentsHttp], "{text}");
    }
    // With a product of its own it is a record, and `event_type` an undocumented key.
    let record = HTTP_PURCHASE.replacen('{', "{\"product_id\":\"pen\",", 1);
    let verdicts = Reading::new().judge(record.as_bytes());
    assert_eq!((verdicts.refusal, verdicts.rejects.len()), (None, 1));
}

#[test]
fn the_examples_of_the_rule_are_what_it_says() {
    let rule = RuleId::FileCurrentsHttp.rule();
    let accepted = Reading::new().judge(rule.accepted.as_bytes());
    assert_eq!((accepted.accepted, accepted.broken()), (1, vec![]));
    let rejected = Reading::new().judge(rule.rejected.as_bytes());
    assert_eq!(rejected.broken(), [rule.id]);
}
