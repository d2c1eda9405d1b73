//! The sums of the summary as computed by polars: one line per month, supplier and combination of
//! the currencies of a purchase.

use chrono::NaiveDate;
use polars::prelude::*;

use super::row::{AMOUNTS, PurchaseCounts};
use crate::report::ReportError;
use crate::report::large_amounts::{is_large, is_left_out, large_count, ordinary_sum};
use crate::report::supplier_parameters::SupplierSelection;
use crate::report::supplier_table::{
    MONTH, MonthFiles, REGISTRATION_DATE, STATUS, SUPPLIER_ID, date_of, query_months,
};

const PURCHASES: &str = "purchases";
const RECEIVED: &str = "received";
const PENDING: &str = "pending";
const WITHOUT_STATUS: &str = "without_status";
const FIRST_DATE: &str = "first_date";
const LAST_DATE: &str = "last_date";
const LARGE: &str = "large";

/// One line of either query.
pub(super) struct SummaryLine {
    pub(super) month: NaiveDate,
    pub(super) supplier_id: Option<i64>,
    /// In the order of [`AMOUNTS`], as `nanos`.
    pub(super) currencies: [Option<String>; AMOUNTS.len()],
    pub(super) nanos: [i128; AMOUNTS.len()],
    pub(super) purchases: PurchaseCounts,
    pub(super) first_date: NaiveDate,
    pub(super) last_date: NaiveDate,
    /// The number of large amounts, which are not included in `nanos`.
    pub(super) large: i64,
}

/// The counts, and the sums of all amounts but the large ones.
pub(super) fn lines(
    selection: &SupplierSelection,
    months: &[MonthFiles<'_>],
) -> Result<Vec<SummaryLine>, ReportError> {
    let has_status = |word| count(col(STATUS).eq(lit(word)));
    let keys: Vec<Expr> = std::iter::once(SUPPLIER_ID)
        .chain(AMOUNTS.map(|(_, currency)| currency))
        .map(col)
        .collect();
    let large = AMOUNTS.map(|(amount, _)| large_count(amount));
    let large = large.into_iter().reduce(|one, other| one + other);
    let mut sums: Vec<Expr> = vec![
        len().cast(DataType::Int64).alias(PURCHASES),
        has_status("received").alias(RECEIVED),
        has_status("pending").alias(PENDING),
        count(col(STATUS).is_null()).alias(WITHOUT_STATUS),
        col(REGISTRATION_DATE).min().alias(FIRST_DATE),
        col(REGISTRATION_DATE).max().alias(LAST_DATE),
    ];
    sums.extend(large.map(|large| large.alias(LARGE)));
    sums.extend(AMOUNTS.map(|(amount, _)| ordinary_sum(amount)));
    read(selection, months, |plan| {
        plan.group_by(keys.clone()).agg(sums.clone())
    })
}

/// The large amounts, one line per purchase that has any; all other values of a line are zero.
pub(super) fn large_amounts(
    selection: &SupplierSelection,
    months: &[MonthFiles<'_>],
) -> Result<Vec<SummaryLine>, ReportError> {
    let any_large = AMOUNTS
        .map(|(amount, _)| is_large(amount).fill_null(lit(false)))
        .into_iter()
        .reduce(Expr::or)
        .unwrap_or_else(|| lit(true));
    let nothing = || lit(0_i64).cast(DataType::Int64);
    let mut columns = vec![
        col(SUPPLIER_ID),
        nothing().alias(PURCHASES),
        nothing().alias(RECEIVED),
        nothing().alias(PENDING),
        nothing().alias(WITHOUT_STATUS),
        nothing().alias(LARGE),
        col(REGISTRATION_DATE).alias(FIRST_DATE),
        col(REGISTRATION_DATE).alias(LAST_DATE),
    ];
    columns.extend(AMOUNTS.map(|(amount, _)| col(amount)));
    columns.extend(AMOUNTS.map(|(_, currency)| col(currency)));
    let mut lines = read(selection, months, |plan| {
        plan.filter(any_large.clone()).select(columns.clone())
    })?;
    for line in &mut lines {
        line.nanos = line
            .nanos
            .map(|nanos| if is_left_out(nanos) { nanos } else { 0 });
    }
    Ok(lines)
}

fn count(condition: Expr) -> Expr {
    condition.sum().cast(DataType::Int64)
}

/// Runs a query over every month and reads its lines.
fn read(
    selection: &SupplierSelection,
    months: &[MonthFiles<'_>],
    query: impl Fn(LazyFrame) -> LazyFrame,
) -> Result<Vec<SummaryLine>, ReportError> {
    query_months(selection, months, query, |frame| {
        let columns = SummaryColumns::of(frame)?;
        let lines = (0..frame.height()).filter_map(|at| columns.line(months, at));
        Ok(lines.collect())
    })
}

struct SummaryColumns<'a> {
    month: &'a Int64Chunked,
    supplier_id: &'a Int64Chunked,
    currencies: Vec<&'a StringChunked>,
    nanos: Vec<&'a Int128Chunked>,
    /// In the order: all, received, pending, without status, large amounts.
    counts: Vec<&'a Int64Chunked>,
    first_date: &'a Int32Chunked,
    last_date: &'a Int32Chunked,
}

impl<'a> SummaryColumns<'a> {
    fn of(frame: &'a DataFrame) -> PolarsResult<Self> {
        let counts = [PURCHASES, RECEIVED, PENDING, WITHOUT_STATUS, LARGE];
        Ok(Self {
            month: frame.column(MONTH)?.i64()?,
            supplier_id: frame.column(SUPPLIER_ID)?.i64()?,
            currencies: AMOUNTS
                .iter()
                .map(|(_, currency)| frame.column(currency)?.str())
                .collect::<PolarsResult<_>>()?,
            nanos: AMOUNTS
                .iter()
                .map(|(amount, _)| Ok(frame.column(amount)?.decimal()?.physical()))
                .collect::<PolarsResult<_>>()?,
            counts: counts
                .iter()
                .map(|name| frame.column(name)?.i64())
                .collect::<PolarsResult<_>>()?,
            first_date: frame.column(FIRST_DATE)?.date()?.physical(),
            last_date: frame.column(LAST_DATE)?.date()?.physical(),
        })
    }

    /// The line at an index; `None` for a group without a date, which valid tables do not contain.
    fn line(&self, months: &[MonthFiles<'_>], at: usize) -> Option<SummaryLine> {
        let month = usize::try_from(self.month.get(at)?).ok()?;
        let count = |which: usize| self.counts[which].get(at).unwrap_or(0);
        Some(SummaryLine {
            month: months.get(month)?.first_day,
            supplier_id: self.supplier_id.get(at),
            currencies: std::array::from_fn(|of| self.currencies[of].get(at).map(str::to_owned)),
            nanos: std::array::from_fn(|of| self.nanos[of].get(at).unwrap_or(0)),
            purchases: PurchaseCounts {
                purchases: count(0),
                received: count(1),
                pending: count(2),
                without_status: count(3),
            },
            large: count(4),
            first_date: self.first_date.get(at).and_then(date_of)?,
            last_date: self.last_date.get(at).and_then(date_of)?,
        })
    }
}
