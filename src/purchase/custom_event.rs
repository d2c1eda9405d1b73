//! Recognises custom events, which have a name and are no purchases: event objects of `/users/track`,
//! payloads of Cloud Data Ingestion, and events of Currents. Order events are among them.

use super::field::PurchaseField;
use super::http_event::{PURCHASE, is_event_type};
use super::order_event_name::{OrderEventName, skipped_event};
use super::raw::{HttpEventForm, PurchaseOrigin, RawPurchase};
use crate::input::{CUSTOM_EVENT, OrderEvents};
use crate::json::{JsonCursor, JsonError, JsonKind, JsonOptions, JsonStr};
use crate::record::{Field, SkippedRecord, excerpt};

/// The key of the name of an event.
const NAME: &str = "name";

/// Fields of a purchase that an event does not have beside its properties.
const NOT_OF_EVENTS: [PurchaseField; 4] = [
    PurchaseField::Currency,
    PurchaseField::Price,
    PurchaseField::TotalPrice,
    PurchaseField::Quantity,
];

/// Detects a custom event. The payload of a Cloud Data Ingestion row is one if it has a name; another
/// object must have an identifier and a time as well, or the name of an order event. Beside a
/// `product_id`, `name` is any key.
pub(super) fn recognise_custom_event(raw: &mut RawPurchase<'_>, is_payload: bool) {
    let is_row = *raw.get(PurchaseField::Payload) != Field::Absent;
    let is_currents = raw.origin == PurchaseOrigin::Currents;
    let is_known = raw.custom_event.is_some() || raw.http_event != HttpEventForm::NoEvent;
    if is_row || is_known || !raw.get(PurchaseField::ProductId).is_missing() {
        return;
    }
    let is_name = |key: &str| key == NAME || (is_currents && key.eq_ignore_ascii_case(NAME));
    let at = raw.extra.iter().position(|extra| is_name(&extra.key));
    let value = at.and_then(|at| raw.extra.get(at));
    let (Some(at), Some(name)) = (at, value.and_then(|extra| text_of(&extra.value))) else {
        return;
    };
    let has = |raw: &RawPurchase<'_>, fields: &[PurchaseField]| {
        fields.iter().any(|field| !raw.get(*field).is_missing())
    };
    let is_event_object =
        || has(raw, &[PurchaseField::Time]) && has(raw, &PurchaseField::IDENTIFIERS);
    let is_event = !has(raw, &NOT_OF_EVENTS) && (is_currents || is_payload || is_event_object());
    if !is_event && OrderEventName::of(&name).is_none() {
        return;
    }
    raw.extra.remove(at);
    raw.custom_event = Some(name);
    for field in NOT_OF_EVENTS {
        let value = raw.get(field).clone();
        if !value.is_missing() {
            raw.replace(field, Field::Absent);
            raw.keep_as_extra(field, &value);
        }
    }
}

/// The text of a JSON string.
fn text_of(json: &str) -> Option<String> {
    let mut cursor = JsonCursor::new(json, JsonOptions::default());
    let text = cursor.string().ok()?;
    Some(text.decode().into_owned())
}

/// Passes an element of the array `events`, unless it is a record: a purchase or an order event.
///
/// # Errors
/// The text is not JSON.
pub fn skip_event(
    cursor: &mut JsonCursor<'_>,
    order_events: OrderEvents,
) -> Result<Option<SkippedRecord>, JsonError> {
    if cursor.peek()? != JsonKind::Object {
        cursor.skip_value()?;
        return Ok(Some(SkippedRecord::default()));
    }
    let mut keys = EventKeys::default();
    let mut members = cursor.open_object()?;
    while let Some(key) = cursor.next_key(&mut members)? {
        let is_text = cursor.peek()? == JsonKind::String;
        match &*key.decode() {
            "event_type" if is_text => keys.event_type = Some(cursor.string()?),
            NAME if is_text => {
                let value = cursor.string()?;
                keys.has_two_names |= keys.name.replace(value).is_some();
            }
            key => {
                keys.has_product |= key == PurchaseField::ProductId.as_str();
                cursor.skip_value()?;
            }
        }
    }
    Ok(keys.skipped(order_events))
}

/// The keys by which an event is recognised.
#[derive(Default)]
struct EventKeys<'a> {
    event_type: Option<JsonStr<'a>>,
    name: Option<JsonStr<'a>>,
    has_two_names: bool,
    has_product: bool,
}

impl EventKeys<'_> {
    fn skipped(&self, order_events: OrderEvents) -> Option<SkippedRecord> {
        let event_type = self.event_type.map(JsonStr::decode);
        let event_type = event_type.filter(|event_type| is_event_type(event_type));
        if let Some(event_type) = event_type {
            let may_be_record = event_type == PURCHASE || event_type == CUSTOM_EVENT;
            return (!may_be_record).then(|| SkippedRecord {
                event: Some(excerpt(&event_type)),
                ..SkippedRecord::default()
            });
        }
        let Some(name) = self.name.filter(|_| !self.has_product) else {
            return Some(SkippedRecord::default());
        };
        if self.has_two_names && order_events == OrderEvents::Rows {
            // Programs read one or the other: it may be an order event, and is rejected then.
            return None;
        }
        skipped_event(&name.decode(), order_events)
    }
}

impl RawPurchase<'_> {
    /// The event of the record as a skipped one, unless it is a purchase, or its lines become rows.
    pub(super) fn skipped_event(&self, order_events: OrderEvents) -> Option<SkippedRecord> {
        if self.http_event == HttpEventForm::OtherEvent {
            let event_type = self.extra.iter().find(|extra| extra.key == "event_type");
            let event_type = event_type.and_then(|extra| text_of(&extra.value));
            return Some(SkippedRecord {
                event: event_type.as_deref().map(excerpt),
                ..SkippedRecord::default()
            });
        }
        let name = self.custom_event.as_deref()?;
        let has_two_names = self.duplicate_key.as_deref() == Some(NAME);
        if has_two_names && order_events == OrderEvents::Rows {
            return None;
        }
        skipped_event(name, order_events)
    }
}
