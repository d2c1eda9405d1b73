//! Recognises events of the custom HTTP connector of Currents, which are not supported: their
//! purchases must not be skipped as siblings of purchases.

use crate::json::{JsonCursor, JsonError, JsonKind};

/// The type of a purchase event.
const PURCHASE: &str = "users.behaviors.Purchase";

/// Prefixes of the types of Currents events.
const FAMILIES: [&str; 3] = ["users.", "agentconsole.", "contentoptimizer."];

/// Whether this JSON text, with its quotes, is the type of a Currents event.
pub(super) fn is_event_type(json: &str) -> bool {
    let Some(text) = json.strip_prefix('"') else {
        return false;
    };
    FAMILIES.iter().any(|family| text.starts_with(family))
}

/// Skips the value at the cursor; returns whether it is a purchase event of the connector.
///
/// # Errors
/// The text is not JSON.
pub fn skip_http_purchase(cursor: &mut JsonCursor<'_>) -> Result<bool, JsonError> {
    if cursor.peek()? != JsonKind::Object {
        return cursor.skip_value().map(|_| false);
    }
    let mut found = false;
    let mut members = cursor.open_object()?;
    while let Some(key) = cursor.next_key(&mut members)? {
        let is_type = cursor.peek()? == JsonKind::String && key.decode() == "event_type";
        if is_type {
            found |= cursor.string()?.decode() == PURCHASE;
        } else {
            cursor.skip_value()?;
        }
    }
    Ok(found)
}
