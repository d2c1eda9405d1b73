//! Validates company, id and registration date, which determines the partition.

use chrono::NaiveDate;

use super::scalar::ValidationContext;
use crate::record::{Field, Findings};
use crate::rules::RuleId;
use crate::supplier_purchase::company::CompanyId;
use crate::supplier_purchase::field::SupplierPurchaseField;
use crate::supplier_purchase::raw::RawSupplierPurchase;
use crate::values::instant::parse_date;

/// The company of the record, or that of the settings. The setting `unknown` does not conflict with the
/// company of a record.
pub(super) fn validate_company(
    context: &ValidationContext<'_, '_>,
    findings: &mut Findings,
) -> Option<CompanyId> {
    let name = SupplierPurchaseField::CompanyId;
    let field = context.raw.get(name);
    let given = context.settings.company;
    let digits = context.digits(name);
    // Lists of purchases with an unknown company have the company 0.
    let is_unknown = given == Some(CompanyId::UNKNOWN) && digits == Some("0");
    if field.is_missing() || is_unknown {
        if given.is_none() {
            let detail =
                "the company of the purchase is missing; set --company-id or add a company_id";
            findings.add_rejecting(RuleId::CplCompanyRequired, name.as_str(), "", detail);
        }
        return given;
    }
    let own = digits.and_then(|digits| digits.parse::<CompanyId>().ok());
    let Some(own) = own else {
        let detail = "must be a whole number above 0";
        let shown = field.shown();
        findings.add_rejecting(RuleId::CplCompanyRequired, name.as_str(), &shown, detail);
        return None;
    };
    let is_other = |given: CompanyId| given != CompanyId::UNKNOWN && given != own;
    if let Some(given) = given.filter(|given| is_other(*given)) {
        let detail = format!("the company of the record is not {given}, the value of --company-id");
        findings.add(
            RuleId::CplCompanyConflict,
            name.as_str(),
            &field.shown(),
            &detail,
        );
    }
    Some(own)
}

pub(super) fn validate_id(
    context: &ValidationContext<'_, '_>,
    findings: &mut Findings,
) -> Option<i64> {
    let field = context.raw.get(SupplierPurchaseField::Id);
    if field.is_missing() {
        let detail = "a whole number above 0 is required";
        findings.add(RuleId::CplIdRequired, "id", &field.shown(), detail);
        return None;
    }
    let id = context.integer(SupplierPurchaseField::Id, RuleId::CplIdRequired, findings)?;
    if id < 1 {
        let detail = "must be above 0";
        findings.add(RuleId::CplIdRequired, "id", &field.shown(), detail);
        return None;
    }
    Some(id)
}

pub(super) fn validate_date(
    raw: &RawSupplierPurchase<'_>,
    findings: &mut Findings,
) -> Option<NaiveDate> {
    let (name, field) = (
        SupplierPurchaseField::RegistrationDate.as_str(),
        raw.get(SupplierPurchaseField::RegistrationDate),
    );
    let text = match field {
        Field::Text(text) if !text.is_empty() => text,
        Field::Absent | Field::Null | Field::Text(_) => {
            let detail = "the day of the purchase is required";
            findings.add(RuleId::CplDateRequired, name, &field.shown(), detail);
            return None;
        }
        other => {
            let detail = "must be a string such as 2025-01-14";
            findings.add(RuleId::CplDateFormat, name, &other.shown(), detail);
            return None;
        }
    };
    let date = parse_date(text);
    if date.is_none() {
        let detail = "must be a valid date such as 2025-01-14";
        findings.add(RuleId::CplDateFormat, name, text, detail);
    }
    date
}
