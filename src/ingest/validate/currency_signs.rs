//! Amounts with a currency sign, in every shape.

use super::fixture::TestReader;
use crate::input::csv::columns::ColumnAliases;
use crate::input::mapping::Mapping;
use crate::purchase::PurchaseCsvColumns;
use crate::rules::RuleId;

/// A reader with this default currency.
fn reader(default_currency: Option<&str>) -> TestReader {
    let columns: &dyn ColumnAliases = &PurchaseCsvColumns;
    let mut mapping = Mapping::default();
    if let Some(currency) = default_currency {
        mapping
            .add_fill(columns, "currency", currency, false)
            .unwrap();
    }
    let mut reader = TestReader::new();
    reader.rules.fills = mapping.fills().to_vec();
    reader.rules.numbers_as_strings = true;
    reader
}

fn shapes(price: &str, currency: &str) -> [String; 2] {
    let csv = format!(
        "external_id;product_id;time;price;currency\nu;p;2025-04-05T19:20:00Z;{price};{currency}\n"
    );
    let json = format!(
        r#"{{"external_id":"u","product_id":"p","time":"2025-04-05T19:20:00Z","price":"{price}","currency":"{currency}"}}"#
    );
    [csv, json]
}

#[test]
fn a_sign_names_the_currency_when_nothing_else_does() {
    for (price, currency, default, expected) in [
        ("R$ 12,50", "", None, "BRL"),
        ("€ 12,50", "", None, "EUR"),
        ("12,50 €", "", None, "EUR"),
        ("£12,50", "", None, "GBP"),
        // The sign is of this amount; the default is of those without any currency.
        ("€ 12,50", "", Some("BRL"), "EUR"),
        ("$ 12,50", "", Some("USD"), "USD"),
        ("$ 12,50", "ARS", None, "ARS"),
        ("¥ 12,50", "CNY", None, "CNY"),
        ("R$ 12,50", "brl", None, "BRL"),
    ] {
        for text in shapes(price, currency) {
            let found = reader(default).validate(text.as_bytes());
            assert_eq!(found.broken(), [], "{text}");
            assert_eq!(found.column("price"), [Some("12.500000000".to_owned())]);
            assert_eq!(
                found.column("currency"),
                [Some(expected.to_owned())],
                "{text}"
            );
        }
    }
}

#[test]
fn a_sign_of_several_currencies_or_of_another_one_is_a_reject_that_names_it() {
    for (price, currency, default) in [
        ("$ 12,50", "", None),
        ("¥ 12,50", "", None),
        ("R$ 12,50", "USD", None),
        ("€ 12,50", "GBP", None),
        ("¥ 12,50", "", Some("EUR")),
    ] {
        for text in shapes(price, currency) {
            let found = reader(default).validate(text.as_bytes());
            assert_eq!(found.broken(), [RuleId::BrzCurSign], "{text}");
        }
    }
}
