//! A supplier purchase as the documented JSON object: every documented key in the documented order,
//! null for unknown values, and null for an object whose members are all unknown.

use chrono::{DateTime, FixedOffset};

use crate::render::amount_text::money_text;
use crate::render::json_writer::JsonValue;
use crate::report::{RowInvoice, RowMoney, RowParty, RowShipping, SupplierPurchaseRow};
use crate::response::PageMeta;

pub(super) fn purchase(row: &SupplierPurchaseRow) -> JsonValue {
    let SupplierPurchaseRow {
        id,
        registration_date,
        supplier,
        invoice,
        code,
        value_of_items,
        discount,
        other_expenses_value,
        total,
        notes,
        shipping: how,
        status,
        order_number,
        has_stock_movement_out,
        were_stock_movements_deleted,
        is_deleted,
        created_at,
        updated_at,
        extra: _,
    } = row;
    let mut entries = vec![
        ("id", JsonValue::number(*id)),
        (
            "registration_date",
            JsonValue::Text(registration_date.to_string()),
        ),
        ("supplier", party(supplier)),
        ("invoice", self::invoice(invoice)),
        ("code", number(*code)),
        ("value_of_items", money(value_of_items)),
        ("discount", money(discount)),
        ("other_expenses_value", money(other_expenses_value)),
        ("total", money(total)),
        ("notes", JsonValue::text(notes.as_deref())),
        ("shipping", shipping(how)),
        ("status", JsonValue::text(status.as_deref())),
        ("order_number", JsonValue::text(order_number.as_deref())),
        ("has_stock_movement_out", flag(*has_stock_movement_out)),
    ];
    // "Este campo só aparece quando o registro está excluído (deleted=true)." It is the only mark
    // of a deletion, so it must not be null.
    if *is_deleted {
        let were_deleted = were_stock_movements_deleted.unwrap_or(false);
        entries.push((
            "were_stock_movements_deleted",
            JsonValue::Bool(were_deleted),
        ));
    }
    let created_at = created_at.as_ref().map(time_text);
    entries.push(("created_at", JsonValue::text(created_at.as_deref())));
    entries.push(("updated_at", JsonValue::Text(time_text(updated_at))));
    JsonValue::Object(entries)
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

/// An instant with its original offset, as in the documented example; with six fractional digits
/// unless they are zero.
pub(super) fn time_text(time: &DateTime<FixedOffset>) -> String {
    let form = if time.timestamp_subsec_micros() == 0 {
        "%Y-%m-%dT%H:%M:%S%:z"
    } else {
        "%Y-%m-%dT%H:%M:%S%.6f%:z"
    };
    time.format(form).to_string()
}

fn party(party: &RowParty) -> JsonValue {
    let RowParty { id, name } = party;
    object(vec![
        ("id", number(*id)),
        ("name", JsonValue::text(name.as_deref())),
    ])
}

fn invoice(invoice: &RowInvoice) -> JsonValue {
    let RowInvoice { serie, number } = invoice;
    object(vec![
        ("serie", JsonValue::text(serie.as_deref())),
        ("number", JsonValue::text(number.as_deref())),
    ])
}

fn money(money: &RowMoney) -> JsonValue {
    let RowMoney { amount, currency } = money;
    let currency = currency.as_deref();
    let amount = amount.map(|amount| JsonValue::Digits(money_text(amount, currency)));
    object(vec![
        ("amount", amount.unwrap_or(JsonValue::Null)),
        ("currency", JsonValue::text(currency)),
    ])
}

fn shipping(shipping: &RowShipping) -> JsonValue {
    let RowShipping {
        pay_shipping,
        carrier,
        shipping_value,
    } = shipping;
    object(vec![
        ("pay_shipping", flag(*pay_shipping)),
        ("carrier", party(carrier)),
        ("shipping_value", money(shipping_value)),
    ])
}

/// An object, or null when all its members are null.
fn object(entries: Vec<(&'static str, JsonValue)>) -> JsonValue {
    if entries.iter().all(|(_, value)| *value == JsonValue::Null) {
        JsonValue::Null
    } else {
        JsonValue::Object(entries)
    }
}

fn number(number: Option<i64>) -> JsonValue {
    number.map_or(JsonValue::Null, JsonValue::number)
}

fn flag(flag: Option<bool>) -> JsonValue {
    flag.map_or(JsonValue::Null, JsonValue::Bool)
}
