//! Which purchase it is: its company, its id, and the day that says where it is stored.

use chrono::NaiveDate;

use super::super::company::CompanyId;
use super::super::raw::{RawSupplierPurchase, SupplierPurchaseField};
use super::scalar::ValidationContext;
use crate::record::{Field, Findings};
use crate::rules::RuleId;
use crate::values::instant::parse_date;

/// The record's own company, or that of the settings. One that the user calls unknown is no
/// contradiction to a record that knows it.
pub(super) fn validate_company(
    context: &ValidationContext<'_, '_>,
    findings: &mut Findings,
) -> Option<CompanyId> {
    let name = SupplierPurchaseField::CompanyId;
    let field = context.raw.get(name);
    let given = context.settings.company;
    let digits = context.digits(name);
    // Lists of purchases whose company is unknown have 0 for it.
    let is_unknown = given == Some(CompanyId::UNKNOWN) && digits == Some("0");
    if field.is_missing() || is_unknown {
        if given.is_none() {
            let detail = "nothing says which company the purchase belongs to";
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
        let detail =
            format!("the record is of another company than the {given} that was asked for");
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
        let detail = "not a day such as 2025-01-14";
        findings.add(RuleId::CplDateFormat, name, text, detail);
    }
    date
}
