//! Columns and keys that the user has mapped, in every shape. The expected values are those of the same
//! purchases with the documented keys, or written by hand.

use super::fixture::{TestReader, ValidatedText};
use crate::input::csv::columns::ColumnAliases;
use crate::input::mapping::Mapping;
use crate::purchase::PurchaseCsvColumns;
use crate::rules::RuleId;

/// A reader with these sources and defaults.
fn reader(sources: &[(&str, &str)], defaults: &[(&str, &str)]) -> TestReader {
    let columns: &dyn ColumnAliases = &PurchaseCsvColumns;
    let mut mapping = Mapping::default();
    for (source, field) in sources {
        mapping.add(columns, source, field).unwrap();
    }
    for (field, value) in defaults {
        mapping.add_fill(columns, field, value, false).unwrap();
    }
    let mut reader = TestReader::new();
    reader.rules.fills = mapping.fills().to_vec();
    reader.options.dialect.mapping = mapping;
    reader
}

const SHOP: [(&str, &str); 6] = [
    ("customer.id", "external_id"),
    ("item", "product_id"),
    ("money.code", "currency"),
    ("money.each", "price"),
    ("units", "quantity"),
    ("sold", "time:%d/%m/%y %H:%M %z"),
];

const COLUMNS: [&str; 6] = [
    "external_id",
    "product_id",
    "currency",
    "price",
    "quantity",
    "time",
];

/// A column of the accepted rows; `-` where it is null.
fn texts(validated: &ValidatedText, name: &str) -> Vec<String> {
    assert_eq!(validated.broken(), [], "{validated:?}");
    let values = validated.column(name).into_iter();
    values
        .map(|value| value.unwrap_or("-".to_owned()))
        .collect()
}

fn values(validated: &ValidatedText, columns: &[&str]) -> Vec<Vec<String>> {
    columns.iter().map(|name| texts(validated, name)).collect()
}

#[test]
fn every_shape_with_a_mapping_gives_the_rows_of_the_documented_keys() {
    let documented = r#"{"external_id":"7","product_id":"cup","currency":"BRL","price":10.50,"quantity":3,"time":"2026-04-05T19:20:00-03:00"}"#;
    let expected = values(&TestReader::new().validate(documented.as_bytes()), &COLUMNS);
    assert_eq!(expected[3], ["10.500000000"]);
    let nested = r#"{"customer":{"id":7},"item":"cup","money":{"code":"BRL","each":10.50},"units":3,"sold":"05/04/26 19:20 -0300"}"#;
    let flat = "customer.id;item;money.code;money.each;units;sold\n7;cup;BRL;10,50;3;05/04/26 19:20 -0300\n";
    let escaped = nested.replace("\"item\"", "\"\\u0069tem\"");
    for text in [
        nested.to_owned(),
        escaped,
        format!("[{nested}]"),
        format!("{{\"purchases\":[{nested}]}}"),
        format!("{{\n\"purchases\": [\n{nested}\n]}}\n"),
        flat.to_owned(),
    ] {
        let found = reader(&SHOP, &[]).validate(text.as_bytes());
        assert_eq!(values(&found, &COLUMNS), expected, "{text}");
        assert_eq!(
            texts(&found, "time_raw"),
            ["05/04/26 19:20 -0300"],
            "{text}"
        );
        assert!(found.warned.is_empty(), "{text}: {:?}", found.warned);
    }
}

#[test]
fn what_no_source_names_is_kept_with_its_path() {
    let text = r#"{"customer":{"id":"a","name":"Ana"},"item":"cup","money":{"code":"BRL","each":1,"price":2},"units":1,"sold":"05/04/26 19:20 -0300","price":9}"#;
    let found = reader(&SHOP, &[]).validate(text.as_bytes());
    // The documented key `price` does not compete with its source.
    let extra = r#"{"customer.name":"Ana","money.price":2,"price":9}"#;
    assert_eq!(found.extras, [extra]);
    assert_eq!(texts(&found, "price"), ["1.000000000"]);
}

#[test]
fn a_field_of_another_form_of_dump_is_not_lost() {
    let rest = r#""external_id":"u","product_id":"p","currency":"BRL","price":1,"time":"2025-04-05T19:20:00Z""#;
    let sources = [("changed", "updated_at"), ("shop", "app_api_id")];
    let json = format!("{{{rest},\"changed\":\"x\",\"shop\":7}}");
    let found = reader(&sources, &[]).validate(json.as_bytes());
    assert_eq!(found.extras, [r#"{"updated_at":"x","app_api_id":"7"}"#]);
    let csv = "external_id,product_id,currency,price,time,changed,shop\nu,p,BRL,1,2025-04-05T19:20:00Z,x,7\n";
    let found = reader(&sources, &[]).validate(csv.as_bytes());
    assert_eq!(found.extras, [r#"{"changed":"x","shop":"7"}"#]);
}

#[test]
fn a_field_is_filled_by_one_source_only() {
    let both = [("a", "price"), ("b", "price")];
    let rest =
        r#""external_id":"u","product_id":"p","currency":"BRL","time":"2026-04-05T19:20:00Z""#;
    for (prices, rejected) in [
        (r#""a":1"#, None),
        (r#""b":1"#, None),
        (r#""a":1,"b":1"#, Some(RuleId::BrzKeyDup)),
        // A missing source is not replaced by the documented key.
        (r#""price":1"#, Some(RuleId::BrzPriceRequired)),
    ] {
        let found = reader(&both, &[]).validate(format!("{{{rest},{prices}}}").as_bytes());
        assert_eq!(found.broken(), Vec::from_iter(rejected), "{prices}");
    }
}

#[test]
fn a_number_is_an_identifier_where_it_is_mapped_and_whole() {
    let source = [("id", "external_id")];
    let rest = r#""product_id":"p","currency":"BRL","price":1,"time":"2026-04-05T19:20:00Z""#;
    for (id, expected) in [
        ("12345678901234567890", Some("12345678901234567890")),
        ("\"007\"", Some("007")),
        ("7.0", None),
        ("true", None),
    ] {
        let text = format!("{{\"id\":{id},{rest}}}");
        let found = reader(&source, &[]).validate(text.as_bytes());
        match expected {
            Some(expected) => assert_eq!(texts(&found, "external_id"), [expected]),
            None => assert_eq!(found.broken(), [RuleId::BrzIdType], "{id}"),
        }
    }
    let unmapped = format!("{{\"external_id\":7,{rest}}}");
    let found = TestReader::new().validate(unmapped.as_bytes());
    assert_eq!(found.broken(), [RuleId::BrzIdType]);
}

#[test]
fn a_time_has_the_stated_format_in_every_shape_or_is_rejected() {
    let source = [("when", "time:%Y-%d-%m")];
    let json = |time: &str| {
        format!(
            r#"{{"external_id":"u","product_id":"p","currency":"BRL","price":1,"when":"{time}"}}"#
        )
    };
    let csv =
        |time: &str| format!("external_id,product_id,currency,price,when\nu,p,BRL,1,{time}\n");
    for text in [json("2025-04-12"), csv("2025-04-12")] {
        let found = reader(&source, &[]).validate(text.as_bytes());
        // Day 4 of month 12.
        assert_eq!(texts(&found, "time"), ["2025-12-04T00:00:00Z"], "{text}");
        assert_eq!(texts(&found, "time_raw"), ["2025-04-12"]);
        assert_eq!(found.warned, [RuleId::BrzTimeDateonly]);
    }
    // In ISO 8601 this is day 13 of month 4: another order must not mix with the stated one.
    for text in [json("2025-04-13"), csv("2025-04-13")] {
        let found = reader(&source, &[]).validate(text.as_bytes());
        assert_eq!(found.broken(), [RuleId::BrzTimeFormat], "{text}");
    }
}

#[test]
fn a_weight_is_a_property_and_the_quantity_stays_a_whole_number() {
    let sources = [
        ("weight", "properties.weight"),
        ("colour", "properties.colour"),
    ];
    let rest = r#""external_id":"u","product_id":"p","currency":"BRL","price":1,"time":"2026-04-05T19:20:00Z""#;
    for (more, expected) in [
        (r#""weight":0.350"#, r#"{"weight":0.350}"#),
        (
            r#""weight":0.35,"properties":{ "a": [1, 2] },"colour":"red""#,
            r#"{"a":[1,2],"weight":0.35,"colour":"red"}"#,
        ),
        (r#""properties":{},"weight":1"#, r#"{"weight":1}"#),
        (r#""properties":null,"weight":1"#, r#"{"weight":1}"#),
    ] {
        let found = reader(&sources, &[]).validate(format!("{{{rest},{more}}}").as_bytes());
        assert_eq!(texts(&found, "properties"), [expected], "{more}");
    }
    let commented = format!("{{{rest},\"properties\":{{\"a\":1, // one\n}},\"weight\":2}}");
    let found = reader(&sources, &[])
        .lenient()
        .validate(commented.as_bytes());
    assert_eq!(texts(&found, "properties"), [r#"{"a":1,"weight":2}"#]);
    let twice = format!("{{{rest},\"properties\":{{\"weight\":1}},\"weight\":2}}");
    let found = reader(&sources, &[]).validate(twice.as_bytes());
    assert_eq!(found.broken(), [RuleId::BrzKeyDup]);
    let csv =
        "external_id,product_id,currency,price,time,weight\nu,p,BRL,1,2026-04-05T19:20:00Z,0.350\n";
    let found = reader(&sources, &[]).validate(csv.as_bytes());
    assert_eq!(texts(&found, "properties"), [r#"{"weight":"0.350"}"#]);
    let fraction = format!("{{{rest},\"quantity\":0.350}}");
    let found = TestReader::new().validate(fraction.as_bytes());
    assert_eq!(found.broken(), [RuleId::BrzQtyType]);
}

#[test]
fn a_default_fills_records_of_every_shape_and_of_a_payload() {
    let defaults = [("currency", "BRL"), ("external_id", "anonymous")];
    let payload = r#"{\"product_id\":\"p\",\"price\":1,\"time\":\"2026-04-05T19:20:00Z\"}"#;
    for (text, buyer) in [
        (
            r#"{"product_id":"p","price":1,"time":"2026-04-05T19:20:00Z","currency":null}"#
                .to_owned(),
            "anonymous",
        ),
        (
            "product_id,price,time\np,1,2026-04-05T19:20:00Z\n".to_owned(),
            "anonymous",
        ),
        (
            format!("{{\"external_id\":\"u\",\"payload\":\"{payload}\"}}"),
            "u",
        ),
    ] {
        let found = reader(&[], &defaults).validate(text.as_bytes());
        let columns = values(&found, &["currency", "external_id"]);
        assert_eq!(columns, [["BRL"], [buyer]], "{text}");
        assert!(found.warned.contains(&RuleId::BrzFieldDefault));
    }
    let euro = r#"{"external_id":"u","product_id":"p","price":1,"time":"2026-04-05T19:20:00Z","currency":"EUR"}"#;
    let found = reader(&[], &defaults).validate(euro.as_bytes());
    assert_eq!(
        values(&found, &["currency", "external_id"]),
        [["EUR"], ["u"]]
    );
    assert!(found.warned.is_empty());
}
