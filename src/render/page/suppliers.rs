//! From supplier summaries to what the page shows of them.
//!
//! In: the rows of summaries. Out: [`SupplierBar`]s and [`MonthStatus`]es. Nothing is refused.

use std::collections::BTreeMap;

use super::{MonthStatus, SupplierBar};
use crate::report::{SupplierSummary, SupplierSummaryRow};
use crate::values::money::Amount;

/// Totals by supplier and currency, over all months; with several companies, each supplier's name
/// has its company behind it. Rows without a currency have no amount to show.
pub fn supplier_bars(summaries: &[(i64, SupplierSummary)]) -> Vec<SupplierBar> {
    let mut bars: BTreeMap<(String, String), SupplierBar> = BTreeMap::new();
    for (company, summary) in summaries {
        for row in &summary.rows {
            let Some(currency) = row.currency.clone() else {
                continue;
            };
            let mut supplier = name(row);
            if summaries.len() > 1 {
                supplier = format!("{supplier} (company {company})");
            }
            let bar = bars
                .entry((supplier.clone(), currency.clone()))
                .or_insert_with(|| SupplierBar {
                    supplier,
                    currency,
                    total: Amount::default(),
                });
            // The summary has held its own sums to the range; beyond it the bar stays as it is.
            let sum = bar.total.checked_add(row.amounts.total);
            bar.total = sum.unwrap_or(bar.total);
        }
    }
    bars.into_values().collect()
}

fn name(row: &SupplierSummaryRow) -> String {
    match (&row.supplier_name, row.supplier_id) {
        (Some(name), _) => name.clone(),
        (None, Some(id)) => format!("supplier {id}"),
        (None, None) => "(no supplier)".to_owned(),
    }
}

/// Purchases by status, months ascending.
pub fn statuses_by_month<'r>(
    rows: impl Iterator<Item = &'r SupplierSummaryRow>,
) -> Vec<MonthStatus> {
    let mut months: BTreeMap<String, MonthStatus> = BTreeMap::new();
    for row in rows {
        let name = row.month.format("%Y-%m").to_string();
        let month = months.entry(name.clone()).or_insert_with(|| MonthStatus {
            month: name,
            pending: 0,
            received: 0,
            without_status: 0,
        });
        month.pending += row.purchases.pending;
        month.received += row.purchases.received;
        month.without_status += row.purchases.without_status;
    }
    months.into_values().collect()
}
