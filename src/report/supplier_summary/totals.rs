//! The totals of a summary, a row for each currency.

use std::collections::BTreeMap;

use super::nulls_last::NullsLast;
use super::row::{AMOUNTS, PurchaseCounts, SupplierSummaryRow};
use crate::report::wide_sum::WideSum;
use crate::values::money::Amount;

/// The rows of a currency added up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CurrencyTotal {
    /// The currency; `None` for purchases without one.
    pub currency: Option<String>,
    /// Numbers of purchases.
    pub purchases: PurchaseCounts,
    /// The sums in the order of [`super::SummaryAmounts`]; `None` where a sum does not fit decimal(38, 9).
    pub amounts: [Option<Amount>; AMOUNTS.len()],
}

/// The totals of rows by currency, in byte order.
pub(super) fn totals(rows: &[SupplierSummaryRow]) -> Vec<CurrencyTotal> {
    let mut totals = BTreeMap::new();
    for row in rows {
        let currency = NullsLast::from(row.currency.clone());
        let (purchases, sums) = totals
            .entry(currency)
            .or_insert_with(<(PurchaseCounts, [WideSum; AMOUNTS.len()])>::default);
        purchases.add(row.purchases);
        for (sum, amount) in sums.iter_mut().zip(row.amounts.in_order()) {
            sum.add_nanos(amount.nanos());
        }
    }
    let totals = totals.into_iter();
    totals
        .map(|(currency, (purchases, sums))| CurrencyTotal {
            currency: currency.value,
            purchases,
            amounts: sums.map(WideSum::total),
        })
        .collect()
}
