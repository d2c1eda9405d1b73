//! Validates a [`RawSupplierPurchase`] into a [`SupplierPurchase`] with exact values, or rejects it.
//! All findings are recorded, not only the first.

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

/// The settings that affect validation; all of them are recorded in the run report.
#[derive(Clone, Debug)]
pub struct SupplierPurchaseRuleSettings {
    /// The company of records without a company.
    pub company: Option<CompanyId>,
    /// Time zone of times without an offset.
    pub default_zone: Tz,
    /// Currency of amounts in rows without a currency.
    pub default_currency: Currency,
    /// Accept JSON numbers written as strings.
    pub numbers_as_strings: bool,
    /// Reject records with undocumented keys instead of keeping those keys in `extra`.
    pub reject_unknown_fields: bool,
    /// The dump was requested with `deleted=only`: every purchase in it is deleted, even if the record
    /// does not show it.
    pub deleted_only: bool,
}

/// An accepted supplier purchase.
///
/// - `key.id` is at least 1; `key.company_id` too, or 0 when the user set it to unknown.
/// - `registration_date` is in the years 0001 to 9999.
/// - `extra`, when present, is a compact JSON object with its keys in source order.
#[derive(Clone, Debug)]
pub struct SupplierPurchase<'a> {
    /// Company and id.
    pub key: SupplierPurchaseKey,
    /// Day of the purchase.
    pub registration_date: NaiveDate,
    /// The supplier.
    pub supplier: Party<'a>,
    /// The invoice.
    pub invoice: Invoice<'a>,
    /// Code of the purchase.
    pub code: Option<i64>,
    /// The amounts.
    pub amounts: Amounts,
    /// Free text.
    pub notes: Option<&'a str>,
    /// Shipping.
    pub shipping: Shipping<'a>,
    /// Pending or received.
    pub status: Option<SupplierPurchaseStatus>,
    /// Code of the order.
    pub order_number: Option<&'a str>,
    /// Whether stock was moved out.
    pub has_stock_movement_out: Option<bool>,
    /// The deletion state.
    pub deletion: Deletion,
    /// Time of creation.
    pub created_at: Option<Instant>,
    /// Time of the last change.
    pub updated_at: Instant,
    /// Undocumented keys as one compact JSON object.
    pub extra: Option<String>,
}

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

    /// Validates one record. `findings` is cleared first and then contains every violated rule; the
    /// result is `None` exactly when one of them rejects the record.
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
            let detail = "undocumented key of supplier purchases";
            if self.settings.reject_unknown_fields {
                findings.add_rejecting(RuleId::CplKeyUnknown, &extra.key, &extra.value, detail);
            } else {
                findings.add(RuleId::CplKeyUnknown, &extra.key, &extra.value, detail);
            }
        }
    }
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
