//! The settings of the rules for customer purchases.

use chrono_tz::Tz;

use crate::input::OrderEvents;
use crate::input::mapping::FieldFill;
use crate::values::pt_br::DecimalSign;

/// The treatment of a purchase whose time is in the future (BRZ-TIME-FUTURE).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FuturePolicy {
    /// Accept it with a warning.
    #[default]
    Warn,
    /// Reject it.
    Reject,
}

/// The settings of the rules; the run report contains all of them.
#[derive(Clone, Debug)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a setting of its own"
)]
pub struct PurchaseRuleSettings {
    /// Zone of times without an offset.
    pub default_zone: Tz,
    /// The start of the run, µs since 1970, UTC.
    pub now_micros: i64,
    /// Treatment of times later than `now_micros` plus a day.
    pub future: FuturePolicy,
    /// The values that the user has stated for fields.
    pub fills: Vec<FieldFill>,
    /// Whether the user has named the source of quantities, and no default: an input in which no record
    /// has one is then refused.
    pub has_mapped_quantity: bool,
    /// Accept prices and quantities written as JSON strings.
    pub numbers_as_strings: bool,
    /// The decimal sign of amounts in JSON strings; a point if none is stated.
    pub decimal: Option<DecimalSign>,
    /// Reject records with undocumented keys instead of keeping those keys in `extra`.
    pub reject_unknown_fields: bool,
    /// Keep test events of Currents instead of skipping them.
    pub keep_test_events: bool,
    /// What becomes of order events.
    pub order_events: OrderEvents,
}
