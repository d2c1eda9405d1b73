//! Whether the parts of a purchase make its total.
//!
//! The documentation has no formula. The one used here is the one the names suggest, and nobody
//! says whether freight that is paid is part of the total, so both readings pass:
//!
//! ```text
//! value_of_items − discount + other_expenses_value [+ shipping_value] = total, to 0.01
//! ```

use super::money::{Amounts, Money};
use crate::record::Findings;
use crate::rules::RuleId;

/// 0.01 in billionths: each part may have been rounded on its own.
const TOLERANCE_NANOS: u128 = 10_000_000;

/// Only looked at when the value of the items and the total are there, and all amounts have one
/// currency; other amounts that are not there count as zero.
pub(super) fn validate(amounts: &Amounts, pay_shipping: Option<bool>, findings: &mut Findings) {
    let (Some(items), Some(total)) = (amounts.value_of_items, amounts.total) else {
        return;
    };
    if amounts.common_currency().is_none() {
        return;
    }
    let nanos = |money: Option<Money>| money.map_or(0, |money| money.amount.nanos());
    // No sum of five magnitudes below 10^38 fits 128 bits in every case; one that does not is far
    // from any total.
    let without = (items.amount.nanos())
        .checked_sub(nanos(amounts.discount))
        .and_then(|sum| sum.checked_add(nanos(amounts.other_expenses_value)));
    let with = without.and_then(|sum| sum.checked_add(nanos(amounts.shipping_value)));
    let makes_total = |sum: Option<i128>| {
        let off = sum.and_then(|sum| sum.checked_sub(total.amount.nanos()));
        off.is_some_and(|off| off.unsigned_abs() <= TOLERANCE_NANOS)
    };
    if makes_total(with) || makes_total(without) {
        return;
    }
    let paid = match pay_shipping {
        Some(true) => "paid",
        Some(false) => "not paid",
        None => "not said to be paid",
    };
    let detail = format!(
        "value_of_items − discount + other_expenses_value is not the total, neither with nor without freight, which is {paid}"
    );
    findings.add(
        RuleId::CplTotalCheck,
        "total.amount",
        &total.amount.to_string(),
        &detail,
    );
}
