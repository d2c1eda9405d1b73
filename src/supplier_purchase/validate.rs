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
use super::raw::{Name, RawSupplierPurchase};
use super::version::Key;
use crate::json::{Cursor, Options};
use crate::record::{Findings, MOST_EXTRA, each_doubled_key, extra_object};
use crate::rules::RuleId;
use crate::values::currency::Currency;
use crate::values::instant::Instant;

pub use deletion::Deletion;
pub use money::{Amounts, Money};
pub use parts::{Invoice, Party, Shipping, Status};

/// The settings that decide a verdict; all of them are echoed in the run report.
#[derive(Clone, Debug)]
pub struct RuleSettings {
    /// The company of records that do not name their own.
    pub company: Option<CompanyId>,
    /// Zone of times without an offset.
    pub default_zone: Tz,
    /// Currency of amounts in rows that name none.
    pub default_currency: Currency,
    /// Accept JSON numbers written as strings.
    pub numbers_as_strings: bool,
    /// Reject records with undocumented keys instead of keeping those keys in `extra`.
    pub reject_unknown_fields: bool,
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
    pub key: Key,
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
    pub status: Option<Status>,
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
pub struct Checker {
    settings: RuleSettings,
}

impl Checker {
    /// A checker with these settings.
    pub fn new(settings: RuleSettings) -> Self {
        Self { settings }
    }

    /// Whether nobody says which company the record belongs to, neither the settings nor the
    /// record: the caller then refuses the whole input (CPL-COMPANY-REQUIRED).
    pub fn lacks_company(&self, raw: &RawSupplierPurchase<'_>) -> bool {
        self.settings.company.is_none() && raw.get(Name::CompanyId).is_missing()
    }

    /// Judges one record. `findings` is cleared first and then holds every rule the record
    /// breaks; the purchase is there exactly when none of them rejects.
    pub fn check<'a>(
        &self,
        raw: &'a RawSupplierPurchase<'a>,
        findings: &mut Findings,
    ) -> Option<SupplierPurchase<'a>> {
        findings.clear();
        self.check_keys(raw, findings);
        let settings = &self.settings;
        let reading = scalar::Reading { settings, raw };
        let company = identity::check_company(&reading, findings);
        let id = identity::check_id(&reading, findings);
        let registration_date = identity::check_date(raw, findings);
        let supplier = parts::check_supplier(&reading, findings);
        let invoice = parts::check_invoice(raw, findings);
        let code = reading.integer(Name::Code, RuleId::CplIntType, findings);
        let amounts = money::check(&reading, findings);
        let notes = scalar::text(raw, Name::Notes, RuleId::CplTextType, findings);
        let shipping = parts::check_shipping(&reading, findings);
        total::check(&amounts, shipping.pay_shipping, findings);
        let status = parts::check_status(raw, findings);
        let order_number = scalar::text(raw, Name::OrderNumber, RuleId::CplTextType, findings);
        let has_stock_movement_out = scalar::boolean(raw, Name::HasStockMovementOut, findings);
        let deletion = deletion::check(raw, self.settings.deleted_only, findings);
        let created_at = time::check_created(settings, raw, findings);
        let updated_at = time::check_updated(settings, raw, findings);
        time::check_order(created_at, updated_at, raw, findings);
        if findings.rejects() {
            return None;
        }
        Some(SupplierPurchase {
            key: Key {
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

    fn check_keys(&self, raw: &RawSupplierPurchase<'_>, findings: &mut Findings) {
        if let Some(key) = &raw.duplicate_key {
            note_doubled(key, key, findings);
        }
        if raw.has_too_many_keys {
            let detail = format!("more than {MOST_EXTRA} undocumented keys in one record");
            findings.add_rejecting(RuleId::FileLimit, "", "", &detail);
        }
        for extra in &raw.extra {
            check_undocumented_value(&extra.key, &extra.value, findings);
            let detail = "the documentation of supplier purchases does not name this key";
            if self.settings.reject_unknown_fields {
                findings.add_rejecting(RuleId::CplKeyUnknown, &extra.key, &extra.value, detail);
            } else {
                findings.add(RuleId::CplKeyUnknown, &extra.key, &extra.value, detail);
            }
        }
    }
}

/// Notes doubled keys in the value of an undocumented key.
fn check_undocumented_value(path: &str, text: &str, findings: &mut Findings) {
    // The reader has checked the text, in whichever mode the run has, so the walk cannot fail.
    let checked = Options {
        lenient: true,
        max_depth: usize::MAX,
    };
    let _ = each_doubled_key(&mut Cursor::new(text, checked), &mut |key| {
        let key = key.decode();
        note_doubled(&format!("{path}.{key}"), &key, findings);
    });
}

fn note_doubled(path: &str, key: &str, findings: &mut Findings) {
    let detail = "the key stands twice in one object";
    findings.add(RuleId::CplKeyDup, path, key, detail);
}
