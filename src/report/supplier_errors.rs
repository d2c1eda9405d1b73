//! Invalid parameters of the supplier purchases, reported together.
//!
//! The documented API answers 400 when the header with the company is missing, and 422 with one
//! entry per invalid field otherwise; both are distinguished here and written by `render`. Of the
//! API's validation types only `Required` is documented; the others are defined here.

use super::parameter_error::shown;
use crate::rules::RuleId;

/// The documented request header for the company.
pub(super) const COMPANY_HEADER: &str = "CPlug-Company-Id";

/// Why a request for supplier purchases is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SupplierParameterErrors {
    /// `PAR-COMPANY`: the company is missing. The documented answer is 400 `missing_headers`,
    /// regardless of other errors.
    #[error(
        "'CPlug-Company-Id' is required: set --company-id to the company number, or to unknown for \
         purchases that were ingested without a company"
    )]
    MissingCompany,
    /// All invalid parameters, in the documented order. The documented answer is 422.
    #[error("{}", sentences(.0))]
    Invalid(Vec<InvalidParameter>),
}

impl SupplierParameterErrors {
    /// The violated rules, in the order of the parameters.
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

/// An invalid parameter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidParameter {
    /// The violated rule.
    pub rule: RuleId,
    /// The documented name, such as `registration_start`.
    pub field: &'static str,
    /// The value, with control characters escaped and truncated to 60 characters.
    pub value: String,
    /// The validation that failed, as the documented error names it.
    pub validation: FailedValidation,
    /// The error as a sentence.
    pub sentence: String,
}

impl InvalidParameter {
    /// The error for an invalid value; `requirement` continues the sentence "'field' …".
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

/// A failed validation as in the documented error: its `type` and the valid values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FailedValidation {
    /// `Integer`, `IntegerList`, `Min`, `Between`, `Enum`, `Date`, `DateTime` or `NotBefore`.
    pub kind: &'static str,
    /// The limits, the values of an enum, or the format of a date; empty when the type is
    /// sufficient.
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
