//! Validates what is particular of a supplier, an invoice and the status.

use super::scalar;
use crate::record::{Field, Findings};
use crate::rules::RuleId;
use crate::supplier_purchase::field::SupplierPurchaseField;
use crate::supplier_purchase::raw::RawSupplierPurchase;

/// Notes a purchase without the id of its supplier.
pub(super) fn validate_supplier(raw: &RawSupplierPurchase<'_>, findings: &mut Findings) {
    let whole = raw.get(SupplierPurchaseField::Supplier);
    let is_readable = whole.is_missing() || scalar::is_object(whole);
    if is_readable && raw.get(SupplierPurchaseField::SupplierId).is_missing() {
        let detail = "the supplier id is missing";
        findings.add(RuleId::CplSupplierMissing, "supplier.id", "", detail);
    }
}

/// A string; a number is stored as its digits.
pub(super) fn text_or_number<'a>(
    raw: &'a RawSupplierPurchase<'a>,
    name: SupplierPurchaseField,
    findings: &mut Findings,
) -> Option<&'a str> {
    if let Field::Number(digits) = raw.get(name) {
        let detail = "a number instead of the documented string; stored as text";
        findings.add(RuleId::CplInvoiceString, name.as_str(), digits, detail);
        return Some(digits);
    }
    scalar::text(raw, name, RuleId::CplTextType, findings)
}

/// `pending` (waiting, "Aguardando") or `received` (delivered, "Entregue").
pub(super) fn validate_status<'a>(
    raw: &'a RawSupplierPurchase<'a>,
    findings: &mut Findings,
) -> Option<&'a str> {
    let field = raw.get(SupplierPurchaseField::Status);
    match field {
        Field::Absent | Field::Null => None,
        Field::Text(text) if matches!(&**text, "pending" | "received") => Some(text),
        _ => {
            let detail = "must be pending or received";
            findings.add(RuleId::CplStatusEnum, "status", &field.shown(), detail);
            None
        }
    }
}
