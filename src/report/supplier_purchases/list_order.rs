//! The order of the list: registration date and id, both descending.

use std::cmp::Reverse;
use std::ops::Range;

use polars::prelude::*;

use crate::report::ReportError;
use crate::report::supplier_table::{ID, REGISTRATION_DATE, date_literal};

/// The sort key of a purchase, unique within a company.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct ListOrderKey {
    /// Days since 1970.
    days: i32,
    id: i64,
}

/// Sorts a plan in the order of the list.
pub(super) fn in_order(plan: LazyFrame) -> LazyFrame {
    plan.sort(
        [REGISTRATION_DATE, ID],
        SortMultipleOptions::default().with_order_descending(true),
    )
}

/// The keys of a frame, unordered.
pub(super) fn read_keys(frame: &DataFrame) -> Result<Vec<ListOrderKey>, ReportError> {
    let missing = |column| ReportError::Value {
        column,
        value: "null".to_owned(),
    };
    let columns = || -> PolarsResult<_> {
        let days = frame.column(REGISTRATION_DATE)?.date()?.physical();
        Ok((days, frame.column(ID)?.i64()?))
    };
    let (days, ids) = columns().map_err(|source| ReportError::Scan { files: 1, source })?;
    days.iter()
        .zip(ids.iter())
        .map(|(days, id)| {
            Ok(ListOrderKey {
                days: days.ok_or_else(|| missing(REGISTRATION_DATE))?,
                id: id.ok_or_else(|| missing(ID))?,
            })
        })
        .collect()
}

/// Returns the keys at these positions of the order. Sorting in polars would keep several copies of
/// them in memory.
pub(super) fn keys_at_positions(
    mut keys: Vec<ListOrderKey>,
    places: Range<usize>,
) -> Vec<ListOrderKey> {
    let end = places.end.min(keys.len());
    if end < keys.len() {
        keys.select_nth_unstable_by_key(end, |key| Reverse(*key));
        keys.truncate(end);
    }
    keys.sort_unstable_by_key(|key| Reverse(*key));
    keys.drain(..places.start.min(end));
    keys
}

/// The condition for rows from the first to the last of the ordered keys; `None` without keys. The
/// first two comparisons are separate conditions because row groups outside of them are skipped by
/// their statistics.
pub(super) fn between_first_and_last(keys: &[ListOrderKey]) -> Option<Expr> {
    let (first, last) = (keys.first()?, keys.last()?);
    let (day, id) = (col(REGISTRATION_DATE), col(ID));
    let (first_day, last_day) = (date_literal(first.days), date_literal(last.days));
    let behind_first = day
        .clone()
        .neq(first_day.clone())
        .or(id.clone().lt_eq(lit(first.id)));
    let before_last = day.clone().neq(last_day.clone()).or(id.gt_eq(lit(last.id)));
    let days = day.clone().lt_eq(first_day).and(day.gt_eq(last_day));
    Some(days.and(behind_first).and(before_last))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_positions_of_keys_are_those_of_the_whole_order() {
        let keys: Vec<ListOrderKey> = (0..50)
            .map(|n| ListOrderKey {
                days: n * 7 % 5,
                id: i64::from(n * 11 % 50),
            })
            .collect();
        let mut whole = keys.clone();
        whole.sort_unstable();
        whole.reverse();
        for (start, end) in [
            (0, 50),
            (0, 1),
            (0, 0),
            (10, 30),
            (49, 50),
            (49, 80),
            (60, 80),
        ] {
            let expected = whole.get(start..end.min(50)).unwrap_or_default();
            assert_eq!(keys_at_positions(keys.clone(), start..end), expected);
        }
    }
}
