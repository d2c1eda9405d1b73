//! The parameters of the supplier purchase list and summary, from text to validated values.
//!
//! In: a [`SupplierListRequest`] or a [`SupplierSummaryRequest`]. Out: [`SupplierListParameters`]
//! or [`SupplierSummaryParameters`], which only their `resolve` constructs. Refused: all parameters
//! that violate a `PAR-*` rule, together.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use clap::Args;

use super::supplier_errors::SupplierParameterErrors;

mod selection;
#[cfg(test)]
mod tests;
mod validator;

#[cfg(test)]
pub(super) use selection::first_of_month;
pub use selection::{COMPANY_UNKNOWN, DeletedFilter, PurchaseStatus};
pub(super) use selection::{SearchTerm, SupplierSelection};
use validator::ParameterValidator;
pub use validator::{PER_PAGE_DEFAULT, PER_PAGE_MAX};

/// The unvalidated parameters of the supplier purchase list, as the endpoint documents them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Args)]
pub struct SupplierListRequest {
    /// Select purchases of this company (CPlug-Company-Id), or `unknown`; required
    #[arg(long, value_name = "N", allow_hyphen_values = true)]
    pub company_id: Option<String>,
    /// Select the purchase with this id or the purchases with this invoice number
    #[arg(long, value_name = "N", allow_hyphen_values = true)]
    pub search_term: Option<String>,
    /// Select purchases with this status: `pending` or `received`
    #[arg(long, value_name = "STATUS")]
    pub purchase_status: Option<String>,
    /// Select purchases from these suppliers, e.g. `1,2,3`
    #[arg(long, value_name = "IDS", allow_hyphen_values = true)]
    pub supplier_ids: Option<String>,
    /// Select purchases registered on this date or later, YYYY-MM-DD
    #[arg(long, value_name = "DATE")]
    pub registration_start: Option<String>,
    /// Select purchases registered on this date or earlier, YYYY-MM-DD
    #[arg(long, value_name = "DATE")]
    pub registration_end: Option<String>,
    /// Print this page, from 1 [default: 1]
    #[arg(long, value_name = "N", allow_hyphen_values = true)]
    pub page: Option<String>,
    /// Set the number of purchases per page, 1 to 500 [default: 20]
    #[arg(long, value_name = "N", allow_hyphen_values = true)]
    pub per_page: Option<String>,
    /// Select purchases updated at this instant or later
    #[arg(long, value_name = "TIME")]
    pub updated_from: Option<String>,
    /// Handle deleted purchases: `not_include` (the default), `include` or `only`
    #[arg(long, value_name = "WHICH")]
    pub deleted: Option<String>,
}

/// The unvalidated parameters of the supplier summary.
#[derive(Clone, Debug, Default, PartialEq, Eq, Args)]
pub struct SupplierSummaryRequest {
    /// Select purchases of this company (CPlug-Company-Id), or `unknown`; required
    #[arg(long, value_name = "N", allow_hyphen_values = true)]
    pub company_id: Option<String>,
    /// Select purchases from these suppliers, e.g. `1,2,3`
    #[arg(long, value_name = "IDS", allow_hyphen_values = true)]
    pub supplier_ids: Option<String>,
    /// Select purchases registered on this date or later, YYYY-MM-DD
    #[arg(long, value_name = "DATE")]
    pub registration_start: Option<String>,
    /// Select purchases registered on this date or earlier, YYYY-MM-DD
    #[arg(long, value_name = "DATE")]
    pub registration_end: Option<String>,
    /// Handle deleted purchases: `not_include` (the default), `include` or `only`
    #[arg(long, value_name = "WHICH")]
    pub deleted: Option<String>,
}

/// The validated parameters of the list.
///
/// * `page` is 1 or more.
/// * `per_page` is between 1 and 500.
/// * The first registration date is not after the last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SupplierListParameters {
    selection: SupplierSelection,
    page: u64,
    per_page: u32,
}

impl SupplierListParameters {
    /// Validates the parameters of a request, in the documented order.
    ///
    /// # Errors
    /// [`SupplierParameterErrors::MissingCompany`] when there is no company, otherwise all invalid
    /// parameters.
    pub fn resolve(request: &SupplierListRequest) -> Result<Self, SupplierParameterErrors> {
        let Some(company_id) = &request.company_id else {
            return Err(SupplierParameterErrors::MissingCompany);
        };
        let mut validator = ParameterValidator::default();
        let company_id = validator.company(company_id);
        let search = validator.search_term(request.search_term.as_deref());
        let status = validator.status(request.purchase_status.as_deref());
        let supplier_ids = validator.supplier_ids(request.supplier_ids.as_deref());
        let (start, end) = validator.registration(
            request.registration_start.as_deref(),
            request.registration_end.as_deref(),
        );
        let page = validator.page(request.page.as_deref());
        let per_page = validator.per_page(request.per_page.as_deref());
        let updated_from_micros = validator.updated_from(request.updated_from.as_deref());
        let deleted = validator.deleted(request.deleted.as_deref());
        let invalid = validator.into_invalid();
        if !invalid.is_empty() {
            return Err(SupplierParameterErrors::Invalid(invalid));
        }
        Ok(Self {
            selection: SupplierSelection {
                company_id,
                search,
                status,
                supplier_ids,
                start,
                end,
                updated_from_micros,
                deleted,
            },
            page,
            per_page,
        })
    }

    /// The same parameters for another page; pages count from 1.
    #[must_use]
    pub fn at_page(&self, page: u64) -> Self {
        Self {
            page: page.max(1),
            ..self.clone()
        }
    }

    /// The page, from 1.
    pub fn page(&self) -> u64 {
        self.page
    }

    /// Purchases per page, 1 to 500.
    pub fn per_page(&self) -> u32 {
        self.per_page
    }

    /// The company, 0 for the unknown one.
    pub fn company_id(&self) -> i64 {
        self.selection.company_id
    }

    /// The months that the answer needs, as first days, inclusive; an open end is `None`.
    pub fn months(&self) -> (Option<NaiveDate>, Option<NaiveDate>) {
        self.selection.months()
    }

    /// All settings by name, as text. A filter that is not set has no entry.
    pub fn settings(&self) -> Vec<(&'static str, String)> {
        let mut settings = self.selection.settings();
        settings.push(("page", self.page.to_string()));
        settings.push(("per_page", self.per_page.to_string()));
        settings
    }

    pub(super) fn selection(&self) -> &SupplierSelection {
        &self.selection
    }
}

/// The validated parameters of the summary.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SupplierSummaryParameters {
    selection: SupplierSelection,
}

impl SupplierSummaryParameters {
    /// Validates a request.
    ///
    /// # Errors
    /// As [`SupplierListParameters::resolve`].
    pub fn resolve(request: &SupplierSummaryRequest) -> Result<Self, SupplierParameterErrors> {
        let SupplierSummaryRequest {
            company_id,
            supplier_ids,
            registration_start,
            registration_end,
            deleted,
        } = request.clone();
        let list = SupplierListParameters::resolve(&SupplierListRequest {
            company_id,
            supplier_ids,
            registration_start,
            registration_end,
            deleted,
            ..SupplierListRequest::default()
        })?;
        Ok(Self {
            selection: list.selection,
        })
    }

    /// The company, 0 for the unknown one.
    pub fn company_id(&self) -> i64 {
        self.selection.company_id
    }

    /// The first and the last registration date, if limited.
    pub fn registration(&self) -> (Option<NaiveDate>, Option<NaiveDate>) {
        (self.selection.start, self.selection.end)
    }

    /// The supplier ids, ascending; empty for all suppliers.
    pub fn supplier_ids(&self) -> &BTreeSet<i64> {
        &self.selection.supplier_ids
    }

    /// Whether deleted purchases are included.
    pub fn deleted(&self) -> DeletedFilter {
        self.selection.deleted
    }

    /// As [`SupplierListParameters::months`].
    pub fn months(&self) -> (Option<NaiveDate>, Option<NaiveDate>) {
        self.selection.months()
    }

    /// All settings by name, as text. A filter that is not set has no entry.
    pub fn settings(&self) -> Vec<(&'static str, String)> {
        self.selection.settings()
    }

    pub(super) fn selection(&self) -> &SupplierSelection {
        &self.selection
    }
}
