//! The supplier summary: purchases by supplier, month and currency.
//!
//! In: parameters and the files of the current table version. Out: a [`SupplierSummary`], exact to
//! the last digit. Refused: sums out of the range of decimal(38, 9), files that cannot be read.
//!
//! Amounts of different currencies are never added. A purchase is counted in the row of its own
//! currency: that of its total, otherwise that of its items, otherwise none. An amount in another
//! currency (`CPL-MONEY-MIXED`) is part of the row of that currency, which does not count the
//! purchase; so the counts of all rows add up to the number of selected purchases.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::supplier_parameters::SupplierSummaryParameters;
use super::supplier_table::selected_months;
use super::wide_sum::WideSum;
use super::{ReportError, SupplierPurchaseFile};

mod names;
mod nulls_last;
mod query;
mod row;
#[cfg(test)]
mod tests;
mod totals;

use names::names;
use nulls_last::NullsLast;
use query::{SummaryLine, large_amounts, lines};
use row::AMOUNTS;

pub use row::{PurchaseCounts, SummaryAmounts, SupplierSummaryRow};
pub use totals::CurrencyTotal;

/// The positions of total and items in [`AMOUNTS`].
const TOTAL: usize = 4;
const ITEMS: usize = 0;

/// The summary of purchases by supplier.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SupplierSummary {
    /// The parameters of the summary.
    pub parameters: SupplierSummaryParameters,
    /// The rows by supplier, month and currency, all ascending; a missing supplier or currency
    /// sorts last.
    pub rows: Vec<SupplierSummaryRow>,
}

impl SupplierSummary {
    /// The totals by currency, in byte order; a missing currency is last.
    pub fn totals(&self) -> Vec<CurrencyTotal> {
        totals::totals(&self.rows)
    }
}

/// Computes the summary from the files of the current table version.
///
/// # Errors
/// [`ReportError::AmountRange`] when a sum is not a decimal(38, 9), [`ReportError::Scan`] when a
/// file cannot be read as a file of the supplier purchases table, [`ReportError::Value`] when it
/// contains a value that ingestion never writes.
pub fn supplier_summary(
    parameters: &SupplierSummaryParameters,
    files: &[SupplierPurchaseFile],
) -> Result<SupplierSummary, ReportError> {
    let selection = parameters.selection();
    let months = selected_months(selection, files);
    let lines = lines(selection, &months)?;
    let mut groups = BTreeMap::new();
    for line in &lines {
        add(&mut groups, line)?;
    }
    if lines.iter().any(|line| line.large > 0) {
        for line in large_amounts(selection, &months)? {
            add(&mut groups, &line)?;
        }
    }
    let names = names(selection, &months)?;
    let rows = groups
        .into_iter()
        .map(|(key, group)| {
            let supplier = names.get(&key.supplier_id.value);
            let (supplier_name, names_seen) = match supplier {
                Some(seen) => (seen.latest(), seen.all()),
                None => (None, Vec::new()),
            };
            Ok(SupplierSummaryRow {
                supplier_id: key.supplier_id.value,
                supplier_name: key.supplier_id.value.and(supplier_name),
                names_seen,
                amounts: group.amounts(&key)?,
                month: key.month,
                currency: key.currency.value,
                purchases: group.purchases,
                first_date: group.first_date,
                last_date: group.last_date,
            })
        })
        .collect::<Result<_, ReportError>>()?;
    Ok(SupplierSummary {
        parameters: parameters.clone(),
        rows,
    })
}

/// The key of a row; orders the rows.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct SummaryGroupKey {
    supplier_id: NullsLast<i64>,
    month: NaiveDate,
    currency: NullsLast<String>,
}

struct SummaryGroup {
    purchases: PurchaseCounts,
    sums: [WideSum; AMOUNTS.len()],
    first_date: NaiveDate,
    last_date: NaiveDate,
}

impl SummaryGroup {
    fn amounts(&self, key: &SummaryGroupKey) -> Result<SummaryAmounts, ReportError> {
        let sum = |at: usize| {
            self.sums[at].total().ok_or_else(|| {
                let supplier = key
                    .supplier_id
                    .value
                    .map_or("no supplier".to_owned(), |id| format!("supplier {id}"));
                ReportError::AmountRange {
                    column: AMOUNTS[at].0,
                    group: format!("{supplier} in {}", key.month.format("%Y-%m")),
                }
            })
        };
        Ok(SummaryAmounts {
            value_of_items: sum(0)?,
            discount: sum(1)?,
            other_expenses: sum(2)?,
            shipping: sum(3)?,
            total: sum(4)?,
        })
    }
}

/// Adds a line to the groups of its purchases and amounts.
fn add(
    groups: &mut BTreeMap<SummaryGroupKey, SummaryGroup>,
    line: &SummaryLine,
) -> Result<(), ReportError> {
    let own = line.currencies[TOTAL]
        .as_ref()
        .or(line.currencies[ITEMS].as_ref());
    group(groups, line, own).purchases.add(line.purchases);
    for (at, (nanos, currency)) in line.nanos.iter().zip(&line.currencies).enumerate() {
        match currency {
            Some(currency) => group(groups, line, Some(currency)).sums[at].add_nanos(*nanos),
            None if *nanos == 0 => {}
            None => {
                return Err(ReportError::Value {
                    column: AMOUNTS[at].1,
                    value: "null beside an amount".to_owned(),
                });
            }
        }
    }
    Ok(())
}

fn group<'a>(
    groups: &'a mut BTreeMap<SummaryGroupKey, SummaryGroup>,
    line: &SummaryLine,
    currency: Option<&String>,
) -> &'a mut SummaryGroup {
    let key = SummaryGroupKey {
        supplier_id: line.supplier_id.into(),
        month: line.month,
        currency: currency.cloned().into(),
    };
    let group = groups.entry(key).or_insert_with(|| SummaryGroup {
        purchases: PurchaseCounts::default(),
        sums: <[WideSum; AMOUNTS.len()]>::default(),
        first_date: line.first_date,
        last_date: line.last_date,
    });
    group.first_date = group.first_date.min(line.first_date);
    group.last_date = group.last_date.max(line.last_date);
    group
}
