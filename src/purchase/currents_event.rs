//! What is particular to Currents events, however they are written.

use super::raw::{PurchaseField, RawPurchase};
use crate::record::Field;

/// What Currents writes into a text field that its settings remove (Braze, "Set up Currents").
pub(super) const REDACTED: &str = "[REDACTED]";

/// Settles what several keys of an event say together: an empty or removed `id` is none, and an
/// `app_api_id` is the app, whatever `app_id` holds.
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

/// Columns that Currents, and the tables made from it, document beside the purchase; they are kept
/// in `extra`. Of two identifiers of the app the one that is none of ours is among them.
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
