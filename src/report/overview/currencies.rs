//! The currencies of the purchases.

use polars::prelude::col;

use super::super::purchase_query::{PurchaseQuery, run_query};
use super::super::{PurchaseFile, ReportError, SeriesParameters};

const CURRENCY: &str = "currency";

/// The ISO 4217 codes of the purchases in the window of a series, sorted and unique.
///
/// # Errors
/// [`ReportError::Scan`] when a file cannot be read as a file of the purchases table.
pub fn revenue_currencies(
    parameters: &SeriesParameters,
    files: &[PurchaseFile],
) -> Result<Vec<String>, ReportError> {
    let query = PurchaseQuery::Whole {
        keys: vec![col(CURRENCY)],
        sums: vec![col("quantity").sum()],
        columns: vec![col(CURRENCY), col("quantity")],
    };
    let mut codes = run_query(parameters, files, &query, |frame| {
        let column = frame.column(CURRENCY)?.str()?;
        Ok(column.iter().flatten().map(str::to_owned).collect())
    })?;
    codes.sort_unstable();
    codes.dedup();
    Ok(codes)
}
