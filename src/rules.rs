//! What is checked, how severe it is, and the sentence it comes from.
//!
//! In: nothing; the catalogue is fixed at compile time. Out: one [`Rule`] per [`RuleId`], and the
//! texts of `rules list` and `rules explain`. Refused: a code that no rule has ([`UnknownRule`]).
//!
//! The entries stand in one file per subject. Each `BRZ-` and `CPL-` entry shows one input that keeps the
//! rule and one that breaks it; both are complete records, one JSON text per line, so that a test can put
//! them through the checker. An accepted example breaks no rule at all.

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

/// How a broken rule is dealt with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The record goes to the rejects table, verbatim.
    Reject,
    /// The record is kept; the warning is counted.
    Warn,
    /// The whole input is refused and commits nothing.
    Refuse,
    /// A parameter of a report is answered with the documented error shape.
    Parameter,
    /// Counted only.
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
/// Every text is complete in itself and never empty; `sentence` is quoted exactly as it stands at
/// `source`, in the language of that page, or begins with "our own rule:" where no page says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Rule {
    /// The rule this entry describes.
    #[serde(skip)]
    pub id: RuleId,
    /// The code users see, for example `BRZ-QTY-RANGE`.
    pub code: &'static str,
    /// What happens, in the ordinary case, to what breaks the rule.
    pub severity: Severity,
    /// When the severity differs from the ordinary case, or what the examples need to apply.
    pub note: Option<&'static str>,
    /// The rule in one line.
    pub summary: &'static str,
    /// The sentence the rule comes from.
    pub sentence: &'static str,
    /// Where that sentence stands: name and address of the page.
    pub source: &'static str,
    /// The text the real service answers with, where it is known.
    pub wire_message: Option<&'static str>,
    /// An input that keeps the rule.
    pub accepted: &'static str,
    /// An input that breaks the rule.
    pub rejected: &'static str,
    /// What the reader of the finding should do.
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
