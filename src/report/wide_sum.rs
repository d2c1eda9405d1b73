//! An exact sum of amounts whose intermediate sums may be out of range.
//!
//! In: amounts in units of 1e-9, any `i128` below 10^38. Out: their exact sum, or `None` when the
//! sum is not an [`Amount`].

use crate::values::money::Amount;

/// Splits an amount in two: both halves of 10^38 are below 10^19, so an `i128` can hold the sum of
/// 10^18 of either.
const CUT: i128 = 10_000_000_000_000_000_000;

/// A running sum in two halves: high digits and low digits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct WideSum {
    high: i128,
    low: i128,
}

impl WideSum {
    /// Adds an amount in units of 1e-9.
    pub(super) fn add_nanos(&mut self, nanos: i128) {
        self.high += nanos / CUT;
        self.low += nanos % CUT;
    }

    /// The sum, or `None` when it does not fit decimal(38, 9).
    pub(super) fn total(self) -> Option<Amount> {
        self.high
            .checked_mul(CUT)?
            .checked_add(self.low)
            .and_then(Amount::from_nanos)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LARGEST: i128 = 99_999_999_999_999_999_999_999_999_999_999_999_999;

    #[test]
    fn parts_beyond_an_i128_may_cancel_out() {
        let mut sum = WideSum::default();
        for _ in 0..5 {
            sum.add_nanos(LARGEST);
        }
        assert_eq!(sum.total(), None);
        for _ in 0..5 {
            sum.add_nanos(-LARGEST);
        }
        sum.add_nanos(-7);
        assert_eq!(sum.total(), Amount::from_nanos(-7));
    }

    #[test]
    fn the_largest_amount_is_a_total_and_one_more_is_not() {
        let mut sum = WideSum::default();
        sum.add_nanos(LARGEST);
        assert_eq!(sum.total(), Amount::from_nanos(LARGEST));
        sum.add_nanos(1);
        assert_eq!(sum.total(), None);
    }
}
