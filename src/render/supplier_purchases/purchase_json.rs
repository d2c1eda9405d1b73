//! A supplier purchase as the documented JSON object: every documented key in the documented order,
//! null for unknown values, and null for an object whose members are all unknown.

use chrono::SecondsFormat;

use crate::render::amount_text::money_text;
use crate::render::json_writer::JsonValue;
use crate::response::PageMeta;
use crate::supplier_purchase::{
    SupplierFieldSpec, SupplierFieldType, SupplierPurchaseField, SupplierPurchaseValues,
    SupplierValue, members_of,
};
use crate::values::instant::Instant;

pub(super) fn purchase(values: &SupplierPurchaseValues<'_>) -> JsonValue {
    JsonValue::Object(members(None, values))
}

pub(super) fn meta(meta: PageMeta) -> JsonValue {
    let PageMeta {
        current_page,
        last_page,
        per_page,
        total,
    } = meta;
    JsonValue::Object(vec![
        ("current_page", JsonValue::number(current_page)),
        ("last_page", JsonValue::number(last_page)),
        ("per_page", JsonValue::number(per_page)),
        ("total", JsonValue::number(total)),
    ])
}

/// The documented members of an object, or of the purchase itself.
fn members(
    parent: Option<SupplierPurchaseField>,
    values: &SupplierPurchaseValues<'_>,
) -> Vec<(&'static str, JsonValue)> {
    let documented = members_of(parent).filter(|spec| spec.is_documented());
    let members = documented.filter_map(|spec| Some((spec.key, member(spec, values)?)));
    members.collect()
}

/// The value of a key; none if the key is not written.
fn member(spec: &SupplierFieldSpec, values: &SupplierPurchaseValues<'_>) -> Option<JsonValue> {
    if let SupplierFieldType::Object(_) = spec.field_type {
        let members = members(Some(spec.field), values);
        let is_null = members.iter().all(|(_, value)| *value == JsonValue::Null);
        return Some(if is_null {
            JsonValue::Null
        } else {
            JsonValue::Object(members)
        });
    }
    let value = match values.get(spec.field) {
        None => JsonValue::Null,
        Some(SupplierValue::Integer(number)) => JsonValue::number(*number),
        Some(SupplierValue::Text(text)) => JsonValue::text(Some(text)),
        Some(SupplierValue::Boolean(flag)) => JsonValue::Bool(*flag),
        Some(SupplierValue::Date(date)) => JsonValue::Text(date.to_string()),
        Some(SupplierValue::Amount(amount)) => {
            JsonValue::Digits(money_text(*amount, values.currency_of(spec.field)))
        }
        Some(SupplierValue::Currency(currency)) => JsonValue::text(Some(currency.as_str())),
        Some(SupplierValue::Time(time)) => JsonValue::Text(time_text(*time)),
    };
    if spec.field != SupplierPurchaseField::WereStockMovementsDeleted {
        return Some(value);
    }
    // "Este campo só aparece quando o registro está excluído (deleted=true)." It is the only mark
    // of a deletion, so it must not be null.
    let were_deleted = values.boolean(spec.field).unwrap_or(false);
    values.is_deleted().then_some(JsonValue::Bool(were_deleted))
}

/// An instant with its original offset, as in the documented example; with six fractional digits
/// unless they are zero.
pub(super) fn time_text(time: Instant) -> String {
    let time = time.local();
    let decimals = if time.timestamp_subsec_micros() == 0 {
        SecondsFormat::Secs
    } else {
        SecondsFormat::Micros
    };
    time.to_rfc3339_opts(decimals, false)
}
