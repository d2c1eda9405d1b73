//! Parameters of the supplier purchases that break rules, all of them at once.
//!
//! The documented service answers 400 when the header with the company is missing and 422 with one
//! entry per wrong field otherwise; both are told apart here and written by `render`. Of the
//! service's own words for a broken validation only `Required` is documented; the others are ours.

use super::parameter_error::shown;
use crate::rules::RuleId;

/// Name of the documented request header that says the company.
pub(super) const COMPANY_HEADER: &str = "CPlug-Company-Id";

/// Why a question about supplier purchases is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SupplierParameterErrors {
    /// `PAR-COMPANY`: no company is named. The documented answer is 400 `missing_headers`, whatever
    /// else is wrong.
    #[error(
        "'CPlug-Company-Id' is required: give the number of the company with --company-id, or \
         unknown for purchases that were ingested without one"
    )]
    MissingCompany,
    /// Every parameter that breaks a rule, in the documented order. The documented answer is 422.
    #[error("{}", sentences(.0))]
    Invalid(Vec<InvalidParameter>),
}

impl SupplierParameterErrors {
    /// The rules that are broken, in the order of the parameters.
    pub fn rules(&self) -> Vec<RuleId> {
        match self {
            Self::MissingCompany => vec![RuleId::ParCompany],
            Self::Invalid(parameters) => parameters.iter().map(|invalid| invalid.rule).collect(),
        }
    }
}

fn sentences(parameters: &[InvalidParameter]) -> String {
    let sentences: Vec<&str> = parameters
        .iter()
        .map(|invalid| invalid.sentence.as_str())
        .collect();
    sentences.join("; ")
}

/// One parameter that breaks a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidParameter {
    /// The rule that is broken.
    pub rule: RuleId,
    /// The documented name, such as `registration_start`.
    pub field: &'static str,
    /// What was typed, control characters escaped, cut after 60 characters.
    pub value: String,
    /// The validation that failed, in the words of the documented error.
    pub validation: FailedValidation,
    /// The sentence for people.
    pub sentence: String,
}

impl InvalidParameter {
    /// A refusal; `requirement` completes "'field' …".
    pub(super) fn new(
        rule: RuleId,
        field: &'static str,
        value: &str,
        requirement: &str,
        validation: FailedValidation,
    ) -> Self {
        let value = shown(value);
        Self {
            rule,
            field,
            sentence: format!("'{field}' {requirement}; got \"{value}\""),
            value,
            validation,
        }
    }
}

/// A validation as the documented error names it: `type`, and what would have been applicable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FailedValidation {
    /// `Integer`, `IntegerList`, `Min`, `Between`, `Enum`, `Date`, `DateTime` or `NotBefore`.
    pub kind: &'static str,
    /// The limits, the words of an enum, or the form of a date; empty where the type says it all.
    pub values: Vec<String>,
}

impl FailedValidation {
    pub(super) fn new(kind: &'static str, values: &[&str]) -> Self {
        Self {
            kind,
            values: values.iter().map(|value| (*value).to_owned()).collect(),
        }
    }
}
