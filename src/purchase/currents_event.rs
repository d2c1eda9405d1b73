//! Particulars of Currents events, in JSON and in delimited text.

use super::field::PurchaseField;
use super::raw::{PurchaseOrigin, RawPurchase};
use crate::json::{JsonCursor, JsonError, JsonOptions};
use crate::record::{Field, read_field};

/// What Currents writes into a text field that its settings remove (Braze, "Set up Currents").
pub(super) const REDACTED: &str = "[REDACTED]";

/// The fields that an event has, without its properties.
const EVENT_FIELDS: [PurchaseField; 9] = [
    PurchaseField::ExternalId,
    PurchaseField::BrazeId,
    PurchaseField::EventId,
    PurchaseField::AppId,
    PurchaseField::AppApiId,
    PurchaseField::Time,
    PurchaseField::ProductId,
    PurchaseField::Price,
    PurchaseField::Currency,
];

/// Opens values as the tools of Avro write those of a union: an object whose only key is the type of
/// the value. Properties are opened only if another value of the event is, because a purchase may have
/// one property of such a name.
pub(super) fn open_unions(raw: &mut RawPurchase<'_>) {
    let mut is_opened = false;
    for name in EVENT_FIELDS {
        if let Some(value) = union_value(raw.get(name)) {
            if name == PurchaseField::Time {
                raw.time_as_written = None;
            }
            raw.replace(name, value);
            is_opened = true;
        }
    }
    for extra in &mut raw.extra {
        if let Some(value) = union_value(&Field::Json(extra.value.clone())) {
            extra.value = json_of(&value).into();
            is_opened = true;
        }
    }
    let properties = union_value(raw.get(PurchaseField::Properties)).filter(|_| is_opened);
    if let Some(Field::Text(text)) = properties
        && text.trim_start().starts_with('{')
    {
        raw.replace(PurchaseField::Properties, Field::Text(text));
    }
}

/// The value in an object of one key that is the name of its type.
fn union_value<'a>(field: &Field<'_>) -> Option<Field<'a>> {
    let (Field::Json(text) | Field::Text(text)) = field else {
        return None;
    };
    if !text.starts_with('{') {
        return None;
    }
    let mut cursor = JsonCursor::new(text, JsonOptions::default());
    let read = read_union(&mut cursor).ok().flatten();
    read.filter(|_| cursor.end().is_ok())
}

fn read_union<'a>(cursor: &mut JsonCursor<'_>) -> Result<Option<Field<'a>>, JsonError> {
    cursor.peek()?;
    let mut members = cursor.open_object()?;
    let Some(key) = cursor.next_key(&mut members)? else {
        return Ok(None);
    };
    let value = match (&*key.decode(), read_field(cursor)?) {
        ("string" | "bytes", Field::Text(text)) => Field::Text(text.into_owned().into()),
        ("boolean", Field::Boolean(value)) => Field::Boolean(value),
        ("float" | "double", Field::Number(digits)) => Field::Number(digits.into_owned().into()),
        ("int" | "long", Field::Number(digits)) if !digits.contains(['.', 'e', 'E']) => {
            Field::Number(digits.into_owned().into())
        }
        _ => return Ok(None),
    };
    let is_only = cursor.next_key(&mut members)?.is_none();
    Ok(is_only.then_some(value))
}

fn json_of(value: &Field<'_>) -> String {
    match value {
        Field::Text(text) => serde_json::Value::from(&**text).to_string(),
        other => other.shown().into_owned(),
    }
}

/// Whether it is an event that "Send Test Events" wrote: placeholders of the right type (Braze, "Set up
/// Currents"; their values as in the published examples of Currents).
pub(super) fn is_test_event(raw: &RawPurchase<'_>) -> bool {
    if raw.origin != PurchaseOrigin::Currents {
        return false;
    }
    let is_filler = |text: &str| text.ends_with(FILLER_APP);
    let has_filler_app = matches!(raw.get(PurchaseField::AppId), Field::Text(text) if is_filler(text))
        || raw.extra.iter().any(|extra| {
            let value = extra.value.strip_suffix('"').unwrap_or_default();
            extra.key == PurchaseField::AppId.as_str() && is_filler(value)
        });
    let own_names = [
        (PurchaseField::ExternalId, "external_user_id"),
        (PurchaseField::ProductId, "product_id"),
    ];
    let fields = own_names
        .into_iter()
        .filter(|(field, name)| matches!(raw.get(*field), Field::Text(text) if text == name));
    let devices = raw.extra.iter().filter(|extra| {
        let is_device = ["device_id", "device_model"]
            .iter()
            .any(|name| extra.key.eq_ignore_ascii_case(name));
        is_device
            && extra
                .value
                .trim_matches('"')
                .eq_ignore_ascii_case(&extra.key)
    });
    has_filler_app || fields.count() + devices.count() >= 2
}

/// The end of the app of a test event.
const FILLER_APP: &str = "-filler-events";

/// Resolves keys of an event that depend on each other: an empty or redacted `id` counts as absent,
/// and `app_api_id` takes precedence over `app_id`.
pub(super) fn resolve_event_keys(raw: &mut RawPurchase<'_>) {
    let is_text = |name: PurchaseField, texts: &[&str]| matches!(raw.get(name), Field::Text(text) if texts.contains(&&**text));
    let has_no_id = is_text(PurchaseField::EventId, &["", REDACTED]);
    let has_app =
        !raw.get(PurchaseField::AppApiId).is_missing() && !is_text(PurchaseField::AppApiId, &[""]);
    if has_no_id {
        raw.replace(PurchaseField::EventId, Field::Absent);
    }
    if has_app {
        let app = raw.get(PurchaseField::AppApiId).clone();
        raw.replace_and_keep(PurchaseField::AppId, app);
    }
}

/// Whether the key is documented by Currents or the tables made from it, beside the fields of a
/// purchase; such columns are kept in `extra`. `app_id` is among them when `app_api_id` replaces
/// it.
pub(super) fn is_known_column(key: &str) -> bool {
    const COLUMNS: [&str; 21] = [
        "platform",
        "os_version",
        "device_model",
        "resolution",
        "carrier",
        "locale",
        "language",
        "timezone",
        "device_id",
        "ad_id",
        "ad_id_type",
        "ad_tracking_enabled",
        "gender",
        "country",
        "sdk_version",
        "browser",
        "app_group_id",
        "app_group_api_id",
        "data_point_source",
        "user_segment_membership_ids",
        "sf_created_at",
    ];
    key == PurchaseField::AppId.as_str()
        || COLUMNS
            .iter()
            .any(|column| column.eq_ignore_ascii_case(key))
}
