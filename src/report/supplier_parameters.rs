//! The parameters of the two questions about supplier purchases, from the texts as typed to values
//! that have been judged.
//!
//! In: a [`SupplierListRequest`] or a [`SupplierSummaryRequest`]. Out: [`SupplierListParameters`] or
//! [`SupplierSummaryParameters`], which only their `resolve` can make. Refused: all parameters that
//! break a `PAR-*` rule, together.

use std::collections::BTreeSet;

use chrono::NaiveDate;

use super::supplier_errors::{InvalidParameter, SupplierParameterErrors};

mod selection;
#[cfg(test)]
mod tests;
mod validator;

#[cfg(test)]
pub(super) use selection::first_of_month;
pub(super) use selection::{SearchTerm, SupplierSelection};
use validator::{ParameterValidator, RawSupplierParameters};

/// Purchases on a page when nothing is said: the example of the documented `meta.per_page`.
pub const PER_PAGE_DEFAULT: u32 = 20;

/// The most purchases a page may have. The documentation names no limit; this one is ours.
pub const PER_PAGE_MAX: u32 = 500;

/// The company that purchases without a known one are stored under.
pub const COMPANY_UNKNOWN: i64 = 0;

/// What was typed for the list, by documented parameter name; nothing has been judged yet.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SupplierListRequest {
    /// Header `CPlug-Company-Id`: a number, or `unknown`; required.
    pub company_id: Option<String>,
    /// Id of a purchase, or number of an invoice.
    pub search_term: Option<String>,
    /// `pending` or `received`.
    pub purchase_status: Option<String>,
    /// Numbers of suppliers with commas between them.
    pub supplier_ids: Option<String>,
    /// First `registration_date`, inclusive.
    pub registration_start: Option<String>,
    /// Last `registration_date`, inclusive.
    pub registration_end: Option<String>,
    /// The page, from 1; the first when absent.
    pub page: Option<String>,
    /// Purchases a page, 1 to 500; 20 when absent.
    pub per_page: Option<String>,
    /// Only purchases that were updated at this instant or later.
    pub updated_from: Option<String>,
    /// `not_include` (when absent), `include` or `only`.
    pub deleted: Option<String>,
}

/// What was typed for the summary, by documented parameter name; nothing has been judged yet.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SupplierSummaryRequest {
    /// As [`SupplierListRequest::company_id`].
    pub company_id: Option<String>,
    /// As [`SupplierListRequest::supplier_ids`].
    pub supplier_ids: Option<String>,
    /// As [`SupplierListRequest::registration_start`].
    pub registration_start: Option<String>,
    /// As [`SupplierListRequest::registration_end`].
    pub registration_end: Option<String>,
    /// As [`SupplierListRequest::deleted`].
    pub deleted: Option<String>,
}

/// Whether deleted purchases are part of an answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DeletedFilter {
    /// They are left out.
    #[default]
    NotInclude,
    /// They are part of it.
    Include,
    /// Only they are.
    Only,
}

impl DeletedFilter {
    /// Every choice by its documented word.
    pub(super) const ALL: [(&'static str, Self); 3] = [
        ("not_include", Self::NotInclude),
        ("include", Self::Include),
        ("only", Self::Only),
    ];

    /// The documented word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NotInclude => "not_include",
            Self::Include => "include",
            Self::Only => "only",
        }
    }
}

/// The state of a purchase.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PurchaseStatus {
    /// "Aguardando."
    Pending,
    /// "Entregue."
    Received,
}

impl PurchaseStatus {
    /// Every state by its documented word.
    pub(super) const ALL: [(&'static str, Self); 2] =
        [("pending", Self::Pending), ("received", Self::Received)];

    /// The documented word, which is also what the table holds.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Received => "received",
        }
    }
}

/// The parameters of the list after every rule has been applied.
///
/// * `page` is 1 or more.
/// * `per_page` is between 1 and 500.
/// * The start of the registration dates is not after their end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SupplierListParameters {
    selection: SupplierSelection,
    page: u64,
    per_page: u32,
}

impl SupplierListParameters {
    /// Judges what was typed.
    ///
    /// # Errors
    /// [`SupplierParameterErrors::MissingCompany`] when there is no company, else every parameter
    /// that breaks its rule.
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

    /// The same question about another page; pages count from 1.
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

    /// Purchases a page, 1 to 500.
    pub fn per_page(&self) -> u32 {
        self.per_page
    }

    /// The company, 0 for the unknown one.
    pub fn company_id(&self) -> i64 {
        self.selection.company_id
    }

    /// The months that the files of the answer belong to, as first days, inclusive; an open end is
    /// `None`.
    pub fn months(&self) -> (Option<NaiveDate>, Option<NaiveDate>) {
        self.selection.months()
    }

    /// Every setting by name, as text. A filter that is not set has no entry.
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

/// The parameters of the summary after every rule has been applied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SupplierSummaryParameters {
    selection: SupplierSelection,
}

impl SupplierSummaryParameters {
    /// Judges what was typed.
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

    /// The first and the last registration date, where they are limited.
    pub fn registration(&self) -> (Option<NaiveDate>, Option<NaiveDate>) {
        (self.selection.start, self.selection.end)
    }

    /// The suppliers, ascending; empty for all.
    pub fn supplier_ids(&self) -> &BTreeSet<i64> {
        &self.selection.supplier_ids
    }

    /// Whether deleted purchases are counted.
    pub fn deleted(&self) -> DeletedFilter {
        self.selection.deleted
    }

    /// As [`SupplierListParameters::months`].
    pub fn months(&self) -> (Option<NaiveDate>, Option<NaiveDate>) {
        self.selection.months()
    }

    /// Every setting by name, as text. A filter that is not set has no entry.
    pub fn settings(&self) -> Vec<(&'static str, String)> {
        self.selection.settings()
    }

    pub(super) fn selection(&self) -> &SupplierSelection {
        &self.selection
    }
}

/// Judges everything that was typed, in the documented order, and names all that is wrong.
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
