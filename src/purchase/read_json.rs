//! Reads a purchase from a JSON object: the documented purchase object, a Cloud Data Ingestion
//! row around one, or a Currents event.

use std::borrow::Cow;

use super::currents_event;
use super::custom_event::recognise_custom_event;
use super::field::PurchaseField;
use super::fields::FIELDS;
use super::http_event::read_event;
use super::raw::{PurchaseOrigin, RawPurchase};
use crate::json::{JsonCursor, JsonError, JsonKind, JsonOptions, JsonStr};
use crate::record::{ExtraField, Field, RecordError, excerpt, read_field};
use crate::rules::RuleId;

/// Reads the value at the cursor into `raw` (cleared first).
///
/// # Errors
/// The text is not JSON (the cursor's position is then undefined), or not an object.
pub fn read_record<'a>(
    cursor: &mut JsonCursor<'a>,
    raw: &mut RawPurchase<'a>,
) -> Result<(), RecordError> {
    raw.clear();
    if cursor.peek()? != JsonKind::Object {
        return Err(not_an_object(cursor.skip_value()?));
    }
    let mut members = cursor.open_object()?;
    while let Some(key) = cursor.next_key(&mut members)? {
        read_member(cursor, key, raw)?;
    }
    finish_record(raw);
    Ok(())
}

/// The error of a record that is not an object.
pub(super) fn not_an_object(value: &str) -> RecordError {
    let detail = format!("a record must be a JSON object, found {}", excerpt(value));
    RecordError::Rule {
        rule: RuleId::BrzRecordObject,
        detail,
    }
}

/// Assigns keys whose meaning depends on other keys of the record.
#[inline]
pub(super) fn finish_record(raw: &mut RawPurchase<'_>) {
    if !raw.extra.is_empty() {
        recognise_currents(raw);
        recognise_custom_event(raw, false);
        recognise_total(raw);
    }
    keep_undocumented_payload(raw);
}

/// A purchase object with a `payload` is not a Cloud Data Ingestion row: the key is kept as an
/// undocumented one.
fn keep_undocumented_payload(raw: &mut RawPurchase<'_>) {
    if *raw.get(PurchaseField::Payload) == Field::Absent
        || raw.get(PurchaseField::ProductId).is_missing()
    {
        return;
    }
    let payload = raw.get(PurchaseField::Payload).clone();
    raw.replace(PurchaseField::Payload, Field::Absent);
    raw.keep_as_extra(PurchaseField::Payload, &payload);
}

/// Reads the value of a key at the cursor.
///
/// # Errors
/// The text is not JSON.
#[inline]
pub(super) fn read_member<'a>(
    cursor: &mut JsonCursor<'a>,
    key: JsonStr<'a>,
    raw: &mut RawPurchase<'a>,
) -> Result<(), JsonError> {
    let name = if key.escaped {
        PurchaseField::of_key(&key.decode())
    } else {
        PurchaseField::of_key(key.raw)
    };
    match name {
        Some(PurchaseField::UserAlias) => {
            let first = if cursor.peek()? == JsonKind::Object {
                read_user_alias(cursor, raw)?
            } else {
                let value = read_field(cursor)?;
                raw.set(PurchaseField::UserAlias, value)
            };
            if !first {
                raw.record_duplicate_key(key);
            }
        }
        Some(PurchaseField::Properties) if cursor.peek()? == JsonKind::Object => {
            if !raw.read_properties(cursor)? {
                raw.record_duplicate_key(key);
            }
        }
        Some(name) => {
            let value = read_field(cursor)?;
            if !raw.set(name, value) {
                raw.record_duplicate_key(key);
            }
        }
        None => {
            let text = cursor.skip_value()?;
            let (value, offset) = (Cow::Borrowed(text), cursor.offset() - text.len());
            if raw.has_too_many_keys {
                // The record is rejected anyway; further comparisons would take quadratic time.
                return Ok(());
            }
            let key = key.decode();
            raw.add_extra(ExtraField { key, value, offset });
        }
    }
    Ok(())
}

fn read_user_alias<'a>(
    cursor: &mut JsonCursor<'a>,
    raw: &mut RawPurchase<'a>,
) -> Result<bool, JsonError> {
    // `true` marks an alias that is an object; its parts are set below.
    let first = raw.set(PurchaseField::UserAlias, Field::Boolean(true));
    let mut members = cursor.open_object()?;
    while let Some(key) = cursor.next_key(&mut members)? {
        let key = key.decode();
        let name = match &*key {
            "alias_name" => PurchaseField::AliasName,
            "alias_label" => PurchaseField::AliasLabel,
            _ => {
                let text = cursor.skip_value()?;
                let (value, offset) = (Cow::Borrowed(text), cursor.offset() - text.len());
                let key = Cow::Owned(format!("user_alias.{key}"));
                raw.add_extra(ExtraField { key, value, offset });
                continue;
            }
        };
        let value = read_field(cursor)?;
        if !raw.set(name, value) && first {
            raw.duplicate_key.get_or_insert(key);
        }
    }
    Ok(first)
}

/// The field of a value that was kept as JSON text.
pub(super) fn field_of_text(value: Cow<'_, str>) -> Field<'_> {
    let options = JsonOptions {
        lenient: true,
        max_depth: usize::MAX,
    };
    match value {
        Cow::Borrowed(text) => read_field(&mut JsonCursor::new(text, options)).unwrap_or_default(),
        Cow::Owned(text) => Field::Json(Cow::Owned(text)),
    }
}

/// Reads the undocumented key `total_price` of a record without a price. Beside a price it is an
/// undocumented key like any other, unless the user has mapped it.
fn recognise_total(raw: &mut RawPurchase<'_>) {
    let name = PurchaseField::TotalPrice;
    let is_there = |raw: &RawPurchase<'_>| raw.extra.iter().any(|extra| extra.key == name.as_str());
    if raw.get(PurchaseField::Price).is_missing()
        && *raw.get(name) == Field::Absent
        && is_there(raw)
        && let Some(extra) = raw.take_extra(name.as_str())
    {
        raw.set(name, field_of_text(extra.value));
    }
}

/// Recognises a Currents purchase event by its keys `external_user_id`, or `user_id` and `id`, and
/// assigns its keys to the fields.
fn recognise_currents(raw: &mut RawPurchase<'_>) {
    const NAMES: [(&str, PurchaseField); 11] = [
        ("external_user_id", PurchaseField::ExternalId),
        ("user_id", PurchaseField::BrazeId),
        ("id", PurchaseField::EventId),
        ("app_id", PurchaseField::AppId),
        ("app_api_id", PurchaseField::AppApiId),
        ("time", PurchaseField::Time),
        ("product_id", PurchaseField::ProductId),
        ("price", PurchaseField::Price),
        ("currency", PurchaseField::Currency),
        ("quantity", PurchaseField::Quantity),
        ("properties", PurchaseField::Properties),
    ];
    let is_event = read_event(raw)
        || raw.has_extra("external_user_id")
        || (raw.has_extra("user_id") && raw.has_extra("id"));
    if !is_event {
        return;
    }
    raw.origin = PurchaseOrigin::Currents;
    for (key, name) in NAMES {
        // A key in its documented spelling takes precedence; other spellings stay undocumented.
        if key == name.as_str() && !raw.get(name).is_missing() {
            continue;
        }
        let Some(extra) = raw.take_extra(key) else {
            continue;
        };
        let value = field_of_text(extra.value);
        let is_empty = value.is_missing() || matches!(&value, Field::Text(text) if text.is_empty());
        if !is_empty || raw.get(name).is_missing() {
            raw.replace_and_keep(name, value);
        }
    }
    currents_event::open_unions(raw);
    currents_event::resolve_event_keys(raw);
    // Avro and JSON write null for what other forms of the same event leave out.
    let is_known = currents_event::is_known_column;
    raw.extra
        .retain(|extra| extra.value != "null" || !is_known(&extra.key));
    if let Field::Text(text) = raw.get(PurchaseField::Properties) {
        let properties = if text.is_empty() {
            Field::Absent
        } else {
            json_field(text.clone())
        };
        raw.replace(PurchaseField::Properties, properties);
    }
}

/// The field of a cell or string that should contain a JSON object; it is kept as text if it is not
/// JSON.
pub(super) fn json_field(text: Cow<'_, str>) -> Field<'_> {
    let mut cursor = JsonCursor::new(&text, JsonOptions::default());
    let is_json = cursor.skip_value().and_then(|_| cursor.end()).is_ok();
    if is_json {
        Field::Json(text)
    } else {
        Field::Text(text)
    }
}

/// If `outer` is a Cloud Data Ingestion row (it has a `payload`), reads the purchase in the
/// payload, gives the identifiers of the row precedence, and calls `validate` with the result;
/// otherwise calls it with `outer` itself.
///
/// # Errors
/// The payload is not a string with one JSON object.
pub fn with_payload<R>(
    outer: &mut RawPurchase<'_>,
    options: JsonOptions,
    validate: impl FnOnce(&mut RawPurchase<'_>) -> R,
) -> Result<R, RecordError> {
    if *outer.get(PurchaseField::Payload) == Field::Absent
        || !outer.get(PurchaseField::ProductId).is_missing()
    {
        return Ok(validate(outer));
    }
    let Field::Text(payload) = outer.get(PurchaseField::Payload).clone() else {
        return Err(payload_error(
            "`payload` must be a string with the purchase as a JSON object",
        ));
    };
    let mut inner = RawPurchase::default();
    let mut cursor = JsonCursor::new(&payload, options);
    let read = read_record(&mut cursor, &mut inner).and_then(|()| Ok(cursor.end()?));
    if let Err(error) = read {
        return Err(payload_error(&match error {
            RecordError::Syntax(error) => format!("`payload` is not JSON: {error}"),
            RecordError::Rule { .. } => "`payload` must contain one JSON object".to_owned(),
        }));
    }
    recognise_custom_event(&mut inner, true);
    inner.origin = PurchaseOrigin::CloudDataIngestion;
    inner.duplicate_key = inner.duplicate_key.or_else(|| outer.duplicate_key.clone());
    overlay_identifiers(outer, &mut inner);
    Ok(validate(&mut inner))
}

fn payload_error(detail: &str) -> RecordError {
    RecordError::Rule {
        rule: RuleId::BrzCdiPayload,
        detail: detail.to_owned(),
    }
}

/// Merges a Cloud Data Ingestion row into its payload: identifiers are taken from the row, all
/// other fields from the payload.
fn overlay_identifiers<'b, 'a: 'b>(outer: &mut RawPurchase<'a>, inner: &mut RawPurchase<'b>) {
    const COLUMNS: [(&str, PurchaseField); 7] = [
        ("external_id", PurchaseField::ExternalId),
        ("alias_name", PurchaseField::AliasName),
        ("alias_label", PurchaseField::AliasLabel),
        ("braze_id", PurchaseField::BrazeId),
        ("email", PurchaseField::Email),
        ("phone", PurchaseField::Phone),
        ("updated_at", PurchaseField::UpdatedAt),
    ];
    for (column, name) in COLUMNS {
        let row_value = outer.get(name).clone();
        let row_extra = if row_value.is_missing() {
            outer.take_extra(column)
        } else {
            None
        };
        let value = row_extra.map_or(row_value, |extra| field_of_text(extra.value));
        let empty = matches!(&value, Field::Text(text) if text.is_empty());
        if value.is_missing() || empty {
            continue;
        }
        let payload_value = inner.get(name);
        if !payload_value.is_missing() && *payload_value != value {
            inner.conflict.get_or_insert(name);
        }
        inner.replace(name, value);
        if matches!(name, PurchaseField::AliasName | PurchaseField::AliasLabel) {
            inner.replace(PurchaseField::UserAlias, Field::Boolean(true));
        }
    }
    // Other columns beside the payload describe the row: the fields of the payload take precedence.
    for name in FIELDS.iter().map(|spec| spec.field) {
        let value = outer.get(name);
        let is_row_column = matches!(
            name,
            PurchaseField::Payload | PurchaseField::UserAlias | PurchaseField::UpdatedAt
        ) || COLUMNS.iter().any(|(_, column)| *column == name);
        if is_row_column || value.is_missing() {
            continue;
        }
        if inner.get(name).is_missing() {
            inner.replace(name, value.clone());
        } else if inner.get(name) != value {
            inner.conflict.get_or_insert(name);
        }
    }
    for extra in std::mem::take(&mut outer.extra) {
        let is_taken = inner.extra.iter().any(|known| known.key == extra.key);
        let key = if is_taken {
            format!("row.{}", extra.key).into()
        } else {
            extra.key
        };
        inner.add_extra(ExtraField { key, ..extra });
    }
}
