//! Validates single values: whole numbers, strings, booleans and objects, each with the rule that
//! another type violates.

use crate::record::{Field, Findings};
use crate::rules::RuleId;
use crate::supplier_purchase::field::SupplierPurchaseField;
use crate::supplier_purchase::raw::RawSupplierPurchase;
use crate::supplier_purchase::rule_settings::SupplierPurchaseRuleSettings;

/// A record and the settings of its validation.
#[derive(Clone, Copy)]
pub(super) struct ValidationContext<'s, 'a> {
    pub(super) settings: &'s SupplierPurchaseRuleSettings,
    pub(super) raw: &'a RawSupplierPurchase<'a>,
}

impl<'a> ValidationContext<'_, 'a> {
    /// The digits of a field that must be a number. The numbers of a row were converted when it was
    /// read: what is still text is ambiguous or not a number.
    pub(super) fn digits(&self, name: SupplierPurchaseField) -> Option<&'a str> {
        match self.raw.get(name) {
            Field::Number(text) => Some(text),
            Field::Text(text) if self.settings.numbers_as_strings && !self.raw.is_row => Some(text),
            _ => None,
        }
    }

    /// A whole number of 64 bits; anything else is reported with `rule`.
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
            let detail = "must be a whole number of at most 64 bits, written with digits only";
            findings.add(rule, name.as_str(), &field.shown(), detail);
        }
        whole
    }
}

/// `12`, `-3`; neither `12.0` nor `1e2`, which are not written as integers.
fn whole_number(digits: &str) -> Option<i64> {
    digits.parse().ok().filter(|_| !digits.starts_with('+'))
}

/// A string; anything else is reported with `rule`.
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

/// `true` or `false`; anything else is reported with CPL-BOOL.
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

/// Reports with `rule` a value that is not the documented object. Rows have no objects.
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

/// Whether a value is an object: its text has no leading white space and begins with a brace.
pub(super) fn is_object(field: &Field<'_>) -> bool {
    matches!(field, Field::Json(text) if text.starts_with('{'))
}
