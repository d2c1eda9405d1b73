//! Order events: their lines as rows, and their rules at the limits.

use super::fixture::{TestReader, ValidatedText};
use crate::input::InputFormat;
use crate::rules::RuleId;

/// An order of two lines, with a sum that is its subtotal: 25.00 + 21.90 − 4.69 = 42.21.
pub(super) const PLACED: &str = r#"{"external_id":"u1","name":"ecommerce.order_placed","time":"2026-05-02T14:35:42Z","properties":{"order_id":"o1","total_value":50.71,"subtotal_value":42.21,"tax":3.50,"shipping":5.00,"total_discounts":4.69,"currency":"USD","source":"web","products":[{"product_id":"mug","product_name":"Mug","variant_id":"m1","quantity":2,"price":12.50},{"product_id":"tea","product_name":"Tea","variant_id":"t1","quantity":3,"price":7.30}]}}"#;

/// A refund of one mug.
pub(super) const REFUNDED: &str = r#"{"external_id":"u1","name":"ecommerce.order_refunded","time":"2026-05-03T10:05:00Z","properties":{"order_id":"o1","total_value":12.50,"currency":"USD","source":"web","products":[{"product_id":"mug","product_name":"Mug","variant_id":"m1","quantity":1,"price":12.50}]}}"#;

pub(super) fn read(text: &str) -> ValidatedText {
    TestReader::new().order_events().validate(text.as_bytes())
}

pub(super) fn texts(outcome: &ValidatedText, column: &str) -> Vec<String> {
    let values = outcome.column(column).into_iter();
    values.map(Option::unwrap_or_default).collect()
}

pub(super) fn counts(outcome: &ValidatedText) -> (u64, u64, u64) {
    (outcome.read, outcome.accepted, outcome.skipped)
}

/// `PLACED` with a text in the place of another, which must be there.
pub(super) fn changed(from: &str, to: &str) -> String {
    assert!(PLACED.contains(from), "{from}");
    PLACED.replacen(from, to, 1)
}

#[test]
fn each_line_of_an_order_is_a_row_with_the_order_in_its_properties() {
    let outcome = read(PLACED);
    assert_eq!(counts(&outcome), (2, 2, 0));
    assert_eq!(outcome.warned, [], "46.90 − 4.69 is the subtotal");
    let order = r#""order":{"order_id":"o1","total_value":50.71,"subtotal_value":42.21,"tax":3.50,"shipping":5.00,"total_discounts":4.69,"source":"web"}"#;
    let properties = [
        format!(
            r#"{{"line":0,"lines":2,{order},"item":{{"product_name":"Mug","variant_id":"m1"}}}}"#
        ),
        format!(
            r#"{{"line":1,"lines":2,{order},"item":{{"product_name":"Tea","variant_id":"t1"}}}}"#
        ),
    ];
    assert_eq!(texts(&outcome, "properties"), properties);
    for (column, expected) in [
        ("product_id", ["mug", "tea"]),
        ("quantity", ["2", "3"]),
        ("price", ["12.500000000", "7.300000000"]),
        ("revenue", ["25.000000000", "21.900000000"]),
        ("currency", ["USD", "USD"]),
        ("external_id", ["u1", "u1"]),
        ("event_name", ["ecommerce.order_placed"; 2]),
        ("event_id", ["", ""]),
        ("time_raw", ["2026-05-02T14:35:42Z"; 2]),
        ("is_refund", ["false", "false"]),
        ("source_row", ["0", "1"]),
    ] {
        assert_eq!(texts(&outcome, column), expected, "{column}");
    }
}

#[test]
fn the_lines_of_a_refund_have_negative_prices() {
    let outcome = read(REFUNDED);
    assert_eq!(counts(&outcome), (1, 1, 0));
    assert_eq!(outcome.warned, []);
    for (column, expected) in [
        ("price", "-12.500000000"),
        ("quantity", "1"),
        ("revenue", "-12.500000000"),
        ("is_refund", "true"),
        ("event_name", "ecommerce.order_refunded"),
    ] {
        assert_eq!(texts(&outcome, column), [expected], "{column}");
    }
}

#[test]
fn a_large_quantity_a_wrong_sum_and_an_unknown_key_are_kept() {
    let text = changed("\"quantity\":3", "\"quantity\":250");
    let text = text.replace("\"source\":", "\"gift\":true,\"source\":");
    let outcome = read(&text);
    assert_eq!(counts(&outcome), (2, 2, 0));
    assert_eq!(texts(&outcome, "revenue")[1], "1825.000000000");
    let warned = [RuleId::BrzEcomKeyExtra, RuleId::BrzEcomTotal];
    assert_eq!(outcome.warned, warned);
    for properties in texts(&outcome, "properties") {
        assert!(properties.contains(r#""gift":true,"#), "{properties}");
    }
    let mut strict = TestReader::new().order_events();
    strict.rules.reject_unknown_fields = true;
    let outcome = strict.validate(text.as_bytes());
    assert_eq!(outcome.broken(), [RuleId::BrzEcomKeyExtra]);
}

#[test]
fn one_bad_line_rejects_the_event_once_and_verbatim() {
    for (from, to, rule) in [
        (r#""variant_id":"t1","#, "", RuleId::BrzEcomRequired),
        (r#""t1""#, r#""  ""#, RuleId::BrzEcomRequired),
        (r#""t1""#, "null", RuleId::BrzEcomType),
        (r#""order_id":"o1","#, "", RuleId::BrzEcomRequired),
        ("12.50", r#""12.50""#, RuleId::BrzEcomType),
        (r#""quantity":2"#, r#""quantity":2.5"#, RuleId::BrzEcomType),
        (r#""quantity":2"#, r#""quantity":-1"#, RuleId::BrzEcomQty),
        (r#""source":"web""#, r#""source":7"#, RuleId::BrzEcomType),
        (r#""tax":3.50"#, r#""tax":-3.50"#, RuleId::BrzEcomMoney),
        (r#""tax":3.50"#, r#""tax":null"#, RuleId::BrzEcomType),
        ("7.30", "-7.30", RuleId::BrzEcomMoney),
        (r#""USD""#, r#""XXX""#, RuleId::BrzCurUnknown),
        (r#""USD""#, r#""""#, RuleId::BrzEcomRequired),
        (r#""external_id":"u1","#, "", RuleId::BrzIdRequired),
        (
            r#""time":"2026-05-02T14:35:42Z","#,
            "",
            RuleId::BrzTimeRequired,
        ),
        (
            r#""properties":{"#,
            r#""properties":[],"x":{"#,
            RuleId::BrzPropObject,
        ),
        (r#""properties":{"#, r#""x":{"#, RuleId::BrzEcomRequired),
        (r#""name":"#, r#""name":"a","name":"#, RuleId::BrzKeyDup),
        (r#""tax":"#, r#""tax":1,"tax":"#, RuleId::BrzKeyDup),
        (
            r#""quantity":2,"#,
            r#""quantity":2,"quantity":2,"#,
            RuleId::BrzKeyDup,
        ),
    ] {
        let text = changed(from, to);
        let outcome = read(&text);
        assert_eq!(outcome.broken(), [rule], "{text}");
        assert_eq!(counts(&outcome), (1, 0, 0), "{text}");
        assert_eq!(outcome.rejects[0].2, text.as_bytes());
    }
    for (from, to, rule) in [
        ("12.50,", "-12.50,", RuleId::BrzEcomMoney),
        (
            &REFUNDED[REFUNDED.find("[{").unwrap()..REFUNDED.len() - 2],
            "[]",
            RuleId::BrzEcomRequired,
        ),
    ] {
        let outcome = read(&REFUNDED.replacen(from, to, 1));
        assert_eq!(outcome.broken(), [rule], "{to}");
    }
}

#[test]
fn quantities_end_at_the_largest_value_of_the_column_and_zero_is_no_row() {
    let order = |quantity: &str| {
        let text = changed("\"quantity\":2", &format!("\"quantity\":{quantity}"));
        text.replace("\"subtotal_value\":42.21,", "")
    };
    for (quantity, rows) in [("1", 2), ("100", 2), ("101", 2), ("32766", 2), ("32767", 2)] {
        let outcome = read(&order(quantity));
        assert_eq!(counts(&outcome), (rows, rows, 0), "{quantity}");
        assert_eq!(outcome.warned, [], "{quantity}");
    }
    for quantity in [
        "32768",
        "32769",
        "99999999999999999999999999999999999999999",
    ] {
        let outcome = read(&order(quantity));
        assert_eq!(outcome.broken(), [RuleId::BrzEcomQty], "{quantity}");
    }
    let outcome = read(&order("2.0"));
    assert_eq!(outcome.warned, [RuleId::BrzQtyFloat]);
    assert_eq!(texts(&outcome, "quantity"), ["2", "3"]);
    let both = format!("{}\n{}\n", order("0"), PLACED);
    let outcome = read(&both);
    assert_eq!(counts(&outcome), (4, 3, 1));
    assert_eq!(outcome.warned, [RuleId::BrzEcomQtyZero]);
    assert_eq!(texts(&outcome, "product_id"), ["tea", "mug", "tea"]);
    let rows: Vec<i64> = outcome.rows.iter().map(|row| row.0).collect();
    assert_eq!(rows, [0, 1, 2], "lines without items have no number");
    assert!(texts(&outcome, "properties")[0].starts_with(r#"{"line":1,"lines":2,"#));
}

#[test]
fn sums_may_differ_by_a_hundredth() {
    for (subtotal, warned) in [
        ("42.19", &[RuleId::BrzEcomTotal][..]),
        ("42.20", &[]),
        ("42.22", &[]),
        ("42.220000001", &[RuleId::BrzEcomTotal]),
    ] {
        let outcome = read(&changed("42.21", subtotal));
        assert_eq!(outcome.warned, warned, "{subtotal}");
    }
    for (total, warned) in [
        ("12.48", &[RuleId::BrzEcomTotal][..]),
        ("12.49", &[]),
        ("12.51", &[]),
        ("12.52", &[RuleId::BrzEcomTotal]),
    ] {
        let outcome = read(&REFUNDED.replacen("12.50", total, 1));
        assert_eq!(outcome.warned, warned, "{total}");
    }
}

#[test]
fn arrays_and_objects_of_the_order_are_on_the_first_line_only() {
    let text = changed(
        "\"source\":",
        r#""discounts":[{"code":"X"}],"metadata":{"a":[1]},"source":"#,
    );
    let outcome = read(&text);
    assert_eq!(outcome.warned, []);
    let properties = texts(&outcome, "properties");
    let nested = r#""discounts":[{"code":"X"}],"metadata":{"a":[1]},"source""#;
    assert!(properties[0].contains(nested), "{properties:?}");
    assert!(!properties[1].contains("\"discounts\""), "{properties:?}");
    assert!(!properties[1].contains("metadata"), "{properties:?}");
}

#[test]
fn other_names_are_skipped_whatever_their_content() {
    for name in [
        "ecommerce.order_cancelled",
        "ecommerce.product_viewed",
        "app opened",
        "",
    ] {
        let text = PLACED.replace("ecommerce.order_placed", name);
        let text = text.replace("\"order_id\":\"o1\",", "\"order_id\":7,\"order_id\":8,");
        let outcome = read(&text);
        assert_eq!(counts(&outcome), (1, 0, 1), "{name}");
        assert_eq!(outcome.broken(), [], "{name}");
    }
    let outcome = TestReader::new().validate(PLACED.as_bytes());
    assert_eq!(counts(&outcome), (1, 0, 1), "by default");
    // Neither an event nor a purchase: nothing identifies whose it is, or when it was.
    for text in [
        r#"{"name":"Ana","time":"2026-05-02T14:35:42Z"}"#,
        r#"{"name":"Ana","external_id":"u1"}"#,
        r#"{"name":"x","external_id":"u1","time":"2026-05-02T14:35:42Z","price":1}"#,
    ] {
        let outcome = read(text);
        assert!(
            outcome.broken().contains(&RuleId::BrzProductRequired),
            "{text}"
        );
    }
}

#[test]
fn properties_end_at_102_400_bytes() {
    let with_metadata = |bytes: usize| {
        let empty = changed("\"source\":", r#""metadata":{"a":""},"source":"#);
        let properties = empty.find("{\"order_id\"").unwrap();
        let now = empty.len() - 1 - properties;
        empty.replace(
            r#""a":"""#,
            &format!(r#""a":"{}""#, "x".repeat(bytes - now)),
        )
    };
    for (bytes, broken) in [
        (102_399, &[][..]),
        (102_400, &[]),
        (102_401, &[RuleId::BrzPropSize]),
    ] {
        assert_eq!(read(&with_metadata(bytes)).broken(), broken, "{bytes}");
    }
}

#[test]
fn what_the_lines_repeat_ends_at_sixteen_times_the_size_of_the_event() {
    let line = r#"{"product_id":"m","product_name":"M","variant_id":"1","quantity":1,"price":1}"#;
    let properties = |lines: usize, source: usize| {
        format!(
            r#"{{"order_id":"o1","total_value":{lines},"currency":"USD","source":"{}","products":[{}]}}"#,
            "x".repeat(source),
            vec![line; lines].join(",")
        )
    };
    let broken = |lines: usize, source: usize| {
        let properties = properties(lines, source);
        let outcome = read(&format!(
            r#"{{"external_id":"u1","name":"ecommerce.order_refunded","time":"2026-05-03T10:05:00Z","properties":{properties}}}"#
        ));
        outcome.broken()
    };
    // Each of 17 lines repeats the identifier and `plain` bytes more than the source.
    let plain = r#""order_id":"o1","total_value":17,"source":"""#.len();
    let most = 16 * (2 + properties(17, 0).len()) - 17 * (2 + plain);
    assert!(most > 20_000, "{most}");
    assert_eq!(broken(17, most - 1), []);
    assert_eq!(broken(17, most), []);
    assert_eq!(broken(17, most + 1), [RuleId::FileLimit]);
    assert_eq!(broken(1_200, 1_200), [], "long orders with usual texts");
}

#[test]
fn events_with_other_bytes_neither_panic_nor_unbalance_the_counts() {
    // A linear congruential generator: the same bytes in every run.
    let mut state = 20_260_502_u64;
    let mut below = |limit: usize| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        usize::try_from(state >> 33).unwrap() % limit
    };
    let alphabet = b"\"{}[]:,-.0129e\\ntu\xFF ";
    let mut outcomes = [0_u64; 3];
    for round in 0..3_000 {
        let mut bytes = if round % 2 == 0 { PLACED } else { REFUNDED }
            .as_bytes()
            .to_vec();
        for _ in 0..=below(3) {
            let (at, byte) = (below(bytes.len()), alphabet[below(alphabet.len())]);
            match below(3) {
                0 => drop(bytes.remove(at)),
                1 => bytes.insert(at, byte),
                _ => bytes[at] = byte,
            }
        }
        let reader = TestReader::new().order_events();
        let outcome = reader.format(InputFormat::Ndjson).validate(&bytes);
        let rejected = outcome.rejects.len() as u64;
        let rows = outcome.rows.len() as u64;
        let text = String::from_utf8_lossy(&bytes);
        assert_eq!(outcome.accepted, rows, "{text}");
        assert_eq!(outcome.read, rows + rejected + outcome.skipped, "{text}");
        assert!(rejected <= 1 && (rejected == 0 || rows == 0), "{text}");
        let [accepted, rejects, skipped] = &mut outcomes;
        *accepted += u64::from(rows > 0);
        *rejects += rejected;
        *skipped += outcome.skipped;
    }
    assert!(outcomes.iter().all(|count| *count > 50), "{outcomes:?}");
}
