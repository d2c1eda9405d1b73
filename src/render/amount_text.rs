//! Amounts as decimal digits, never converted to a float.

use std::fmt::Display;

use crate::values::currency::{minor_units, parse_currency};
use crate::values::money::Amount;

/// All digits of an amount, padded with zeros to `decimals`; valid as a JSON number and in CSV.
pub(super) fn amount_text(amount: impl Display, decimals: usize) -> String {
    let mut text = amount.to_string();
    if !text.contains('.') {
        text.push('.');
    }
    let written = text.rsplit('.').next().map_or(0, str::len);
    text.extend(std::iter::repeat_n('0', decimals.saturating_sub(written)));
    text
}

/// An amount with the decimals of its currency, but at least one, as in `RevenueSeries::decimals`:
/// a reader that infers types must not see an integer in one row and a decimal in the next.
pub(super) fn money_text(amount: Amount, currency: Option<&str>) -> String {
    amount_text(amount, currency_decimals(currency).unwrap_or(1).max(1))
}

/// The decimals of a currency; none if it is unknown or has no minor unit.
pub(super) fn currency_decimals(currency: Option<&str>) -> Option<usize> {
    let currency = parse_currency(currency?).ok()?.currency;
    minor_units(currency).map(usize::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(nanos: i128, decimals: usize) -> String {
        amount_text(Amount::from_nanos(nanos).expect("in range"), decimals)
    }

    #[test]
    fn amounts_keep_every_digit_and_get_the_zeros_they_lack() {
        assert_eq!(text(12_500_000_000, 2), "12.50");
        assert_eq!(text(40_000_000_000, 2), "40.00");
        assert_eq!(text(-500_000_000, 1), "-0.5");
        assert_eq!(text(8_511_527_858, 2), "8.511527858");
        assert_eq!(text(0, 1), "0.0");
        let largest = 99_999_999_999_999_999_999_999_999_999_999_999_999;
        assert_eq!(text(largest, 2), "99999999999999999999999999999.999999999");
    }

    #[test]
    fn money_has_the_decimals_of_its_currency_and_at_least_one() {
        let money =
            |nanos, currency| money_text(Amount::from_nanos(nanos).expect("in range"), currency);
        assert_eq!(money(99_900_000_000, Some("BRL")), "99.90");
        assert_eq!(money(99_950_000_001, Some("BRL")), "99.950000001");
        assert_eq!(money(500_000_000_000, Some("JPY")), "500.0");
        assert_eq!(money(500_000_000_000, Some("KWD")), "500.000");
        assert_eq!(money(500_000_000_000, Some("???")), "500.0");
        assert_eq!(money(500_000_000_000, None), "500.0");
    }
}
