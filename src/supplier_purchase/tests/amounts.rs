//! Amounts, and their total.

use super::super::SupplierPurchaseField as Name;
use super::fixture::{accepted, shown, validate_json, with};
use crate::rules::RuleId;

#[test]
fn an_empty_amount_lacks_both_of_its_parts() {
    let validated = validate_json(&with(r#""total":{}"#));
    assert_eq!(validated.broken(), [RuleId::CplMoneyShape]);
    assert_eq!(validated.fields(), ["total.currency", "total.amount"]);
}

#[test]
fn amounts_are_exact_and_what_is_odd_about_them_is_noted() {
    let total = |amount: &str, currency: &str| {
        with(&format!(
            r#""total":{{"amount":{amount},"currency":"{currency}"}}"#
        ))
    };
    for (amount, currency, exact, noted) in [
        ("99.950", "BRL", "99.95 BRL", vec![]),
        ("0.1", "brl", "0.1 BRL", vec![RuleId::CplMoneyCase]),
        ("10.5", "JPY", "10.5 JPY", vec![RuleId::CplMoneyScale]),
        ("-5", "BRL", "-5 BRL", vec![RuleId::CplMoneyNeg]),
        ("1e3", "BRL", "1000 BRL", vec![]),
        (
            "1.0000000005",
            "BRL",
            "1 BRL",
            vec![RuleId::CplMoneyRounded, RuleId::CplMoneyScale],
        ),
    ] {
        let record = total(amount, currency);
        assert_eq!(validate_json(&record).noted(), noted, "{amount}");
        accepted(&record, |purchase| {
            assert_eq!(shown(purchase, Name::TotalAmount).as_deref(), Some(exact));
        });
    }
    let negative_discount = with(r#""discount":{"amount":-5,"currency":"BRL"}"#);
    assert_eq!(validate_json(&negative_discount).findings, []);
    let too_large = format!("1{}", "0".repeat(29));
    assert_eq!(
        validate_json(&total(&too_large, "BRL")).broken(),
        [RuleId::CplMoneyShape]
    );
}

/// `items`, `discount`, `other`, `total`, `shipping`; an empty one is absent.
fn amounts(parts: [&str; 5]) -> String {
    let keys = [
        "value_of_items",
        "discount",
        "other_expenses_value",
        "total",
        "shipping",
    ];
    let members = keys
        .into_iter()
        .zip(parts)
        .filter(|(_, amount)| !amount.is_empty());
    let members: Vec<String> = members
        .map(|(key, amount)| {
            let money = format!(r#"{{"amount":{amount},"currency":"BRL"}}"#);
            if key == "shipping" {
                format!(r#""shipping":{{"shipping_value":{money}}}"#)
            } else {
                format!(r#""{key}":{money}"#)
            }
        })
        .collect();
    with(&members.join(","))
}

#[test]
fn a_total_is_checked_to_a_cent_and_with_both_readings_of_freight() {
    for good in [
        amounts(["99.95", "", "", "99.95", ""]),
        amounts(["99.95", "10", "5.05", "95", "20"]),
        amounts(["99.95", "10", "5.05", "115", "20"]),
        amounts(["99.95", "", "", "99.96", ""]),
        amounts(["99.95", "", "", "99.94", ""]),
        amounts(["", "10", "", "1", ""]),
        amounts(["99.95", "10", "", "", ""]),
    ] {
        assert_eq!(validate_json(&good).findings, [], "{good}");
    }
    for bad in [
        amounts(["99.95", "", "", "99.961", ""]),
        amounts(["99.95", "10", "", "99.95", ""]),
        amounts(["99.95", "", "5", "99.95", "20"]),
        amounts([
            &"9".repeat(29),
            &format!("-{}", "9".repeat(29)),
            &"9".repeat(29),
            "1",
            "",
        ]),
    ] {
        assert!(
            validate_json(&bad).noted().contains(&RuleId::CplTotalCheck),
            "{bad}"
        );
        assert!(validate_json(&bad).is_accepted);
    }
    let mixed = amounts(["99.95", "10", "", "1", ""]).replacen("BRL", "USD", 1);
    assert_eq!(validate_json(&mixed).noted(), [RuleId::CplMoneyMixed]);
}
