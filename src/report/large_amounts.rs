//! Sums of amounts in two parts: ordinary amounts by polars, large amounts by [`super::wide_sum`].
//!
//! polars adds decimals in an `i128` without overflow checks. Amounts below 10^18 currency units
//! are added there: an `i128` holds 10^11 of them, more than the purchases of any group. The few
//! larger amounts are counted, and read one by one if there are any.

use polars::prelude::{DataType, Expr, Scalar, col, lit, when};

/// 10^18 currency units, in units of 1e-9.
const LARGE_NANOS: i128 = 1_000_000_000_000_000_000_000_000_000;

/// Whether the amount of a row is large; null when the amount is null.
pub(super) fn is_large(column: &str) -> Expr {
    let limit = |nanos| lit(Scalar::new_decimal(nanos, 38, 9));
    col(column)
        .gt_eq(limit(LARGE_NANOS))
        .or(col(column).lt_eq(limit(-LARGE_NANOS)))
}

/// The sum of a group without its large amounts, with the name of the column.
pub(super) fn ordinary_sum(column: &str) -> Expr {
    let zero = lit(Scalar::new_decimal(0, 38, 9));
    when(is_large(column))
        .then(zero)
        .otherwise(col(column))
        .sum()
        .alias(column)
}

/// The number of large amounts of a group.
pub(super) fn large_count(column: &str) -> Expr {
    is_large(column).sum().cast(DataType::Int64)
}

/// Whether an amount in units of 1e-9 is excluded from [`ordinary_sum`].
pub(super) fn is_left_out(nanos: i128) -> bool {
    nanos.unsigned_abs() >= LARGE_NANOS.unsigned_abs()
}
