//! The settings of the rules for supplier purchases.

use chrono_tz::Tz;

use super::company::CompanyId;
use crate::input::mapping::FieldFill;
use crate::values::currency::Currency;

/// The settings that affect validation; all of them are recorded in the run report.
#[derive(Clone, Debug)]
pub struct SupplierPurchaseRuleSettings {
    /// The company of records without a company.
    pub company: Option<CompanyId>,
    /// Time zone of times without an offset.
    pub default_zone: Tz,
    /// Currency of amounts in rows without a currency.
    pub default_currency: Currency,
    /// Accept JSON numbers written as strings.
    pub numbers_as_strings: bool,
    /// Reject records with undocumented keys instead of keeping those keys in `extra`.
    pub reject_unknown_fields: bool,
    /// The values that the user has stated for fields.
    pub fills: Vec<FieldFill>,
    /// The dump was requested with `deleted=only`: every purchase in it is deleted, even if the record
    /// does not show it.
    pub deleted_only: bool,
}
