//! The rules of a supplier purchase: a [`RawSupplierPurchase`] goes in; an exact
//! [`SupplierPurchase`] comes out, or nothing when a reject rule is broken. Every finding is
//! noted, not only the first.

mod deletion;
mod identity;
mod money;
mod parts;
mod scalar;
mod time;
mod total;

use chrono::NaiveDate;
use chrono_tz::Tz;

use super::company::CompanyId;
use super::raw::{RawSupplierPurchase, SupplierPurchaseField};
use super::version::SupplierPurchaseKey;
use crate::json::{JsonCursor, JsonOptions};
use crate::record::{Findings, MAX_EXTRA_FIELDS, each_duplicate_key, extra_object};
use crate::rules::RuleId;
use crate::values::currency::Currency;
use crate::values::instant::Instant;

pub use deletion::Deletion;
pub use money::{Amounts, Money};
pub use parts::{Invoice, Party, Shipping, SupplierPurchaseStatus};

/// The settings that decide a verdict; all of them are echoed in the run report.
#[derive(Clone, Debug)]
pub struct SupplierPurchaseRuleSettings {
    /// The company of records that do not name their own.
    pub company: Option<CompanyId>,
    /// Zone of times without an offset.
    pub default_zone: Tz,
    /// Currency of amounts in rows that name none.
    pub default_currency: Currency,
    /// Accept JSON numbers written as strings.
    pub numbers_as_strings: bool,
    /// Reject records with undocumented keys instead of keeping those keys in `extra`.
    pub freeze_contract: bool,
    /// The dump was asked for with `deleted=only`: every purchase in it is deleted, also where
    /// nothing in the record says so.
    pub deleted_only: bool,
}

/// An accepted supplier purchase.
///
/// - `key.id` is at least 1; `key.company_id` too, or 0 where the user said it is unknown.
/// - `registration_date` lies in the years 0001 to 9999.
/// - `extra`, when there, is a compact JSON object with its keys in source order.
#[derive(Clone, Debug)]
pub struct SupplierPurchase<'a> {
    /// Which purchase of which company.
    pub key: SupplierPurchaseKey,
    /// Day of the purchase.
    pub registration_date: NaiveDate,
    /// Who sold.
    pub supplier: Party<'a>,
    /// Of this purchase.
    pub invoice: Invoice<'a>,
    /// Code of the purchase.
    pub code: Option<i64>,
    /// What it costs.
    pub amounts: Amounts,
    /// Free text.
    pub notes: Option<&'a str>,
    /// How it comes.
    pub shipping: Shipping<'a>,
    /// Pending or received.
    pub status: Option<SupplierPurchaseStatus>,
    /// Code of the order.
    pub order_number: Option<&'a str>,
    /// Whether stock left because of it.
    pub has_stock_movement_out: Option<bool>,
    /// Whether it is deleted.
    pub deletion: Deletion,
    /// When it was made.
    pub created_at: Option<Instant>,
    /// When it was last changed.
    pub updated_at: Instant,
    /// Undocumented keys as one compact JSON object.
    pub extra: Option<String>,
}

/// Applies the rules.
#[derive(Clone, Debug)]
pub struct SupplierPurchaseValidator {
    settings: SupplierPurchaseRuleSettings,
}

impl SupplierPurchaseValidator {
    /// A checker with these settings.
    pub fn new(settings: SupplierPurchaseRuleSettings) -> Self {
        Self { settings }
    }

    /// Whether nobody says which company the record belongs to, neither the settings nor the
    /// record: the caller then refuses the whole input (CPL-COMPANY-REQUIRED).
    pub fn is_missing_company(&self, raw: &RawSupplierPurchase<'_>) -> bool {
        self.settings.company.is_none() && raw.get(SupplierPurchaseField::CompanyId).is_missing()
    }

    /// Judges one record. `findings` is cleared first and then holds every rule the record
    /// breaks; the purchase is there exactly when none of them rejects.
    pub fn validate<'a>(
        &self,
        raw: &'a RawSupplierPurchase<'a>,
        findings: &mut Findings,
    ) -> Option<SupplierPurchase<'a>> {
        findings.clear();
        self.validate_keys(raw, findings);
        let settings = &self.settings;
        let context = scalar::ValidationContext { settings, raw };
        let company = identity::validate_company(&context, findings);
        let id = identity::validate_id(&context, findings);
        let registration_date = identity::validate_date(raw, findings);
        let supplier = parts::validate_supplier(&context, findings);
        let invoice = parts::validate_invoice(raw, findings);
        let code = context.integer(SupplierPurchaseField::Code, RuleId::CplIntType, findings);
        let amounts = money::validate(&context, findings);
        let notes = scalar::text(
            raw,
            SupplierPurchaseField::Notes,
            RuleId::CplTextType,
            findings,
        );
        let shipping = parts::validate_shipping(&context, findings);
        total::validate(&amounts, shipping.pay_shipping, findings);
        let status = parts::validate_status(raw, findings);
        let order_number = scalar::text(
            raw,
            SupplierPurchaseField::OrderNumber,
            RuleId::CplTextType,
            findings,
        );
        let has_stock_movement_out =
            scalar::boolean(raw, SupplierPurchaseField::HasStockMovementOut, findings);
        let deletion = deletion::validate(raw, self.settings.deleted_only, findings);
        let created_at = time::validate_created(settings, raw, findings);
        let updated_at = time::validate_updated(settings, raw, findings);
        time::validate_order(created_at, updated_at, raw, findings);
        if findings.rejects() {
            return None;
        }
        Some(SupplierPurchase {
            key: SupplierPurchaseKey {
                company_id: company?.get(),
                id: id?,
            },
            registration_date: registration_date?,
            supplier,
            invoice,
            code,
            amounts,
            notes,
            shipping,
            status,
            order_number,
            has_stock_movement_out,
            deletion,
            created_at,
            updated_at: updated_at?,
            extra: extra_object(&raw.extra),
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
        for extra in &raw.extra {
            validate_undocumented_value(&extra.key, &extra.value, findings);
            let detail = "the documentation of supplier purchases does not name this key";
            if self.settings.freeze_contract {
                findings.add_rejecting(RuleId::CplKeyUnknown, &extra.key, &extra.value, detail);
            } else {
                findings.add(RuleId::CplKeyUnknown, &extra.key, &extra.value, detail);
            }
        }
    }
}

/// Notes doubled keys in the value of an undocumented key.
fn validate_undocumented_value(path: &str, text: &str, findings: &mut Findings) {
    // The reader has checked the text, in whichever mode the run has, so the walk cannot fail.
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
    let detail = "the key stands twice in one object";
    findings.add(RuleId::CplKeyDup, path, key, detail);
}
