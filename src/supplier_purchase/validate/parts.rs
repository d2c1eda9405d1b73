//! Supplier, invoice, shipping and status.

use super::super::raw::{Name, RawSupplierPurchase};
use super::scalar::{self, Reading};
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
pub enum Status {
    /// Waiting ("Aguardando").
    Pending,
    /// Delivered ("Entregue").
    Received,
}

impl Status {
    /// The documented word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Received => "received",
        }
    }
}

pub(super) fn check_supplier<'a>(reading: &Reading<'_, 'a>, findings: &mut Findings) -> Party<'a> {
    let rule = RuleId::CplSupplierShape;
    let raw = reading.raw;
    scalar::check_object(raw, Name::Supplier, rule, findings);
    let supplier = Party {
        id: reading.integer(Name::SupplierId, rule, findings),
        name: scalar::text(raw, Name::SupplierName, rule, findings),
    };
    let whole = raw.get(Name::Supplier);
    let is_readable = whole.is_missing() || scalar::is_object(whole);
    if is_readable && raw.get(Name::SupplierId).is_missing() {
        let detail = "no supplier with an id; a purchase is made with a supplier_id";
        findings.add(RuleId::CplSupplierMissing, "supplier.id", "", detail);
    }
    supplier
}

pub(super) fn check_invoice<'a>(
    raw: &'a RawSupplierPurchase<'a>,
    findings: &mut Findings,
) -> Invoice<'a> {
    scalar::check_object(raw, Name::Invoice, RuleId::CplObjectShape, findings);
    Invoice {
        serie: invoice_text(raw, Name::InvoiceSerie, findings),
        number: invoice_text(raw, Name::InvoiceNumber, findings),
    }
}

/// A string; a number is kept as its digits.
fn invoice_text<'a>(
    raw: &'a RawSupplierPurchase<'a>,
    name: Name,
    findings: &mut Findings,
) -> Option<&'a str> {
    if let Field::Number(digits) = raw.get(name) {
        let detail = "a number where the documentation has a string; kept as text";
        findings.add(RuleId::CplInvoiceString, name.as_str(), digits, detail);
        return Some(digits);
    }
    scalar::text(raw, name, RuleId::CplTextType, findings)
}

pub(super) fn check_shipping<'a>(
    reading: &Reading<'_, 'a>,
    findings: &mut Findings,
) -> Shipping<'a> {
    let raw = reading.raw;
    scalar::check_object(raw, Name::Shipping, RuleId::CplObjectShape, findings);
    scalar::check_object(raw, Name::Carrier, RuleId::CplObjectShape, findings);
    Shipping {
        pay_shipping: scalar::boolean(raw, Name::PayShipping, findings),
        carrier: Party {
            id: reading.integer(Name::CarrierId, RuleId::CplIntType, findings),
            name: scalar::text(raw, Name::CarrierName, RuleId::CplTextType, findings),
        },
    }
}

pub(super) fn check_status(
    raw: &RawSupplierPurchase<'_>,
    findings: &mut Findings,
) -> Option<Status> {
    let field = raw.get(Name::Status);
    match field {
        Field::Absent | Field::Null => None,
        Field::Text(text) if text == "pending" => Some(Status::Pending),
        Field::Text(text) if text == "received" => Some(Status::Received),
        _ => {
            let detail = "must be pending or received";
            findings.add(RuleId::CplStatusEnum, "status", &field.shown(), detail);
            None
        }
    }
}
