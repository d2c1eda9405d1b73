//! A line of an order: its text goes in; its product, quantity and exact amounts come out.

use std::borrow::Cow;

use super::super::super::field::PurchaseField;
use super::super::super::order_event_name::OrderEventName;
use super::super::super::raw::RawPurchase;
use super::super::super::rule_settings::PurchaseRuleSettings;
use super::super::product_and_price::{check_amount, check_product_text, revenue, whole_number};
use super::keys::{LINE, check_keys};
use super::members::{JsonMember, members, text_of, value_of};
use super::type_mismatch::{TypeMismatch, ValueType};
use crate::record::{Field, Findings};
use crate::rules::RuleId;
use crate::values::currency::Currency;
use crate::values::money::{Amount, parse_decimal};

/// A line of an order.
#[derive(Clone, Debug, Default)]
pub(super) struct OrderLine<'a> {
    /// The product; empty if a finding rejects the line.
    pub(super) product_id: Cow<'a, str>,
    /// The members of the line.
    pub(super) members: Vec<JsonMember<'a>>,
    quantity: Option<i16>,
    price: Option<Amount>,
    revenue: Option<Amount>,
}

/// The amounts of a line that is a row.
#[derive(Clone, Copy, Debug)]
pub(super) struct LineAmounts {
    /// Of one item, negative for a refund.
    pub(super) price: Amount,
    /// At least 1.
    pub(super) quantity: i16,
    /// price × quantity.
    pub(super) revenue: Amount,
}

impl OrderLine<'_> {
    /// The amounts; `None` for a line without items, and if a finding rejects the line.
    pub(super) fn amounts(&self) -> Option<LineAmounts> {
        Some(LineAmounts {
            price: self.price?,
            quantity: self.quantity.filter(|quantity| *quantity > 0)?,
            revenue: self.revenue?,
        })
    }

    /// price × quantity, also of a line without items; `None` if a finding rejects the line.
    pub(super) fn revenue(&self) -> Option<Amount> {
        self.revenue
    }
}

/// Checks a line. The findings have the scope of the line, without the point before a key.
pub(super) fn check_line<'a>(
    settings: &PurchaseRuleSettings,
    name: Option<OrderEventName>,
    text: &'a str,
    currency: Option<Currency>,
    findings: &mut Findings,
) -> OrderLine<'a> {
    let found = ValueType::of(text);
    if found != ValueType::Object {
        let detail = TypeMismatch::new(found, ValueType::Object).to_string();
        findings.add(RuleId::BrzEcomType, "", text, &detail);
        return OrderLine::default();
    }
    let members = members(text);
    findings.extend_scope(".");
    let rejects_others = settings.reject_unknown_fields;
    check_keys(&members, &LINE, rejects_others, findings);
    let product_id = value_of(&members, "product_id").and_then(text_of);
    let product_id = product_id.unwrap_or_default();
    if !product_id.trim().is_empty() {
        check_product_text(&product_id, findings);
    }
    let quantity = value_of(&members, "quantity").and_then(|text| check_quantity(text, findings));
    let price = value_of(&members, "price");
    let price = price.and_then(|text| check_price(settings, name, text, currency, findings));
    OrderLine {
        product_id,
        members,
        quantity,
        price,
        revenue: revenue(price, quantity, findings),
    }
}

/// The quantity; that it is a whole number is a rule on the keys.
fn check_quantity(text: &str, findings: &mut Findings) -> Option<i16> {
    if ValueType::of(text) != ValueType::Number {
        return None;
    }
    let quantity = whole_number(text)?;
    let is_plain = |byte: u8| byte.is_ascii_digit() || byte == b'-';
    if !text.bytes().all(is_plain) {
        let detail = "written with a fraction or exponent";
        findings.add(RuleId::BrzQtyFloat, "quantity", text, detail);
    }
    match i16::try_from(quantity) {
        Ok(0) => {
            let detail = "a line without items is no row";
            findings.add(RuleId::BrzEcomQtyZero, "quantity", text, detail);
            Some(0)
        }
        Ok(quantity) if quantity > 0 => Some(quantity),
        _ => {
            let detail = format!("must be from 0 to {}", i16::MAX);
            findings.add(RuleId::BrzEcomQty, "quantity", text, &detail);
            None
        }
    }
}

/// The price of one item, negative for a refund; that it is a number and not negative is a rule on the
/// keys.
fn check_price(
    settings: &PurchaseRuleSettings,
    name: Option<OrderEventName>,
    text: &str,
    currency: Option<Currency>,
    findings: &mut Findings,
) -> Option<Amount> {
    let parsed = parse_decimal(text).ok()?;
    if parsed.amount.is_negative() {
        return None;
    }
    // Numbers in properties are texts: no 32-bit float was between, whatever the origin of the event.
    let mut raw = RawPurchase::default();
    let field = PurchaseField::Price;
    raw.set(field, Field::Number(Cow::Borrowed(text)));
    let price = check_amount(settings, &raw, field, currency, findings)?;
    if name == Some(OrderEventName::Refunded) {
        return Amount::from_nanos(-price.nanos());
    }
    Some(price)
}
