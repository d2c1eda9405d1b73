//! Which rows a report counts, by the event that they are of.

use clap::ValueEnum;
use polars::prelude::{Expr, col, lit, when};

use crate::purchase::OrderEventName;

const EVENT_NAME: &str = "event_name";
const QUANTITY: &str = "quantity";

/// The rows of a report.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum EventSelection {
    /// Count purchases and lines of orders.
    #[default]
    All,
    /// Count purchases only.
    Purchases,
    /// Count lines of orders only.
    Orders,
}

impl EventSelection {
    /// Its name in settings.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Purchases => "purchases",
            Self::Orders => "orders",
        }
    }

    /// The condition of its rows; none for all rows.
    pub(super) fn condition(self) -> Option<Expr> {
        match self {
            Self::All => None,
            Self::Purchases => Some(col(EVENT_NAME).is_null()),
            Self::Orders => Some(col(EVENT_NAME).is_not_null()),
        }
    }
}

/// The items of a row, which quantities add up. A refunded line of an order lowers the revenue, and has
/// none. Its price does not show what it is: it may be 0.
pub(super) fn items() -> Expr {
    when(col(EVENT_NAME).neq_missing(lit(OrderEventName::Refunded.as_str())))
        .then(col(QUANTITY))
        .otherwise(lit(0_i16))
        .alias(QUANTITY)
}

#[cfg(test)]
mod tests;
