//! The documented JSON: a sheet comes in, one purchase object without a line end goes out.

use super::record_fields::{Damage, Key, RecordFields};
use crate::field::Form;
use crate::text::push_json_string;

/// A member of an object: a field, or an object of its own.
enum Member {
    Field(&'static str, Key),
    Object(&'static str, &'static [Self]),
}

use Member::{Field, Object};

const RECORD: &[Member] = &[
    Field("id", Key::Id),
    Field("registration_date", Key::Date),
    Object(
        "supplier",
        &[
            Field("id", Key::SupplierId),
            Field("name", Key::SupplierName),
        ],
    ),
    Object(
        "invoice",
        &[
            Field("serie", Key::InvoiceSerie),
            Field("number", Key::InvoiceNumber),
        ],
    ),
    Field("code", Key::Code),
    Object(
        "value_of_items",
        &[
            Field("amount", Key::Items),
            Field("currency", Key::ItemsCurrency),
        ],
    ),
    Object(
        "discount",
        &[
            Field("amount", Key::Discount),
            Field("currency", Key::DiscountCurrency),
        ],
    ),
    Object(
        "other_expenses_value",
        &[
            Field("amount", Key::Other),
            Field("currency", Key::OtherCurrency),
        ],
    ),
    Object(
        "total",
        &[
            Field("amount", Key::Total),
            Field("currency", Key::TotalCurrency),
        ],
    ),
    Field("notes", Key::Notes),
    Object(
        "shipping",
        &[
            Field("pay_shipping", Key::PayShipping),
            Object(
                "carrier",
                &[Field("id", Key::CarrierId), Field("name", Key::CarrierName)],
            ),
            Object(
                "shipping_value",
                &[
                    Field("amount", Key::Shipping),
                    Field("currency", Key::ShippingCurrency),
                ],
            ),
        ],
    ),
    Field("status", Key::Status),
    Field("order_number", Key::OrderNumber),
    Field("has_stock_movement_out", Key::MovementOut),
    Field("were_stock_movements_deleted", Key::Deleted),
    Field("created_at", Key::Created),
    Field("updated_at", Key::Updated),
    Field("channel", Key::Unknown),
];

/// One purchase.
pub(super) fn record(out: &mut Vec<u8>, fields: &RecordFields) {
    if let Some(Damage::Whole(json)) = fields.damage {
        out.extend_from_slice(json.as_bytes());
        return;
    }
    let start = out.len();
    object(out, fields, RECORD);
    if fields.damage == Some(Damage::Cut) {
        let mut end = start + (out.len() - start) * 3 / 5;
        // Never inside a letter: the line is to break the JSON grammar, not the encoding.
        while out[end] & 0b1100_0000 == 0b1000_0000 {
            end -= 1;
        }
        out.truncate(end);
    }
}

fn object(out: &mut Vec<u8>, fields: &RecordFields, members: &[Member]) {
    let before = out.len();
    out.push(b'{');
    for member in members {
        match member {
            Field(name, key) => {
                let copies = 1 + usize::from(fields.damage == Some(Damage::Repeat(*key)));
                for _ in 0..copies {
                    field(out, fields, name, *key, before);
                }
            }
            Object(name, inner) => match fields.damage {
                Some(Damage::Object(damaged, json)) if damaged == *name => {
                    push_key(out, fields, name, before);
                    out.extend_from_slice(json.as_bytes());
                }
                _ if inner.iter().all(|member| is_empty(fields, member)) => {
                    empty(out, fields, name, before);
                }
                _ => {
                    push_key(out, fields, name, before);
                    object(out, fields, inner);
                }
            },
        }
    }
    out.push(b'}');
}

fn field(out: &mut Vec<u8>, fields: &RecordFields, name: &str, key: Key, before: usize) {
    let field = fields.field(key);
    match field.form {
        // A key that only some purchases have is never there for nothing.
        Form::Absent if matches!(key, Key::Deleted | Key::Unknown) => {}
        Form::Absent => empty(out, fields, name, before),
        Form::Text => {
            push_key(out, fields, name, before);
            push_json_string(out, &field.bytes, fields.style.escaped);
        }
        Form::Raw => {
            push_key(out, fields, name, before);
            out.extend_from_slice(&field.bytes);
        }
    }
}

fn empty(out: &mut Vec<u8>, fields: &RecordFields, name: &str, before: usize) {
    if fields.style.nulls {
        push_key(out, fields, name, before);
        out.extend_from_slice(b"null");
    }
}

/// The key of the next member of the object that begins at `before`.
fn push_key(out: &mut Vec<u8>, fields: &RecordFields, name: &str, before: usize) {
    if out.len() > before + 1 {
        out.push(b',');
        if fields.style.spaced {
            out.push(b' ');
        }
    }
    out.push(b'"');
    out.extend_from_slice(name.as_bytes());
    out.extend_from_slice(if fields.style.spaced {
        b"\" : "
    } else {
        b"\":"
    });
}

fn is_empty(fields: &RecordFields, member: &Member) -> bool {
    match member {
        Field(_, key) => fields.field(*key).form == Form::Absent,
        Object(name, inner) => {
            let damaged = matches!(fields.damage, Some(Damage::Object(at, _)) if at == *name);
            !damaged && inner.iter().all(|member| is_empty(fields, member))
        }
    }
}
