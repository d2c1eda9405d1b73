//! A broken rule as the documented 422 answer says it: which field, and which kind of validation.
//!
//! The documentation names one kind, `Required`; the other words are ours.

use crate::record::Finding;
use crate::rules::RuleId;

/// One entry of the `meta` of a 422 answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ValidationEntry<'f> {
    /// The field, with the objects it stands in: `total.amount`.
    pub field: &'f str,
    /// `Required`, `Type`, `Date`, `Enum`, `Currency`, `Unique` or `Invalid`.
    pub kind: &'static str,
}

/// What a 422 answer would say of a finding.
pub fn validation_entry(finding: &Finding) -> ValidationEntry<'_> {
    let is_missing = matches!(&*finding.value, "" | "null");
    let kind = match finding.rule {
        RuleId::CplIdRequired
        | RuleId::CplCompanyRequired
        | RuleId::CplMoneyShape
        | RuleId::CplTsFormat
            if is_missing =>
        {
            "Required"
        }
        RuleId::CplDateRequired => "Required",
        RuleId::CplDateFormat | RuleId::CplTsFormat => "Date",
        RuleId::CplStatusEnum => "Enum",
        RuleId::CplMoneyCurrency => "Currency",
        RuleId::CplKeyDup => "Unique",
        RuleId::CplIdRequired
        | RuleId::CplCompanyRequired
        | RuleId::CplMoneyShape
        | RuleId::CplSupplierShape
        | RuleId::CplBool
        | RuleId::CplIntType
        | RuleId::CplTextType
        | RuleId::CplObjectShape
        | RuleId::CplRecordObject => "Type",
        _ => "Invalid",
    };
    ValidationEntry {
        field: &finding.field,
        kind,
    }
}
