//! The names of the expectations: as options, and as keys of job files and results.

use clap::ValueEnum;
use clap::builder::PossibleValue;

/// The name of an expectation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ExpectationName {
    MinRecords,
    MaxRejectShare,
    MaxAge,
    NoEmptyDays,
    ChangeWithin,
}

impl ExpectationName {
    /// The option, without its dashes.
    pub(super) fn option(self) -> &'static str {
        self.names()[0]
    }

    /// The key.
    pub(super) fn key(self) -> &'static str {
        self.names()[1]
    }

    fn names(self) -> [&'static str; 2] {
        match self {
            Self::MinRecords => ["min-records", "min_records"],
            Self::MaxRejectShare => ["max-reject-share", "max_reject_share"],
            Self::MaxAge => ["max-age", "max_age"],
            Self::NoEmptyDays => ["no-empty-days", "no_empty_days"],
            Self::ChangeWithin => ["change-within", "change_within"],
        }
    }
}

impl ValueEnum for ExpectationName {
    fn value_variants<'a>() -> &'a [Self] {
        &[
            Self::MinRecords,
            Self::MaxRejectShare,
            Self::MaxAge,
            Self::NoEmptyDays,
            Self::ChangeWithin,
        ]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        let help = match self {
            Self::MinRecords => "The number of purchases",
            Self::MaxRejectShare => "The share of rejects",
            Self::MaxAge => "The age of the newest purchase",
            Self::NoEmptyDays => "The days without purchases",
            Self::ChangeWithin => "The change of the quantity",
        };
        // A job file names it as its key.
        let value = PossibleValue::new(self.option()).alias(self.key());
        Some(value.help(help))
    }
}
