//! The order of the list, registration date and id, both descending, and a stretch of it.

use chrono::NaiveDate;
use polars::prelude::*;

use crate::report::ReportError;
use crate::report::supplier_table::{ID, REGISTRATION_DATE, date, date_of};

/// Puts a plan in order.
pub(super) fn in_order(plan: LazyFrame) -> LazyFrame {
    plan.sort(
        [REGISTRATION_DATE, ID],
        SortMultipleOptions::default().with_order_descending(true),
    )
}

/// The first and the last place of a stretch of the order. No two purchases of a company share a
/// place, so that a stretch of n keys has n rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Ends {
    first: Key,
    last: Key,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Key {
    date: NaiveDate,
    id: i64,
}

impl Ends {
    /// The ends of keys that are in order; `None` when there are none.
    pub(super) fn of(keys: &DataFrame) -> Result<Option<Self>, ReportError> {
        let Some(last) = keys.height().checked_sub(1) else {
            return Ok(None);
        };
        Ok(Some(Self {
            first: key_at(keys, 0)?,
            last: key_at(keys, last)?,
        }))
    }

    /// What a row of the stretch meets. The first two parts would do for whole days; they stand
    /// alone because row groups outside them are skipped by their statistics.
    pub(super) fn condition(self) -> Expr {
        let Self { first, last } = self;
        let (day, id) = (col(REGISTRATION_DATE), col(ID));
        let (first_day, last_day) = (date(first.date), date(last.date));
        let behind_first = day
            .clone()
            .neq(first_day.clone())
            .or(id.clone().lt_eq(lit(first.id)));
        let before_last = day.clone().neq(last_day.clone()).or(id.gt_eq(lit(last.id)));
        day.clone()
            .lt_eq(first_day)
            .and(day.gt_eq(last_day))
            .and(behind_first)
            .and(before_last)
    }
}

fn key_at(keys: &DataFrame, at: usize) -> Result<Key, ReportError> {
    let read = || -> PolarsResult<_> {
        let days = keys.column(REGISTRATION_DATE)?.date()?.physical().get(at);
        Ok((days.and_then(date_of), keys.column(ID)?.i64()?.get(at)))
    };
    let missing = |column| ReportError::Value {
        column,
        value: "null".to_owned(),
    };
    let (date, id) = read().map_err(|source| ReportError::Scan { files: 1, source })?;
    Ok(Key {
        date: date.ok_or_else(|| missing(REGISTRATION_DATE))?,
        id: id.ok_or_else(|| missing(ID))?,
    })
}
