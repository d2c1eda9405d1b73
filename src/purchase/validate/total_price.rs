//! Rules on the total of a purchase of several items, for dumps that have it instead of the price of
//! one item.

use super::super::field::PurchaseField;
use super::super::raw::RawPurchase;
use super::super::rule_settings::PurchaseRuleSettings;
use super::product_and_price::{check_amount, check_price, revenue};
use crate::record::Findings;
use crate::rules::RuleId;
use crate::values::currency::Currency;
use crate::values::money::Amount;

/// The amounts of a purchase.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct PurchaseAmounts {
    /// Of one item; if only the total is known, the total ÷ quantity, rounded half to even.
    pub(super) price: Amount,
    /// Of all items, if the record has it.
    pub(super) total: Option<Amount>,
    /// The total, or price × quantity.
    pub(super) revenue: Amount,
}

/// The amounts of a record; `None` exactly if a finding rejects it.
#[inline]
pub(super) fn check(
    settings: &PurchaseRuleSettings,
    raw: &RawPurchase<'_>,
    currency: Option<Currency>,
    quantity: impl FnOnce(&mut Findings) -> Option<i16>,
    findings: &mut Findings,
) -> Option<(PurchaseAmounts, i16)> {
    if !raw.get(PurchaseField::TotalPrice).is_missing() {
        return check_total(settings, raw, currency, quantity, findings);
    }
    let price = check_price(settings, raw, currency, findings);
    let quantity = quantity(findings);
    let revenue = revenue(price, quantity, findings);
    let amounts = PurchaseAmounts {
        price: price?,
        total: None,
        revenue: revenue?,
    };
    Some((amounts, quantity?))
}

#[cold]
fn check_total(
    settings: &PurchaseRuleSettings,
    raw: &RawPurchase<'_>,
    currency: Option<Currency>,
    quantity: impl FnOnce(&mut Findings) -> Option<i16>,
    findings: &mut Findings,
) -> Option<(PurchaseAmounts, i16)> {
    let has_price = !raw.get(PurchaseField::Price).is_missing();
    let price = if has_price {
        check_price(settings, raw, currency, findings)
    } else {
        None
    };
    let total = check_amount(settings, raw, PurchaseField::TotalPrice, currency, findings);
    let quantity = quantity(findings);
    let (total, quantity) = (total?, quantity?);
    let (derived, is_exact) = total.div_by_quantity(quantity)?;
    let price = if has_price { price? } else { derived };
    let product = price.checked_mul_quantity(i64::from(quantity));
    if has_price && price != derived && product != Some(total) {
        let detail = format!("{price} × {quantity} is another amount; the total is the revenue");
        findings.add(
            RuleId::BrzTotalConflict,
            "total_price",
            &total.to_string(),
            &detail,
        );
    } else if !is_exact && !has_price {
        let detail = format!(
            "÷ {quantity} has more than 9 decimals; the price is stored as {price}, the revenue is exact"
        );
        findings.add(
            RuleId::BrzTotalRemainder,
            "total_price",
            &total.to_string(),
            &detail,
        );
    }
    let amounts = PurchaseAmounts {
        price,
        total: Some(total),
        revenue: total,
    };
    Some((amounts, quantity))
}
