//! The settings of the rules for customer purchases.

use chrono_tz::Tz;

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
pub struct PurchaseRuleSettings {
    /// Zone of times without an offset.
    pub default_zone: Tz,
    /// The start of the run, µs since 1970, UTC.
    pub now_micros: i64,
    /// Treatment of times later than `now_micros` plus a day.
    pub future: FuturePolicy,
    /// Accept prices and quantities written as JSON strings.
    pub numbers_as_strings: bool,
    /// Reject records with undocumented keys instead of keeping those keys in `extra`.
    pub reject_unknown_fields: bool,
    /// Keep test events of Currents instead of skipping them.
    pub keep_test_events: bool,
}
