//! Single values: whole numbers, texts, booleans and amounts, each with the rule it breaks when it
//! is something else.

use super::super::raw::{RawSupplierPurchase, SupplierPurchaseField};
use super::SupplierPurchaseRuleSettings;
use crate::record::{Field, Findings};
use crate::rules::RuleId;

/// A record and the settings it is read with.
#[derive(Clone, Copy)]
pub(super) struct ValidationContext<'s, 'a> {
    pub(super) settings: &'s SupplierPurchaseRuleSettings,
    pub(super) raw: &'a RawSupplierPurchase<'a>,
}

impl<'a> ValidationContext<'_, 'a> {
    /// The digits of a field that must be a number. Those of a row were settled when it was read:
    /// what is still text there is a number that can be read in two ways, or none.
    pub(super) fn digits(&self, name: SupplierPurchaseField) -> Option<&'a str> {
        match self.raw.get(name) {
            Field::Number(text) => Some(text),
            Field::Text(text) if self.settings.numbers_as_strings && !self.raw.is_row => Some(text),
            _ => None,
        }
    }

    /// A whole number, as 64 bits hold it; noted with `rule` when it is anything else.
    pub(super) fn integer(
        &self,
        name: SupplierPurchaseField,
        rule: RuleId,
        findings: &mut Findings,
    ) -> Option<i64> {
        let field = self.raw.get(name);
        if field.is_missing() {
            return None;
        }
        let whole = self.digits(name).and_then(whole_number);
        if whole.is_none() {
            let detail = "must be a whole number of at most 64 bits, written with digits alone";
            findings.add(rule, name.as_str(), &field.shown(), detail);
        }
        whole
    }
}

/// `12`, `-3`; neither `12.0` nor `1e2`, which are whole but not written as integers.
fn whole_number(digits: &str) -> Option<i64> {
    digits.parse().ok().filter(|_| !digits.starts_with('+'))
}

/// A string; noted with `rule` when it is anything else.
pub(super) fn text<'a>(
    raw: &'a RawSupplierPurchase<'a>,
    name: SupplierPurchaseField,
    rule: RuleId,
    findings: &mut Findings,
) -> Option<&'a str> {
    match raw.get(name) {
        Field::Absent | Field::Null => None,
        Field::Text(text) => Some(text),
        other => {
            let detail = "must be a string";
            findings.add(rule, name.as_str(), &other.shown(), detail);
            None
        }
    }
}

/// `true` or `false`; noted with CPL-BOOL when it is anything else.
pub(super) fn boolean(
    raw: &RawSupplierPurchase<'_>,
    name: SupplierPurchaseField,
    findings: &mut Findings,
) -> Option<bool> {
    match raw.get(name) {
        Field::Absent | Field::Null => None,
        Field::Boolean(flag) => Some(*flag),
        other => {
            let detail = "must be true or false";
            findings.add(RuleId::CplBool, name.as_str(), &other.shown(), detail);
            None
        }
    }
}

/// Notes with `rule` an object of the documentation that is something else. Rows have no objects.
pub(super) fn validate_object(
    raw: &RawSupplierPurchase<'_>,
    name: SupplierPurchaseField,
    rule: RuleId,
    findings: &mut Findings,
) {
    let field = raw.get(name);
    if !is_object(field) && !field.is_missing() {
        let detail = "must be an object";
        findings.add(rule, name.as_str(), &field.shown(), detail);
    }
}

/// Whether a value is an object. Its text begins with the bracket: the reader leaves space out.
pub(super) fn is_object(field: &Field<'_>) -> bool {
    matches!(field, Field::Json(text) if text.starts_with('{'))
}
