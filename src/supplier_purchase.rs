//! A purchase from a supplier: its fields, rules and columns.
//!
//! A record (an element of the documented response, or a CSV row) is read into a
//! [`RawSupplierPurchase`], validated into a [`SupplierPurchase`] with exact values, and written as
//! Arrow columns; or it is rejected with every rule it violates. The documented object is that of
//! ConnectPlug's `GET /api/v3/purchases`.
//!
//! Unlike a customer purchase, which is an event, it is a state: the same purchase is read again
//! whenever it was changed. [`SupplierPurchaseKey`] identifies the purchase and
//! [`SupplierPurchaseVersion`] its state, which determines the latest. The `meta` of a response shows
//! whether a dump is complete ([`page`]).

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
