//! Validates the five amounts of a purchase, each with its currency.

use super::scalar::{self, ValidationContext};
use crate::record::{Field, Findings};
use crate::rules::RuleId;
use crate::supplier_purchase::field::SupplierPurchaseField;
use crate::supplier_purchase::fields::MoneyFields;
use crate::supplier_purchase::values::{SupplierPurchaseValues, SupplierValue};
use crate::values::currency::{Currency, CurrencyStatus, minor_units, parse_currency};
use crate::values::money::{Amount, AmountError, ParsedAmount, parse_decimal};

/// Validates an amount with its currency, and sets both or neither.
pub(super) fn validate(
    context: &ValidationContext<'_, '_>,
    fields: MoneyFields,
    values: &mut SupplierPurchaseValues<'_>,
    findings: &mut Findings,
) {
    if let Some((amount, currency)) = validate_money(context, fields, findings) {
        values.set(fields.amount, Some(SupplierValue::Amount(amount)));
        values.set(fields.currency, Some(SupplierValue::Currency(currency)));
    }
}

/// The currencies of the present amounts, in documentation order.
fn currencies(values: &SupplierPurchaseValues<'_>) -> impl Iterator<Item = Currency> {
    let fields = MoneyFields::ALL.iter();
    fields.filter_map(|fields| values.currency(fields.currency))
}

/// Whether there is an amount, and all have the same currency.
pub(super) fn have_common_currency(values: &SupplierPurchaseValues<'_>) -> bool {
    let first = currencies(values).next();
    first.is_some_and(|first| currencies(values).all(|currency| currency == first))
}

/// Notes amounts of several currencies in one purchase, and rows without a currency.
pub(super) fn validate_currencies(
    context: &ValidationContext<'_, '_>,
    values: &SupplierPurchaseValues<'_>,
    findings: &mut Findings,
) {
    if currencies(values).next().is_some() && !have_common_currency(values) {
        let detail = "the amounts of one purchase are in several currencies";
        let codes: Vec<String> = currencies(values).map(|code| code.to_string()).collect();
        let codes = codes.join(" ");
        findings.add(RuleId::CplMoneyMixed, "total.currency", &codes, detail);
    }
    add_default_currency_finding(context, findings);
}

/// Adds one finding for a row, however many of its amounts have no currency.
fn add_default_currency_finding(context: &ValidationContext<'_, '_>, findings: &mut Findings) {
    let has_none = |name: &MoneyFields| is_without_currency(context, *name);
    if let Some(name) = MoneyFields::ALL.into_iter().find(has_none) {
        let code = context.settings.default_currency;
        let detail = format!("the record has no currency; {} is assumed", code.as_str());
        findings.add(RuleId::CplMoneyDefault, name.currency.as_str(), "", &detail);
    }
}

fn is_without_currency(context: &ValidationContext<'_, '_>, name: MoneyFields) -> bool {
    let raw = context.raw;
    is_flat(context, name) && raw.get(name.currency).is_missing()
}

/// Whether an amount is there without the documented object around it.
fn is_flat(context: &ValidationContext<'_, '_>, name: MoneyFields) -> bool {
    let raw = context.raw;
    raw.has_flat_amounts
        && !raw.get(name.amount).is_missing()
        && !scalar::is_object(raw.get(name.whole))
}

fn validate_money(
    context: &ValidationContext<'_, '_>,
    name: MoneyFields,
    findings: &mut Findings,
) -> Option<(Amount, Currency)> {
    let raw = context.raw;
    if !is_flat(context, name) && !scalar::is_object(raw.get(name.whole)) {
        return None;
    }
    let currency = if is_without_currency(context, name) {
        Some(context.settings.default_currency)
    } else {
        validate_currency(context, name.currency, findings)
    };
    let parsed = validate_amount(context, name.amount, findings);
    let (
        ParsedAmount {
            amount,
            decimals,
            rounded,
        },
        currency,
    ) = (parsed?, currency?);
    let (field, shown) = (name.amount.as_str(), raw.get(name.amount).shown());
    if rounded {
        let detail = "more than 9 decimals; stored rounded half to even";
        findings.add(RuleId::CplMoneyRounded, field, &shown, detail);
    }
    if let Some(units) = minor_units(currency).filter(|units| decimals > u32::from(*units)) {
        let detail = format!("more decimals than the {units} of its currency");
        findings.add(RuleId::CplMoneyScale, field, &shown, &detail);
    }
    let is_positive_by_nature = matches!(
        name.whole,
        SupplierPurchaseField::ValueOfItems | SupplierPurchaseField::Total
    );
    if is_positive_by_nature && amount.is_negative() {
        findings.add(RuleId::CplMoneyNeg, field, &shown, "negative amount");
    }
    Some((amount, currency))
}

fn validate_amount(
    context: &ValidationContext<'_, '_>,
    name: SupplierPurchaseField,
    findings: &mut Findings,
) -> Option<ParsedAmount> {
    let field = context.raw.get(name);
    let mut note = |detail: &str| {
        findings.add(RuleId::CplMoneyShape, name.as_str(), &field.shown(), detail);
    };
    if field.is_missing() {
        note("an amount is required");
        return None;
    }
    let Some(digits) = context.digits(name) else {
        note("must be a number");
        return None;
    };
    match parse_decimal(digits) {
        Ok(parsed) => Some(parsed),
        Err(AmountError::Syntax) => {
            note("must be a decimal number");
            None
        }
        Err(_) => {
            note("does not fit 29 digits before and 9 after the decimal point");
            None
        }
    }
}

fn validate_currency(
    context: &ValidationContext<'_, '_>,
    name: SupplierPurchaseField,
    findings: &mut Findings,
) -> Option<Currency> {
    let field = context.raw.get(name);
    let (path, shown) = (name.as_str(), field.shown());
    let Field::Text(code) = field else {
        let detail = if field.is_missing() {
            "a currency is required"
        } else {
            "must be a string"
        };
        findings.add(RuleId::CplMoneyShape, path, &shown, detail);
        return None;
    };
    let parsed = parse_currency(code).ok();
    let Some(parsed) = parsed.filter(|parsed| parsed.status == CurrencyStatus::Active) else {
        let detail = "not an active currency code of ISO 4217";
        findings.add(RuleId::CplMoneyCurrency, path, code, detail);
        return None;
    };
    if parsed.case_changed {
        findings.add(RuleId::CplMoneyCase, path, code, "stored in upper case");
    }
    Some(parsed.currency)
}
