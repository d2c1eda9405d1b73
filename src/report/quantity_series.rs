//! The purchase quantity series: the number of items purchased in the interval of each row.
//!
//! In: parameters and files. Out: [`QuantitySeries`], zero-filled, ascending. Refused: files that
//! cannot be read.

use polars::prelude::{DataFrame, Expr, PolarsResult, col, lit, when};

use super::event_selection::items;
use super::parameters::{RefundHandling, SeriesParameters};
use super::purchase_query::{PurchaseQuery, TICK, run_query};
use super::{PurchaseFile, ReportError};

const QUANTITY: &str = "quantity";
const IS_REFUND: &str = "is_refund";
const REFUNDED: &str = "refunded";

/// One row of a quantity series.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QuantityPoint {
    /// `YYYY-MM-DD` by day, `YYYY-MM-DDTHH:MM:SS±hh:mm` (or `Z`) by hour, in the zone of the series.
    pub time: String,
    /// The sum of `quantity`, not the number of purchases.
    pub purchase_quantity: i64,
}

/// Items purchased per day or hour.
///
/// Rows ascend in time without gaps; rows without purchases are zero. A series by day has exactly
/// `length` rows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QuantitySeries {
    /// The rows.
    pub points: Vec<QuantityPoint>,
    /// Items of all purchases in the window, including refunds; 0 when nothing matched.
    pub gross_items: i64,
    /// Items of the refunds among them.
    pub refund_items: i64,
}

impl QuantitySeries {
    /// Items of the purchases that are not refunds.
    pub fn net_items(&self) -> i64 {
        self.gross_items - self.refund_items
    }
}

/// Computes the quantity series from the files of one table version.
///
/// Refunds are always counted separately, so that both numbers are known; the refunded lines of orders
/// are in neither. Items always fit an `i64`: exceeding it would take 10^14 rows of at most 32,767 items.
///
/// # Errors
/// [`ReportError::Scan`] when a file cannot be read as a file of the purchases table.
pub fn quantity_series(
    parameters: &SeriesParameters,
    files: &[PurchaseFile],
) -> Result<QuantitySeries, ReportError> {
    let query = PurchaseQuery::Totals {
        keys: Vec::new(),
        sums: vec![items().sum(), refunded().sum().alias(REFUNDED)],
    };
    let window = parameters.window();
    let mut quantities = vec![0_i64; window.rows().len()];
    let (mut gross_items, mut refund_items) = (0, 0);
    for total in run_query(parameters, files, &query, totals)? {
        let Some(row) = window.row_of_tick(total.tick) else {
            continue;
        };
        gross_items += total.items;
        refund_items += total.refund_items;
        quantities[row] += match parameters.refunds() {
            RefundHandling::Counted => total.items,
            RefundHandling::Excluded => total.items - total.refund_items,
        };
    }
    let points = window
        .rows()
        .iter()
        .zip(quantities)
        .map(|(time, purchase_quantity)| QuantityPoint {
            time: time.clone(),
            purchase_quantity,
        })
        .collect();
    Ok(QuantitySeries {
        points,
        gross_items,
        refund_items,
    })
}

/// The items of a purchase if it is a refund. It is a separate sum instead of a key next to the
/// tick: polars groups by one number much faster than by several columns, and needs no grouping
/// without a key.
fn refunded() -> Expr {
    when(col(IS_REFUND)).then(items()).otherwise(lit(0_i16))
}

struct TickTotal {
    tick: i64,
    items: i64,
    refund_items: i64,
}

fn totals(frame: &DataFrame) -> PolarsResult<Vec<TickTotal>> {
    let ticks = frame.column(TICK)?.i64()?;
    let items = frame.column(QUANTITY)?.i64()?;
    let refunded = frame.column(REFUNDED)?.i64()?;
    Ok(ticks
        .iter()
        .zip(items.iter())
        .zip(refunded.iter())
        .filter_map(|((tick, items), refund_items)| {
            Some(TickTotal {
                tick: tick?,
                items: items?,
                refund_items: refund_items?,
            })
        })
        .collect())
}

#[cfg(test)]
mod tests;
