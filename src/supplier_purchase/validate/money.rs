//! The five amounts of a purchase, each with its currency.

use super::super::raw::{MoneyFields, SupplierPurchaseField};
use super::scalar::{self, ValidationContext};
use crate::record::{Field, Findings};
use crate::rules::RuleId;
use crate::values::currency::{Currency, CurrencyStatus, minor_units, parse_currency};
use crate::values::money::{Amount, AmountError, ParsedAmount, parse_decimal};

/// An exact amount in the main unit of its currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Money {
    /// How much.
    pub amount: Amount,
    /// Of what.
    pub currency: Currency,
}

/// What a purchase costs, and what that is made of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Amounts {
    /// All its items.
    pub value_of_items: Option<Money>,
    /// Taken off.
    pub discount: Option<Money>,
    /// Put on.
    pub other_expenses_value: Option<Money>,
    /// The whole purchase.
    pub total: Option<Money>,
    /// Freight.
    pub shipping_value: Option<Money>,
}

impl Amounts {
    /// Those that are there, in the order of the documentation.
    pub(super) fn given(&self) -> impl Iterator<Item = Money> {
        let Self {
            value_of_items,
            discount,
            other_expenses_value,
            total,
            shipping_value,
        } = *self;
        let all = [
            value_of_items,
            discount,
            other_expenses_value,
            total,
            shipping_value,
        ];
        all.into_iter().flatten()
    }

    /// The one currency of all amounts; `None` when there are several, or no amount.
    pub(super) fn common_currency(&self) -> Option<Currency> {
        let first = self.given().next()?.currency;
        self.given()
            .all(|money| money.currency == first)
            .then_some(first)
    }
}

pub(super) fn validate(context: &ValidationContext<'_, '_>, findings: &mut Findings) -> Amounts {
    let [
        value_of_items,
        discount,
        other_expenses_value,
        total,
        shipping_value,
    ] = MoneyFields::ALL.map(|name| validate_money(context, name, findings));
    let amounts = Amounts {
        value_of_items,
        discount,
        other_expenses_value,
        total,
        shipping_value,
    };
    if amounts.given().next().is_some() && amounts.common_currency().is_none() {
        let detail = "the amounts of one purchase are in several currencies";
        let codes: Vec<String> = (amounts.given())
            .map(|money| money.currency.as_str().to_owned())
            .collect();
        findings.add(
            RuleId::CplMoneyMixed,
            "total.currency",
            &codes.join(" "),
            detail,
        );
    }
    add_default_currency_finding(context, findings);
    amounts
}

/// One finding for a row, however many of its amounts have no currency.
fn add_default_currency_finding(context: &ValidationContext<'_, '_>, findings: &mut Findings) {
    let has_none = |name: &MoneyFields| is_without_currency(context, *name);
    if let Some(name) = MoneyFields::ALL.iter().find(|name| has_none(name)) {
        let code = context.settings.default_currency;
        let detail = format!("no column says the currency; {} is assumed", code.as_str());
        findings.add(RuleId::CplMoneyDefault, name.currency.as_str(), "", &detail);
    }
}

fn is_without_currency(context: &ValidationContext<'_, '_>, name: MoneyFields) -> bool {
    let raw = context.raw;
    raw.is_row && !raw.get(name.amount).is_missing() && raw.get(name.currency).is_missing()
}

fn validate_money(
    context: &ValidationContext<'_, '_>,
    name: MoneyFields,
    findings: &mut Findings,
) -> Option<Money> {
    let raw = context.raw;
    let is_there = if raw.is_row {
        !raw.get(name.amount).is_missing()
    } else {
        scalar::validate_object(raw, name.whole, RuleId::CplMoneyShape, findings);
        scalar::is_object(raw.get(name.whole))
    };
    if !is_there {
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
        findings.add(RuleId::CplMoneyNeg, field, &shown, "below zero");
    }
    Some(Money { amount, currency })
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
        let detail = "no code of a currency in ISO 4217";
        findings.add(RuleId::CplMoneyCurrency, path, code, detail);
        return None;
    };
    if parsed.case_changed {
        findings.add(RuleId::CplMoneyCase, path, code, "stored in upper case");
    }
    Some(parsed.currency)
}
