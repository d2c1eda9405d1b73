//! Events as the custom HTTP connector of Currents sends them: not read, but recognised, so that
//! their purchases are not passed over as siblings of purchases.

use crate::json::{JsonCursor, JsonError, JsonKind};

/// The type of a purchase event.
const PURCHASE: &str = "users.behaviors.Purchase";

/// What the types of Currents events begin with.
const FAMILIES: [&str; 3] = ["users.", "agentconsole.", "contentoptimizer."];

/// Whether this is the type of a Currents event, in quotes as it stands in JSON.
pub(super) fn is_event_type(json: &str) -> bool {
    let Some(text) = json.strip_prefix('"') else {
        return false;
    };
    FAMILIES.iter().any(|family| text.starts_with(family))
}

/// Passes the value at the cursor and tells whether it is a purchase event of the connector.
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
