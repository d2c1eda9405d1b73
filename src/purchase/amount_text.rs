//! Reads the amounts that a JSON dump has in strings, if the settings accept numbers in strings:
//! `"R$ 1.234,56"` becomes 1234.56, and the sign names the currency if nothing else does.

use std::borrow::Cow;

use super::field::PurchaseField;
use super::raw::RawPurchase;
use crate::record::Field;
use crate::values::pt_br::{
    CurrencySign, DecimalSign, NumberEvidence, normalise_number, number_evidence,
};

/// Rewrites the amounts of a record. Without a stated decimal sign, a text with a currency sign is read
/// only if it has one reading, and any other text stays as it is: it must be a JSON number.
pub(super) fn read_amount_texts(decimal: Option<DecimalSign>, raw: &mut RawPurchase<'_>) {
    for name in [PurchaseField::Price, PurchaseField::TotalPrice] {
        let Field::Text(text) = raw.get(name) else {
            continue;
        };
        let sign = CurrencySign::of(text);
        let of_text = || match number_evidence(text) {
            NumberEvidence::PlainInteger | NumberEvidence::PointDecimal => Some(DecimalSign::Point),
            NumberEvidence::CommaDecimal => Some(DecimalSign::Comma),
            NumberEvidence::Ambiguous | NumberEvidence::NotNumber => None,
        };
        let decimal = decimal.or_else(|| sign.and_then(|_| of_text()));
        let number = decimal.and_then(|decimal| normalise_number(text, decimal));
        if let Some(number) = number.map(Cow::into_owned) {
            raw.amount_sign = raw.amount_sign.or(sign);
            raw.replace(name, Field::Number(Cow::Owned(number)));
        }
    }
    raw.set_currency_of_sign();
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, decimal: Option<DecimalSign>) -> (Field<'static>, String) {
        let mut raw = RawPurchase::default();
        raw.set(
            PurchaseField::Price,
            Field::Text(Cow::Owned(text.to_owned())),
        );
        read_amount_texts(decimal, &mut raw);
        let currency = raw.get(PurchaseField::Currency).shown().into_owned();
        (raw.get(PurchaseField::Price).clone(), currency)
    }

    #[test]
    fn a_text_with_one_reading_is_an_amount_and_its_sign_a_currency() {
        let comma = Some(DecimalSign::Comma);
        for (text, decimal, digits, currency) in [
            ("R$ 1.234,56", None, "1234.56", "BRL"),
            ("12.50 €", None, "12.50", "EUR"),
            ("$ 7", None, "7", ""),
            ("R$ 1.234", comma, "1234", "BRL"),
            ("1.234,5", comma, "1234.5", ""),
        ] {
            let (price, found) = read(text, decimal);
            assert_eq!(price, Field::Number(digits.into()), "{text}");
            assert_eq!(found, currency, "{text}");
        }
    }

    #[test]
    fn a_text_with_two_readings_or_none_stays_a_text() {
        for (text, decimal) in [
            ("R$ 1.234", None),
            ("1,50", None),
            ("1.50", None),
            ("US$ 5", None),
            ("1.50", Some(DecimalSign::Comma)),
        ] {
            let (price, currency) = read(text, decimal);
            assert_eq!(price, Field::Text(text.into()), "{text}");
            assert_eq!(currency, "");
        }
    }
}
