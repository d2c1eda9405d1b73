//! Amounts as decimal digits, never through a float.

use std::fmt::Display;

/// All digits of an amount, with zeros added up to `decimals`: a JSON number, and a CSV one.
pub(super) fn amount_text(amount: impl Display, decimals: usize) -> String {
    let mut text = amount.to_string();
    if !text.contains('.') {
        text.push('.');
    }
    let written = text.rsplit('.').next().map_or(0, str::len);
    text.extend(std::iter::repeat_n('0', decimals.saturating_sub(written)));
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::values::money::Amount;

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
}
