//! The rules on free properties that apply below their first level.

use super::fixture::TestReader;
use crate::rules::RuleId;

/// The rules that a purchase with these properties breaks, each once, and whether it is accepted.
fn rules_of(properties: &str) -> (Vec<RuleId>, bool) {
    let record = format!(
        "{{\"external_id\":\"u\",\"product_id\":\"p\",\"currency\":\"BRL\",\"price\":1.50,\
         \"time\":\"2024-01-31T10:00:00Z\",\"properties\":{properties}}}"
    );
    let outcome = TestReader::new().validate(record.as_bytes());
    let mut rules = [outcome.broken(), outcome.warned].concat();
    rules.retain(|rule| *rule != RuleId::BrzPropObjString && *rule != RuleId::BrzPropStrLen);
    (rules, outcome.accepted == 1)
}

/// Properties of one list, whose text fills `bytes` bytes of compact JSON when each `letter` is
/// written as it is.
fn of_size(bytes: usize, letter: &str, length: usize) -> String {
    let frame = r#"{"a":[""]}"#.len();
    format!(r#"{{"a":["{}"]}}"#, letter.repeat((bytes - frame) / length))
}

#[test]
fn the_size_of_properties_is_that_of_their_compact_json_however_it_is_escaped() {
    let too_large = (vec![RuleId::BrzPropSize], false);
    let fits = (vec![], true);
    // Letter as written, and its bytes in UTF-8 with only the escapes that RFC 8259 requires.
    for (letter, length) in [
        ("e", 1),
        ("é", 2),
        (r"\u00e9", 2),
        (r"\u0065", 1),
        (r"\/", 1),
        (r"\ud83d\ude00", 4),
        (r"\u000a", 2),
        (r"\n", 2),
        (r#"\""#, 2),
        (r"\u0022", 2),
        (r"\u0001", 6),
    ] {
        let most = 51_200;
        assert_eq!(rules_of(&of_size(most, letter, length)), fits, "{letter}");
        let over = of_size(most + length, letter, length);
        assert_eq!(rules_of(&over), too_large, "{letter}");
        assert_eq!(rules_of(&over.replace(':', " : ")), too_large, "{letter}");
        let text_alone = over.replace(['[', ']'], "");
        assert_eq!(rules_of(&text_alone), fits, "{letter}");
    }
    let keys = |length| format!(r#"{{"a":{{"{}":1}}}}"#, r"\u00e9".repeat(length));
    assert_eq!(rules_of(&keys(12_000)), fits);
    assert_eq!(rules_of(&keys(26_000)), too_large);
}

#[test]
fn a_date_in_a_list_is_found_at_any_depth_and_in_any_year() {
    let date = (vec![RuleId::BrzPropArrayDate], true);
    for properties in [
        r#"{"a":["2024-01-31T10:00:00Z"]}"#,
        r#"{"a":[["2024-01-31T10:00:00Z"]]}"#,
        r#"{"a":[1,[2,[],["x","2024-01-31"]]]}"#,
        r#"{"a":{"b":["2024-01-31"]}}"#,
        r#"{"a":[{"b":["2024-01-31"]}]}"#,
        r#"{"a":["1969-12-31"]}"#,
        r#"{"a":["0001-01-01T00:00:00"]}"#,
        r#"{"a":["9999-12-31T23:59:59Z"]}"#,
    ] {
        assert_eq!(rules_of(properties), date, "{properties}");
    }
    for properties in [
        r#"{"a":["2024-02-30","2024","x","1706695200","20240131","2024-01"]}"#,
        r#"{"a":"2024-01-31","b":{"c":"2024-01-31"},"d":[{"e":"2024-01-31"}]}"#,
    ] {
        assert_eq!(rules_of(properties), (vec![], true), "{properties}");
    }
}

#[test]
fn a_long_text_is_found_at_any_depth() {
    let is_too_long = |properties: &str| {
        let record = super::fixture::purchase("p");
        let (head, _) = record.split_once("\"properties\":").unwrap();
        let record = format!("{head}\"properties\":{properties}}}");
        let outcome = TestReader::new().validate(record.as_bytes());
        assert_eq!(outcome.accepted, 1, "{properties}");
        outcome.warned.contains(&RuleId::BrzPropStrLen)
    };
    for (before, after) in [
        ("", ""),
        ("[", "]"),
        ("[[", "]]"),
        (r#"{"b":"#, "}"),
        (r#"[1,{"b":["x",{"c":"#, "}]}]"),
    ] {
        for (length, found) in [(255, false), (256, true)] {
            let text = "é".repeat(length);
            let properties = format!(r#"{{"a":{before}"{text}"{after}}}"#);
            assert_eq!(is_too_long(&properties), found, "{properties}");
        }
    }
}

#[test]
fn a_duplicate_key_below_the_properties_rejects() {
    for properties in [
        r#"{"a":{"b":1,"b":2}}"#,
        r#"{"a":[{"b":1,"\u0062":2}]}"#,
        r#"{"a":[[{"b":{"c":1,"c":1}}]]}"#,
    ] {
        assert_eq!(
            rules_of(properties),
            (vec![RuleId::BrzKeyDup], false),
            "{properties}"
        );
    }
}
