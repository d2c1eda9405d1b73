//! The names of order events (Braze, "Recommended events"), and which events are skipped.

use crate::input::OrderEvents;
use crate::record::{SkippedRecord, excerpt};
use crate::rules::RuleId;

/// An order event. Braze compares its name exactly, with case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OrderEventName {
    /// An order was placed.
    Placed,
    /// An order was refunded, wholly or in part.
    Refunded,
    /// An order was cancelled; Braze lowers the number of orders, and no revenue.
    Cancelled,
}

/// What is before the separator in every name.
const FAMILY: &str = "ecommerce";

impl OrderEventName {
    const ALL: [Self; 3] = [Self::Placed, Self::Refunded, Self::Cancelled];

    /// The name of the event.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Placed => "ecommerce.order_placed",
            Self::Refunded => "ecommerce.order_refunded",
            Self::Cancelled => "ecommerce.order_cancelled",
        }
    }

    /// The event with this name.
    pub fn of(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|event| event.as_str() == name)
    }

    /// Whether its lines become rows.
    pub fn has_rows(self) -> bool {
        self != Self::Cancelled
    }
}

/// Whether a name is that of an order event except for its case, or for `_`, `-` or a space in the place
/// of the dot. Braze takes such an event for another one.
fn resembles_order_event(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    let Some(rest) = lower.strip_prefix(FAMILY) else {
        return false;
    };
    let event = rest.strip_prefix(['.', '_', '-', ' ']);
    let is_event = |event: &str| {
        let known = OrderEventName::of(&format!("{FAMILY}.{event}"));
        known.is_some_and(|known| known.as_str() != name)
    };
    event.is_some_and(is_event)
}

/// An event of this name as a skipped one; none if its lines become rows.
pub(super) fn skipped_event(name: &str, order_events: OrderEvents) -> Option<SkippedRecord> {
    let has_rows = OrderEventName::of(name).is_some_and(OrderEventName::has_rows);
    let reads_rows = order_events == OrderEvents::Rows;
    if has_rows && reads_rows {
        return None;
    }
    let resembles = reads_rows && resembles_order_event(name);
    Some(SkippedRecord {
        rule: resembles.then_some(RuleId::BrzEcomName),
        event: Some(excerpt(name)),
        is_order: has_rows,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_differs_in_case_or_separator_is_a_near_miss() {
        for name in [
            "ecommerce_order_placed",
            "Ecommerce.Order_Placed",
            "ecommerce order_refunded",
            "ecommerce-order_cancelled",
            "ECOMMERCE.ORDER_CANCELLED",
        ] {
            assert!(resembles_order_event(name), "{name}");
        }
        for name in [
            "ecommerce.order_placed",
            "ecommerce.order.placed",
            "ecommerce..order_placed",
            "ecommerce/order_placed",
            "ecommerceorder_placed",
            "ecommerce.cart_updated",
            "order_placed",
            "",
        ] {
            assert!(!resembles_order_event(name), "{name}");
        }
    }

    #[test]
    fn only_placed_and_refunded_orders_are_read_and_only_as_rows() {
        let rule_of = |name: &str, order_events| {
            skipped_event(name, order_events).map(|skipped| (skipped.rule, skipped.is_order))
        };
        for (name, as_rows, by_default) in [
            ("ecommerce.order_placed", None, (None, true)),
            ("ecommerce.order_refunded", None, (None, true)),
            (
                "ecommerce.order_cancelled",
                Some((None, false)),
                (None, false),
            ),
            (
                "ecommerce_order_placed",
                Some((Some(RuleId::BrzEcomName), false)),
                (None, false),
            ),
            (
                "ecommerce.product_viewed",
                Some((None, false)),
                (None, false),
            ),
        ] {
            assert_eq!(rule_of(name, OrderEvents::Rows), as_rows, "{name}");
            assert_eq!(rule_of(name, OrderEvents::Skip), Some(by_default), "{name}");
        }
    }
}
