//! The formats of a check, and which findings they list.

use clap::ValueEnum;

/// Findings of a rule that the short list contains.
const FIRST: u64 = 3;

/// Which findings of records are listed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum FindingsListed {
    /// The first three of each rule, and the number of all
    #[default]
    First,
    /// Every finding
    All,
}

/// Format of the findings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum CheckFormat {
    /// One line per finding, for people
    Text,
    /// One JSON object per line
    Json,
    /// The response of the service, one per input: Braze's partial success or ConnectPlug's 422
    Response,
    /// Workflow commands of GitHub Actions, which annotate files
    Github,
    /// One SARIF 2.1.0 log, for code scanning and viewers
    Sarif,
}

impl CheckFormat {
    /// Whether people read it, so that it can be short.
    pub(super) fn can_be_short(self) -> bool {
        matches!(self, Self::Text | Self::Github)
    }

    /// Largest number of listed findings per rule.
    pub(super) fn most_per_rule(self, listed: FindingsListed) -> u64 {
        if self.can_be_short() && listed == FindingsListed::First {
            FIRST
        } else {
            u64::MAX
        }
    }
}
