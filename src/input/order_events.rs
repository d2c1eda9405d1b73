//! Whether order events are read: a setting of inputs, and of the records in them.

use clap::ValueEnum;

/// What becomes of the order events of Braze (`ecommerce.order_placed`, `ecommerce.order_refunded`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum OrderEvents {
    /// Skip them, and count them by name.
    #[default]
    Skip,
    /// Store each line of an order as a row.
    Rows,
}

/// The type of the events of Currents that order events are among.
pub const CUSTOM_EVENT: &str = "users.behaviors.CustomEvent";

impl OrderEvents {
    /// Whether files of this type of Currents events are read beside those of purchases.
    pub(super) fn reads_type(self, event_type: &str) -> bool {
        self == Self::Rows && event_type == CUSTOM_EVENT
    }
}
