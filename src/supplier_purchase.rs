//! A purchase from a supplier: what a dump says about it, the rules it must keep, its columns.
//!
//! A record enters as text (an element of the documented response, or a CSV row), is read into a
//! [`RawSupplierPurchase`] that only says what stands there, checked into a [`SupplierPurchase`]
//! whose values are exact, and leaves as Arrow columns; or it is rejected with every rule it
//! breaks. The documented object is that of ConnectPlug's `GET /api/v3/purchases`.
//!
//! Unlike a customer purchase, which is an event, it is a state: the same purchase comes again
//! whenever it was changed. Its [`SupplierPurchaseKey`] says which purchase it is and its [`SupplierPurchaseVersion`] which state,
//! so that the latest can be told. The `meta` of a response says whether a dump is whole
//! ([`page`]).

pub mod columns;
mod company;
pub mod page;
mod raw;
mod read_csv;
mod read_json;
mod registration_month;
pub mod validate;
mod validation_entry;
mod version;

pub use columns::SupplierPurchaseColumns;
pub use company::{CompanyId, InvalidCompanyId};
pub use raw::{RawSupplierPurchase, SupplierPurchaseField};
pub use read_csv::{SupplierPurchaseCsvColumns, SupplierPurchaseCsvReader};
pub use read_json::read_record;
pub use registration_month::{InvalidRegistrationMonth, RegistrationMonth};
pub use validate::{SupplierPurchase, SupplierPurchaseRuleSettings, SupplierPurchaseValidator};
pub use validation_entry::{ValidationEntry, validation_entry};
pub use version::{SupplierPurchaseKey, SupplierPurchaseVersion};

#[cfg(test)]
mod tests;
