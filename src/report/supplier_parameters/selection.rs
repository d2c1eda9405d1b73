//! The filters shared by the supplier purchase list and summary.

use std::collections::BTreeSet;

use chrono::{Datelike, NaiveDate};

use crate::values::instant::format_utc_micros;

/// The company id under which purchases without a known company are stored.
pub const COMPANY_UNKNOWN: i64 = 0;

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

/// The filters that select the purchases of an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::report) struct SupplierSelection {
    pub(in crate::report) company_id: i64,
    pub(in crate::report) search: Option<SearchTerm>,
    pub(in crate::report) status: Option<PurchaseStatus>,
    /// Empty for all purchases, with and without a supplier.
    pub(in crate::report) supplier_ids: BTreeSet<i64>,
    /// First registration date, inclusive.
    pub(in crate::report) start: Option<NaiveDate>,
    /// Last registration date, inclusive.
    pub(in crate::report) end: Option<NaiveDate>,
    /// First `updated_at`, inclusive.
    pub(in crate::report) updated_from_micros: Option<i64>,
    pub(in crate::report) deleted: DeletedFilter,
}

impl SupplierSelection {
    pub(super) fn months(&self) -> (Option<NaiveDate>, Option<NaiveDate>) {
        (self.start.map(first_of_month), self.end.map(first_of_month))
    }

    /// Whether a month, given by its first day, can contain selected purchases.
    pub(in crate::report) fn holds_month(&self, month: NaiveDate) -> bool {
        let (first, last) = self.months();
        first.is_none_or(|first| first <= month) && last.is_none_or(|last| month <= last)
    }

    pub(super) fn settings(&self) -> Vec<(&'static str, String)> {
        let company = if self.company_id == COMPANY_UNKNOWN {
            "unknown".to_owned()
        } else {
            self.company_id.to_string()
        };
        let suppliers: Vec<String> = self.supplier_ids.iter().map(i64::to_string).collect();
        let optional = [
            (
                "search_term",
                self.search.as_ref().map(|term| term.raw.clone()),
            ),
            (
                "purchase_status",
                self.status.map(|status| status.as_str().to_owned()),
            ),
            (
                "supplier_ids",
                (!suppliers.is_empty()).then(|| suppliers.join(",")),
            ),
            (
                "registration_start",
                self.start.map(|date| date.to_string()),
            ),
            ("registration_end", self.end.map(|date| date.to_string())),
            (
                "updated_from",
                self.updated_from_micros.map(format_utc_micros),
            ),
        ];
        let always = [
            ("company_id", company),
            ("deleted", self.deleted.as_str().to_owned()),
        ];
        let set = optional
            .into_iter()
            .filter_map(|(name, value)| value.map(|value| (name, value)));
        always.into_iter().chain(set).collect()
    }
}

/// A number to search in ids and invoice numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::report) struct SearchTerm {
    raw: String,
    /// The digits without leading zeros; empty for zero.
    pub(in crate::report) digits: String,
    /// The number as an id, unless it is too large.
    pub(in crate::report) id: Option<i64>,
}

impl SearchTerm {
    /// A search term of at least one ASCII digit.
    pub(super) fn new(raw: &str) -> Self {
        Self {
            raw: raw.to_owned(),
            digits: raw.trim_start_matches('0').to_owned(),
            id: raw.parse().ok(),
        }
    }
}

/// The first day of a date's month.
pub(in crate::report) fn first_of_month(date: NaiveDate) -> NaiveDate {
    date.with_day(1)
        .expect("every month of the calendar has a first day")
}
