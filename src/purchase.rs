//! A customer purchase: what a dump says about it, the rules it must keep, its columns.
//!
//! A record enters as text (a JSON object or a CSV row), is read into a [`RawPurchase`] that only
//! says what stands there, checked into a [`Purchase`] whose values are exact, and leaves as
//! Arrow columns; or it is rejected with every rule it breaks.

pub mod columns;
mod currents_event;
mod http_event;
mod raw;
mod read_csv;
mod read_json;
pub mod validate;

pub use columns::PurchaseColumns;
pub use http_event::skip_http_purchase;
pub use raw::{PurchaseField, PurchaseOrigin, RawPurchase};
pub use read_csv::{PurchaseCsvColumns, PurchaseCsvReader};
pub use read_json::{read_record, with_payload};
pub use validate::{FuturePolicy, Purchase, PurchaseRuleSettings, PurchaseValidator};
