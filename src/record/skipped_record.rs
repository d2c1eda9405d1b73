//! A record that is no row: it is skipped.

use crate::rules::RuleId;

/// A record that is skipped.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SkippedRecord {
    /// The rule by which it is counted, if there is one.
    pub rule: Option<RuleId>,
    /// The name or the type of an event, shortened and escaped.
    pub event: Option<String>,
    /// Whether it is an order event that `--order-events rows` reads.
    pub is_order: bool,
}
