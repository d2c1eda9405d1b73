//! The parameters of the supplier purchase list and summary, from text to validated values.
//!
//! In: a [`SupplierListRequest`] or a [`SupplierSummaryRequest`]. Out: [`SupplierListParameters`]
//! or [`SupplierSummaryParameters`], which only their `resolve` constructs. Refused: all parameters
//! that violate a `PAR-*` rule, together.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use clap::Args;

use super::supplier_errors::{InvalidParameter, SupplierParameterErrors};

mod selection;
#[cfg(test)]
mod tests;
mod validator;

#[cfg(test)]
pub(super) use selection::first_of_month;
pub(super) use selection::{SearchTerm, SupplierSelection};
use validator::{ParameterValidator, RawSupplierParameters};

/// Default number of purchases per page: the example of the documented `meta.per_page`.
pub const PER_PAGE_DEFAULT: u32 = 20;

/// Maximum number of purchases per page. The documentation defines no limit; this one is our
/// choice.
pub const PER_PAGE_MAX: u32 = 500;

/// The company id under which purchases without a known company are stored.
pub const COMPANY_UNKNOWN: i64 = 0;

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

/// Whether an answer includes deleted purchases.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DeletedFilter {
    /// Deleted purchases are excluded.
    #[default]
    NotInclude,
    /// Deleted purchases are included.
    Include,
    /// Only deleted purchases are included.
    Only,
}

impl DeletedFilter {
    /// All values by their documented names.
    pub(super) const ALL: [(&'static str, Self); 3] = [
        ("not_include", Self::NotInclude),
        ("include", Self::Include),
        ("only", Self::Only),
    ];

    /// The documented name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NotInclude => "not_include",
            Self::Include => "include",
            Self::Only => "only",
        }
    }
}

/// The status of a purchase.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PurchaseStatus {
    /// "Aguardando."
    Pending,
    /// "Entregue."
    Received,
}

impl PurchaseStatus {
    /// All values by their documented names.
    pub(super) const ALL: [(&'static str, Self); 2] =
        [("pending", Self::Pending), ("received", Self::Received)];

    /// The documented name, which is also the value in the table.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Received => "received",
        }
    }
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
    /// Validates a request.
    ///
    /// # Errors
    /// [`SupplierParameterErrors::MissingCompany`] when there is no company, otherwise all invalid
    /// parameters.
    pub fn resolve(request: &SupplierListRequest) -> Result<Self, SupplierParameterErrors> {
        let SupplierListRequest {
            company_id,
            search_term,
            purchase_status,
            supplier_ids,
            registration_start,
            registration_end,
            page,
            per_page,
            updated_from,
            deleted,
        } = request;
        let raw = RawSupplierParameters {
            company_id: company_id.as_deref(),
            search_term: search_term.as_deref(),
            purchase_status: purchase_status.as_deref(),
            supplier_ids: supplier_ids.as_deref(),
            registration_start: registration_start.as_deref(),
            registration_end: registration_end.as_deref(),
            page: page.as_deref(),
            per_page: per_page.as_deref(),
            updated_from: updated_from.as_deref(),
            deleted: deleted.as_deref(),
        };
        resolve_parameters(&raw)
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
        } = request;
        let raw = RawSupplierParameters {
            company_id: company_id.as_deref(),
            supplier_ids: supplier_ids.as_deref(),
            registration_start: registration_start.as_deref(),
            registration_end: registration_end.as_deref(),
            deleted: deleted.as_deref(),
            ..RawSupplierParameters::default()
        };
        resolve_parameters(&raw).map(|parameters| Self {
            selection: parameters.selection,
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

/// Validates all parameters, in the documented order, and returns all errors.
fn resolve_parameters(
    raw: &RawSupplierParameters<'_>,
) -> Result<SupplierListParameters, SupplierParameterErrors> {
    let Some(company_id) = raw.company_id else {
        return Err(SupplierParameterErrors::MissingCompany);
    };
    let mut validator = ParameterValidator::default();
    let company_id = validator.company(company_id);
    let search = validator.search_term(raw.search_term);
    let status = validator.status(raw.purchase_status);
    let supplier_ids = validator.supplier_ids(raw.supplier_ids);
    let (start, end) = validator.registration(raw.registration_start, raw.registration_end);
    let page = validator.page(raw.page);
    let per_page = validator.per_page(raw.per_page);
    let updated_from_micros = validator.updated_from(raw.updated_from);
    let deleted = validator.deleted(raw.deleted);
    let invalid: Vec<InvalidParameter> = validator.into_invalid();
    if !invalid.is_empty() {
        return Err(SupplierParameterErrors::Invalid(invalid));
    }
    Ok(SupplierListParameters {
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
