//! Whether the lines of an order add up to its totals.

use super::super::super::order_event_name::OrderEventName;
use super::line::OrderLine;
use super::members::{JsonMember, value_of};
use crate::record::Findings;
use crate::rules::RuleId;
use crate::values::money::{Amount, parse_decimal};

/// The difference that rounding may cause, in billionths: a hundredth.
const TOLERANCE_NANOS: u128 = 10_000_000;

/// Compares the sum of the lines, less `total_discounts`, with `subtotal_value`; of a refund, the sum with
/// `total_value`. An order that breaks a rejecting rule is not compared.
pub(super) fn check(
    name: Option<OrderEventName>,
    members: &[JsonMember<'_>],
    lines: &[OrderLine<'_>],
    findings: &mut Findings,
) {
    if findings.rejects() {
        return;
    }
    let amount = |key: &str| {
        let parsed = value_of(members, key).and_then(|text| parse_decimal(text).ok());
        parsed.map(|parsed| parsed.amount.nanos())
    };
    let (key, discounts) = match name {
        Some(OrderEventName::Placed) => {
            let discounts = amount("total_discounts").unwrap_or_default();
            ("subtotal_value", discounts)
        }
        _ => ("total_value", 0),
    };
    let Some(stated) = amount(key) else { return };
    let revenues = lines.iter().filter_map(OrderLine::revenue);
    let mut revenues = revenues.map(|revenue| revenue.nanos().unsigned_abs());
    // Each is below 10^38, and an event has too few lines for a sum beyond 128 bits to be near.
    let sum = revenues.try_fold(0_u128, u128::checked_add);
    let sum = sum.and_then(|sum| i128::try_from(sum).ok());
    let sum = sum.map(|sum| sum - discounts);
    if sum.is_some_and(|sum| sum.abs_diff(stated) <= TOLERANCE_NANOS) {
        return;
    }
    let shown = sum.and_then(Amount::from_nanos);
    let shown = shown.map_or_else(|| "out of range".to_owned(), |sum| sum.to_string());
    let less = if discounts == 0 {
        ""
    } else {
        " less total_discounts"
    };
    let detail = format!("the lines{less} are {shown}");
    let value = value_of(members, key).unwrap_or_default();
    findings.add(RuleId::BrzEcomTotal, key, value, &detail);
}
