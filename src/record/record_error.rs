//! The error of reading a text that is not a record.

use crate::json::JsonError;
use crate::rules::RuleId;

/// Why a text could not be read as a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RecordError {
    /// The text is not JSON.
    Syntax(JsonError),
    /// The text is JSON, but not a record.
    Rule {
        /// The rule it breaks.
        rule: RuleId,
        /// What is wrong, as in messages.
        detail: String,
    },
}

impl From<JsonError> for RecordError {
    fn from(error: JsonError) -> Self {
        Self::Syntax(error)
    }
}
