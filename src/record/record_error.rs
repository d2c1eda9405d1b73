//! A text that is no record.

use crate::json::JsonError;
use crate::rules::RuleId;

/// Why an element could not be read as a record at all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RecordError {
    /// The text is not JSON.
    Syntax(JsonError),
    /// The text is JSON, but not a record.
    Rule {
        /// The rule it breaks.
        rule: RuleId,
        /// What is wrong, for people.
        detail: String,
    },
}

impl From<JsonError> for RecordError {
    fn from(error: JsonError) -> Self {
        Self::Syntax(error)
    }
}
