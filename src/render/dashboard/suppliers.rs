//! Converts supplier summaries to the figures of the dashboard.
//!
//! In: the rows of summaries. Out: [`SupplierTotal`]s and [`MonthlyStatusCounts`]. Refused: sums
//! outside decimal(38, 9).

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use super::{MonthlyStatusCounts, SupplierTotal};
use crate::report::{ReportError, SupplierSummary, SupplierSummaryRow};
use crate::values::money::Amount;

/// Totals by supplier and currency, over all months. With several companies, the company precedes
/// the name of each supplier; suppliers that share a name have their ids before it. Rows without a
/// currency have no amount and are left out.
///
/// # Errors
/// [`ReportError::AmountRange`] when a sum over the months is not a decimal(38, 9).
pub fn supplier_totals(
    summaries: &[(i64, SupplierSummary)],
) -> Result<Vec<SupplierTotal>, ReportError> {
    let mut totals: BTreeMap<SupplierTotalKey<'_>, Amount> = BTreeMap::new();
    for (company, summary) in summaries {
        for row in &summary.rows {
            let Some(currency) = row.currency.as_deref() else {
                continue;
            };
            let key = SupplierTotalKey {
                name: name(row),
                company: *company,
                supplier_id: row.supplier_id,
                currency,
            };
            let group = format!("{} in {currency}", key.name);
            let total = totals.entry(key).or_default();
            *total = total
                .checked_add(row.amounts.total)
                .ok_or(ReportError::AmountRange {
                    column: "total",
                    group,
                })?;
        }
    }
    let mut ids: BTreeMap<(i64, String), BTreeSet<Option<i64>>> = BTreeMap::new();
    for key in totals.keys() {
        let of_name = ids.entry((key.company, key.name.clone())).or_default();
        of_name.insert(key.supplier_id);
    }
    let is_shared = |key: &SupplierTotalKey<'_>| {
        ids.get(&(key.company, key.name.clone()))
            .is_some_and(|ids| ids.len() > 1)
    };
    let key = |(key, total): (&SupplierTotalKey<'_>, &Amount)| SupplierTotal {
        supplier: key.label(is_shared(key), summaries.len() > 1),
        currency: key.currency.to_owned(),
        total: *total,
    };
    Ok(totals.iter().map(key).collect())
}

#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct SupplierTotalKey<'a> {
    name: String,
    company: i64,
    supplier_id: Option<i64>,
    currency: &'a str,
}

impl SupplierTotalKey<'_> {
    fn label(&self, with_id: bool, with_company: bool) -> String {
        // What distinguishes suppliers comes first, because long labels are truncated.
        let mut label = String::new();
        // Writing to a String cannot fail.
        if with_company {
            let _ = write!(label, "{}: ", self.company);
        }
        if let Some(id) = self.supplier_id.filter(|_| with_id) {
            let _ = write!(label, "#{id} ");
        }
        label.push_str(&self.name);
        label
    }
}

fn name(row: &SupplierSummaryRow) -> String {
    match (&row.supplier_name, row.supplier_id) {
        (Some(name), _) => name.clone(),
        (None, Some(id)) => format!("supplier {id}"),
        (None, None) => "(no supplier)".to_owned(),
    }
}

/// Purchases by status, months ascending.
pub fn status_counts_by_month<'r>(
    rows: impl Iterator<Item = &'r SupplierSummaryRow>,
) -> Vec<MonthlyStatusCounts> {
    let mut months: BTreeMap<String, MonthlyStatusCounts> = BTreeMap::new();
    for row in rows {
        let name = row.month.format("%Y-%m").to_string();
        let month = months
            .entry(name.clone())
            .or_insert_with(|| MonthlyStatusCounts {
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
