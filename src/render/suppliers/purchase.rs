//! A supplier purchase as the documented object: every documented key in the documented order, null
//! where nothing is known, and an object of which nothing is known is null as a whole.

use chrono::{DateTime, FixedOffset};

use crate::render::document::Json;
use crate::render::exact::money_text;
use crate::report::{Invoice, Money, Party, Shipping, SupplierPurchaseRow};
use crate::response::PageMeta;

pub(super) fn purchase(row: &SupplierPurchaseRow) -> Json {
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
        ("id", Json::number(*id)),
        (
            "registration_date",
            Json::Text(registration_date.to_string()),
        ),
        ("supplier", party(supplier)),
        ("invoice", self::invoice(invoice)),
        ("code", number(*code)),
        ("value_of_items", money(value_of_items)),
        ("discount", money(discount)),
        ("other_expenses_value", money(other_expenses_value)),
        ("total", money(total)),
        ("notes", Json::text(notes.as_deref())),
        ("shipping", shipping(how)),
        ("status", Json::text(status.as_deref())),
        ("order_number", Json::text(order_number.as_deref())),
        ("has_stock_movement_out", flag(*has_stock_movement_out)),
    ];
    // "Este campo só aparece quando o registro está excluído (deleted=true)." It is the only sign of
    // deletion, and null would read as none.
    if *is_deleted {
        let were_deleted = were_stock_movements_deleted.unwrap_or(false);
        entries.push(("were_stock_movements_deleted", Json::Bool(were_deleted)));
    }
    let created_at = created_at.as_ref().map(time_text);
    entries.push(("created_at", Json::text(created_at.as_deref())));
    entries.push(("updated_at", Json::Text(time_text(updated_at))));
    Json::Object(entries)
}

pub(super) fn meta(meta: PageMeta) -> Json {
    let PageMeta {
        current_page,
        last_page,
        per_page,
        total,
    } = meta;
    Json::Object(vec![
        ("current_page", Json::number(current_page)),
        ("last_page", Json::number(last_page)),
        ("per_page", Json::number(per_page)),
        ("total", Json::number(total)),
    ])
}

/// An instant in the offset it was written in, as the documented example has it; with six digits of
/// a fraction when there is one.
pub(super) fn time_text(time: &DateTime<FixedOffset>) -> String {
    let form = if time.timestamp_subsec_micros() == 0 {
        "%Y-%m-%dT%H:%M:%S%:z"
    } else {
        "%Y-%m-%dT%H:%M:%S%.6f%:z"
    };
    time.format(form).to_string()
}

fn party(party: &Party) -> Json {
    let Party { id, name } = party;
    object(vec![
        ("id", number(*id)),
        ("name", Json::text(name.as_deref())),
    ])
}

fn invoice(invoice: &Invoice) -> Json {
    let Invoice { serie, number } = invoice;
    object(vec![
        ("serie", Json::text(serie.as_deref())),
        ("number", Json::text(number.as_deref())),
    ])
}

fn money(money: &Money) -> Json {
    let Money { amount, currency } = money;
    let currency = currency.as_deref();
    let amount = amount.map(|amount| Json::Digits(money_text(amount, currency)));
    object(vec![
        ("amount", amount.unwrap_or(Json::Null)),
        ("currency", Json::text(currency)),
    ])
}

fn shipping(shipping: &Shipping) -> Json {
    let Shipping {
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

/// An object, or null when all its parts are.
fn object(entries: Vec<(&'static str, Json)>) -> Json {
    if entries.iter().all(|(_, value)| *value == Json::Null) {
        Json::Null
    } else {
        Json::Object(entries)
    }
}

fn number(number: Option<i64>) -> Json {
    number.map_or(Json::Null, Json::number)
}

fn flag(flag: Option<bool>) -> Json {
    flag.map_or(Json::Null, Json::Bool)
}
