//! The list of supplier purchases: one page, all pages, or all rows.
//!
//! In: parameters and the files of the current table version. Out: purchases by registration date,
//! the latest first, then by id, the largest first: page by page with the documented metadata, or
//! in batches of rows. Refused: files that cannot be read.
//!
//! Files belong to months, and months do not overlap in this order. So each month is counted first,
//! reading only the columns of the filters; for a month that contains part of the answer, the two
//! columns of the order are read and sorted; and only the rows between the first and last selected
//! key are read completely. Memory depends on the size of the page, not of the table.

use polars::prelude::*;

use super::supplier_parameters::{SupplierListParameters, SupplierSelection};
use super::supplier_row::{columns, read_rows};
use super::supplier_table::{
    ID, MONTH, MonthFiles, REGISTRATION_DATE, collect_month, query_months, selected_months,
};
use super::{ReportError, SupplierPurchaseFile};
use crate::supplier_purchase::SupplierPurchaseValues;

mod list_order;
#[cfg(test)]
mod tests;

use list_order::{ListOrderKey, between_first_and_last, in_order, keys_at_positions, read_keys};

/// Maximum rows per batch; about 30 MB.
const MAX_BATCH_ROWS: usize = 32_768;

/// A page of the list with its documented metadata.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SupplierPurchasePage {
    /// The requested company, 0 for the unknown one.
    pub company_id: i64,
    /// The purchases, by registration date and id, both descending; empty beyond the last page.
    pub purchases: Vec<SupplierPurchaseValues<'static>>,
    /// The page, from 1.
    pub current_page: u64,
    /// The number of pages, at least 1.
    pub last_page: u64,
    /// Purchases per page.
    pub per_page: u32,
    /// Purchases on all pages.
    pub total: u64,
}

/// Returns the page selected by the parameters. A page after the last one is empty.
///
/// # Errors
/// [`ReportError::Scan`] when a file cannot be read as a file of the supplier purchases table,
/// [`ReportError::Value`] when it contains a value that ingestion never writes.
pub fn supplier_purchases(
    parameters: &SupplierListParameters,
    files: &[SupplierPurchaseFile],
) -> Result<SupplierPurchasePage, ReportError> {
    let list = SupplierPurchaseList::open(parameters.selection(), files)?;
    let per_page = u64::from(parameters.per_page());
    let skipped = (parameters.page() - 1).saturating_mul(per_page);
    let purchases = list.rows(skipped, per_page)?;
    Ok(list.page(parameters, parameters.page(), purchases))
}

/// Calls `visit` with every page, from the first to the last; each page equals the result of
/// [`supplier_purchases`]. The page number of the parameters is ignored.
///
/// # Errors
/// As [`supplier_purchases`], and the errors of `visit`.
pub fn for_each_supplier_page<E: From<ReportError>>(
    parameters: &SupplierListParameters,
    files: &[SupplierPurchaseFile],
    visit: &mut dyn FnMut(SupplierPurchasePage) -> Result<(), E>,
) -> Result<(), E> {
    let list = SupplierPurchaseList::open(parameters.selection(), files)?;
    let per_page = usize::try_from(parameters.per_page()).unwrap_or(usize::MAX);
    let mut number = 1;
    let mut purchases = Vec::with_capacity(per_page);
    list.for_each_batch::<E>(&mut |run| {
        for row in run {
            purchases.push(row);
            if purchases.len() == per_page {
                let full = std::mem::replace(&mut purchases, Vec::with_capacity(per_page));
                visit(list.page(parameters, number, full))?;
                number += 1;
            }
        }
        Ok(())
    })?;
    if !purchases.is_empty() || number == 1 {
        visit(list.page(parameters, number, purchases))?;
    }
    Ok(())
}

/// Calls `visit` with all rows in order, in batches of limited size. Page number and page size of
/// the parameters are ignored.
///
/// # Errors
/// As [`supplier_purchases`], and the errors of `visit`.
pub fn for_each_supplier_batch<E: From<ReportError>>(
    parameters: &SupplierListParameters,
    files: &[SupplierPurchaseFile],
    visit: &mut dyn FnMut(Vec<SupplierPurchaseValues<'static>>) -> Result<(), E>,
) -> Result<(), E> {
    SupplierPurchaseList::open(parameters.selection(), files)?.for_each_batch(visit)
}

/// The months of a selection, newest first, with the number of selected rows.
struct SupplierPurchaseList<'a> {
    selection: &'a SupplierSelection,
    months: Vec<(MonthFiles<'a>, u64)>,
}

impl<'a> SupplierPurchaseList<'a> {
    fn open(
        selection: &'a SupplierSelection,
        files: &'a [SupplierPurchaseFile],
    ) -> Result<Self, ReportError> {
        let months = selected_months(selection, files).into_iter();
        let (known, unknown): (Vec<_>, Vec<_>) =
            months.partition(|month| month.known_count(selection).is_some());
        let counted = count(selection, &unknown)?;
        let known = known.into_iter().map(|month| {
            let rows = month.known_count(selection).unwrap_or_default();
            (month, rows)
        });
        let mut months: Vec<(MonthFiles<'_>, u64)> =
            unknown.into_iter().zip(counted).chain(known).collect();
        months.sort_unstable_by_key(|(month, _)| std::cmp::Reverse(month.first_day));
        Ok(Self { selection, months })
    }

    fn total(&self) -> u64 {
        self.months.iter().map(|(_, rows)| rows).sum()
    }

    fn page(
        &self,
        parameters: &SupplierListParameters,
        current_page: u64,
        purchases: Vec<SupplierPurchaseValues<'static>>,
    ) -> SupplierPurchasePage {
        let total = self.total();
        let per_page = parameters.per_page();
        SupplierPurchasePage {
            company_id: self.selection.company_id,
            purchases,
            current_page,
            last_page: total.div_ceil(u64::from(per_page)).max(1),
            per_page,
            total,
        }
    }

    /// Returns `wanted` rows from a position in the order.
    fn rows(
        &self,
        skipped: u64,
        wanted: u64,
    ) -> Result<Vec<SupplierPurchaseValues<'static>>, ReportError> {
        let mut found = Vec::new();
        let (mut skipped, mut wanted) = (skipped, wanted);
        for (month, rows) in &self.months {
            if skipped >= *rows {
                skipped -= rows;
                continue;
            }
            let here = wanted.min(rows - skipped);
            let (first, end) = (to_index(skipped), to_index(skipped + here));
            let keys = keys_at_positions(self.keys(month)?, first..end);
            found.extend(self.rows_of_keys(month, &keys)?);
            skipped = 0;
            wanted -= here;
            if wanted == 0 {
                break;
            }
        }
        Ok(found)
    }

    fn for_each_batch<E: From<ReportError>>(
        &self,
        visit: &mut dyn FnMut(Vec<SupplierPurchaseValues<'static>>) -> Result<(), E>,
    ) -> Result<(), E> {
        for (month, rows) in self.months.iter().filter(|(_, rows)| *rows > 0) {
            if usize::try_from(*rows).is_ok_and(|rows| rows <= MAX_BATCH_ROWS) {
                visit(self.read(month, None)?)?;
                continue;
            }
            let keys = keys_at_positions(self.keys(month)?, 0..usize::MAX);
            for some in keys.chunks(MAX_BATCH_ROWS) {
                visit(self.rows_of_keys(month, some)?)?;
            }
        }
        Ok(())
    }

    /// The keys of the selected rows of a month, unordered.
    fn keys(&self, month: &MonthFiles<'_>) -> Result<Vec<ListOrderKey>, ReportError> {
        let frame = collect_month(self.selection, month, |plan| {
            plan.select([col(REGISTRATION_DATE), col(ID)])
        })?;
        read_keys(&frame)
    }

    /// The rows of a month from the first to the last of the ordered keys.
    fn rows_of_keys(
        &self,
        month: &MonthFiles<'_>,
        keys: &[ListOrderKey],
    ) -> Result<Vec<SupplierPurchaseValues<'static>>, ReportError> {
        match between_first_and_last(keys) {
            Some(condition) => self.read(month, Some(&condition)),
            None => Ok(Vec::new()),
        }
    }

    /// The selected rows of a month that satisfy a condition, if any.
    fn read(
        &self,
        month: &MonthFiles<'_>,
        condition: Option<&Expr>,
    ) -> Result<Vec<SupplierPurchaseValues<'static>>, ReportError> {
        let frame = collect_month(self.selection, month, |plan| {
            let plan = match condition {
                Some(condition) => plan.filter(condition.clone()),
                None => plan,
            };
            in_order(plan.select(columns()))
        })?;
        read_rows(frame)
    }
}

/// The number of selected rows of each month.
fn count(
    selection: &SupplierSelection,
    months: &[MonthFiles<'_>],
) -> Result<Vec<u64>, ReportError> {
    let rows = len().cast(DataType::Int64).alias("rows");
    let number = |plan: LazyFrame| plan.select([rows.clone()]);
    let lines = query_months(selection, months, number, |frame| {
        let at = frame.column(MONTH)?.i64()?.iter();
        Ok(at.zip(frame.column("rows")?.i64()?.iter()).collect())
    })?;
    let mut counts = vec![0; months.len()];
    for (at, rows) in lines {
        let position = at.and_then(|at| usize::try_from(at).ok());
        if let Some(count) = position.and_then(|at| counts.get_mut(at)) {
            *count = rows.and_then(|rows| u64::try_from(rows).ok()).unwrap_or(0);
        }
    }
    Ok(counts)
}

fn to_index(position: u64) -> usize {
    usize::try_from(position).unwrap_or(usize::MAX)
}
