//! The rule catalogue: what is validated, how severe a violation is, and the source of each rule.
//!
//! A [`RuleId`] has a code and a severity; `rules/catalogue.toml` has the texts of each ([`Rule`]). They are
//! read when the first of them is needed: a run without findings does not. A test keeps the file complete
//! and in order, and another one validates its examples. `rules list`, `rules explain` and the reference
//! page are made here. An unknown code is an error ([`UnknownRule`]).

mod catalogue;
mod id;
mod listing;
mod reference;
mod severities;
mod severity;

pub use catalogue::Rule;
pub use id::{RuleId, UnknownRule};
pub use listing::{explain_json, list_json, render_explain, render_list};
pub use reference::reference;
pub use severities::{RuleSeverities, RuleSeverity, SeverityError};
pub use severity::Severity;

#[cfg(test)]
mod tests;
