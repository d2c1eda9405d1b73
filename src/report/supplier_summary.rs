//! The supplier summary: what was bought from whom, by month and currency.
//!
//! In: parameters and the files of the table's current state. Out: a [`SupplierSummary`], exact to
//! the last digit. Refused: sums that leave decimal(38, 9), files that cannot be read.
//!
//! Amounts of different currencies are never added. A purchase belongs to the row of its own
//! currency: that of its total, else that of its items, else none. An amount of it in another
//! currency (`CPL-MONEY-MIXED`) is part of the row of that currency, whose number of purchases does
//! not count it; so the purchases of all rows add up to those selected.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::supplier_parameters::SupplierSummaryParameters;
use super::supplier_table::selected_months;
use super::wide_sum::WideSum;
use super::{ReportError, SupplierPurchaseFile};
use crate::values::money::Amount;

mod names;
mod query;
#[cfg(test)]
mod tests;

use names::names;
use query::{SummaryLine, large_amounts, lines};

/// The amounts of a purchase and their currencies, by column, in the order of [`SummaryAmounts`].
const AMOUNTS: [(&str, &str); 5] = [
    ("value_of_items", "value_of_items_currency"),
    ("discount", "discount_currency"),
    ("other_expenses_value", "other_expenses_value_currency"),
    ("shipping_value", "shipping_value_currency"),
    ("total", "total_currency"),
];

/// Where the total and the items stand in [`AMOUNTS`].
const TOTAL: usize = 4;
const ITEMS: usize = 0;

/// What was bought from each supplier.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SupplierSummary {
    /// What was asked.
    pub parameters: SupplierSummaryParameters,
    /// By supplier, month and currency, all ascending; where there is no supplier or no currency
    /// comes last.
    pub rows: Vec<SupplierSummaryRow>,
}

/// A supplier's purchases of one month in one currency.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SupplierSummaryRow {
    /// The supplier; `None` for the purchases without one.
    pub supplier_id: Option<i64>,
    /// The name on the purchase that was updated last, of all that were selected; of several, the
    /// last by its bytes. `None` without a supplier.
    pub supplier_name: Option<String>,
    /// Every name on the selected purchases, by its bytes.
    pub names_seen: Vec<String>,
    /// The first day of the month.
    pub month: NaiveDate,
    /// The currency of every amount of the row.
    pub currency: Option<String>,
    /// Numbers of purchases.
    pub purchases: PurchaseCounts,
    /// Sums of amounts.
    pub amounts: SummaryAmounts,
    /// The first registration date of the purchases that are counted or have an amount here.
    pub first_date: NaiveDate,
    /// The last one.
    pub last_date: NaiveDate,
}

/// Purchases whose own currency is that of the row.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PurchaseCounts {
    /// All of them.
    pub purchases: i64,
    /// Those that have arrived.
    pub received: i64,
    /// Those that have not.
    pub pending: i64,
    /// Those of which it is not known.
    pub without_status: i64,
}

impl PurchaseCounts {
    fn add(&mut self, other: Self) {
        let Self {
            purchases,
            received,
            pending,
            without_status,
        } = other;
        self.purchases += purchases;
        self.received += received;
        self.pending += pending;
        self.without_status += without_status;
    }
}

/// Exact sums; zero where nothing is known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SummaryAmounts {
    /// Of the items.
    pub value_of_items: Amount,
    /// Of what was taken off.
    pub discount: Amount,
    /// Of what else was to pay.
    pub other_expenses: Amount,
    /// Of the shipping, whoever pays for it.
    pub shipping: Amount,
    /// Of what was to pay in all.
    pub total: Amount,
}

/// Works out the summary over the files of the table's current state.
///
/// # Errors
/// [`ReportError::AmountRange`] when a sum is not a decimal(38, 9), [`ReportError::Scan`] when a
/// file cannot be read as a file of the supplier purchases table, [`ReportError::Value`] when it
/// holds what ingestion never writes.
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

/// What a row stands for, in the order of the rows.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct SummaryGroupKey {
    supplier_id: NullsLast<i64>,
    month: NaiveDate,
    currency: NullsLast<String>,
}

/// A value that is in order behind every other when it is not there.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct NullsLast<T> {
    is_null: bool,
    value: Option<T>,
}

impl<T> From<Option<T>> for NullsLast<T> {
    fn from(value: Option<T>) -> Self {
        Self {
            is_null: value.is_none(),
            value,
        }
    }
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

/// Adds a line to the rows that its purchases and its amounts belong to.
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
