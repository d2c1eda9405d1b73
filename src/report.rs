//! Answers worked out by polars from the lake's data files.
//!
//! In: resolved parameters ([`SeriesParameters`], [`SupplierListParameters`],
//! [`SupplierSummaryParameters`]) and the files of one lake version; those of the purchases already
//! pruned to the UTC dates the parameters need ([`SeriesParameters::utc_dates`]). Out: a
//! [`QuantitySeries`], a [`RevenueSeries`], a [`ProductList`], pages or rows of supplier purchases
//! or a [`SupplierSummary`], the same for the same files in any order, on any number of threads.
//! Refused: parameters that break a `PAR-*` rule, and sums that do not fit the type they are
//! answered in.

use chrono::NaiveDate;
use polars::error::PolarsError;

mod calendar_date;
mod data_path;
mod ending_at;
#[cfg(test)]
mod fixture;
mod large_amounts;
mod local_dates;
mod overview;
mod parameter_error;
mod parameters;
mod product_list;
mod purchase_query;
mod quantity_series;
mod revenue_series;
mod supplier_errors;
mod supplier_parameters;
mod supplier_purchases;
mod supplier_row;
mod supplier_summary;
mod supplier_table;
mod wide_sum;
mod window;

pub use data_path::{DataPath, StoreAccess};
pub use ending_at::EndingAtNote;
pub use overview::{
    Coverage, Dimension, NamedQuantity, RejectCount, RejectFile, coverage, quantity_by_dimension,
    rejects_by_rule, revenue_currencies,
};
pub use parameter_error::ParameterError;
pub use parameters::{RefundHandling, SeriesParameters, SeriesRequest};
pub use product_list::{PRODUCTS_PER_PAGE, ProductList, product_list};
pub use quantity_series::{QuantityPoint, QuantitySeries, quantity_series};
pub use revenue_series::{RevenuePoint, RevenueSeries, revenue_series};
pub use supplier_errors::{FailedValidation, InvalidParameter, SupplierParameterErrors};
pub use supplier_parameters::{
    COMPANY_UNKNOWN, DeletedFilter, PER_PAGE_DEFAULT, PER_PAGE_MAX, PurchaseStatus,
    SupplierListParameters, SupplierListRequest, SupplierSummaryParameters, SupplierSummaryRequest,
};
pub use supplier_purchases::{
    SupplierPurchasePage, for_each_supplier_batch, for_each_supplier_page, supplier_purchases,
};
pub use supplier_row::{RowInvoice, RowMoney, RowParty, RowShipping, SupplierPurchaseRow};
pub use supplier_summary::{
    PurchaseCounts, SummaryAmounts, SupplierSummary, SupplierSummaryRow, supplier_summary,
};
pub use window::{HourLength, SeriesUnit};

/// One data file of the purchases table at the version being read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PurchaseFile {
    /// Where polars opens the file.
    pub path: DataPath,
    /// The partition the log registers the file under: the UTC date of `time` in all its rows.
    pub purchase_date: NaiveDate,
}

/// One data file of the supplier purchases table at the version being read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SupplierPurchaseFile {
    /// Where polars opens the file.
    pub path: DataPath,
    /// The company the log registers the file under, 0 for the unknown one.
    pub company_id: i64,
    /// The month the log registers the file under, as its first day: that of `registration_date`
    /// in all its rows.
    pub month: NaiveDate,
    /// How many rows the file holds, where the log says so.
    pub rows: Option<u64>,
}

/// Parameters that a documented error answers.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ParameterRefusal {
    /// Of a series, answered by `{"message":…}`.
    #[error(transparent)]
    Series(#[from] ParameterError),
    /// Of the supplier purchases, answered by `{"code":…,"message":…,"meta":[…]}`.
    #[error(transparent)]
    Supplier(#[from] SupplierParameterErrors),
}

/// Why a report has no answer.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReportError {
    /// A parameter was found wanting, on its own or against the data.
    #[error(transparent)]
    Parameter(#[from] ParameterRefusal),
    /// A data file is missing, damaged, or has other columns than its table.
    #[error("{files} data file(s) of the table could not be read")]
    Scan {
        /// How many files the query was to read.
        files: usize,
        /// What polars says; it names the file.
        #[source]
        source: PolarsError,
    },
    /// A data file is missing, damaged, or has other columns than the rejects table.
    #[error("{files} data file(s) of the rejects table could not be read")]
    Rejects {
        /// How many files the query was to read.
        files: usize,
        /// What polars says; it names the file.
        #[source]
        source: PolarsError,
    },
    /// A column of the table holds a value that ingestion never writes.
    #[error("column `{column}` of the table holds {value:?}, which no ingestion writes")]
    Value {
        /// The column.
        column: &'static str,
        /// The value found.
        value: String,
    },
    /// The exact sum of one row has more than 29 digits before the point.
    #[error("the revenue at {time} leaves the range of decimal(38, 9)")]
    RevenueRange {
        /// The row's `time`.
        time: String,
    },
    /// The exact sum of a group has more than 29 digits before the point.
    #[error("the sum of `{column}` of {group} leaves the range of decimal(38, 9)")]
    AmountRange {
        /// The column.
        column: &'static str,
        /// The group, for people.
        group: String,
    },
}

impl From<ParameterError> for ReportError {
    fn from(error: ParameterError) -> Self {
        Self::Parameter(error.into())
    }
}

impl From<SupplierParameterErrors> for ReportError {
    fn from(errors: SupplierParameterErrors) -> Self {
        Self::Parameter(errors.into())
    }
}
