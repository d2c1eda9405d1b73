//! Events of the custom HTTP connector of Currents: the objects `user` and `properties` contain what
//! other forms of an event have at the top level.

use std::borrow::Cow;

use super::field::PurchaseField;
use super::raw::{HttpEventForm, RawPurchase};
use crate::input::CUSTOM_EVENT;
use crate::json::{JsonCursor, JsonError, JsonOptions, JsonStr};
use crate::record::{ExtraField, Field};

/// The type of a purchase event.
pub(super) const PURCHASE: &str = "users.behaviors.Purchase";

/// Prefixes of the types of Currents events.
const FAMILIES: [&str; 3] = ["users.", "agentconsole.", "contentoptimizer."];

/// Detects an event of the connector. The keys of a purchase or a custom event move to the top level, as in
/// other forms; returns whether it is one of them. Beside a `product_id` of its own, `event_type` is any
/// key.
pub(super) fn read_event(raw: &mut RawPurchase<'_>) -> bool {
    let event_type = raw.extra.iter().find(|extra| extra.key == "event_type");
    let event_type = event_type.and_then(|extra| text_of(&extra.value));
    let Some(event_type) = event_type.filter(|text| is_event_type(text)) else {
        return false;
    };
    if !raw.get(PurchaseField::ProductId).is_missing() {
        return false;
    }
    let mut user = raw.extra.iter().filter(|extra| extra.key == "user");
    let has_user = user.any(|extra| extra.value.starts_with('{'));
    let has_properties =
        matches!(raw.get(PurchaseField::Properties), Field::Json(json) if json.starts_with('{'));
    match (&*event_type, has_user && has_properties) {
        (PURCHASE, true) => {
            flatten(raw, "purchase_properties");
            return true;
        }
        (CUSTOM_EVENT, true) => {
            flatten(raw, "custom_properties");
            let is_name =
                |extra: &ExtraField<'_>| extra.key == "name" && extra.value.starts_with('"');
            if !raw.extra.iter().any(is_name) {
                raw.custom_event = Some(CUSTOM_EVENT.to_owned());
            }
            return true;
        }
        (PURCHASE, false) => raw.http_event = HttpEventForm::Incomplete,
        (CUSTOM_EVENT, false) | (_, true) => raw.http_event = HttpEventForm::OtherEvent,
        (_, false) => {}
    }
    false
}

/// Moves the members of both objects to the top level; the object `inner` becomes `properties`.
fn flatten(raw: &mut RawPurchase<'_>, inner: &str) {
    let properties = match raw.get(PurchaseField::Properties) {
        Field::Json(Cow::Borrowed(text)) => Some(*text),
        _ => None,
    };
    raw.replace(PurchaseField::Properties, Field::Absent);
    raw.take_extra("event_type");
    let user = raw.take_extra("user").and_then(|extra| match extra.value {
        Cow::Borrowed(text) => Some(text),
        Cow::Owned(_) => None,
    });
    if let Some(object) = properties {
        add_members(raw, object, |_, key| {
            if key == inner {
                Cow::Borrowed("properties")
            } else {
                key
            }
        });
    }
    if let Some(object) = user {
        add_members(raw, object, |raw, key| {
            let is_taken = raw.extra.iter().any(|known| known.key == key);
            if is_taken {
                Cow::Owned(format!("user.{key}"))
            } else {
                key
            }
        });
    }
}

/// Adds the members of an object, which has been read before, as undocumented keys.
fn add_members<'a>(
    raw: &mut RawPurchase<'a>,
    object: &'a str,
    name: impl Fn(&RawPurchase<'a>, Cow<'a, str>) -> Cow<'a, str>,
) {
    // Valid JSON, possibly in lenient mode.
    let options = JsonOptions {
        lenient: true,
        max_depth: usize::MAX,
    };
    let mut add = |object: &'a str| -> Result<(), JsonError> {
        let mut cursor = JsonCursor::new(object, options);
        cursor.peek()?;
        let mut members = cursor.open_object()?;
        while let Some(key) = cursor.next_key(&mut members)? {
            let value = cursor.skip_value()?;
            let key = name(raw, key.decode());
            raw.add_extra(ExtraField {
                key,
                value: Cow::Borrowed(value),
                offset: 0,
            });
        }
        Ok(())
    };
    // It has been read before, so this cannot fail.
    let _ = add(object);
}

/// The text of a JSON string.
fn text_of(json: &str) -> Option<Cow<'_, str>> {
    let mut cursor = JsonCursor::new(json, JsonOptions::default());
    cursor.string().ok().map(JsonStr::decode)
}

/// Whether a text is the type of an event of Currents.
pub(super) fn is_event_type(text: &str) -> bool {
    FAMILIES.iter().any(|family| text.starts_with(family))
}
