//! The rules of a purchase: a [`RawPurchase`] goes in; an exact [`Purchase`] comes out, or nothing
//! when a reject rule is broken. Every finding is noted, not only the first.

mod identity;
mod product_and_price;
mod properties;
mod time;

use std::borrow::Cow;

use chrono_tz::Tz;

use super::currents_event;
use super::raw::{PurchaseField, PurchaseOrigin, RawPurchase};
use crate::record::{Field, Findings, MAX_EXTRA_FIELDS, extra_object};
use crate::rules::RuleId;
use crate::values::currency::Currency;
use crate::values::instant::Instant;
use crate::values::money::Amount;

/// What happens to a purchase whose time lies in the future (BRZ-TIME-FUTURE).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FuturePolicy {
    /// Keep it and count a warning.
    #[default]
    Warn,
    /// Reject it.
    Reject,
}

/// The settings that decide a result; all of them are recorded in the run report.
#[derive(Clone, Debug)]
pub struct PurchaseRuleSettings {
    /// Zone of times without an offset.
    pub default_zone: Tz,
    /// The run's clock, µs UTC; taken once.
    pub now_micros: i64,
    /// Dealing with times after `now_micros` plus a day.
    pub future: FuturePolicy,
    /// Accept prices and quantities written as JSON strings.
    pub numbers_as_strings: bool,
    /// Reject records with undocumented keys instead of keeping those keys in `extra`.
    pub freeze_contract: bool,
}

/// An accepted purchase.
///
/// - `revenue` is exactly `price × quantity`.
/// - `quantity` is in 1..=100.
/// - `properties` and `extra`, when there, are compact JSON objects with their keys in source order.
#[derive(Clone, Debug)]
pub struct Purchase<'a> {
    /// The raw record; its text fields are stored as they stand.
    pub raw: &'a RawPurchase<'a>,
    /// ISO 4217 code, upper case.
    pub currency: Currency,
    /// Unit price.
    pub price: Amount,
    /// Number of items.
    pub quantity: i16,
    /// When it was bought.
    pub time: Instant,
    /// The time as the dump wrote it.
    pub time_raw: Cow<'a, str>,
    /// `price × quantity`.
    pub revenue: Amount,
    /// Compact JSON.
    pub properties: Option<Cow<'a, str>>,
    /// The flag as given.
    pub update_existing_only: Option<bool>,
    /// Undocumented keys as one compact JSON object.
    pub extra: Option<String>,
}

impl Purchase<'_> {
    /// A text field that is null unless it is a string.
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
    /// A checker with these settings.
    pub fn new(settings: PurchaseRuleSettings) -> Self {
        Self { settings }
    }

    /// Validates one record. `findings` is cleared first and then holds every rule the record
    /// breaks; the purchase is there exactly when none of them rejects.
    pub fn validate<'a>(
        &self,
        raw: &'a RawPurchase<'a>,
        findings: &mut Findings,
    ) -> Option<Purchase<'a>> {
        findings.clear();
        self.check_keys(raw, findings);
        identity::check(raw, findings);
        let currency = product_and_price::check_product_and_currency(raw, findings);
        let price = product_and_price::check_price(&self.settings, raw, currency, findings);
        let quantity = product_and_price::check_quantity(&self.settings, raw, findings);
        let revenue = product_and_price::revenue(price, quantity, findings);
        let time = time::check(&self.settings, raw, findings);
        let properties = properties::check(raw, findings);
        let update_existing_only = check_update_only(raw, findings);
        if findings.rejects() {
            return None;
        }
        let (time, time_raw) = time?;
        Some(Purchase {
            raw,
            currency: currency?,
            price: price?,
            quantity: quantity?,
            time,
            time_raw,
            revenue: revenue?,
            properties,
            update_existing_only,
            extra: extra_object(&raw.extra),
        })
    }

    fn check_keys(&self, raw: &RawPurchase<'_>, findings: &mut Findings) {
        if let Some(key) = &raw.duplicate_key {
            findings.add(
                RuleId::BrzKeyDup,
                key,
                key,
                "the key stands twice in one object",
            );
        }
        if raw.has_too_many_keys {
            let detail = format!("more than {MAX_EXTRA_FIELDS} undocumented keys in one record");
            findings.add_rejecting(RuleId::FileLimit, "", "", &detail);
        }
        if let Some(name) = raw.conflict {
            let shown = raw.get(name).shown();
            let detail = "the row and its payload disagree; an identifier is taken from the row, the rest from the payload";
            findings.add(RuleId::BrzCdiConflict, name.as_str(), &shown, detail);
        }
        for extra in &raw.extra {
            properties::check_undocumented_value(&extra.value, findings);
            if raw.origin == PurchaseOrigin::Currents && currents_event::is_known_column(&extra.key)
            {
                continue;
            }
            let fills_field = |name: &PurchaseField| {
                name.as_str().eq_ignore_ascii_case(&extra.key) && !raw.get(*name).is_missing()
            };
            let detail = if PurchaseField::ALL.iter().any(fills_field) {
                "another key fills this field; this one is kept in extra"
            } else {
                "the purchase object does not document this key"
            };
            if self.settings.freeze_contract {
                findings.add_rejecting(RuleId::BrzKeyUnknown, &extra.key, &extra.value, detail);
            } else {
                findings.add(RuleId::BrzKeyUnknown, &extra.key, &extra.value, detail);
            }
        }
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
