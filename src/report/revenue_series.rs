//! The revenue series: the exact revenue in the interval of each row, in one currency.
//!
//! In: parameters and files. Out: [`RevenueSeries`], zero-filled, ascending. Refused: a series over
//! several currencies when none was chosen (they are never added), sums out of the range of
//! decimal(38, 9), files that cannot be read.

use std::collections::BTreeSet;

use polars::prelude::{DataFrame, DataType, PolarsResult, col, lit};

use super::large_amounts::{is_large, large_count, ordinary_sum};
use super::parameter_error::ParameterError;
use super::parameters::{RefundHandling, SeriesParameters};
use super::purchase_query::{PurchaseQuery, TICK, run_query};
use super::wide_sum::WideSum;
use super::{PurchaseFile, ReportError};
use crate::rules::RuleId;
use crate::values::currency::{Currency, minor_units, parse_currency};
use crate::values::money::Amount;

const REVENUE: &str = "revenue";
const CURRENCY: &str = "currency";
const IS_REFUND: &str = "is_refund";
const LARGE: &str = "large";

/// One row of a revenue series.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RevenuePoint {
    /// As [`super::QuantityPoint::time`].
    pub time: String,
    /// The exact sum of price × quantity; below zero when refunds exceed purchases.
    pub revenue: Amount,
}

/// Revenue per day or hour in one currency.
///
/// Rows are those of a [`super::QuantitySeries`] with the same parameters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RevenueSeries {
    /// The rows.
    pub points: Vec<RevenuePoint>,
    /// The currency of the amounts; `None` when none was chosen and there are no purchases.
    pub currency: Option<Currency>,
    /// The currencies of the purchases in the window, sorted by code.
    pub currencies_present: Vec<Currency>,
}

impl RevenueSeries {
    /// The code of the currency, if there is one.
    pub fn currency_code(&self) -> Option<&str> {
        self.currency.as_ref().map(Currency::as_str)
    }

    /// The sum of all rows; `None` if it does not fit decimal(38, 9).
    pub fn total(&self) -> Option<Amount> {
        let mut sum = WideSum::default();
        for point in &self.points {
            sum.add_nanos(point.revenue.nanos());
        }
        sum.total()
    }

    /// The minimum number of decimals of every amount: those of the currency, but at least one,
    /// because recorded answers of the revenue endpoint contain `0.0` and `5000.0`, and a reader
    /// that infers types must not see an integer in one row and a float in the next.
    pub fn decimals(&self) -> usize {
        let minor_units = self.currency.and_then(minor_units);
        minor_units.map_or(1, |units| usize::from(units).max(1))
    }
}

/// Computes the revenue series from the files of one table version.
///
/// # Errors
/// [`ReportError::Parameter`] (`PAR-CURRENCY`) when several currencies are present and none was
/// chosen, [`ReportError::RevenueRange`] when the sum of a row is not a decimal(38, 9),
/// [`ReportError::Scan`] when a file cannot be read as a file of the purchases table.
pub fn revenue_series(
    parameters: &SeriesParameters,
    files: &[PurchaseFile],
) -> Result<RevenueSeries, ReportError> {
    let ordinary = run_query(parameters, files, &ordinary_sums(), read_lines)?;
    let currencies_present = currencies(&ordinary)?;
    let currency = choose_currency(parameters.currency(), &currencies_present)?;
    let large = if ordinary.iter().any(|line| line.large > 0) {
        run_query(parameters, files, &large_rows(), read_lines)?
    } else {
        Vec::new()
    };
    let window = parameters.window();
    let mut sums = vec![WideSum::default(); window.rows().len()];
    for line in ordinary.iter().chain(&large) {
        let counted = parameters.refunds() == RefundHandling::Counted || !line.is_refund;
        let wanted = currency.is_some_and(|currency| line.currency == currency.as_str());
        if let (true, Some(row)) = (counted && wanted, window.row_of_tick(line.tick)) {
            sums[row].add_nanos(line.nanos);
        }
    }
    let points = window
        .rows()
        .iter()
        .zip(sums)
        .map(|(time, sum)| match sum.total() {
            Some(revenue) => Ok(RevenuePoint {
                time: time.clone(),
                revenue,
            }),
            None => Err(ReportError::RevenueRange { time: time.clone() }),
        })
        .collect::<Result<_, _>>()?;
    Ok(RevenueSeries {
        points,
        currency,
        currencies_present,
    })
}

/// The sums without the large amounts, and the number of large amounts.
fn ordinary_sums() -> PurchaseQuery {
    PurchaseQuery::Totals {
        keys: vec![col(IS_REFUND), col(CURRENCY)],
        sums: vec![ordinary_sum(REVENUE), large_count(REVENUE).alias(LARGE)],
    }
}

/// The large amounts one by one.
fn large_rows() -> PurchaseQuery {
    PurchaseQuery::Rows {
        condition: is_large(REVENUE),
        columns: vec![
            col(IS_REFUND),
            col(CURRENCY),
            col(REVENUE),
            lit(1_i64).cast(DataType::Int64).alias(LARGE),
        ],
    }
}

/// One row of either query.
struct RevenueLine {
    tick: i64,
    is_refund: bool,
    currency: String,
    nanos: i128,
    large: i64,
}

fn read_lines(frame: &DataFrame) -> PolarsResult<Vec<RevenueLine>> {
    let ticks = frame.column(TICK)?.i64()?;
    let refunds = frame.column(IS_REFUND)?.bool()?;
    let currencies = frame.column(CURRENCY)?.str()?;
    let revenues = frame.column(REVENUE)?.decimal()?.physical();
    let large = frame.column(LARGE)?.i64()?;
    Ok((0..frame.height())
        .filter_map(|at| {
            Some(RevenueLine {
                tick: ticks.get(at)?,
                is_refund: refunds.get(at).unwrap_or(false),
                currency: currencies.get(at)?.to_owned(),
                nanos: revenues.get(at)?,
                large: large.get(at)?,
            })
        })
        .collect())
}

fn currencies(revenue_lines: &[RevenueLine]) -> Result<Vec<Currency>, ReportError> {
    let codes: BTreeSet<&str> = revenue_lines
        .iter()
        .map(|line| line.currency.as_str())
        .collect();
    codes
        .into_iter()
        .map(|code| match parse_currency(code) {
            Ok(parsed) => Ok(parsed.currency),
            Err(_) => Err(ReportError::Value {
                column: CURRENCY,
                value: code.to_owned(),
            }),
        })
        .collect()
}

fn choose_currency(
    chosen: Option<Currency>,
    present: &[Currency],
) -> Result<Option<Currency>, ParameterError> {
    match (chosen, present) {
        (Some(currency), _) => Ok(Some(currency)),
        (None, []) => Ok(None),
        (None, [only]) => Ok(Some(*only)),
        (None, several) => {
            let codes: Vec<&str> = several.iter().map(Currency::as_str).collect();
            Err(ParameterError::missing(
                RuleId::ParCurrency,
                "currency",
                &format!(
                    "is required: the purchases are in {}, and amounts in different currencies \
                     cannot be added",
                    codes.join(", ")
                ),
            ))
        }
    }
}

#[cfg(test)]
mod tests;
