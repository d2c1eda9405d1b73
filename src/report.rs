//! Reports and expectations, computed by polars from the data files of the lake.
//!
//! In: resolved parameters ([`SeriesParameters`], [`SupplierListParameters`],
//! [`SupplierSummaryParameters`]) and the data files of one table version; files of the purchases
//! table are already limited to the UTC dates that the parameters need
//! ([`SeriesParameters::utc_dates`]). Out: a [`QuantitySeries`], a [`RevenueSeries`], a
//! [`ProductList`], pages or rows of supplier purchases or a [`SupplierSummary`]; independent of
//! the order of the files and the number of threads. Refused: parameters that violate a `PAR-*`
//! rule, and sums that do not fit their type.

use chrono::NaiveDate;
use polars::error::PolarsError;

use crate::values::ExitCode;

mod calendar_date;
mod data_path;
mod day_totals;
mod ending_at;
mod event_selection;
mod expectations;
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
mod table_scan;
mod wide_sum;
mod window;

pub use data_path::{DataPath, StoreAccess};
pub use day_totals::{DayTotal, SupplierState, day_totals, newest_purchase, supplier_state};
pub use ending_at::EndingAtNote;
pub use event_selection::EventSelection;
pub use expectations::{Assessment, AssessmentOutcome, Expectation, WEEKS_COMPARED};
pub use overview::{
    Coverage, Dimension, NamedQuantity, RejectCount, RejectFile, coverage, quantity_by_dimension,
    rejects_by_rule, revenue_currencies,
};
pub use parameter_error::ParameterError;
pub use parameters::{RefundHandling, RevenueSeriesRequest, SeriesParameters, SeriesRequest};
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
pub use supplier_summary::{
    CurrencyTotal, PurchaseCounts, SummaryAmounts, SupplierSummary, SupplierSummaryRow,
    supplier_summary,
};
pub use window::{HourLength, SeriesUnit};

/// One data file of the purchases table at the version being read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PurchaseFile {
    /// The path or URL of the file, as polars opens it.
    pub path: DataPath,
    /// The partition of the file in the Delta log: the UTC date of `time` in all its rows.
    pub purchase_date: NaiveDate,
}

/// One data file of the supplier purchases table at the version being read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SupplierPurchaseFile {
    /// The path or URL of the file, as polars opens it.
    pub path: DataPath,
    /// The company partition of the file in the Delta log, 0 for an unknown company.
    pub company_id: i64,
    /// The month partition of the file in the Delta log, as its first day: that of
    /// `registration_date` in all its rows.
    pub month: NaiveDate,
    /// The number of rows in the file, if the Delta log contains it.
    pub rows: Option<u64>,
}

/// Invalid parameters, which are answered with a documented error response.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ParameterRefusal {
    /// Of a series: the response is `{"message":…}`.
    #[error(transparent)]
    Series(#[from] ParameterError),
    /// Of the supplier purchases: the response is `{"code":…,"message":…,"meta":[…]}`.
    #[error(transparent)]
    Supplier(#[from] SupplierParameterErrors),
}

/// Why a report failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReportError {
    /// A parameter is invalid, by itself or for the data.
    #[error(transparent)]
    Parameter(#[from] ParameterRefusal),
    /// A data file is missing, damaged, or has columns other than those of its table.
    #[error("cannot read the data files of the table ({files} selected)")]
    Scan {
        /// The number of files of the query.
        files: usize,
        /// The error of polars, which names the file.
        #[source]
        source: PolarsError,
    },
    /// A data file is missing, damaged, or has columns other than those of the rejects table.
    #[error("cannot read the data files of the rejects table ({files} selected)")]
    Rejects {
        /// The number of files of the query.
        files: usize,
        /// The error of polars, which names the file.
        #[source]
        source: PolarsError,
    },
    /// A column contains a value that ingestion never writes.
    #[error("column `{column}` of the table contains {value:?}, a value that ingest never writes")]
    Value {
        /// The column.
        column: &'static str,
        /// The value found.
        value: String,
    },
    /// The exact sum of a row has more than 29 digits before the decimal point.
    #[error("the revenue at {time} is out of the range of decimal(38, 9)")]
    RevenueRange {
        /// The row's `time`.
        time: String,
    },
    /// The exact sum of a group has more than 29 digits before the decimal point.
    #[error("the sum of `{column}` for {group} is out of the range of decimal(38, 9)")]
    AmountRange {
        /// The column.
        column: &'static str,
        /// A description of the group.
        group: String,
    },
}

impl ReportError {
    /// The exit code of a command that fails with it.
    pub fn exit_code(&self) -> ExitCode {
        match self {
            Self::Parameter(_) => ExitCode::Usage,
            _ => ExitCode::Failed,
        }
    }
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
