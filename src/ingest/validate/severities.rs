//! Rules with the severities that the user has set.

use super::fixture::{TestReader, ValidatedText};
use crate::rules::{RuleId, RuleSeverities, Severity};

fn validate(entries: &[&str], text: &str) -> ValidatedText {
    let entries: Vec<_> = entries.iter().map(|one| one.parse().unwrap()).collect();
    let mut reader = TestReader::new();
    reader.severities = Some(RuleSeverities::of(&entries));
    reader.validate(text.as_bytes())
}

/// A purchase with these further members.
fn json(more: &str) -> String {
    format!(
        r#"{{"product_id":"p","currency":"BRL","price":2,"time":"2025-04-05T19:20:00Z",{more}}}"#
    )
}

#[test]
fn quantities_up_to_the_width_of_the_column_are_stored_where_the_user_accepts_them() {
    for (quantity, entry, warned) in [
        ("101", "BRZ-QTY-RANGE=warn", &[RuleId::BrzQtyRange][..]),
        ("32767", "BRZ-QTY-RANGE=warn", &[RuleId::BrzQtyRange]),
        ("32767", "BRZ-QTY-RANGE=off", &[]),
        ("100", "BRZ-QTY-RANGE=warn", &[]),
    ] {
        let text = json(&format!(r#""external_id":"u","quantity":{quantity}"#));
        let found = validate(&[entry], &text);
        assert_eq!(found.broken(), [], "{text}");
        assert_eq!(found.column("quantity"), [Some(quantity.to_owned())]);
        assert_eq!(found.warned, warned, "{text}");
    }
    // 2 × 32767 by hand.
    let most = validate(
        &["BRZ-QTY-RANGE=warn"],
        &json(r#""external_id":"u","quantity":32767"#),
    );
    assert_eq!(most.column("revenue"), [Some("65534.000000000".to_owned())]);
}

#[test]
fn quantities_that_are_no_number_of_items_or_do_not_fit_are_rejected_by_any_severity() {
    for quantity in ["0", "-1", "-32768", "32768", "1e30"] {
        for entry in ["BRZ-QTY-RANGE=warn", "BRZ-QTY-RANGE=off"] {
            let text = json(&format!(r#""external_id":"u","quantity":{quantity}"#));
            let found = validate(&[entry], &text);
            assert_eq!(found.broken(), [RuleId::BrzQtyRange], "{text}");
        }
    }
    let fraction = json(r#""external_id":"u","quantity":0.5"#);
    let found = validate(&["BRZ-QTY-RANGE=off"], &fraction);
    assert_eq!(found.broken(), [RuleId::BrzQtyType]);
}

#[test]
fn each_rule_of_stored_values_rejects_warns_or_is_off_as_the_user_sets_it() {
    let longest = "x".repeat(300);
    for (rule, more) in [
        (RuleId::BrzIdRequired, r#""quantity":1"#.to_owned()),
        (
            RuleId::BrzExtidLen,
            format!(r#""external_id":"{}""#, longest.repeat(4)),
        ),
        (
            RuleId::BrzPropNameEmpty,
            r#""external_id":"u","properties":{"":1}"#.to_owned(),
        ),
        (
            RuleId::BrzPropNameDollar,
            r#""external_id":"u","properties":{"$a":1}"#.to_owned(),
        ),
        (
            RuleId::BrzPropReserved,
            r#""external_id":"u","properties":{"price":1}"#.to_owned(),
        ),
        (
            RuleId::BrzPropNameLen,
            format!(r#""external_id":"u","properties":{{"{longest}":1}}"#),
        ),
        (
            RuleId::BrzPropSize,
            format!(
                r#""external_id":"u","properties":{{"a":[{}1]}}"#,
                "1,".repeat(26_000)
            ),
        ),
        (
            RuleId::BrzIdMulti,
            r#""external_id":"u","email":"a@b.c""#.to_owned(),
        ),
        (
            RuleId::BrzKeyUnknown,
            r#""external_id":"u","colour":1"#.to_owned(),
        ),
        // Rejects a purchase without another identifier, unless the user sets its severity.
        (RuleId::BrzEmailForm, r#""email":"no address""#.to_owned()),
    ] {
        let text = json(&more);
        for severity in [Severity::Reject, Severity::Warn, Severity::Off] {
            let found = validate(&[&format!("{rule}={severity}")], &text);
            let (broken, warned) = match severity {
                Severity::Reject => (vec![rule], vec![]),
                Severity::Warn => (vec![], vec![rule]),
                _ => (vec![], vec![]),
            };
            assert_eq!(found.broken(), broken, "{rule} {severity}");
            assert_eq!(found.warned, warned, "{rule} {severity}");
        }
    }
}
