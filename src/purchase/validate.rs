//! Validates purchases: a [`RawPurchase`] goes in; an exact [`Purchase`] comes out, or nothing if a
//! reject rule is broken. All findings are recorded, not only the first.

mod identity;
mod order_event;
mod product_and_price;
mod properties;
mod time;
mod total_price;

use std::borrow::Cow;

use super::amount_text::read_amount_texts;
use super::currents_event;
use super::field::{PurchaseField, PurchaseFieldSpec};
use super::fields::FIELDS;
use super::fill::fill;
use super::raw::{HttpEventForm, PurchaseOrigin, RawPurchase};
use super::rule_settings::PurchaseRuleSettings;
use crate::input::OrderEvents;
use crate::record::{Field, Findings, MAX_EXTRA_FIELDS, SkippedRecord, extra_object};
use crate::rules::RuleId;
use crate::values::currency::Currency;
use crate::values::instant::Instant;
use crate::values::money::Amount;
use product_and_price::check_quantity;

pub use order_event::{OrderLines, TypeMismatch};

/// An accepted purchase.
///
/// - `revenue` is exactly `total_price` if there is one, else exactly `price × quantity`.
/// - `quantity` is above 0; above 100 only if the severity of BRZ-QTY-RANGE lets it be stored.
/// - `properties` and `extra`, if present, are compact JSON objects, keys in source order.
#[derive(Clone, Debug)]
pub struct Purchase<'a> {
    /// The raw record; its text fields are stored unchanged.
    pub raw: &'a RawPurchase<'a>,
    /// ISO 4217 code, upper case.
    pub currency: Currency,
    /// Unit price.
    pub price: Amount,
    /// Number of items.
    pub quantity: i16,
    /// When it was bought.
    pub time: Instant,
    /// The time as the dump writes it.
    pub time_raw: Cow<'a, str>,
    /// Price of all items, if the record has it.
    pub total_price: Option<Amount>,
    /// `total_price` if there is one, else `price × quantity`.
    pub revenue: Amount,
    /// Compact JSON.
    pub properties: Option<Cow<'a, str>>,
    /// The value of `_update_existing_only`.
    pub update_existing_only: Option<bool>,
    /// Undocumented keys as one compact JSON object.
    pub extra: Option<String>,
}

impl Purchase<'_> {
    /// The value of a text field; `None` unless it is a string.
    pub fn text(&self, name: PurchaseField) -> Option<&str> {
        match self.raw.get(name) {
            Field::Text(text) => Some(text),
            _ => None,
        }
    }
}

/// Applies the rules.
#[derive(Clone, Debug)]
pub struct PurchaseValidator {
    settings: PurchaseRuleSettings,
}

impl PurchaseValidator {
    /// A validator with these settings.
    pub fn new(settings: PurchaseRuleSettings) -> Self {
        Self { settings }
    }

    /// Whether the user has named the source of quantities, and no default.
    pub fn has_mapped_quantity(&self) -> bool {
        self.settings.has_mapped_quantity
    }

    /// Reads amounts in strings, if the settings accept them, and fills the fields of a record with the
    /// values that the user has stated.
    #[inline]
    pub fn fill(&self, raw: &mut RawPurchase<'_>) {
        if self.settings.numbers_as_strings && !raw.is_row {
            read_amount_texts(self.settings.decimal, raw);
        }
        if !self.settings.fills.is_empty() {
            fill(&self.settings.fills, raw);
        }
    }

    /// A record that is no purchase as a skipped one.
    pub fn skipped(&self, raw: &RawPurchase<'_>) -> Option<SkippedRecord> {
        let event = raw.skipped_event(self.settings.order_events);
        if event.is_some() {
            return event;
        }
        let is_test = !self.settings.keep_test_events && currents_event::is_test_event(raw);
        is_test.then(|| SkippedRecord {
            rule: Some(RuleId::BrzCurrentsTest),
            ..SkippedRecord::default()
        })
    }

    /// What becomes of order events.
    pub fn order_events(&self) -> OrderEvents {
        self.settings.order_events
    }

    /// Validates one record. `findings` is cleared first and then contains every rule that the
    /// record breaks; returns the purchase unless one of them rejects it.
    pub fn validate<'a>(
        &self,
        raw: &'a RawPurchase<'a>,
        findings: &mut Findings,
    ) -> Option<Purchase<'a>> {
        findings.clear();
        if raw.http_event == HttpEventForm::Incomplete {
            let detail =
                "a purchase event of the custom HTTP connector has the objects user and properties";
            findings.add(RuleId::BrzCurrentsShape, "", "", detail);
            return None;
        }
        self.check_keys(raw, findings);
        identity::check(raw, findings);
        let currency = product_and_price::check_product_and_currency(raw, findings);
        let quantity = |findings: &mut Findings| check_quantity(&self.settings, raw, findings);
        let amounts = total_price::check(&self.settings, raw, currency, quantity, findings);
        let time = time::check(&self.settings, raw, findings);
        let properties = properties::check(raw, findings);
        let update_existing_only = check_update_only(raw, findings);
        if findings.rejects() {
            return None;
        }
        let (time, time_raw) = time?;
        let (amounts, quantity) = amounts?;
        Some(Purchase {
            raw,
            currency: currency?,
            price: amounts.price,
            quantity,
            time,
            time_raw,
            total_price: amounts.total,
            revenue: amounts.revenue,
            properties,
            update_existing_only,
            extra: extra_object(&raw.extra),
        })
    }

    fn check_keys(&self, raw: &RawPurchase<'_>, findings: &mut Findings) {
        if let Some(key) = &raw.duplicate_key {
            findings.add(RuleId::BrzKeyDup, key, key, "duplicate key in one object");
        }
        if raw.has_too_many_keys {
            let detail = format!("more than {MAX_EXTRA_FIELDS} undocumented keys in one record");
            findings.add_rejecting(RuleId::FileLimit, "", "", &detail);
        }
        if let Some(name) = raw.conflict {
            let shown = raw.get(name).shown();
            let detail = "the row and its payload differ; identifiers are taken from the row, other fields from the payload";
            findings.add(RuleId::BrzCdiConflict, name.as_str(), &shown, detail);
        }
        if raw.has_defaults() {
            add_default_findings(raw, findings);
        }
        let undocumented = if raw.custom_event.is_some() {
            "undocumented key of the event object"
        } else {
            "undocumented key of the purchase object"
        };
        for extra in &raw.extra {
            properties::check_undocumented_value(&extra.value, findings);
            if raw.origin == PurchaseOrigin::Currents && currents_event::is_known_column(&extra.key)
            {
                continue;
            }
            let fills_field = |spec: &PurchaseFieldSpec| {
                spec.path.eq_ignore_ascii_case(&extra.key) && !raw.get(spec.field).is_missing()
            };
            let detail = if FIELDS.iter().any(fills_field) {
                "another key provides the value of this field; this one is kept in extra"
            } else {
                undocumented
            };
            if self.settings.reject_unknown_fields {
                findings.add_rejecting(RuleId::BrzKeyUnknown, &extra.key, &extra.value, detail);
            } else {
                findings.add(RuleId::BrzKeyUnknown, &extra.key, &extra.value, detail);
            }
        }
    }
}

/// Adds a finding for each field that a default of the user has filled.
fn add_default_findings(raw: &RawPurchase<'_>, findings: &mut Findings) {
    for name in raw.defaults() {
        let shown = raw.get(name).shown();
        let detail = "not in the record; the default of the settings is stored";
        findings.add(RuleId::BrzFieldDefault, name.as_str(), &shown, detail);
    }
}

fn check_update_only(raw: &RawPurchase<'_>, findings: &mut Findings) -> Option<bool> {
    let name = PurchaseField::UpdateExistingOnly;
    match raw.get(name) {
        Field::Absent | Field::Null => None,
        Field::Boolean(flag) => {
            if !flag && !raw.get(PurchaseField::UserAlias).is_missing() {
                let detail = "with a user_alias, \"Update Only\" mode is always true";
                findings.add(RuleId::BrzUpdonlyAlias, name.as_str(), "false", detail);
            }
            Some(*flag)
        }
        other => {
            let detail = "must be true or false";
            findings.add(
                RuleId::BrzUpdonlyType,
                name.as_str(),
                &other.shown(),
                detail,
            );
            None
        }
    }
}
