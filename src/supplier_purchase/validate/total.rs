//! Checks whether the amounts of a purchase add up to its total.
//!
//! The documentation has no formula. The one used here follows from the names, and paid freight may be
//! part of the total or not, so that both readings are accepted:
//!
//! ```text
//! value_of_items − discount + other_expenses_value [+ shipping_value] = total, to 0.01
//! ```

use super::money::have_common_currency;
use crate::record::Findings;
use crate::rules::RuleId;
use crate::supplier_purchase::field::SupplierPurchaseField;
use crate::supplier_purchase::values::SupplierPurchaseValues;
use crate::values::money::Amount;

/// 0.01 in billionths: each part may have been rounded on its own.
const TOLERANCE_NANOS: u128 = 10_000_000;

/// Checked only when the value of the items and the total are present and all amounts have one
/// currency; other missing amounts count as zero.
pub(super) fn validate(values: &SupplierPurchaseValues<'_>, findings: &mut Findings) {
    let items = values.amount(SupplierPurchaseField::ValueOfItemsAmount);
    let total = values.amount(SupplierPurchaseField::TotalAmount);
    let (Some(items), Some(total)) = (items, total) else {
        return;
    };
    if !have_common_currency(values) {
        return;
    }
    let nanos = |field| values.amount(field).map_or(0, Amount::nanos);
    // A sum of five magnitudes below 10^38 may exceed 128 bits; it is then far from any total.
    let without = (items.nanos())
        .checked_sub(nanos(SupplierPurchaseField::DiscountAmount))
        .and_then(|sum| sum.checked_add(nanos(SupplierPurchaseField::OtherExpensesValueAmount)));
    let freight = nanos(SupplierPurchaseField::ShippingValueAmount);
    let with = without.and_then(|sum| sum.checked_add(freight));
    let makes_total = |sum: Option<i128>| {
        let off = sum.and_then(|sum| sum.checked_sub(total.nanos()));
        off.is_some_and(|off| off.unsigned_abs() <= TOLERANCE_NANOS)
    };
    if makes_total(with) || makes_total(without) {
        return;
    }
    let paid = match values.boolean(SupplierPurchaseField::PayShipping) {
        Some(true) => "paid",
        Some(false) => "not paid",
        None => "not stated as paid",
    };
    let detail = format!(
        "value_of_items − discount + other_expenses_value is not the total, neither with nor without freight ({paid})"
    );
    findings.add(
        RuleId::CplTotalCheck,
        "total.amount",
        &total.to_string(),
        &detail,
    );
}
