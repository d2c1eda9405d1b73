//! JSON records: the documented example, and each rule at its limits.

use super::super::{
    CompanyId, RawSupplierPurchase, SupplierPurchaseField as Name, SupplierPurchaseValidator,
    read_record,
};
use super::fixture::{
    DOCUMENTED, accepted, settings, shown, validate_json, validate_with, with, without,
};
use crate::json::{JsonCursor, JsonOptions};
use crate::rules::RuleId;
use crate::values::instant::format_utc_micros;

#[test]
fn the_documented_example_is_read_value_by_value() {
    assert_eq!(validate_json(DOCUMENTED).findings, []);
    accepted(DOCUMENTED, |purchase| {
        assert_eq!((purchase.key.company_id, purchase.key.id), (12, 123));
        assert_eq!(purchase.registration_date.to_string(), "2025-01-14");
        let values = &purchase.values;
        assert_eq!(values.integer(Name::SupplierId), Some(123));
        assert_eq!(values.text(Name::SupplierName), Some("CPlug Supplier"));
        assert_eq!(values.text(Name::InvoiceSerie), Some("1"));
        assert_eq!(values.text(Name::InvoiceNumber), Some("789"));
        assert_eq!(values.integer(Name::Code), Some(456));
        assert_eq!(
            shown(purchase, Name::ValueOfItemsAmount).as_deref(),
            Some("99.95 BRL")
        );
        assert_eq!(
            shown(purchase, Name::DiscountAmount).as_deref(),
            Some("10 BRL")
        );
        assert_eq!(
            shown(purchase, Name::OtherExpensesValueAmount).as_deref(),
            Some("5.05 BRL")
        );
        assert_eq!(
            shown(purchase, Name::TotalAmount).as_deref(),
            Some("95 BRL")
        );
        assert_eq!(
            shown(purchase, Name::ShippingValueAmount).as_deref(),
            Some("20 BRL")
        );
        assert_eq!(values.text(Name::Notes), Some("my notes"));
        assert_eq!(purchase.values.boolean(Name::PayShipping), Some(true));
        assert_eq!(values.integer(Name::CarrierId), Some(123));
        assert_eq!(values.text(Name::CarrierName), Some("CPlug Logistics"));
        assert_eq!(values.text(Name::Status), Some("pending"));
        assert_eq!(values.text(Name::OrderNumber), Some("code123"));
        assert_eq!(values.boolean(Name::HasStockMovementOut), Some(true));
        assert!(!purchase.values.is_deleted());
        assert_eq!(purchase.updated_at.offset_minutes, Some(-180));
        let micros = purchase.updated_at.micros_utc;
        assert_eq!(format_utc_micros(micros), "2020-01-01T12:00:00Z");
        assert_eq!(
            purchase.values.time(Name::CreatedAt),
            Some(purchase.updated_at)
        );
        assert_eq!(purchase.values.extra, None);
    });
}

#[test]
fn what_is_not_required_may_be_absent_or_null() {
    let nulls = r#""invoice":null,"code":null,"value_of_items":null,"discount":null,
        "other_expenses_value":null,"total":null,"notes":null,"shipping":null,"status":null,
        "order_number":null,"has_stock_movement_out":null,"were_stock_movements_deleted":null,
        "created_at":null,"company_id":null"#;
    let parts =
        r#""invoice":{},"shipping":{"pay_shipping":null,"carrier":null,"shipping_value":null}"#;
    for record in [with(nulls), with(parts), without("code")] {
        assert_eq!(validate_json(&record).findings, [], "{record}");
        accepted(&record, |purchase| {
            assert_eq!(purchase.values.text(Name::InvoiceSerie), None);
            assert_eq!(purchase.values.text(Name::InvoiceNumber), None);
            assert_eq!(purchase.values.amount(Name::TotalAmount), None);
            assert_eq!(purchase.values.time(Name::CreatedAt), None);
            assert!(!purchase.values.is_deleted());
        });
    }
}

#[test]
fn missing_required_fields_are_reported() {
    for (key, rule) in [
        ("id", RuleId::CplIdRequired),
        ("registration_date", RuleId::CplDateRequired),
        ("updated_at", RuleId::CplTsFormat),
    ] {
        let absent = validate_json(&without(key));
        assert_eq!((absent.broken(), absent.fields()), (vec![rule], vec![key]));
        let mut record: serde_json::Value = serde_json::from_str(&without(key)).unwrap();
        record[key] = serde_json::Value::Null;
        assert_eq!(validate_json(&record.to_string()).broken(), [rule], "{key}");
    }
    assert_eq!(
        validate_json(&without("supplier")).noted(),
        [RuleId::CplSupplierMissing]
    );
}

#[test]
fn whole_numbers_are_digits_alone() {
    let id = |id: &str| validate_json(&without("id").replacen('{', &format!("{{\"id\":{id},"), 1));
    for good in ["1", "9223372036854775807"] {
        assert!(id(good).is_accepted, "{good}");
    }
    for bad in [
        "0",
        "-1",
        "123.0",
        "1e2",
        "9223372036854775808",
        "\"1\"",
        "true",
        "[1]",
        "{}",
    ] {
        assert_eq!(id(bad).broken(), [RuleId::CplIdRequired], "{bad}");
    }
    assert_eq!(
        validate_json(&with(r#""code":1.0"#)).broken(),
        [RuleId::CplIntType]
    );
    assert!(validate_json(&with(r#""code":-7"#)).is_accepted);
}

#[test]
fn quoted_numbers_are_read_when_the_option_is_set() {
    let record = with(r#""code":"7","total":{"amount":"99.95","currency":"BRL"}"#);
    let broken = validate_json(&record).broken();
    assert_eq!(broken, [RuleId::CplIntType, RuleId::CplMoneyShape]);
    let mut lenient = settings();
    lenient.numbers_as_strings = true;
    assert_eq!(validate_with(&lenient, &record).findings, []);
    for amount in ["R$ 99,95", "", "99,95", "+1"] {
        let record = with(&format!(
            r#""total":{{"amount":"{amount}","currency":"BRL"}}"#
        ));
        let broken = validate_with(&lenient, &record).broken();
        assert_eq!(broken, [RuleId::CplMoneyShape], "{amount}");
    }
    let plus = with(r#""code":"+7""#);
    assert_eq!(
        validate_with(&lenient, &plus).broken(),
        [RuleId::CplIntType]
    );
}

/// Each of these members violates one rule, in one field.
fn expect_one(cases: &[(&str, RuleId, &str)]) {
    for (members, rule, field) in cases {
        let record = if members.starts_with("\"supplier\"") {
            without("supplier").replacen('{', &format!("{{{members},"), 1)
        } else {
            with(members)
        };
        let validated = validate_json(&record);
        assert_eq!(validated.broken(), [*rule], "{members}");
        assert_eq!(validated.fields(), [*field], "{members}");
    }
}

#[test]
fn objects_that_are_none_are_named_with_their_path() {
    expect_one(&[
        (r#""supplier":"x""#, RuleId::CplSupplierShape, "supplier"),
        (r#""supplier":[]"#, RuleId::CplSupplierShape, "supplier"),
        (r#""invoice":"789""#, RuleId::CplObjectShape, "invoice"),
        (r#""shipping":true"#, RuleId::CplObjectShape, "shipping"),
        (
            r#""shipping":{"carrier":5}"#,
            RuleId::CplObjectShape,
            "shipping.carrier",
        ),
        (
            r#""shipping":{"shipping_value":5}"#,
            RuleId::CplMoneyShape,
            "shipping.shipping_value",
        ),
        (r#""total":99.95"#, RuleId::CplMoneyShape, "total"),
    ]);
}

#[test]
fn values_of_another_type_are_named_with_their_path() {
    expect_one(&[
        (
            r#""total":{"currency":"BRL"}"#,
            RuleId::CplMoneyShape,
            "total.amount",
        ),
        (
            r#""total":{"amount":1}"#,
            RuleId::CplMoneyShape,
            "total.currency",
        ),
        (
            r#""total":{"amount":1,"currency":5}"#,
            RuleId::CplMoneyShape,
            "total.currency",
        ),
        (
            r#""discount":{"amount":1,"currency":"ZZZ"}"#,
            RuleId::CplMoneyCurrency,
            "discount.currency",
        ),
        (
            r#""discount":{"amount":1,"currency":"BTC"}"#,
            RuleId::CplMoneyCurrency,
            "discount.currency",
        ),
        (
            r#""shipping":{"carrier":{"name":5}}"#,
            RuleId::CplTextType,
            "shipping.carrier.name",
        ),
        (
            r#""invoice":{"serie":true}"#,
            RuleId::CplTextType,
            "invoice.serie",
        ),
        (
            r#""has_stock_movement_out":"sim""#,
            RuleId::CplBool,
            "has_stock_movement_out",
        ),
        (
            r#""were_stock_movements_deleted":1"#,
            RuleId::CplBool,
            "were_stock_movements_deleted",
        ),
        (r#""status":"PENDING""#, RuleId::CplStatusEnum, "status"),
        (r#""status":"""#, RuleId::CplStatusEnum, "status"),
        (r#""notes":5"#, RuleId::CplTextType, "notes"),
    ]);
}

#[test]
fn the_company_is_that_of_the_record_or_of_the_settings() {
    let company = |own: &str, given: Option<CompanyId>| {
        let mut settings = settings();
        settings.company = given;
        validate_with(&settings, &with(&format!(r#""company_id":{own}"#)))
    };
    let known = CompanyId::new(12);
    for (own, given) in [
        ("12", known),
        ("12", None),
        ("12", Some(CompanyId::UNKNOWN)),
        ("null", known),
        ("null", Some(CompanyId::UNKNOWN)),
    ] {
        assert_eq!(company(own, given).findings, [], "{own} {given:?}");
    }
    assert_eq!(company("13", known).broken(), [RuleId::CplCompanyConflict]);
    for own in ["0", "-1", "\"12\"", "12.0", "\"unknown\""] {
        assert_eq!(
            company(own, known).broken(),
            [RuleId::CplCompanyRequired],
            "{own}"
        );
    }
    assert_eq!(company("null", None).broken(), [RuleId::CplCompanyRequired]);
}

#[test]
fn a_record_that_names_no_company_lacks_one_unless_the_settings_do() {
    let mut without_company = settings();
    without_company.company = None;
    for (record, lacks) in [
        (with(r#""company_id":7"#), false),
        (with(r#""code":7"#), true),
    ] {
        let mut raw = RawSupplierPurchase::default();
        read_record(
            &mut JsonCursor::new(&record, JsonOptions::default()),
            &mut raw,
        )
        .unwrap();
        assert_eq!(
            SupplierPurchaseValidator::new(without_company.clone()).is_missing_company(&raw),
            lacks
        );
        assert!(!SupplierPurchaseValidator::new(settings()).is_missing_company(&raw));
    }
}

#[test]
fn either_value_of_the_flag_is_a_deletion_and_null_is_none() {
    for (value, expected) in [("true", Some(true)), ("false", Some(false)), ("null", None)] {
        let record = with(&format!(r#""were_stock_movements_deleted":{value}"#));
        let is_deleted = expected.is_some();
        assert_eq!(
            validate_json(&record)
                .noted()
                .contains(&RuleId::CplDeletedKey),
            is_deleted
        );
        accepted(&record, |purchase| {
            assert_eq!(purchase.values.is_deleted(), is_deleted, "{value}");
            assert_eq!(
                purchase.values.boolean(Name::WereStockMovementsDeleted),
                expected
            );
        });
    }
}

#[test]
fn numbers_of_an_invoice_become_text_with_a_warning() {
    let record = with(r#""invoice":{"serie":1,"number":789}"#);
    let validated = validate_json(&record);
    assert_eq!(validated.noted(), [RuleId::CplInvoiceString]);
    assert_eq!(validated.fields(), ["invoice.serie", "invoice.number"]);
    accepted(&record, |purchase| {
        assert_eq!(purchase.values.text(Name::InvoiceSerie), Some("1"));
        assert_eq!(purchase.values.text(Name::InvoiceNumber), Some("789"));
    });
}

#[test]
fn undocumented_keys_are_kept_with_their_path_or_refused_when_frozen() {
    let record = with(
        r#""deleted":false,"invoice":{"key":{"b": 1.50}},"shipping":{"carrier":{"document":"22423374000152"}}"#,
    );
    let found = validate_json(&record);
    assert_eq!(found.noted(), [RuleId::CplKeyUnknown]);
    let paths = ["deleted", "invoice.key", "shipping.carrier.document"];
    assert_eq!(found.fields(), paths);
    accepted(&record, |purchase| {
        let expected = r#"{"deleted":false,"invoice.key":{"b":1.50},"shipping.carrier.document":"22423374000152"}"#;
        assert_eq!(purchase.values.extra.as_deref(), Some(expected));
        assert!(!purchase.values.is_deleted());
    });
    let mut frozen = settings();
    frozen.reject_unknown_fields = true;
    assert_eq!(
        validate_with(&frozen, &record).broken(),
        [RuleId::CplKeyUnknown]
    );
}
