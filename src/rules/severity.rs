//! What happens when a rule is violated.

use std::fmt;

use serde::Serialize;

/// What happens when a rule is violated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The record is rejected and stored verbatim in the rejects table.
    Reject,
    /// The record is accepted; the warning is counted.
    Warn,
    /// The whole input is refused and commits nothing.
    Refuse,
    /// A report parameter is invalid; the response has the documented error shape.
    Parameter,
    /// The finding is only counted.
    Info,
    /// The record is accepted, and nothing is counted: a choice of the user.
    Off,
}

impl Severity {
    /// The lower-case word that listings and reports use.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Reject => "reject",
            Self::Warn => "warn",
            Self::Refuse => "refuse",
            Self::Parameter => "parameter",
            Self::Info => "info",
            Self::Off => "off",
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}
