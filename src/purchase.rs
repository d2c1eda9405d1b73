//! A customer purchase: what a dump says about it, the rules it must keep, its columns.
//!
//! A record enters as text (a JSON object or a CSV row), is read into a [`RawPurchase`] that only
//! says what stands there, checked into a [`Purchase`] whose values are exact, and leaves as
//! Arrow columns; or it is rejected with every rule it breaks.

pub mod check;
pub mod columns;
mod currents;
mod from_csv;
mod from_json;
mod http_event;
mod raw;

pub use check::{Checker, FuturePolicy, Purchase, RuleSettings};
pub use columns::PurchaseColumns;
pub use from_csv::{CsvPurchases, PurchaseCsvColumns};
pub use from_json::{read_record, with_payload};
pub use http_event::pass_http_purchase;
pub use raw::{Name, Origin, RawPurchase};
