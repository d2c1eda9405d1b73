//! Validates a [`RawSupplierPurchase`] into a [`SupplierPurchase`] with exact values, or rejects it.
//! All findings are recorded, not only the first: by field in the order of the table of fields, then
//! those about several fields.

mod deletion;
mod identity;
mod money;
mod parts;
mod scalar;
mod time;
mod total;

use std::borrow::Cow;

use super::field::{SupplierFieldSpec, SupplierFieldType, SupplierPurchaseField};
use super::fields::{FIELDS, MoneyFields};
use super::fill::fill;
use super::raw::RawSupplierPurchase;
use super::rule_settings::SupplierPurchaseRuleSettings;
use super::values::{SupplierPurchase, SupplierPurchaseKey, SupplierPurchaseValues, SupplierValue};
use crate::json::{JsonCursor, JsonOptions};
use crate::record::{Findings, MAX_EXTRA_FIELDS, each_duplicate_key, extra_object};
use crate::rules::RuleId;

use scalar::ValidationContext;

/// Validates supplier purchases with fixed settings.
#[derive(Clone, Debug)]
pub struct SupplierPurchaseValidator {
    settings: SupplierPurchaseRuleSettings,
}

impl SupplierPurchaseValidator {
    /// A validator with these settings.
    pub fn new(settings: SupplierPurchaseRuleSettings) -> Self {
        Self { settings }
    }

    /// Whether neither the settings nor the record have a company: the caller then refuses the whole
    /// input (CPL-COMPANY-REQUIRED).
    pub fn is_missing_company(&self, raw: &RawSupplierPurchase<'_>) -> bool {
        self.settings.company.is_none() && raw.get(SupplierPurchaseField::CompanyId).is_missing()
    }

    /// Fills the fields of a record with the values that the user has stated.
    pub fn fill(&self, raw: &mut RawSupplierPurchase<'_>) {
        fill(&self.settings.fills, raw);
    }

    /// Validates one record. `findings` is cleared first and then contains every violated rule; the
    /// result is `None` exactly when one of them rejects the record.
    pub fn validate<'a>(
        &self,
        raw: &'a RawSupplierPurchase<'a>,
        findings: &mut Findings,
    ) -> Option<SupplierPurchase<'a>> {
        findings.clear();
        self.validate_keys(raw, findings);
        let context = ValidationContext {
            settings: &self.settings,
            raw,
        };
        let company = identity::validate_company(&context, findings);
        let mut values = SupplierPurchaseValues::default();
        values.extra = extra_object(&raw.extra).map(Cow::Owned);
        for spec in &FIELDS {
            validate_field(&context, spec, &mut values, findings);
        }
        parts::validate_supplier(raw, findings);
        money::validate_currencies(&context, &values, findings);
        total::validate(&values, findings);
        time::validate_order(&context, &values, findings);
        if findings.rejects() {
            return None;
        }
        Some(SupplierPurchase {
            key: SupplierPurchaseKey {
                company_id: company?.get(),
                id: values.integer(SupplierPurchaseField::Id)?,
            },
            registration_date: values.date(SupplierPurchaseField::RegistrationDate)?,
            updated_at: values.time(SupplierPurchaseField::UpdatedAt)?,
            values,
        })
    }

    fn validate_keys(&self, raw: &RawSupplierPurchase<'_>, findings: &mut Findings) {
        if let Some(key) = &raw.duplicate_key {
            add_duplicate_key(key, key, findings);
        }
        if raw.has_too_many_keys {
            let detail = format!("more than {MAX_EXTRA_FIELDS} undocumented keys in one record");
            findings.add_rejecting(RuleId::FileLimit, "", "", &detail);
        }
        for name in &raw.defaults {
            let shown = raw.get(*name).shown();
            let detail = "not in the record; the default of the settings is stored";
            findings.add(RuleId::CplFieldDefault, name.as_str(), &shown, detail);
        }
        for extra in &raw.extra {
            validate_undocumented_value(&extra.key, &extra.value, findings);
            let detail = "undocumented key of supplier purchases";
            if self.settings.reject_unknown_fields {
                findings.add_rejecting(RuleId::CplKeyUnknown, &extra.key, &extra.value, detail);
            } else {
                findings.add(RuleId::CplKeyUnknown, &extra.key, &extra.value, detail);
            }
        }
    }
}

/// Validates one field and sets its value: by a rule of its own, or by its type.
fn validate_field<'a>(
    context: &ValidationContext<'_, 'a>,
    spec: &SupplierFieldSpec,
    values: &mut SupplierPurchaseValues<'a>,
    findings: &mut Findings,
) {
    let (raw, field) = (context.raw, spec.field);
    let value = match (field, spec.field_type) {
        // The company is in the key, and the sign of a deletion is in two fields.
        (SupplierPurchaseField::CompanyId | SupplierPurchaseField::Deleted, _) => return,
        (SupplierPurchaseField::WereStockMovementsDeleted, _) => {
            return deletion::validate(context, values, findings);
        }
        (SupplierPurchaseField::Id, _) => {
            identity::validate_id(context, findings).map(SupplierValue::Integer)
        }
        (SupplierPurchaseField::CreatedAt, _) => {
            time::validate_created(context, findings).map(SupplierValue::Time)
        }
        (_, SupplierFieldType::Time) => {
            time::validate_updated(context, findings).map(SupplierValue::Time)
        }
        (_, SupplierFieldType::Date) => {
            identity::validate_date(raw, findings).map(SupplierValue::Date)
        }
        (_, SupplierFieldType::Object(rule)) => {
            return scalar::validate_object(raw, field, rule, findings);
        }
        (_, SupplierFieldType::Amount) => {
            if let Some(fields) = MoneyFields::of(field) {
                money::validate(context, fields, values, findings);
            }
            return;
        }
        // Validated with its amount.
        (_, SupplierFieldType::Currency) => return,
        (_, SupplierFieldType::Integer(rule)) => context
            .integer(field, rule, findings)
            .map(SupplierValue::Integer),
        (_, SupplierFieldType::Text(rule)) => {
            scalar::text(raw, field, rule, findings).map(borrowed)
        }
        (_, SupplierFieldType::TextOrNumber) => {
            parts::text_or_number(raw, field, findings).map(borrowed)
        }
        (_, SupplierFieldType::Status) => parts::validate_status(raw, findings).map(borrowed),
        (_, SupplierFieldType::Boolean) => {
            scalar::boolean(raw, field, findings).map(SupplierValue::Boolean)
        }
    };
    values.set(field, value);
}

fn borrowed(text: &str) -> SupplierValue<'_> {
    SupplierValue::Text(Cow::Borrowed(text))
}

/// Reports duplicate keys in the value of an undocumented key.
fn validate_undocumented_value(path: &str, text: &str, findings: &mut Findings) {
    // The reader has validated the text in the mode of the run, so that this cannot fail.
    let checked = JsonOptions {
        lenient: true,
        max_depth: usize::MAX,
    };
    let _ = each_duplicate_key(&mut JsonCursor::new(text, checked), &mut |key| {
        let key = key.decode();
        add_duplicate_key(&format!("{path}.{key}"), &key, findings);
    });
}

fn add_duplicate_key(path: &str, key: &str, findings: &mut Findings) {
    let detail = "duplicate key in one object";
    findings.add(RuleId::CplKeyDup, path, key, detail);
}
