//! The rule catalogue: what is validated, how severe a violation is, and the source of each rule.
//!
//! The catalogue is fixed at compile time: one [`Rule`] per [`RuleId`], and the texts of `rules list` and
//! `rules explain`. An unknown code is an error ([`UnknownRule`]).
//!
//! There is one file per subject. Each `BRZ-` and `CPL-` entry has a valid and an invalid example; both
//! are complete records, one JSON text per line, so that tests can validate them. A valid example violates
//! no rule at all.

mod file;
mod id;
mod identity;
mod listing;
mod parameter;
mod product_and_price;
mod properties;
mod record;
mod reference;
mod repeated;
mod source;
mod supplier_dump;
mod supplier_money;
mod supplier_record;
mod supplier_time;
mod time;

use std::fmt;

use serde::Serialize;

pub use id::{RuleId, UnknownRule};
pub use listing::{explain_json, list_json, render_explain, render_list};
pub use reference::reference;

use repeated::repeated;

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
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// One entry of the catalogue.
///
/// No text is empty. `sentence` is quoted verbatim from `source`, in the language of that page, or
/// begins with "our own rule:" where no documentation defines the rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Rule {
    /// The rule this entry describes.
    #[serde(skip)]
    pub id: RuleId,
    /// The code users see, for example `BRZ-QTY-RANGE`.
    pub code: &'static str,
    /// What usually happens on a violation.
    pub severity: Severity,
    /// When the severity differs from the usual one, or what the examples require.
    pub note: Option<&'static str>,
    /// The rule in one line.
    pub summary: &'static str,
    /// The sentence the rule is based on.
    pub sentence: &'static str,
    /// Name and address of the page that contains the sentence.
    pub source: &'static str,
    /// The error text of the real service, where known.
    pub wire_message: Option<&'static str>,
    /// A valid example.
    pub accepted: &'static str,
    /// An invalid example.
    pub rejected: &'static str,
    /// How to fix a violation.
    pub remedy: &'static str,
}

/// The entries by subject, in the order of [`RuleId`].
const GROUPS: [&[Rule]; 11] = [
    &identity::RULES,
    &product_and_price::RULES,
    &time::RULES,
    &properties::RULES,
    &record::RULES,
    &supplier_record::RULES,
    &supplier_money::RULES,
    &supplier_time::RULES,
    &supplier_dump::RULES,
    &file::RULES,
    &parameter::RULES,
];

/// All entries, at the position of their id; compiling fails when one is missing or out of place.
static CATALOGUE: [Rule; RuleId::COUNT] = {
    let mut catalogue = [GROUPS[0][0]; RuleId::COUNT];
    let mut position = 0;
    let mut group = 0;
    while group < GROUPS.len() {
        let mut entry = 0;
        while entry < GROUPS[group].len() {
            let rule = GROUPS[group][entry];
            assert!(
                rule.id as usize == position,
                "an entry is missing or out of order"
            );
            catalogue[position] = rule;
            position += 1;
            entry += 1;
        }
        group += 1;
    }
    assert!(position == RuleId::COUNT, "the last entries are missing");
    catalogue
};

#[cfg(test)]
mod tests;
