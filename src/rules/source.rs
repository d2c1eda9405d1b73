//! The pages that rules are quoted from, with name and address.

pub(super) const PURCHASE_OBJECT: &str = "Braze, \"Objeto de compra\" (purchase object), https://www.braze.com/docs/pt-br/api/objects_filters/purchase_object/";
pub(super) const QUANTITY_SERIES: &str = "Braze, \"Número de compras de exportação\" (GET /purchases/quantity_series), https://www.braze.com/docs/pt-br/api/endpoints/export/purchases/get_number_of_purchases/";
pub(super) const REVENUE_SERIES: &str = "Braze, \"Export revenue data by time\" (GET /purchases/revenue_series), https://www.braze.com/docs/api/endpoints/export/purchases/get_revenue_series/";
pub(super) const USERS_TRACK: &str = "Braze, \"Create and update users\" (POST /users/track), https://www.braze.com/docs/api/endpoints/user_data/post_user_track/";
pub(super) const PURCHASE_EVENTS: &str = "Braze, \"Purchase events\", https://www.braze.com/docs/user_guide/data_and_analytics/custom_data/purchase_events/";
pub(super) const USERS_EXPORT: &str = "Braze, \"Export user profile by identifier\" (POST /users/export/ids), https://www.braze.com/docs/api/endpoints/export/user_data/post_users_identifier/";
pub(super) const CLOUD_INGESTION: &str = "Braze, \"File storage integrations\" (Cloud Data Ingestion), https://www.braze.com/docs/user_guide/data/unification/cloud_ingestion/file_storage_integrations/";
pub(super) const CURRENTS: &str = "Braze community, \"FAQ: What is Currents and how does it work?\", https://community.braze.com/discussions/data/faq-what-is-currents-and-how-does-it-work/365";
pub(super) const CURRENTS_EVENTS: &str = "Braze, \"Customer behavior and user events\" (Currents event glossary), https://www.braze.com/docs/user_guide/data/distribution/braze_currents/event_glossary/customer_behavior_events/";
pub(super) const CURRENTS_DELIVERY: &str = "Braze, \"Event delivery semantics\" (Currents), https://www.braze.com/docs/user_guide/data/distribution/braze_currents/event_delivery_semantics/";
pub(super) const CURRENTS_SETUP: &str = "Braze, \"Set up Currents\", https://www.braze.com/docs/user_guide/data/distribution/braze_currents/setting_up_currents/";
pub(super) const CURRENTS_HTTP: &str =
    "Braze, \"Partner Custom Currents Connector\", https://www.braze.com/docs/currents_connector/";
pub(super) const SERIES_EXAMPLE: &str = "Braze, example request of the export endpoints (for example GET /sessions/data_series), https://www.braze.com/docs/api/endpoints/export/session/get_sessions_analytics/";
pub(super) const SUPPLIER_PURCHASES: &str = "ConnectPlug, \"Lista de compras\" (GET /api/v3/purchases), https://cplug.redocly.app/openapi/purchase/get-purchases";
pub(super) const RFC_8259: &str = "RFC 8259, \"The JavaScript Object Notation (JSON) Data Interchange Format\", https://www.rfc-editor.org/rfc/rfc8259";
pub(super) const RFC_4180: &str = "RFC 4180, \"Common Format and MIME Type for CSV Files\", https://www.rfc-editor.org/rfc/rfc4180";
pub(super) const RFC_3339: &str = "RFC 3339, \"Date and Time on the Internet: Timestamps\", https://www.rfc-editor.org/rfc/rfc3339";
pub(super) const TZDATA: &str = "IANA Time Zone Database, https://www.iana.org/time-zones";
pub(super) const OWN_RULE: &str = "purchase-etl, docs/explanation/design-decisions.md";
