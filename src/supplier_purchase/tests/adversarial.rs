//! Malicious and random texts.

use proptest::prelude::*;

use super::super::{
    RawSupplierPurchase, SupplierPurchaseCsvColumns, SupplierPurchaseValidator, read_record,
};
use super::fixture::{each_row, settings, validate_json, with};
use crate::input::csv::columns::ColumnAliases;
use crate::json::{JsonCursor, JsonErrorKind, JsonOptions};
use crate::record::{Findings, MAX_EXTRA_FIELDS, RecordError};
use crate::rules::RuleId;

fn syntax(text: &str) -> Option<JsonErrorKind> {
    let mut raw = RawSupplierPurchase::default();
    match read_record(&mut JsonCursor::new(text, JsonOptions::default()), &mut raw) {
        Err(RecordError::Syntax(error)) => Some(error.kind),
        _ => None,
    }
}

#[test]
fn nesting_ends_at_the_limit_at_any_position() {
    for key in ["supplier", "notes", "other", "total"] {
        for open in ["[", "{\"supplier\":"] {
            let text = format!("{{\"{key}\":{}", open.repeat(100_000));
            assert_eq!(syntax(&text), Some(JsonErrorKind::TooDeep), "{key}");
        }
    }
    let shipping = "{\"shipping\":{\"carrier\":".repeat(100_000);
    assert_eq!(syntax(&shipping), Some(JsonErrorKind::TooDeep));
}

#[test]
fn records_that_end_early_are_no_json() {
    for text in [
        "{",
        "{\"id\"",
        "{\"id\":",
        "{\"supplier\":{\"id\":1",
        "{\"total\":{\"amount\":1}",
    ] {
        assert_eq!(syntax(text), Some(JsonErrorKind::UnexpectedEnd), "{text}");
    }
}

#[test]
fn huge_numbers_are_refused_by_the_rule_of_their_field() {
    let digits = "9".repeat(100_000);
    assert_eq!(
        validate_json(&with(&format!(r#""code":{digits}"#))).broken(),
        [RuleId::CplIntType]
    );
    for amount in [&*digits, "1e999999999", "-1e400", "1e-999999999999"] {
        let record = with(&format!(
            r#""total":{{"amount":{amount},"currency":"BRL"}}"#
        ));
        let validated = validate_json(&record);
        assert!(
            validated.broken() == [RuleId::CplMoneyShape] || validated.is_accepted,
            "{amount}"
        );
    }
}

#[test]
fn a_duplicate_key_rejects_at_any_depth() {
    for (members, path) in [
        (r#""id":2"#, "id"),
        (r#""code":1,"code":1"#, "code"),
        (r#""\u0069d":2"#, "id"),
        (r#""supplier":{"id":3}"#, "supplier.id"),
        (r#""invoice":{"number":"1","number":"1"}"#, "invoice.number"),
        (
            r#""shipping":{"carrier":{"id":1,"id":1}}"#,
            "shipping.carrier.id",
        ),
        (r#""other":1,"other":1"#, "other"),
        (r#""invoice":{"key":1,"key":1}"#, "invoice.key"),
        (r#""other":[{"a":1,"a":2}]"#, "other.a"),
    ] {
        let validated = validate_json(&with(members));
        assert!(validated.broken().contains(&RuleId::CplKeyDup), "{members}");
        let found = (validated.findings.iter()).find(|found| found.rule == RuleId::CplKeyDup);
        assert_eq!(found.unwrap().field, path, "{members}");
    }
}

#[test]
fn many_undocumented_keys_are_one_reject() {
    let members: Vec<String> = (0..5 * MAX_EXTRA_FIELDS)
        .map(|key| format!("\"k{key}\":0"))
        .collect();
    let validated = validate_json(&with(&members.join(",")));
    assert_eq!(validated.broken(), [RuleId::FileLimit]);
}

#[test]
fn a_record_leaves_nothing_behind_for_the_next() {
    let first = with(r#""code":7,"other":1,"other":2"#);
    let mut raw = RawSupplierPurchase::default();
    read_record(
        &mut JsonCursor::new(&first, JsonOptions::default()),
        &mut raw,
    )
    .unwrap();
    read_record(&mut JsonCursor::new("{}", JsonOptions::default()), &mut raw).unwrap();
    assert!(!raw.is_record() && raw.extra.is_empty());
    assert_eq!(raw.duplicate_key, None);
}

fn any_value() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        Just("null".to_owned()),
        any::<bool>().prop_map(|flag| flag.to_string()),
        "-?[1-9][0-9]{0,40}(\\.[0-9]{1,12})?".prop_map(|number| number),
        "[a-zA-Z0-9:/ $,.-]{0,24}".prop_map(|text| serde_json::Value::from(text).to_string()),
    ];
    let keys = prop::sample::select(vec![
        "id",
        "name",
        "amount",
        "currency",
        "carrier",
        "shipping_value",
        "serie",
        "x",
    ]);
    leaf.prop_recursive(3, 12, 3, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3)
                .prop_map(|values| format!("[{}]", values.join(","))),
            prop::collection::vec((keys.clone(), inner), 0..3).prop_map(|members| {
                let members: Vec<String> = (members.iter())
                    .map(|(key, value)| format!("\"{key}\":{value}"))
                    .collect();
                format!("{{{}}}", members.join(","))
            }),
        ]
    })
}

proptest! {
    #[test]
    fn any_object_is_accepted_or_rejected(members in prop::collection::vec((prop::sample::select(vec![
        "id", "registration_date", "supplier", "invoice", "code", "value_of_items", "discount",
        "other_expenses_value", "total", "notes", "shipping", "status", "order_number",
        "has_stock_movement_out", "were_stock_movements_deleted", "created_at", "updated_at",
        "company_id", "x",
    ]), any_value()), 0..8)) {
        let members: Vec<String> = (members.iter())
            .map(|(key, value)| format!("\"{key}\":{value}"))
            .collect();
        let text = format!("{{{}}}", members.join(","));
        let mut raw = RawSupplierPurchase::default();
        read_record(&mut JsonCursor::new(&text, JsonOptions::default()), &mut raw).unwrap();
        let mut findings = Findings::new(false);
        let purchase = SupplierPurchaseValidator::new(settings()).validate(&raw, &mut findings);
        prop_assert_eq!(purchase.is_none(), findings.rejects());
        prop_assert!(!findings.rejects() || !findings.list().is_empty());
    }

    #[test]
    fn any_cell_in_any_column_is_accepted_or_rejected(cell in "\\PC{0,12}|[0-9,R$ ]{0,9}[^a]|(?s:.){0,9}") {
        let columns: Vec<&str> = SupplierPurchaseCsvColumns.roles().iter().map(|role| role.name).collect();
        let quoted = format!("\"{}\"", cell.replace('"', "\"\""));
        for column in &columns {
            // The first row proves the decimal sign, so that any cell is read in the second.
            let row = |own: &str| -> String {
                let cells = columns.iter().map(|name| if name == column { own } else { "1" });
                cells.collect::<Vec<_>>().join(";")
            };
            let text = format!("{}\n{}\n{}\n", columns.join(";"), row("1,5"), row(&quoted));
            let mut rows = 0;
            each_row(&settings(), &text, |_, validated, _| {
                assert_eq!(validated.is_accepted, validated.broken().is_empty());
                rows += 1;
            });
            prop_assert_eq!(rows, 2);
        }
    }

    #[test]
    fn any_text_is_read_or_refused(text in "\\PC{0,60}|[\\[\\]{}\":,a-z0-9 .-]{0,60}") {
        let mut raw = RawSupplierPurchase::default();
        let _ = read_record(&mut JsonCursor::new(&text, JsonOptions::default()), &mut raw);
    }
}
