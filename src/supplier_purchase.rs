//! A purchase from a supplier: what a dump says about it, the rules it must keep, its columns.
//!
//! A record enters as text (an element of the documented response, or a CSV row), is read into a
//! [`RawSupplierPurchase`] that only says what stands there, checked into a [`SupplierPurchase`]
//! whose values are exact, and leaves as Arrow columns; or it is rejected with every rule it
//! breaks. The documented object is that of ConnectPlug's `GET /api/v3/purchases`.
//!
//! Unlike a customer purchase, which is an event, it is a state: the same purchase comes again
//! whenever it was changed. Its [`Key`] says which purchase it is and its [`Version`] which state,
//! so that the latest can be told. The `meta` of a response says whether a dump is whole
//! ([`page`]).

pub mod check;
pub mod columns;
mod company;
mod from_csv;
mod from_json;
mod month;
pub mod page;
mod raw;
mod validation;
mod version;

pub use check::{Checker, RuleSettings, SupplierPurchase};
pub use columns::SupplierPurchaseColumns;
pub use company::{CompanyId, InvalidCompanyId};
pub use from_csv::{CsvSupplierPurchases, SupplierPurchaseCsvColumns};
pub use from_json::read_record;
pub use month::{InvalidMonth, Month};
pub use raw::{Name, RawSupplierPurchase};
pub use validation::{Validation, validation};
pub use version::{Key, Version};

#[cfg(test)]
mod tests;
