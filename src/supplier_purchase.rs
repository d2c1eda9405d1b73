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
mod field;
mod fields;
mod fill;
pub mod page;
mod raw;
mod read_csv;
mod read_json;
mod read_mapped;
mod registration_month;
mod rule_settings;
mod stored_state;
mod validate;
mod validation_entry;
mod values;
mod version;

pub use columns::SupplierPurchaseColumns;
pub use company::{CompanyId, InvalidCompanyId};
pub use field::{SupplierFieldSpec, SupplierFieldType, SupplierPurchaseField};
pub use fields::{FIELDS, column_names, members_of};
pub use raw::RawSupplierPurchase;
pub use read_csv::{
    CsvHeaders, SupplierPurchaseCsvColumns, SupplierPurchaseCsvReader, csv_headers,
};
pub use read_json::read_record;
pub use read_mapped::read_mapped_record;
pub use registration_month::{InvalidRegistrationMonth, RegistrationMonth};
pub use rule_settings::SupplierPurchaseRuleSettings;
pub use stored_state::is_marked_as_deleted;
pub use validate::SupplierPurchaseValidator;
pub use validation_entry::{ValidationEntry, validation_entry};
pub use values::{SupplierPurchase, SupplierPurchaseKey, SupplierPurchaseValues, SupplierValue};
pub use version::SupplierPurchaseVersion;

#[cfg(test)]
mod tests;
