//! Currents events as JSON and as delimited text.

use super::fixture::{TestReader, ValidatedText, purchase};
use crate::rules::RuleId;

/// A Currents event of this price and currency as JSON.
fn event_json(price: &str, currency: &str) -> String {
    format!(
        r#"{{"id":"e1","time":1712068448,"user_id":"u1","external_user_id":"x1","product_id":"pen","price":{price},"currency":"{currency}","properties":"{{}}"}}"#
    )
}

/// The same as delimited text with a header.
fn event_csv(price: &str, currency: &str) -> String {
    format!(
        "ID,USER_ID,EXTERNAL_USER_ID,TIME,PRODUCT_ID,PRICE,CURRENCY,PROPERTIES\n\
         e1,u1,x1,1712068448,pen,{price},{currency},{{}}\n"
    )
}

/// The price of the only row, without trailing zeros.
fn price_of(outcome: &ValidatedText) -> String {
    let prices = outcome.column("price");
    let [Some(price)] = prices.as_slice() else {
        panic!("{outcome:?}");
    };
    price.trim_end_matches('0').trim_end_matches('.').to_owned()
}

const WIDENED: &[RuleId] = &[RuleId::BrzPriceWidened];
const SCALE: &[RuleId] = &[RuleId::BrzPriceScale];

/// The price as a dump writes it, its currency, the stored price, and the findings.
const PRICES: [(&str, &str, &str, &[RuleId]); 16] = [
    ("3.140000104904175", "USD", "3.14", WIDENED),
    ("12.34000015258789", "USD", "12.34", WIDENED),
    ("12.340000153", "USD", "12.34", WIDENED),
    ("12.3400002", "USD", "12.34", WIDENED),
    ("0.100000001", "USD", "0.1", WIDENED),
    (
        "-5.989999771118164",
        "USD",
        "-5.99",
        &[RuleId::BrzPriceWidened, RuleId::BrzPriceNeg],
    ),
    ("70000.0625", "USD", "70000.06", WIDENED),
    ("131071.9921875", "USD", "131071.99", WIDENED),
    ("131071.992", "USD", "131071.99", WIDENED),
    (
        "3.141592741",
        "USD",
        "3.1415927",
        &[RuleId::BrzPriceWidened, RuleId::BrzPriceScale],
    ),
    ("3.141592654", "USD", "3.141592654", SCALE),
    ("100.005", "USD", "100.005", SCALE),
    ("2.675", "USD", "2.675", SCALE),
    ("1234567.88", "USD", "1234567.88", &[]),
    (
        "1234567.875",
        "USD",
        "1234567.9",
        &[RuleId::BrzPriceWidened, RuleId::BrzPriceFloat32],
    ),
    ("16383.9990234375", "KWD", "16383.999", WIDENED),
];

#[test]
fn a_price_that_was_a_32_bit_float_is_restored_to_its_shortest_decimal() {
    for (written, currency, stored, found) in PRICES {
        for text in [event_json(written, currency), event_csv(written, currency)] {
            let outcome = TestReader::new().validate(text.as_bytes());
            assert_eq!(price_of(&outcome), stored, "{text}");
            assert_eq!(outcome.warned, found, "{text}");
        }
    }
    for text in [event_json("40.0", "USD"), event_csv("40.0", "USD")] {
        let outcome = TestReader::new().validate(text.as_bytes());
        assert_eq!(price_of(&outcome), "40", "{text}");
        assert_eq!(outcome.warned, [], "{text}");
    }
}

#[test]
fn only_the_price_of_a_currents_event_is_taken_for_a_float() {
    let price = "8.511527858335066";
    let object = format!(
        r#"{{"external_id":"u","product_id":"p","currency":"USD","price":{price},"time":"2024-04-02T14:34:08Z"}}"#
    );
    let payload = object
        .replace("\"external_id\":\"u\",", "")
        .replace('"', "\\\"");
    let row = format!(r#"{{"external_id":"u","payload":"{payload}"}}"#);
    for text in [object, row] {
        let outcome = TestReader::new().validate(text.as_bytes());
        assert_eq!(price_of(&outcome), "8.511527858", "{text}");
        let rounded = [RuleId::BrzPriceRounded, RuleId::BrzPriceScale];
        assert_eq!(outcome.warned, rounded, "{text}");
    }
    let event = event_json("1", "USD").replace("\"{}\"", "{\"weight\":3.140000104904175}");
    let outcome = TestReader::new().validate(event.as_bytes());
    let properties = [Some("{\"weight\":3.140000104904175}".to_owned())];
    assert_eq!(
        (outcome.column("properties"), outcome.warned),
        (properties.to_vec(), vec![])
    );
}

/// A row of an unloaded `USERS_BEHAVIORS_PURCHASE_SHARED`.
fn shared(row: &str) -> ValidatedText {
    let text = format!(
        "ID,USER_ID,EXTERNAL_USER_ID,APP_API_ID,TIME,PRODUCT_ID,PRICE,CURRENCY,PROPERTIES,SF_CREATED_AT\n{row}\n"
    );
    let mut reader = TestReader::new();
    reader.rules.default_zone = chrono_tz::America::Sao_Paulo;
    reader.validate(text.as_bytes())
}

#[test]
fn rows_of_the_snowflake_share_are_read_as_unloaded() {
    let some = |text: &str| vec![Some(text.to_owned())];
    let full = shared(
        r#"s1,u1,x1,app-1,1712068448,pen,12.340000153,USD,"{""a"":1,""b"":2}",2024-04-02 14:34:20.123"#,
    );
    assert_eq!(
        (price_of(&full).as_str(), &*full.warned),
        ("12.34", WIDENED)
    );
    assert_eq!(full.column("app_id"), some("app-1"));
    assert_eq!(full.column("properties"), some(r#"{"a":1,"b":2}"#));
    let extra = r#"{"SF_CREATED_AT":"2024-04-02 14:34:20.123"}"#;
    assert_eq!(full.column("extra"), some(extra));
    assert_eq!(full.column("utc_offset_minutes"), some("0"));

    let nulls = shared(r"s2,u1,\N,\N,1712068448,pen,40,USD,{},\N");
    assert_eq!((nulls.accepted, &*nulls.warned), (1, &[][..]));
    for name in ["external_id", "app_id", "extra"] {
        assert_eq!(nulls.column(name), [None], "{name}");
    }

    let stamped = shared("s3,u1,x1,app-1,2024-04-02 00:30:00.000,pen,1,USD,{},");
    assert_eq!(stamped.column("time"), some("2024-04-02T00:30:00Z"));
    assert_eq!(stamped.warned, [RuleId::BrzTimeSpace]);

    for (row, rule) in [
        (
            r#"s4,u1,x1,app-1,1712068448,pen,1.5,USD,{"a":1\,"b":2},"#,
            RuleId::FileCsvColumns,
        ),
        (
            r"s5,u1,x1,app-1,1712068448,\N,1,USD,{},",
            RuleId::BrzProductRequired,
        ),
        (r"s6,u1,x1,app-1,\N,pen,1,USD,{},", RuleId::BrzTimeRequired),
    ] {
        assert_eq!(shared(row).broken(), [rule], "{row}");
    }
}

/// A Currents event with these members before its own.
fn with_members(members: &str) -> ValidatedText {
    let event = event_json("1", "USD").replacen('{', &format!("{{{members},"), 1);
    TestReader::new().validate(event.as_bytes())
}

#[test]
fn the_app_is_the_app_api_id_where_there_is_one() {
    for (members, app, extra) in [
        (
            r#""app_id":"59c2","app_api_id":"app-1""#,
            "app-1",
            Some(r#"{"app_id":"59c2"}"#),
        ),
        (r#""APP_API_ID":"app-1""#, "app-1", None),
        (r#""app_id":"app-1","app_api_id":null"#, "app-1", None),
    ] {
        let outcome = with_members(members);
        assert_eq!(
            outcome.column("app_id"),
            [Some(app.to_owned())],
            "{members}"
        );
        assert_eq!(
            outcome.column("extra"),
            [extra.map(str::to_owned)],
            "{members}"
        );
        assert_eq!(outcome.warned, [], "{members}");
    }
    let known = r#""app_group_api_id":"g","app_group_id":"h","sf_created_at":"x","sdk_version":"1","data_point_source":2,"user_segment_membership_ids":"[]""#;
    let outcome = with_members(known);
    assert_eq!((outcome.accepted, outcome.warned), (1, vec![]));
    assert_eq!(outcome.extras, [format!("{{{known}}}")]);
    let object = purchase("one").replacen('{', r#"{"app_api_id":"app-1","#, 1);
    let outcome = TestReader::new().validate(object.as_bytes());
    assert_eq!(outcome.column("app_id"), [None]);
    assert_eq!(outcome.warned.first(), Some(&RuleId::BrzKeyUnknown));
}

#[test]
fn what_the_settings_of_currents_removed_is_kept_and_named() {
    for (from, to, rule) in [
        (r#""id":"e1""#, r#""id":"""#, RuleId::BrzCurrentsNoid),
        (
            r#""id":"e1""#,
            r#""id":"[REDACTED]""#,
            RuleId::BrzCurrentsNoid,
        ),
        (r#""id":"e1","#, "", RuleId::BrzCurrentsNoid),
        (r#""{}""#, r#""[REDACTED]""#, RuleId::BrzCurrentsRedacted),
        ("x1", "[REDACTED]", RuleId::BrzCurrentsRedacted),
    ] {
        let event = event_json("1", "USD").replace(from, to);
        let outcome = TestReader::new().validate(event.as_bytes());
        assert_eq!(
            (outcome.accepted, outcome.warned.as_slice()),
            (1, &[rule][..]),
            "{event}"
        );
        let id = (rule == RuleId::BrzCurrentsRedacted).then(|| "e1".to_owned());
        assert_eq!(outcome.column("event_id"), [id], "{event}");
        if to.contains("REDACTED") && from.contains('{') {
            assert_eq!(outcome.column("properties"), [None]);
        }
        if from == "x1" {
            assert_eq!(outcome.column("external_id"), [Some(to.to_owned())]);
        }
    }
    for cell in ["", "[REDACTED]", r"\N"] {
        let row = event_csv("1", "USD").replace("\ne1,", &format!("\n{cell},"));
        let outcome = TestReader::new().validate(row.as_bytes());
        assert_eq!(outcome.column("event_id"), [None], "{row}");
        assert_eq!(outcome.warned, [RuleId::BrzCurrentsNoid], "{row}");
    }
}

#[test]
fn of_two_keys_for_one_field_the_documented_one_wins_and_the_other_is_kept() {
    let kept = |outcome: ValidatedText, field: &str, value: &str, extra: &str| {
        assert_eq!(outcome.column(field), [Some(value.to_owned())], "{extra}");
        assert_eq!(outcome.extras, [extra], "{extra}");
        assert_eq!(outcome.warned, [RuleId::BrzKeyUnknown], "{extra}");
    };
    for (members, field, value) in [
        (r#""external_id":"other""#, "external_id", "x1"),
        (r#""braze_id":"other""#, "braze_id", "u1"),
        (r#""EXTERNAL_USER_ID":"other""#, "external_id", "x1"),
        (r#""PRODUCT_ID":"other""#, "product_id", "pen"),
        (r#""PRICE":2"#, "price", "1.000000000"),
        (r#""Time":1"#, "time_raw", "1712068448"),
        (r#""ID":"e0""#, "event_id", "e1"),
    ] {
        let extra = format!("{{{members}}}");
        kept(with_members(members), field, value, &extra);
        let behind = event_json("1", "USD").replace("\"{}\"}", &format!("\"{{}}\",{members}}}"));
        kept(
            TestReader::new().validate(behind.as_bytes()),
            field,
            value,
            &extra,
        );
    }
    // A null or an empty text does not conflict with the other key.
    for nothing in ["null", "\"\""] {
        let both = format!("{nothing},\"external_id\":\"x2\"");
        let event = event_json("1", "USD").replace("\"x1\"", &both);
        let outcome = TestReader::new().validate(event.as_bytes());
        assert_eq!(outcome.column("external_id"), [Some("x2".to_owned())]);
        assert_eq!(outcome.warned, [], "{event}");
    }
    let row = r#"{"EXTERNAL_ID":"other","external_id":"u","payload":"{\"product_id\":\"p\",\"currency\":\"USD\",\"price\":1,\"time\":\"2026-10-01T10:00:00Z\"}"}"#;
    let outcome = TestReader::new().validate(row.as_bytes());
    kept(outcome, "external_id", "u", r#"{"EXTERNAL_ID":"other"}"#);
}

#[test]
fn two_columns_for_one_field_of_an_event_are_refused() {
    for (second, first) in [
        ("external_id", "EXTERNAL_USER_ID"),
        ("braze_id", "USER_ID"),
        ("price", "PRICE"),
        ("event_id", "ID"),
    ] {
        let text = event_csv("1", "USD").replace("PROPERTIES", second);
        let refusal = TestReader::new().validate(text.as_bytes()).refusal.unwrap();
        assert_eq!(refusal.rule, RuleId::FileHeaderDup, "{text}");
        assert!(refusal.message.contains(first), "{refusal}");
    }
}
