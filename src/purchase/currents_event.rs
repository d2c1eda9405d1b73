//! Particulars of Currents events, in JSON and in delimited text.

use super::field::PurchaseField;
use super::raw::RawPurchase;
use crate::record::Field;

/// What Currents writes into a text field that its settings remove (Braze, "Set up Currents").
pub(super) const REDACTED: &str = "[REDACTED]";

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
