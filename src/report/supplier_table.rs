//! The supplier purchases table for reports: selects files and rows.
//!
//! In: the selection and the files of the current table version. Out: one lazy plan per month,
//! newest first, for the selected rows, reading only the columns needed. Files of other companies
//! and of months outside the selection are not opened. Nothing is refused here.

use std::collections::BTreeMap;

use chrono::{DateTime, Days, Months, NaiveDate};
use polars::prelude::*;

use super::data_path::DataPath;
use super::supplier_parameters::{DeletedFilter, SearchTerm, SupplierSelection};
use super::table_scan::{FileScan, collect, query_table};
use super::{ReportError, SupplierPurchaseFile};
use crate::supplier_purchase::columns::schema;

#[cfg(test)]
pub(super) mod fixture;

pub(super) const ID: &str = "id";
pub(super) const REGISTRATION_DATE: &str = "registration_date";
pub(super) const SUPPLIER_ID: &str = "supplier_id";
pub(super) const STATUS: &str = "status";
pub(super) const UPDATED_AT: &str = "updated_at";
const INVOICE_NUMBER: &str = "invoice_number";
pub(super) const IS_DELETED: &str = "is_deleted";

/// The position of a month in the frames of [`query_months`].
pub(super) const MONTH: &str = "month";

/// Months per query; each of their files is open meanwhile.
const MAX_MONTHS: usize = 24;

/// The column with undocumented keys.
pub(super) const EXTRA: &str = "extra";

/// The files of one month of one company.
#[derive(Clone, Debug)]
pub(super) struct MonthFiles<'a> {
    /// The first day.
    pub(super) first_day: NaiveDate,
    paths: Vec<&'a DataPath>,
    /// The number of rows in the files, when it is known for all of them.
    rows: Option<u64>,
}

/// The months that a selection needs, newest first.
pub(super) fn selected_months<'a>(
    selection: &SupplierSelection,
    files: &'a [SupplierPurchaseFile],
) -> Vec<MonthFiles<'a>> {
    let mut months: BTreeMap<NaiveDate, MonthFiles<'_>> = BTreeMap::new();
    let wanted = files
        .iter()
        .filter(|file| file.company_id == selection.company_id)
        .filter(|file| selection.holds_month(file.month));
    for file in wanted {
        let month = months.entry(file.month).or_insert_with(|| MonthFiles {
            first_day: file.month,
            paths: Vec::new(),
            rows: Some(0),
        });
        month.paths.push(&file.path);
        month.rows = month
            .rows
            .zip(file.rows)
            .and_then(|(rows, more)| rows.checked_add(more));
    }
    for month in months.values_mut() {
        month.paths.sort_unstable();
    }
    months.into_values().rev().collect()
}

impl MonthFiles<'_> {
    /// A plan for the selected rows of the month with all columns.
    fn plan(&self, scan: &FileScan, selection: &SupplierSelection) -> PolarsResult<LazyFrame> {
        let plan = scan.open(&self.paths)?;
        Ok(match self.condition(selection) {
            Some(condition) => plan.filter(condition),
            None => plan,
        })
    }

    /// The number of selected rows, if known without reading.
    pub(super) fn known_count(&self, selection: &SupplierSelection) -> Option<u64> {
        match self.condition(selection) {
            None => self.rows,
            Some(_) => None,
        }
    }

    /// The condition for rows of this month; `None` when all are selected.
    fn condition(&self, selection: &SupplierSelection) -> Option<Expr> {
        let SupplierSelection {
            company_id: _,
            search,
            status,
            supplier_ids,
            start,
            end,
            updated_from_micros,
            deleted,
        } = selection;
        let last_day = last_of_month(self.first_day);
        let conditions = [
            match deleted {
                DeletedFilter::NotInclude => Some(col(IS_DELETED).not()),
                DeletedFilter::Include => None,
                DeletedFilter::Only => Some(col(IS_DELETED)),
            },
            start
                .filter(|start| *start > self.first_day)
                .map(|start| col(REGISTRATION_DATE).gt_eq(date(start))),
            end.filter(|end| *end < last_day)
                .map(|end| col(REGISTRATION_DATE).lt_eq(date(end))),
            status.map(|status| col(STATUS).eq(lit(status.as_str()))),
            (!supplier_ids.is_empty()).then(|| {
                let ids: Vec<i64> = supplier_ids.iter().copied().collect();
                let ids = Scalar::new_list(Series::new(SUPPLIER_ID.into(), ids));
                col(SUPPLIER_ID).is_in(lit(ids), false)
            }),
            updated_from_micros.map(|micros| col(UPDATED_AT).gt_eq(instant(micros))),
            search.as_ref().map(matches_search),
        ];
        conditions.into_iter().flatten().reduce(Expr::and)
    }
}

/// Runs the same query over the selected rows of each month, at most [`MAX_MONTHS`] at a time, and
/// reads the lines of the frames, which are in the order of `months`. Their column [`MONTH`] has the
/// position of the month.
pub(super) fn query_months<T>(
    selection: &SupplierSelection,
    months: &[MonthFiles<'_>],
    query: impl Fn(LazyFrame) -> LazyFrame,
    read: impl Fn(&DataFrame) -> PolarsResult<Vec<T>>,
) -> Result<Vec<T>, ReportError> {
    let numbered: Vec<(i64, &MonthFiles<'_>)> = (0..).zip(months).collect();
    let query_some = |some: &[(i64, &MonthFiles<'_>)]| {
        let paths: Vec<&DataPath> = some
            .iter()
            .flat_map(|(_, month)| month.paths.iter().copied())
            .collect();
        let of_month = |scan: &FileScan, (at, month): &(i64, &MonthFiles<'_>)| {
            let at = lit(*at).cast(DataType::Int64).alias(MONTH);
            Ok(query(month.plan(scan, selection)?).with_column(at))
        };
        query_table(&schema(), &paths, |scan| {
            let plans = some.iter().map(|numbered| of_month(scan, numbered));
            let plans = plans.collect::<PolarsResult<Vec<LazyFrame>>>()?;
            let mut frame = collect(concat(plans, UnionArgs::default())?)?;
            frame.rechunk_mut();
            read(&frame)
        })
        .map_err(|source| ReportError::Scan {
            files: paths.len(),
            source,
        })
    };
    let lines: Vec<Vec<T>> = numbered
        .chunks(MAX_MONTHS)
        .map(query_some)
        .collect::<Result<_, _>>()?;
    Ok(lines.into_iter().flatten().collect())
}

/// Runs a query over the selected rows of one month.
pub(super) fn collect_month(
    selection: &SupplierSelection,
    month: &MonthFiles<'_>,
    query: impl Fn(LazyFrame) -> LazyFrame,
) -> Result<DataFrame, ReportError> {
    query_table(&schema(), &month.paths, |scan| {
        collect(query(month.plan(scan, selection)?))
    })
    .map_err(|source| ReportError::Scan {
        files: month.paths.len(),
        source,
    })
}

/// Matches the id or the invoice number, both without leading zeros.
fn matches_search(term: &SearchTerm) -> Expr {
    let digits = col(INVOICE_NUMBER)
        .str()
        .strip_chars_start(lit("0"))
        .eq(lit(term.digits.as_str()));
    // Without its zeros, an invoice number of zeros equals an empty one.
    let number = if term.digits.is_empty() {
        digits.and(col(INVOICE_NUMBER).neq(lit("")))
    } else {
        digits
    };
    match term.id {
        Some(id) => col(ID).eq(lit(id)).or(number.fill_null(lit(false))),
        None => number,
    }
}

fn date(date: NaiveDate) -> Expr {
    date_literal(days_since_epoch(date))
}

/// Days since 1970 as a date literal.
pub(super) fn date_literal(days: i32) -> Expr {
    lit(Scalar::new_date(days))
}

fn instant(micros: i64) -> Expr {
    lit(Scalar::new_datetime(
        micros,
        TimeUnit::Microseconds,
        Some(TimeZone::UTC),
    ))
}

/// A date as days since 1970.
fn days_since_epoch(date: NaiveDate) -> i32 {
    let days = date.signed_duration_since(DateTime::UNIX_EPOCH.date_naive());
    i32::try_from(days.num_days()).expect("chrono's calendar has fewer than 2^31 days")
}

/// Converts days since 1970 to a date, if it is in the range of the calendar.
pub(super) fn date_of(days: i32) -> Option<NaiveDate> {
    let epoch = DateTime::UNIX_EPOCH.date_naive();
    let distance = Days::new(u64::from(days.unsigned_abs()));
    if days < 0 {
        epoch.checked_sub_days(distance)
    } else {
        epoch.checked_add_days(distance)
    }
}

fn last_of_month(month: NaiveDate) -> NaiveDate {
    month
        .checked_add_months(Months::new(1))
        .and_then(|next| next.pred_opt())
        .unwrap_or(NaiveDate::MAX)
}
