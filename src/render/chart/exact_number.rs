//! Exact numbers, formatted for people and converted to positions.
//!
//! In: counts and amounts. Out: all their digits in groups of three separated by narrow spaces,
//! because half of the readers take a comma for a decimal point; or the nearest `f64`, for drawing
//! only. Nothing is refused.

use std::cmp::Ordering;
use std::fmt;

use crate::render::amount_text::amount_text;
use crate::values::money::Amount;

/// Separates groups of three digits: narrow, and without a line break.
const GROUP_SPACE: char = '\u{202F}';

/// The typographic minus sign, as wide as a digit.
const MINUS: char = '\u{2212}';

/// A number of a chart or a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExactNumber {
    /// A count.
    Count(i64),
    /// An amount of money.
    Money {
        /// The amount.
        amount: Amount,
        /// The minimum number of decimals written.
        decimals: usize,
    },
}

impl ExactNumber {
    /// The plain digits, for machine reading: `-1234.50`.
    pub fn digits(self) -> String {
        match self {
            Self::Count(count) => count.to_string(),
            Self::Money {
                amount,
                decimals: 0,
            } => amount.to_string(),
            Self::Money { amount, decimals } => amount_text(amount, decimals),
        }
    }

    pub(super) fn is_zero(self) -> bool {
        self.nanos() == 0
    }

    pub(super) fn is_negative(self) -> bool {
        self.nanos() < 0
    }

    /// The position at which it is drawn. Not exact, and never written as text.
    #[expect(
        clippy::cast_precision_loss,
        reason = "a position on a chart needs no more than a pixel"
    )]
    pub(super) fn position(self) -> f64 {
        match self {
            Self::Count(count) => count as f64,
            Self::Money { amount, .. } => amount.nanos() as f64 / 1e9,
        }
    }

    /// The value in billionths; a count times 10^9 always fits an `i128`.
    pub(in crate::render) fn nanos(self) -> i128 {
        match self {
            Self::Count(count) => i128::from(count) * 1_000_000_000,
            Self::Money { amount, .. } => amount.nanos(),
        }
    }
}

/// Ordered by value: `1.5` and `1.50` have the same position.
impl Ord for ExactNumber {
    fn cmp(&self, other: &Self) -> Ordering {
        self.nanos()
            .cmp(&other.nanos())
            .then_with(|| self.digits().cmp(&other.digits()))
    }
}

impl PartialOrd for ExactNumber {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// Writes all digits for people: `−1 234.50`, with narrow spaces.
impl fmt::Display for ExactNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&grouped(&self.digits()))
    }
}

/// Separates the groups of three digits of a decimal number.
pub(super) fn grouped(digits: &str) -> String {
    let (sign, magnitude) = match digits.strip_prefix('-') {
        Some(magnitude) => (Some(MINUS), magnitude),
        None => (None, digits),
    };
    let (whole, fraction) = magnitude.split_at(magnitude.find('.').unwrap_or(magnitude.len()));
    let mut text: String = sign.into_iter().collect();
    for (at, digit) in whole.chars().enumerate() {
        if at > 0 && (whole.len() - at).is_multiple_of(3) {
            text.push(GROUP_SPACE);
        }
        text.push(digit);
    }
    text + fraction
}

#[cfg(test)]
mod tests {
    use super::*;

    fn money(nanos: i128, decimals: usize) -> ExactNumber {
        let amount = Amount::from_nanos(nanos).expect("in range");
        ExactNumber::Money { amount, decimals }
    }

    #[test]
    fn digits_are_all_there_and_in_groups_of_three() {
        let spaced = |text: &str| text.replace(' ', "\u{202F}").replace('-', "\u{2212}");
        for (number, shown) in [
            (ExactNumber::Count(0), "0"),
            (ExactNumber::Count(999), "999"),
            (ExactNumber::Count(-1_000), "-1 000"),
            (ExactNumber::Count(i64::MIN), "-9 223 372 036 854 775 808"),
            (money(1_234_500_000_000, 2), "1 234.50"),
            (money(-100_000_000_000, 2), "-100.00"),
            (money(7_000_000_000, 0), "7"),
            (
                money(-99_999_999_999_999_999_999_999_999_999_999_999_999, 2),
                "-99 999 999 999 999 999 999 999 999 999.999999999",
            ),
        ] {
            assert_eq!(number.to_string(), spaced(shown));
        }
        assert_eq!(money(-1_234_500_000_000, 2).digits(), "-1234.50");
    }

    #[test]
    fn numbers_are_ordered_by_value_where_floats_would_be_equal() {
        let large = ExactNumber::Count(9_007_199_254_740_992);
        let larger = ExactNumber::Count(9_007_199_254_740_993);
        assert!(large < larger);
        assert!(money(1_500_000_000, 2) < ExactNumber::Count(2));
    }
}
