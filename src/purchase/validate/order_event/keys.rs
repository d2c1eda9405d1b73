//! The keys of an order and of its lines (Braze, "Recommended events"), and the rules on them: which are
//! required, their types, amounts that are not negative, and no other keys.

use super::super::super::order_event_name::OrderEventName;
use super::super::product_and_price::whole_number;
use super::members::{JsonMember, text_of, value_of};
use super::type_mismatch::{TypeMismatch, ValueType};
use crate::record::Findings;
use crate::rules::RuleId;
use crate::values::money::parse_decimal;

/// A key.
#[derive(Clone, Copy, Debug)]
pub(super) struct OrderKey {
    key: &'static str,
    value_type: ValueType,
    is_required: bool,
    /// Whether only orders that are placed have it.
    is_of_placed: bool,
}

const fn required(key: &'static str, value_type: ValueType) -> OrderKey {
    OrderKey {
        key,
        value_type,
        is_required: true,
        is_of_placed: false,
    }
}

const fn optional(key: &'static str, value_type: ValueType) -> OrderKey {
    OrderKey {
        is_required: false,
        ..required(key, value_type)
    }
}

const fn of_placed(key: &'static str, value_type: ValueType) -> OrderKey {
    OrderKey {
        is_of_placed: true,
        ..optional(key, value_type)
    }
}

/// The keys of the properties.
const ORDER: [OrderKey; 12] = [
    required("order_id", ValueType::Text),
    required("source", ValueType::Text),
    required("currency", ValueType::Text),
    required("products", ValueType::Array),
    required("total_value", ValueType::Number),
    of_placed("subtotal_value", ValueType::Number),
    of_placed("tax", ValueType::Number),
    of_placed("shipping", ValueType::Number),
    optional("total_discounts", ValueType::Number),
    optional("discounts", ValueType::Array),
    optional("metadata", ValueType::Object),
    of_placed("cart_id", ValueType::Text),
];

/// The keys of a line.
pub(super) const LINE: [OrderKey; 8] = [
    required("product_id", ValueType::Text),
    required("product_name", ValueType::Text),
    required("variant_id", ValueType::Text),
    required("quantity", ValueType::Integer),
    required("price", ValueType::Number),
    optional("image_url", ValueType::Text),
    optional("product_url", ValueType::Text),
    optional("metadata", ValueType::Object),
];

/// The keys of the properties of an event.
pub(super) fn order_keys(name: Option<OrderEventName>) -> Vec<OrderKey> {
    let is_placed = name == Some(OrderEventName::Placed);
    let of_event = move |key: &OrderKey| is_placed || !key.is_of_placed;
    ORDER.into_iter().filter(of_event).collect()
}

/// Checks the members of an object; `rejects_others` if keys that are not among `keys` reject it.
pub(super) fn check_keys(
    members: &[JsonMember<'_>],
    keys: &[OrderKey],
    rejects_others: bool,
    findings: &mut Findings,
) {
    for key in keys {
        match value_of(members, key.key) {
            Some(value) => check_value(*key, value, findings),
            None if key.is_required => {
                findings.add(RuleId::BrzEcomRequired, key.key, "", "is required");
            }
            None => {}
        }
    }
    for member in members {
        if keys.iter().any(|key| member.has_key(key.key)) {
            continue;
        }
        let (rule, key) = (RuleId::BrzEcomKeyExtra, member.key.decode());
        let detail = "not a key of this event: Braze drops an event with it";
        if rejects_others {
            findings.add_rejecting(rule, &key, member.value, detail);
        } else {
            findings.add(rule, &key, member.value, detail);
        }
    }
}

fn check_value(key: OrderKey, value: &str, findings: &mut Findings) {
    let found = ValueType::of(value);
    let is_whole = || whole_number(value).is_some();
    let fits = match key.value_type {
        ValueType::Integer => found == ValueType::Number && is_whole(),
        expected => found == expected,
    };
    if !fits {
        let detail = TypeMismatch::new(found, key.value_type).to_string();
        findings.add(RuleId::BrzEcomType, key.key, value, &detail);
    } else if found == ValueType::Text {
        let is_blank = || text_of(value).is_some_and(|text| text.trim().is_empty());
        if key.is_required && is_blank() {
            findings.add(RuleId::BrzEcomRequired, key.key, value, "must not be blank");
        }
    } else if key.value_type == ValueType::Number {
        check_amount(key, value, findings);
    }
}

fn check_amount(key: OrderKey, value: &str, findings: &mut Findings) {
    let detail = match parse_decimal(value) {
        Ok(parsed) if !parsed.amount.is_negative() => return,
        Ok(_) => "must not be negative; a refund has the event order_refunded",
        Err(_) => "does not fit 29 digits before and 9 after the decimal point",
    };
    findings.add(RuleId::BrzEcomMoney, key.key, value, detail);
}
