//! The list of supplier purchases: one page, all pages, or all rows.
//!
//! In: parameters and the files of the table's current state. Out: purchases by registration date,
//! the latest first, then by id, the greatest first: page by page with the documented metadata, or
//! in runs of rows. Refused: files that cannot be read.
//!
//! The files are those of months, and the order makes months follow each other. So each month is
//! first counted, reading only what the filters look at; of a month that holds part of the answer
//! the two columns of the order are read and sorted; and only the rows between the first and the
//! last of the wanted keys are read whole. Memory follows the page, not the table.

use polars::prelude::*;

use super::supplier_parameters::{Selection, SupplierListParameters};
use super::supplier_row::{SupplierPurchaseRow, columns, rows_of};
use super::supplier_table::{ID, Month, REGISTRATION_DATE, collect_months, months_of};
use super::{ReportError, SupplierFile};

mod order;
#[cfg(test)]
mod tests;

use order::{Key, between_ends, in_order, in_places, keys_of};

/// Rows that are held at once when all are asked for; about 30 MB of them.
const ROWS_AT_ONCE: usize = 32_768;

/// A page of the list, with what the documented `meta` says about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SupplierPurchasePage {
    /// The company that was asked for, 0 for the unknown one.
    pub company_id: i64,
    /// The purchases, by registration date and id, both descending; none beyond the last page.
    pub purchases: Vec<SupplierPurchaseRow>,
    /// The page, from 1.
    pub current_page: u64,
    /// The number of pages, at least 1.
    pub last_page: u64,
    /// Purchases a page.
    pub per_page: u32,
    /// Purchases on all pages.
    pub total: u64,
}

/// Answers the page that the parameters name. A page after the last one is empty.
///
/// # Errors
/// [`ReportError::Scan`] when a file cannot be read as a file of the supplier purchases table,
/// [`ReportError::Value`] when it holds what ingestion never writes.
pub fn supplier_purchases(
    parameters: &SupplierListParameters,
    files: &[SupplierFile],
) -> Result<SupplierPurchasePage, ReportError> {
    let list = List::open(parameters.selection(), files)?;
    let per_page = u64::from(parameters.per_page());
    let skipped = (parameters.page() - 1).saturating_mul(per_page);
    let purchases = list.rows(skipped, per_page)?;
    Ok(list.page(parameters, parameters.page(), purchases))
}

/// Gives every page, from the first to the last; what each holds is what [`supplier_purchases`]
/// answers for it. The page of the parameters does not matter.
///
/// # Errors
/// As [`supplier_purchases`], and what `give` returns.
pub fn for_each_supplier_page<E: From<ReportError>>(
    parameters: &SupplierListParameters,
    files: &[SupplierFile],
    give: &mut dyn FnMut(SupplierPurchasePage) -> Result<(), E>,
) -> Result<(), E> {
    let list = List::open(parameters.selection(), files)?;
    let per_page = usize::try_from(parameters.per_page()).unwrap_or(usize::MAX);
    let mut number = 1;
    let mut purchases = Vec::with_capacity(per_page);
    list.for_each_run::<E>(&mut |run| {
        for row in run {
            purchases.push(row);
            if purchases.len() == per_page {
                let full = std::mem::replace(&mut purchases, Vec::with_capacity(per_page));
                give(list.page(parameters, number, full))?;
                number += 1;
            }
        }
        Ok(())
    })?;
    if !purchases.is_empty() || number == 1 {
        give(list.page(parameters, number, purchases))?;
    }
    Ok(())
}

/// Gives all rows in order, in runs of bounded length. Page and size of the parameters do not
/// matter.
///
/// # Errors
/// As [`supplier_purchases`], and what `give` returns.
pub fn for_each_supplier_run<E: From<ReportError>>(
    parameters: &SupplierListParameters,
    files: &[SupplierFile],
    give: &mut dyn FnMut(Vec<SupplierPurchaseRow>) -> Result<(), E>,
) -> Result<(), E> {
    List::open(parameters.selection(), files)?.for_each_run(give)
}

/// The months of a selection, newest first, and how many of their rows are selected.
struct List<'a> {
    selection: &'a Selection,
    months: Vec<(Month, u64)>,
}

impl<'a> List<'a> {
    fn open(selection: &'a Selection, files: &[SupplierFile]) -> Result<Self, ReportError> {
        let months = months_of(selection, files);
        let (known, unknown): (Vec<Month>, Vec<Month>) = months
            .into_iter()
            .partition(|month| month.known_count(selection).is_some());
        let counted = count(selection, &unknown)?;
        let known = known.into_iter().map(|month| {
            let rows = month.known_count(selection).unwrap_or_default();
            (month, rows)
        });
        let mut months: Vec<(Month, u64)> = unknown.into_iter().zip(counted).chain(known).collect();
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
        purchases: Vec<SupplierPurchaseRow>,
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

    /// So many rows from a place in the order.
    fn rows(&self, skipped: u64, wanted: u64) -> Result<Vec<SupplierPurchaseRow>, ReportError> {
        let mut found = Vec::new();
        let (mut skipped, mut wanted) = (skipped, wanted);
        for (month, rows) in &self.months {
            if skipped >= *rows {
                skipped -= rows;
                continue;
            }
            let here = wanted.min(rows - skipped);
            let (first, end) = (place(skipped), place(skipped + here));
            let keys = in_places(self.keys(month)?, first..end);
            found.extend(self.rows_of_keys(month, &keys)?);
            skipped = 0;
            wanted -= here;
            if wanted == 0 {
                break;
            }
        }
        Ok(found)
    }

    fn for_each_run<E: From<ReportError>>(
        &self,
        give: &mut dyn FnMut(Vec<SupplierPurchaseRow>) -> Result<(), E>,
    ) -> Result<(), E> {
        for (month, rows) in self.months.iter().filter(|(_, rows)| *rows > 0) {
            if usize::try_from(*rows).is_ok_and(|rows| rows <= ROWS_AT_ONCE) {
                give(self.read(month, None)?)?;
                continue;
            }
            let keys = in_places(self.keys(month)?, 0..usize::MAX);
            for some in keys.chunks(ROWS_AT_ONCE) {
                give(self.rows_of_keys(month, some)?)?;
            }
        }
        Ok(())
    }

    /// The keys of a month's selected rows, in no order.
    fn keys(&self, month: &Month) -> Result<Vec<Key>, ReportError> {
        let frame = month.collect(|| {
            let plan = month.plan(self.selection)?;
            Ok(plan.select([col(REGISTRATION_DATE), col(ID)]))
        })?;
        keys_of(&frame)
    }

    /// The rows of a month from the first to the last of these keys, which are in order.
    fn rows_of_keys(
        &self,
        month: &Month,
        keys: &[Key],
    ) -> Result<Vec<SupplierPurchaseRow>, ReportError> {
        match between_ends(keys) {
            Some(condition) => self.read(month, Some(condition)),
            None => Ok(Vec::new()),
        }
    }

    /// The selected rows of a month, all or those that meet a condition.
    fn read(
        &self,
        month: &Month,
        condition: Option<Expr>,
    ) -> Result<Vec<SupplierPurchaseRow>, ReportError> {
        let frame = month.collect(|| {
            let plan = month.plan(self.selection)?;
            let plan = match condition {
                Some(condition) => plan.filter(condition),
                None => plan,
            };
            Ok(in_order(plan.select(columns())))
        })?;
        rows_of(frame)
    }
}

/// How many rows of each month are selected.
fn count(selection: &Selection, months: &[Month]) -> Result<Vec<u64>, ReportError> {
    let mut counts = vec![0; months.len()];
    let frames = collect_months(months, |at, month| {
        let at = lit(signed(at)).cast(DataType::Int64).alias("at");
        let rows = len().cast(DataType::Int64).alias("rows");
        Ok(month.plan(selection)?.select([rows]).with_column(at))
    })?;
    for frame in frames {
        let read = || -> PolarsResult<Vec<_>> {
            let at = frame.column("at")?.i64()?.iter();
            Ok(at.zip(frame.column("rows")?.i64()?.iter()).collect())
        };
        let lines = read().map_err(|source| ReportError::Scan {
            files: months.len(),
            source,
        })?;
        for (at, rows) in lines {
            let place = at.and_then(|at| usize::try_from(at).ok());
            if let Some(count) = place.and_then(|at| counts.get_mut(at)) {
                *count = rows.and_then(|rows| u64::try_from(rows).ok()).unwrap_or(0);
            }
        }
    }
    Ok(counts)
}

fn place(place: u64) -> usize {
    usize::try_from(place).unwrap_or(usize::MAX)
}

fn signed(at: usize) -> i64 {
    i64::try_from(at).unwrap_or(i64::MAX)
}
