//! Supplier, invoice, shipping and status.

use super::super::raw::{RawSupplierPurchase, SupplierPurchaseField};
use super::scalar::{self, ValidationContext};
use crate::record::{Field, Findings};
use crate::rules::RuleId;

/// A supplier or a carrier.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Party<'a> {
    /// Its number.
    pub id: Option<i64>,
    /// Its name.
    pub name: Option<&'a str>,
}

/// The invoice of a purchase; both parts are text, with their leading zeros.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Invoice<'a> {
    /// Its series.
    pub serie: Option<&'a str>,
    /// Its number.
    pub number: Option<&'a str>,
}

/// How a purchase comes; what that costs stands among the amounts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Shipping<'a> {
    /// Whether freight is paid.
    pub pay_shipping: Option<bool>,
    /// Who brings it.
    pub carrier: Party<'a>,
}

/// Where a purchase stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SupplierPurchaseStatus {
    /// Waiting ("Aguardando").
    Pending,
    /// Delivered ("Entregue").
    Received,
}

impl SupplierPurchaseStatus {
    /// The documented word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Received => "received",
        }
    }
}

pub(super) fn validate_supplier<'a>(
    context: &ValidationContext<'_, 'a>,
    findings: &mut Findings,
) -> Party<'a> {
    let rule = RuleId::CplSupplierShape;
    let raw = context.raw;
    scalar::validate_object(raw, SupplierPurchaseField::Supplier, rule, findings);
    let supplier = Party {
        id: context.integer(SupplierPurchaseField::SupplierId, rule, findings),
        name: scalar::text(raw, SupplierPurchaseField::SupplierName, rule, findings),
    };
    let whole = raw.get(SupplierPurchaseField::Supplier);
    let is_readable = whole.is_missing() || scalar::is_object(whole);
    if is_readable && raw.get(SupplierPurchaseField::SupplierId).is_missing() {
        let detail = "no supplier with an id; a purchase is made with a supplier_id";
        findings.add(RuleId::CplSupplierMissing, "supplier.id", "", detail);
    }
    supplier
}

pub(super) fn validate_invoice<'a>(
    raw: &'a RawSupplierPurchase<'a>,
    findings: &mut Findings,
) -> Invoice<'a> {
    scalar::validate_object(
        raw,
        SupplierPurchaseField::Invoice,
        RuleId::CplObjectShape,
        findings,
    );
    Invoice {
        serie: invoice_text(raw, SupplierPurchaseField::InvoiceSerie, findings),
        number: invoice_text(raw, SupplierPurchaseField::InvoiceNumber, findings),
    }
}

/// A string; a number is kept as its digits.
fn invoice_text<'a>(
    raw: &'a RawSupplierPurchase<'a>,
    name: SupplierPurchaseField,
    findings: &mut Findings,
) -> Option<&'a str> {
    if let Field::Number(digits) = raw.get(name) {
        let detail = "a number where the documentation has a string; kept as text";
        findings.add(RuleId::CplInvoiceString, name.as_str(), digits, detail);
        return Some(digits);
    }
    scalar::text(raw, name, RuleId::CplTextType, findings)
}

pub(super) fn validate_shipping<'a>(
    context: &ValidationContext<'_, 'a>,
    findings: &mut Findings,
) -> Shipping<'a> {
    let raw = context.raw;
    scalar::validate_object(
        raw,
        SupplierPurchaseField::Shipping,
        RuleId::CplObjectShape,
        findings,
    );
    scalar::validate_object(
        raw,
        SupplierPurchaseField::Carrier,
        RuleId::CplObjectShape,
        findings,
    );
    Shipping {
        pay_shipping: scalar::boolean(raw, SupplierPurchaseField::PayShipping, findings),
        carrier: Party {
            id: context.integer(
                SupplierPurchaseField::CarrierId,
                RuleId::CplIntType,
                findings,
            ),
            name: scalar::text(
                raw,
                SupplierPurchaseField::CarrierName,
                RuleId::CplTextType,
                findings,
            ),
        },
    }
}

pub(super) fn validate_status(
    raw: &RawSupplierPurchase<'_>,
    findings: &mut Findings,
) -> Option<SupplierPurchaseStatus> {
    let field = raw.get(SupplierPurchaseField::Status);
    match field {
        Field::Absent | Field::Null => None,
        Field::Text(text) if text == "pending" => Some(SupplierPurchaseStatus::Pending),
        Field::Text(text) if text == "received" => Some(SupplierPurchaseStatus::Received),
        _ => {
            let detail = "must be pending or received";
            findings.add(RuleId::CplStatusEnum, "status", &field.shown(), detail);
            None
        }
    }
}
