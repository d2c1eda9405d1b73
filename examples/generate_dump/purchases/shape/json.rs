//! The JSON shapes: a draft comes in, one JSON value without a line end goes out.

use crate::digits::{push_hex, push_u64};
use crate::field::{Field, Form};
use crate::purchases::draft::{Damage, Draft, Key};
use crate::text::push_json_string;

/// The identifiers that a Cloud Data Ingestion line carries outside its payload.
const IDENTIFIERS: [(Key, &str); 6] = [
    (Key::ExternalId, "external_id"),
    (Key::AliasName, "alias_name"),
    (Key::AliasLabel, "alias_label"),
    (Key::BrazeId, "braze_id"),
    (Key::Email, "email"),
    (Key::Phone, "phone"),
];

/// Everything else of a purchase object.
const GOODS: [(Key, &str); 9] = [
    (Key::AppId, "app_id"),
    (Key::ProductId, "product_id"),
    (Key::Currency, "currency"),
    (Key::Price, "price"),
    (Key::Quantity, "quantity"),
    (Key::Time, "time"),
    (Key::Properties, "properties"),
    (Key::UpdateOnly, "_update_existing_only"),
    (Key::Unknown, "loyalty_tier"),
];

/// An object being written: keeps the commas and the style.
struct Object<'a> {
    out: &'a mut Vec<u8>,
    empty: bool,
    spaced: bool,
    escaped: bool,
}

impl<'a> Object<'a> {
    fn begin(out: &'a mut Vec<u8>, draft: &Draft) -> Self {
        out.push(b'{');
        Self {
            out,
            empty: true,
            spaced: draft.spaced,
            escaped: draft.escaped,
        }
    }

    fn key(&mut self, key: &str) {
        if !self.empty {
            self.out.push(b',');
            if self.spaced {
                self.out.push(b' ');
            }
        }
        self.empty = false;
        self.out.push(b'"');
        self.out.extend_from_slice(key.as_bytes());
        self.out
            .extend_from_slice(if self.spaced { b"\" : " } else { b"\":" });
    }

    fn field(&mut self, key: &str, field: &Field) {
        if field.form == Form::Absent {
            return;
        }
        self.key(key);
        if field.form == Form::Text {
            push_json_string(self.out, &field.bytes, self.escaped);
        } else {
            self.out.extend_from_slice(&field.bytes);
        }
    }

    fn goods(&mut self, draft: &Draft) {
        for (name, key) in GOODS {
            self.field(key, draft.field(name));
            if draft.repeat == Some(name) {
                self.field(key, draft.field(name));
            }
        }
    }

    fn end(self) {
        self.out.push(b'}');
    }
}

/// A purchase object as the documents show it.
pub(super) fn purchase(out: &mut Vec<u8>, draft: &Draft) {
    let mut object = Object::begin(out, draft);
    object.field("external_id", draft.field(Key::ExternalId));
    let (name, label) = (draft.field(Key::AliasName), draft.field(Key::AliasLabel));
    if name.form != Form::Absent || label.form != Form::Absent {
        object.key("user_alias");
        let mut alias = Object::begin(object.out, draft);
        alias.field("alias_name", name);
        alias.field("alias_label", label);
        alias.end();
    }
    object.field("braze_id", draft.field(Key::BrazeId));
    object.field("email", draft.field(Key::Email));
    object.field("phone", draft.field(Key::Phone));
    object.goods(draft);
    object.end();
}

/// A Cloud Data Ingestion line.
pub(super) fn cdi(out: &mut Vec<u8>, payload: &mut Vec<u8>, draft: &Draft) {
    payload.clear();
    if let Some(Damage::Payload(text)) = draft.damage {
        payload.extend_from_slice(text.as_bytes());
    } else {
        let mut inner = Object::begin(payload, draft);
        if draft.conflict {
            inner.key("external_id");
            inner.out.extend_from_slice(b"\"cli-99999999\"");
        }
        inner.goods(draft);
        inner.end();
    }
    let mut object = Object::begin(out, draft);
    for (name, key) in IDENTIFIERS {
        object.field(key, draft.field(name));
    }
    object.key("payload");
    push_json_string(object.out, payload, false);
    object.end();
}

/// A Currents purchase event.
pub(super) fn currents(out: &mut Vec<u8>, draft: &Draft) {
    let mut object = Object::begin(out, draft);
    object.key("id");
    object.out.push(b'"');
    push_uuid(object.out, draft.event);
    object.out.push(b'"');
    // The user is known to Braze whatever the sender called them, unless the draft is to have no identifier at all.
    let known = IDENTIFIERS.iter().any(|&(name, _)| {
        draft.field(name).form == Form::Text && !draft.field(name).bytes.is_empty()
    });
    if known {
        object.key("user_id");
        object.out.push(b'"');
        push_hex(object.out, draft.user.wrapping_add(0x5f1e), 24);
        object.out.push(b'"');
    }
    object.field("external_user_id", draft.field(Key::ExternalId));
    object.field("app_id", draft.field(Key::AppId));
    for _ in 0..=usize::from(draft.repeat == Some(Key::Time)) {
        currents_time(&mut object, draft);
    }
    for (name, key) in [
        (Key::ProductId, "product_id"),
        (Key::Price, "price"),
        (Key::Currency, "currency"),
    ] {
        for _ in 0..=usize::from(draft.repeat == Some(name)) {
            object.field(key, draft.field(name));
        }
    }
    let properties = draft.field(Key::Properties);
    if properties.form != Form::Absent {
        object.key("properties");
        push_json_string(object.out, &properties.bytes, false);
    }
    object.field("loyalty_tier", draft.field(Key::Unknown));
    object.end();
}

/// The time as epoch seconds. Every form of a valid time contains a colon; a planted defect contains none and is
/// written unchanged.
fn currents_time(object: &mut Object<'_>, draft: &Draft) {
    let time = draft.field(Key::Time);
    if time.form == Form::Text && time.bytes.contains(&b':') {
        object.key("time");
        push_u64(
            object.out,
            draft.meaning.utc_micros.unsigned_abs() / 1_000_000,
        );
    } else {
        object.field("time", time);
    }
}

fn push_uuid(out: &mut Vec<u8>, event: [u64; 2]) {
    let [high, low] = event;
    push_hex(out, high >> 32, 8);
    out.push(b'-');
    push_hex(out, high >> 16, 4);
    out.extend_from_slice(b"-4");
    push_hex(out, high, 3);
    out.extend_from_slice(b"-a");
    push_hex(out, low >> 48, 3);
    out.push(b'-');
    push_hex(out, low, 12);
}
