//! Records of another kind, and findings in the form of a 422 response.

use super::super::{RawSupplierPurchase, read_record, validation_entry};
use super::fixture::{DOCUMENTED, validate_json, with, without};
use crate::json::{JsonCursor, JsonOptions};
use crate::rules::RuleId;

fn wrong_kind(text: &str) -> Option<RuleId> {
    let mut raw = RawSupplierPurchase::default();
    read_record(&mut JsonCursor::new(text, JsonOptions::default()), &mut raw).unwrap();
    raw.wrong_kind()
}

#[test]
fn other_kinds_are_recognised_by_the_keys_of_the_element() {
    for (element, rule) in [
        (
            r#"{"external_id":"user1","product_id":"backpack","currency":"USD","price":40.00,"time":"2013-07-16T19:20:30+01:00"}"#,
            RuleId::FileWrongKind,
        ),
        (
            r#"{"id":"e1","user_id":"u1","time":1711111111,"product_id":"p","price":1.5,"currency":"BRL"}"#,
            RuleId::FileWrongKind,
        ),
        (
            r#"{"external_id":"s3-qa-0","payload":"{\"product_id\":\"p\",\"price\":1,\"time\":\"2024-04-02T14:34:08\"}"}"#,
            RuleId::FileWrongKind,
        ),
        (
            r#"{"price":1,"currency":"BRL","time":"2024-04-02"}"#,
            RuleId::FileWrongKind,
        ),
        (
            r#"{"name":"item","first":"2013-07-16","last":"2013-07-18","count":3}"#,
            RuleId::FileUserExport,
        ),
        (
            r#"{"time":"2013-07-16","purchase_quantity":1}"#,
            RuleId::FileSeriesResponse,
        ),
        (
            r#"{"message":"success","data":[{"time":"2013-07-16","purchase_quantity":1}]}"#,
            RuleId::FileSeriesResponse,
        ),
    ] {
        assert_eq!(wrong_kind(element), Some(rule), "{element}");
    }
}

#[test]
fn a_supplier_purchase_is_none_of_them_whatever_else_it_holds() {
    let enriched = r#""supplier":{"id":3},"product_id":"p","price":1,"time":"t","name":"n","count":1,"first":"f""#;
    let enriched = without("supplier").replacen('{', &format!("{{{enriched},"), 1);
    for element in [
        DOCUMENTED,
        &enriched,
        "{}",
        r#"{"id":1}"#,
        r#"{"name":"x","extra":1}"#,
    ] {
        assert_eq!(wrong_kind(element), None, "{element}");
    }
}

#[test]
fn a_record_has_a_field_that_only_a_purchase_has() {
    for (text, is_record) in [
        (r#"{"data":{"purchases":[]},"meta":{}}"#, false),
        (
            r#"{"status":"ok","code":200,"data":{"purchases":[]}}"#,
            false,
        ),
        (r#"{"data":{},"id":null}"#, false),
        (r#"{"id":1,"data":{}}"#, true),
        (r#"{"registration_date":"2025-01-14"}"#, true),
        (r#"{"supplier":{"id":1},"purchases":[]}"#, true),
    ] {
        let mut raw = RawSupplierPurchase::default();
        read_record(&mut JsonCursor::new(text, JsonOptions::default()), &mut raw).unwrap();
        assert_eq!(raw.is_record(), is_record, "{text}");
    }
}

#[test]
fn findings_have_the_field_and_kind_of_a_422_answer() {
    for (record, field, kind) in [
        (without("id"), "id", "Required"),
        (with(r#""id":1,"code":"x""#), "id", "Unique"),
        (
            without("registration_date"),
            "registration_date",
            "Required",
        ),
        (without("updated_at"), "updated_at", "Required"),
        (
            with(r#""created_at":"x","total":{"amount":1}"#),
            "total.currency",
            "Required",
        ),
        (
            with(r#""total":{"amount":"x","currency":"BRL"}"#),
            "total.amount",
            "Type",
        ),
        (
            with(r#""total":{"amount":1,"currency":"x"}"#),
            "total.currency",
            "Currency",
        ),
        (with(r#""status":"Entregue""#), "status", "Enum"),
        (
            with(r#""has_stock_movement_out":"sim""#),
            "has_stock_movement_out",
            "Type",
        ),
        (with(r#""company_id":13"#), "company_id", "Invalid"),
    ] {
        let validated = validate_json(&record);
        let first = validated
            .findings
            .iter()
            .find(|found| found.rejecting)
            .unwrap();
        let entry = validation_entry(first);
        assert_eq!((entry.field, entry.kind), (field, kind), "{record}");
    }
}
