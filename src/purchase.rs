//! A customer purchase: its fields in a dump, its rules, its columns.
//!
//! A record is read from text (a JSON object or a CSV row) into a [`RawPurchase`] of unconverted
//! values, validated into a [`Purchase`] of exact values, and converted to Arrow columns; or it is
//! rejected with every rule it breaks.

mod amount_text;
pub mod columns;
mod currents_event;
mod custom_event;
mod field;
mod fields;
mod fill;
mod http_event;
mod order_event_name;
mod raw;
mod read_csv;
mod read_json;
mod read_mapped;
mod rule_settings;
pub mod validate;

pub use columns::PurchaseColumns;
pub use custom_event::skip_event;
pub use field::{PurchaseColumnSpec, PurchaseColumnType, PurchaseField, PurchaseFieldSpec};
pub use fields::{FIELDS, columns as table_columns};
pub use order_event_name::OrderEventName;
pub use raw::{PurchaseOrigin, RawPurchase};
pub use read_csv::{PurchaseCsvColumns, PurchaseCsvReader};
pub use read_json::{read_record, with_payload};
pub use read_mapped::read_mapped_record;
pub use rule_settings::{FuturePolicy, PurchaseRuleSettings};
pub use validate::{OrderLines, Purchase, PurchaseValidator, TypeMismatch};
