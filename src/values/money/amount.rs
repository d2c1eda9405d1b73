//! The amount: a decimal in billionths, its exact arithmetic and its shortest text.

use std::cmp::Ordering;
use std::fmt;

/// 10^38: the first magnitude that a Decimal128 of precision 38 cannot hold.
pub(super) const LIMIT: u128 = 10_u128.pow(38);

/// Billionths in one unit.
const NANOS_PER_UNIT: u128 = 10_u128.pow(Amount::SCALE);

/// An exact decimal amount in units of 10^-9.
///
/// Invariants:
/// * the magnitude is below 10^38 billionths, so it always fits a Decimal128(38, 9);
/// * there is no negative zero;
/// * equal values are equal: `1.5` and `1.50` are the same amount.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Amount(i128);

impl Amount {
    /// Digits kept after the decimal point. `BigQuery`'s NUMERIC uses the same scale.
    pub const SCALE: u32 = 9;

    /// The amount of `nanos` billionths, or `None` when the magnitude is 10^38 or more.
    pub fn from_nanos(nanos: i128) -> Option<Self> {
        (nanos.unsigned_abs() < LIMIT).then_some(Self(nanos))
    }

    /// The amount in billionths.
    pub fn nanos(self) -> i128 {
        self.0
    }

    /// Whether the amount is below zero.
    pub fn is_negative(self) -> bool {
        self.0 < 0
    }

    /// The amount times a count of items, or `None` when the product does not fit.
    pub fn checked_mul_quantity(self, quantity: i64) -> Option<Self> {
        self.0
            .checked_mul(i128::from(quantity))
            .and_then(Self::from_nanos)
    }

    /// The amount divided by a count of items, rounded half to even at the ninth decimal, and whether
    /// that is exact; `None` unless the count is above zero.
    pub fn div_by_quantity(self, quantity: i16) -> Option<(Self, bool)> {
        let quantity = Some(i128::from(quantity)).filter(|quantity| *quantity > 0)?;
        let (floor, rest) = (self.0.div_euclid(quantity), self.0.rem_euclid(quantity));
        let rounds_up = match (2 * rest).cmp(&quantity) {
            Ordering::Less => false,
            Ordering::Equal => floor % 2 != 0,
            Ordering::Greater => true,
        };
        Some((Self(floor + i128::from(rounds_up)), rest == 0))
    }

    /// The sum of both amounts, or `None` when it does not fit.
    pub fn checked_add(self, other: Self) -> Option<Self> {
        self.0.checked_add(other.0).and_then(Self::from_nanos)
    }
}

/// The shortest exact decimal: `19.99`, `40`, `-0.5`; never an exponent.
impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let magnitude = self.0.unsigned_abs();
        let sign = if self.is_negative() { "-" } else { "" };
        let units = magnitude / NANOS_PER_UNIT;
        let mut fraction = magnitude % NANOS_PER_UNIT;
        if fraction == 0 {
            return write!(f, "{sign}{units}");
        }
        let mut places = 9_usize;
        while fraction.is_multiple_of(10) {
            fraction /= 10;
            places -= 1;
        }
        write!(f, "{sign}{units}.{fraction:0places$}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::values::money::parse_decimal;
    use proptest::prelude::*;

    const MAX: i128 = 99_999_999_999_999_999_999_999_999_999_999_999_999;

    fn amount(text: &str) -> Amount {
        parse_decimal(text).unwrap().amount
    }

    #[test]
    fn shows_the_shortest_exact_decimal() {
        for text in [
            "19.99",
            "40",
            "-0.5",
            "0",
            "0.000000001",
            "-0.000000001",
            "100",
            "-1200.05",
        ] {
            assert_eq!(amount(text).to_string(), text);
        }
        assert_eq!(
            Amount::from_nanos(-MAX).unwrap().to_string(),
            "-99999999999999999999999999999.999999999"
        );
    }

    #[test]
    fn a_division_is_rounded_half_to_even_on_both_sides_of_zero() {
        for (total, quantity, expected, is_exact) in [
            ("10", 4, "2.5", true),
            ("10", 3, "3.333333333", false),
            ("20", 3, "6.666666667", false),
            // Halves of a billionth: 0.5, 1.5 and 2.5 of it.
            ("0.000000001", 2, "0", false),
            ("0.000000003", 2, "0.000000002", false),
            ("0.000000005", 2, "0.000000002", false),
            ("-0.000000001", 2, "0", false),
            ("-0.000000003", 2, "-0.000000002", false),
            ("-0.000000005", 2, "-0.000000002", false),
            ("-10", 3, "-3.333333333", false),
            ("-20", 3, "-6.666666667", false),
            ("0", 7, "0", true),
            ("5", 32_767, "0.000152593", false),
        ] {
            let found = amount(total).div_by_quantity(quantity).unwrap();
            assert_eq!(
                (found.0.to_string().as_str(), found.1),
                (expected, is_exact),
                "{total}"
            );
        }
        for quantity in [0, -1] {
            assert_eq!(amount("10").div_by_quantity(quantity), None);
        }
    }

    #[test]
    fn holds_38_digits_and_no_more() {
        assert_eq!(Amount::from_nanos(MAX).unwrap().nanos(), MAX);
        assert_eq!(Amount::from_nanos(-MAX).unwrap().nanos(), -MAX);
        assert_eq!(Amount::from_nanos(MAX + 1), None);
        assert_eq!(Amount::from_nanos(-MAX - 1), None);
        assert_eq!(Amount::from_nanos(i128::MIN), None);
    }

    #[test]
    fn multiplies_exactly_or_not_at_all() {
        assert_eq!(
            amount("219.98").checked_mul_quantity(3),
            Some(amount("659.94"))
        );
        assert_eq!(
            amount("-0.1").checked_mul_quantity(100),
            Some(amount("-10"))
        );
        let max = Amount::from_nanos(MAX).unwrap();
        assert_eq!(max.checked_mul_quantity(1), Some(max));
        assert_eq!(max.checked_mul_quantity(-1).map(Amount::nanos), Some(-MAX));
        assert_eq!(max.checked_mul_quantity(2), None);
        assert_eq!(max.checked_mul_quantity(i64::MIN), None);
        assert_eq!(
            Amount::default().checked_mul_quantity(i64::MAX),
            Some(Amount::default())
        );
    }

    #[test]
    fn adds_exactly_or_not_at_all() {
        assert_eq!(
            amount("0.1").checked_add(amount("0.2")),
            Some(amount("0.3"))
        );
        let max = Amount::from_nanos(MAX).unwrap();
        assert_eq!(max.checked_add(Amount::from_nanos(1).unwrap()), None);
        assert_eq!(max.checked_add(max), None);
        assert_eq!(
            max.checked_add(Amount::from_nanos(-MAX).unwrap()),
            Some(Amount::default())
        );
    }

    #[test]
    fn only_values_below_zero_are_negative() {
        assert!(amount("-0.000000001").is_negative());
        assert!(!amount("-0").is_negative());
        assert!(!amount("0.5").is_negative());
    }

    proptest! {
        #[test]
        fn display_and_parse_are_inverse(nanos in -MAX..=MAX) {
            let amount = Amount::from_nanos(nanos).unwrap();
            let parsed = parse_decimal(&amount.to_string()).unwrap();
            prop_assert_eq!(parsed.amount, amount);
            prop_assert!(!parsed.rounded);
        }

        #[test]
        fn small_amounts_display_and_parse_too(nanos in -2_000_000_000_000_i128..2_000_000_000_000) {
            let amount = Amount::from_nanos(nanos).unwrap();
            prop_assert_eq!(parse_decimal(&amount.to_string()).unwrap().amount, amount);
        }
    }
}
