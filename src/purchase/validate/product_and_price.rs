//! Rules on product, currency, price and quantity.

use super::super::field::PurchaseField;
use super::super::raw::{PurchaseOrigin, RawPurchase};
use super::super::rule_settings::PurchaseRuleSettings;
use crate::record::{Field, Findings};
use crate::rules::RuleId;
use crate::values::currency::{Currency, CurrencyStatus, minor_units, parse_currency};
use crate::values::money::{Amount, AmountError, ParsedAmount, parse_decimal, widened_float};
use crate::values::pt_br::CurrencySign;

/// Longest `product_id`, Unicode scalar values ("pode ter até 255 caracteres").
const PRODUCT_ID_MAX_CHARS: usize = 255;

/// Quantities the purchase object allows ("must be <= 100"; the SDK requires more than 0).
const QUANTITIES: std::ops::RangeInclusive<i16> = 1..=100;

#[inline]
pub(super) fn check_product_and_currency(
    raw: &RawPurchase<'_>,
    findings: &mut Findings,
) -> Option<Currency> {
    match raw.get(PurchaseField::ProductId) {
        Field::Text(product) if !product.is_empty() => check_product_text(product, findings),
        other => {
            let detail = "a non-empty string is required";
            findings.add(
                RuleId::BrzProductRequired,
                "product_id",
                &other.shown(),
                detail,
            );
        }
    }
    let currency = raw.get(PurchaseField::Currency);
    if let Some(sign) = raw.amount_sign
        && !check_sign(sign, currency, findings)
    {
        return None;
    }
    check_currency(currency, findings)
}

/// The currency of a field.
#[inline]
pub(super) fn check_currency(currency: &Field<'_>, findings: &mut Findings) -> Option<Currency> {
    let Field::Text(code) = currency else {
        let detail = "an ISO 4217 code is required";
        let shown = currency.shown();
        findings.add(RuleId::BrzCurRequired, "currency", &shown, detail);
        return None;
    };
    if code.is_empty() {
        findings.add(
            RuleId::BrzCurRequired,
            "currency",
            "",
            "an ISO 4217 code is required",
        );
        return None;
    }
    let Ok(parsed) = parse_currency(code) else {
        let detail = "not the ISO 4217 code of a currency";
        findings.add(RuleId::BrzCurUnknown, "currency", code, detail);
        return None;
    };
    if parsed.case_changed {
        findings.add(RuleId::BrzCurCase, "currency", code, "stored in upper case");
    }
    if parsed.status == CurrencyStatus::RetiredOrBrazeOnly {
        let detail = "accepted by Braze, but not an active ISO 4217 code";
        findings.add(RuleId::BrzCurRetired, "currency", code, detail);
    }
    Some(parsed.currency)
}

/// Whether a currency sign and the currency of the record give the currency; otherwise a finding rejects
/// the record, or the severity of the rule leaves the currency to the record.
#[cold]
fn check_sign(sign: CurrencySign, currency: &Field<'_>, findings: &mut Findings) -> bool {
    let shown = sign.as_str();
    let code = match currency {
        Field::Text(code) if !code.is_empty() => code,
        _ => {
            let detail = "several currencies have this sign; write the currency, or state --default-currency";
            findings.add_rejecting(RuleId::BrzCurSign, "currency", shown, detail);
            return false;
        }
    };
    if !sign.may_be(&code.to_ascii_uppercase()) {
        let detail = format!("the amount has another sign than the currency {code}");
        findings.add(RuleId::BrzCurSign, "currency", shown, &detail);
    }
    true
}

pub(super) fn check_product_text(product: &str, findings: &mut Findings) {
    if product.len() > PRODUCT_ID_MAX_CHARS {
        let chars = product.chars().count();
        if chars > PRODUCT_ID_MAX_CHARS {
            let detail = format!("{chars} characters; at most {PRODUCT_ID_MAX_CHARS} are allowed");
            findings.add(RuleId::BrzProductLen, "product_id", product, &detail);
        }
    }
    if may_have_space_or_control(product)
        && (product.trim().len() != product.len() || product.contains(char::is_control))
    {
        let detail = "leading or trailing white space, or control characters; stored unchanged";
        findings.add(RuleId::BrzProductSpace, "product_id", product, detail);
    }
}

/// Whether a text may have white space around it or control characters in it. Decided by bytes, so
/// that most texts need not be decoded.
fn may_have_space_or_control(text: &str) -> bool {
    let bytes = text.as_bytes();
    let may_be_space = |byte: Option<&u8>| byte.is_none_or(|byte| !byte.is_ascii_graphic());
    // Beyond ASCII, control characters (U+0080 to U+009F) begin with the byte C2.
    let may_be_control = |&byte: &u8| byte < b' ' || byte == 0x7F || byte == 0xC2;
    may_be_space(bytes.first())
        || may_be_space(bytes.last())
        || bytes
            .iter()
            .fold(false, |found, byte| found | may_be_control(byte))
}

/// The digits of a field that must be a number.
fn digits<'a>(settings: &PurchaseRuleSettings, field: &'a Field<'_>) -> Option<&'a str> {
    match field {
        Field::Number(text) => Some(text),
        Field::Text(text) if settings.numbers_as_strings => Some(text),
        _ => None,
    }
}

#[inline]
pub(super) fn check_price(
    settings: &PurchaseRuleSettings,
    raw: &RawPurchase<'_>,
    currency: Option<Currency>,
    findings: &mut Findings,
) -> Option<Amount> {
    let field = raw.get(PurchaseField::Price);
    if field.is_missing() {
        findings.add(
            RuleId::BrzPriceRequired,
            "price",
            &field.shown(),
            "a number is required",
        );
        return None;
    }
    check_amount(settings, raw, PurchaseField::Price, currency, findings)
}

/// The amount of a field that is there.
#[inline]
pub(super) fn check_amount(
    settings: &PurchaseRuleSettings,
    raw: &RawPurchase<'_>,
    name: PurchaseField,
    currency: Option<Currency>,
    findings: &mut Findings,
) -> Option<Amount> {
    let field = raw.get(name);
    let Some(text) = digits(settings, field) else {
        findings.add(
            RuleId::BrzPriceType,
            name.as_str(),
            &field.shown(),
            "must be a number",
        );
        return None;
    };
    let mut parsed = match parse_decimal(text) {
        Ok(parsed) => parsed,
        Err(error) => {
            let detail = match error {
                AmountError::Syntax => "must be a decimal number",
                _ => "does not fit 29 digits before and 9 after the decimal point",
            };
            findings.add(RuleId::BrzPriceType, name.as_str(), text, detail);
            return None;
        }
    };
    if raw.price_is_float32 {
        check_float_size(text, parsed, decimals_of(currency), findings);
    } else if raw.origin == PurchaseOrigin::Currents {
        parsed = restore_float_price(text, parsed, currency, findings);
    }
    add_amount_findings(name.as_str(), text, parsed, currency, findings);
    Some(parsed.amount)
}

/// Decimals of most currencies, for an unknown currency or one without defined minor units.
const DEFAULT_MINOR_UNITS: u8 = 2;

/// Restores a price that Currents wrote as a 32-bit float: if it has more digits than such a float,
/// the original decimal is the shortest one of the float.
fn restore_float_price(
    text: &str,
    as_written: ParsedAmount,
    currency: Option<Currency>,
    findings: &mut Findings,
) -> ParsedAmount {
    let units = decimals_of(currency);
    if as_written.decimals <= u32::from(units) {
        return as_written;
    }
    let shortest = widened_float(text).and_then(|shortest| parse_decimal(&shortest).ok());
    let Some(restored) = shortest.filter(|restored| *restored != as_written) else {
        return as_written;
    };
    let detail = format!(
        "a 32-bit float with more digits than its precision; stored as {}",
        restored.amount
    );
    findings.add(RuleId::BrzPriceWidened, "price", text, &detail);
    check_float_size(text, restored, units, findings);
    restored
}

/// The decimals that prices in a currency have.
fn decimals_of(currency: Option<Currency>) -> u8 {
    currency
        .and_then(minor_units)
        .unwrap_or(DEFAULT_MINOR_UNITS)
}

/// Reports a price from a 32-bit float that is too large for its decimals to be exact.
fn check_float_size(text: &str, price: ParsedAmount, units: u8, findings: &mut Findings) {
    if price.amount.nanos().unsigned_abs() >= u128::from(float_limit(units)) * NANOS_PER_UNIT {
        let detail = format!("a 32-bit float of this size does not have {units} exact decimals");
        findings.add(RuleId::BrzPriceFloat32, "price", text, &detail);
    }
}

/// Nano-units in one unit of an amount.
const NANOS_PER_UNIT: u128 = 1_000_000_000;

/// The amount from which adjacent 32-bit floats are further apart than amounts with so many
/// decimals: 2^24 for whole numbers, else the power of two below which they are closer than
/// 10^-units.
fn float_limit(units: u8) -> u32 {
    match units {
        0 => 1 << 24,
        1 | 2 => 1 << 17,
        3 => 1 << 14,
        _ => 1 << 10,
    }
}

/// Adds the findings on the digits and the sign of an amount.
fn add_amount_findings(
    field: &str,
    text: &str,
    parsed: ParsedAmount,
    currency: Option<Currency>,
    findings: &mut Findings,
) {
    let ParsedAmount {
        amount,
        decimals,
        rounded,
    } = parsed;
    if rounded {
        let detail = "more than 9 decimals; rounded half to even";
        findings.add(RuleId::BrzPriceRounded, field, text, detail);
    }
    if let Some(units) = currency.and_then(minor_units)
        && decimals > u32::from(units)
    {
        let detail = format!("more decimals than the currency has ({units})");
        findings.add(RuleId::BrzPriceScale, field, text, &detail);
    }
    if amount.is_negative() {
        findings.add(
            RuleId::BrzPriceNeg,
            field,
            text,
            "negative: counted as a refund",
        );
    }
}

#[inline]
pub(super) fn check_quantity(
    settings: &PurchaseRuleSettings,
    raw: &RawPurchase<'_>,
    findings: &mut Findings,
) -> Option<i16> {
    let field = raw.get(PurchaseField::Quantity);
    match field {
        Field::Absent => return Some(1),
        Field::Null => {
            findings.add(RuleId::BrzQtyNull, "quantity", "null", "read as 1");
            return Some(1);
        }
        _ => {}
    }
    let Some(text) = digits(settings, field) else {
        findings.add(
            RuleId::BrzQtyType,
            "quantity",
            &field.shown(),
            "must be an integer",
        );
        return None;
    };
    let Some(quantity) = whole_number(text) else {
        findings.add(
            RuleId::BrzQtyType,
            "quantity",
            text,
            "must be a whole number",
        );
        return None;
    };
    if !text
        .bytes()
        .all(|byte| byte.is_ascii_digit() || byte == b'-')
    {
        findings.add(
            RuleId::BrzQtyFloat,
            "quantity",
            text,
            "written with a fraction or exponent",
        );
    }
    match i16::try_from(quantity) {
        Ok(small) if QUANTITIES.contains(&small) => Some(small),
        Ok(small) if small > *QUANTITIES.end() => {
            let detail = "must be from 1 to 100";
            findings.add(RuleId::BrzQtyRange, "quantity", text, detail);
            Some(small)
        }
        _ => {
            // What is not positive is no number of items, and a larger number does not fit the column.
            let detail = format!("must be from 1 to 100, and at most {}", i16::MAX);
            findings.add_rejecting(RuleId::BrzQtyRange, "quantity", text, &detail);
            None
        }
    }
}

/// The number if it has no fraction. `2`, `2.0` and `2e0` are whole; `2.5` is not.
/// A whole number too large for an amount saturates, and then fails the range check.
pub(super) fn whole_number(text: &str) -> Option<i128> {
    /// 10^9, the unit of an amount.
    const NANOS_PER_UNIT: i128 = 1_000_000_000;
    if let Ok(short) = text.parse::<i64>()
        && !text.starts_with('+')
    {
        return Some(i128::from(short));
    }
    match parse_decimal(text) {
        Ok(parsed) if !parsed.rounded && parsed.amount.nanos() % NANOS_PER_UNIT == 0 => {
            Some(parsed.amount.nanos() / NANOS_PER_UNIT)
        }
        Err(AmountError::OutOfRange) => Some(i128::MAX),
        _ => None,
    }
}

#[inline]
pub(super) fn revenue(
    price: Option<Amount>,
    quantity: Option<i16>,
    findings: &mut Findings,
) -> Option<Amount> {
    let (price, quantity) = (price?, quantity?);
    let revenue = price.checked_mul_quantity(i64::from(quantity));
    if revenue.is_none() {
        let detail = "price × quantity does not fit 29 digits before the decimal point";
        findings.add(RuleId::BrzPriceType, "price", &price.to_string(), detail);
    }
    revenue
}
