//! A violated rule in the form of the documented 422 response: the field and the kind of validation.
//!
//! The documentation defines one kind, `Required`; the other kinds are our own.

use crate::record::Finding;
use crate::rules::RuleId;

/// One entry of the `meta` of a 422 response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ValidationEntry<'f> {
    /// The path of the field: `total.amount`.
    pub field: &'f str,
    /// `Required`, `Type`, `Date`, `Enum`, `Currency`, `Unique` or `Invalid`.
    pub kind: &'static str,
}

/// The entry of a 422 response for a finding.
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
