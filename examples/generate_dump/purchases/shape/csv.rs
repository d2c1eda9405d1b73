//! The flat CSV shape: a draft comes in, one RFC 4180 row without a line end goes out.

use crate::field::Form;
use crate::purchases::draft::{Damage, Draft, Key};
use crate::text::push_csv_field;

const COLUMNS: [(Key, &str); 14] = [
    (Key::ExternalId, "external_id"),
    (Key::AliasName, "alias_name"),
    (Key::AliasLabel, "alias_label"),
    (Key::BrazeId, "braze_id"),
    (Key::Email, "email"),
    (Key::Phone, "phone"),
    (Key::AppId, "app_id"),
    (Key::ProductId, "product_id"),
    (Key::Currency, "currency"),
    (Key::Price, "price"),
    (Key::Quantity, "quantity"),
    (Key::Time, "time"),
    (Key::Properties, "properties"),
    (Key::UpdateOnly, "_update_existing_only"),
];

/// The header row, with its line end.
pub(super) fn header(out: &mut Vec<u8>) {
    let names: Vec<&str> = COLUMNS.iter().map(|&(_, header)| header).collect();
    out.extend_from_slice(names.join(",").as_bytes());
    out.push(b'\n');
}

/// One row.
pub(super) fn row(out: &mut Vec<u8>, draft: &Draft) {
    let count = match draft.damage {
        Some(Damage::MissingColumns) => COLUMNS.len() - 2,
        _ => COLUMNS.len(),
    };
    for (at, &(name, _)) in COLUMNS.iter().take(count).enumerate() {
        if at > 0 {
            out.push(b',');
        }
        let field = draft.field(name);
        if field.form != Form::Absent {
            push_csv_field(out, &field.bytes, b',');
        }
    }
    if draft.damage == Some(Damage::ExtraColumn) {
        out.extend_from_slice(b",surplus");
    }
}
