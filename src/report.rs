//! Answers worked out by polars from the lake's data files.
//!
//! In: resolved parameters ([`SeriesParameters`]) and the files of one lake version, already pruned
//! to the UTC dates the parameters need ([`SeriesParameters::utc_dates`]). Out: a
//! [`QuantitySeries`], a [`RevenueSeries`] or a [`ProductList`], the same for the same files in any
//! order, on any number of threads. Refused: parameters that break a `PAR-*` rule, and sums that do
//! not fit the type they are answered in.

use chrono::NaiveDate;
use polars::error::PolarsError;

mod ending;
#[cfg(test)]
mod fixture;
mod local_days;
mod overview;
mod parameter_error;
mod parameters;
mod product_list;
mod quantity_series;
mod revenue_series;
mod scan;
mod wide_sum;
mod window;

pub use ending::EndingNote;
pub use overview::{
    Coverage, Dimension, NamedQuantity, RejectCount, RejectFile, coverage, quantity_by,
    rejects_by_rule,
};
pub use parameter_error::ParameterError;
pub use parameters::{Refunds, SeriesParameters, SeriesRequest};
pub use product_list::{PRODUCTS_PER_PAGE, ProductList, product_list};
pub use quantity_series::{QuantityPoint, QuantitySeries, quantity_series};
pub use revenue_series::{RevenuePoint, RevenueSeries, revenue_series};
pub use window::{HourLength, Unit};

/// One data file of the purchases table at the version being read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScanFile {
    /// Where polars opens the file: a plain local path, nothing percent-encoded.
    pub path: String,
    /// The partition the log registers the file under: the UTC date of `time` in all its rows.
    pub purchase_date: NaiveDate,
}

/// Why a report has no answer.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReportError {
    /// A parameter can only be judged against the data, and was found wanting.
    #[error(transparent)]
    Parameter(#[from] ParameterError),
    /// A data file is missing, damaged, or has other columns than the purchases table.
    #[error("{files} data file(s) of the purchases table could not be read")]
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
    #[error("column `{column}` of the purchases table holds {value:?}, which no ingestion writes")]
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
}
