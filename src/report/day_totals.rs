//! What expectations are compared with: purchases per day, the newest purchase, and the number and
//! newest state of the supplier purchases.
//!
//! In: parameters and files. Out: numbers that do not depend on the order of the files. Refused:
//! files that cannot be read.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use polars::prelude::{
    DataFrame, DataType, Expr, PolarsResult, Scalar, TimeUnit, TimeZone, col, len, lit,
};

use super::data_path::DataPath;
use super::event_selection::items;
use super::parameters::SeriesParameters;
use super::purchase_query::{PurchaseQuery, TICK, run_query};
use super::supplier_table::{IS_DELETED, UPDATED_AT};
use super::table_scan::{collect, query_table};
use super::{PurchaseFile, ReportError, SupplierPurchaseFile};
use crate::purchase::columns::schema as purchases_schema;
use crate::supplier_purchase::columns::schema as supplier_purchases_schema;

const QUANTITY: &str = "quantity";
const RECORDS: &str = "records";
const NEWEST: &str = "newest";
const TIME: &str = "time";

/// The purchases of a local day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DayTotal {
    /// The day, in the zone of the parameters.
    pub day: NaiveDate,
    /// The number of purchases.
    pub records: u64,
    /// The sum of `quantity`, refunds included, without refunded lines of orders.
    pub quantity: i64,
}

/// The supplier purchases of all companies.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SupplierState {
    /// Purchases that are not deleted.
    pub records: u64,
    /// The greatest `updated_at` up to the instant asked for, in microseconds UTC.
    pub newest_micros: Option<i64>,
}

/// The days of a series by day, ascending; days without purchases are zero.
///
/// # Errors
/// [`ReportError::Scan`] when a file cannot be read as a file of the purchases table.
pub fn day_totals(
    parameters: &SeriesParameters,
    files: &[PurchaseFile],
) -> Result<Vec<DayTotal>, ReportError> {
    let query = PurchaseQuery::Totals {
        keys: Vec::new(),
        sums: vec![len().cast(DataType::Int64).alias(RECORDS), items().sum()],
    };
    let window = parameters.window();
    let rows = window.rows().iter().filter_map(|day| day.parse().ok());
    let mut days: Vec<DayTotal> = rows
        .map(|day| DayTotal {
            day,
            records: 0,
            quantity: 0,
        })
        .collect();
    for (tick, records, quantity) in run_query(parameters, files, &query, totals)? {
        let row = window.row_of_tick(tick);
        if let Some(day) = row.and_then(|row| days.get_mut(row)) {
            day.records += records;
            day.quantity += quantity;
        }
    }
    Ok(days)
}

fn totals(frame: &DataFrame) -> PolarsResult<Vec<(i64, u64, i64)>> {
    let ticks = frame.column(TICK)?.i64()?;
    let records = frame.column(RECORDS)?.i64()?;
    let quantities = frame.column(QUANTITY)?.i64()?;
    let rows = ticks.iter().zip(records.iter()).zip(quantities.iter());
    Ok(rows
        .filter_map(|((tick, records), quantity)| {
            Some((tick?, records?.unsigned_abs(), quantity.unwrap_or_default()))
        })
        .collect())
}

/// The time of the newest purchase up to an instant, both in microseconds UTC; files are read from
/// the newest day on until one has such a purchase.
///
/// # Errors
/// [`ReportError::Scan`] when a file cannot be read as a file of the purchases table.
pub fn newest_purchase(
    files: &[PurchaseFile],
    until_micros: i64,
) -> Result<Option<i64>, ReportError> {
    let days: BTreeSet<NaiveDate> = files.iter().map(|file| file.purchase_date).collect();
    for day in days.into_iter().rev() {
        let of_day = files.iter().filter(|file| file.purchase_date == day);
        let mut paths: Vec<&DataPath> = of_day.map(|file| &file.path).collect();
        paths.sort_unstable();
        let newest = query_table(&purchases_schema(), &paths, |scan| {
            let until = scan.open(&paths)?.filter(up_to(TIME, until_micros));
            let newest = col(TIME).to_physical().max().alias(NEWEST);
            first_i64(&collect(until.select([newest]))?, NEWEST)
        });
        let newest = newest.map_err(|source| ReportError::Scan {
            files: paths.len(),
            source,
        })?;
        if newest.is_some() {
            return Ok(newest);
        }
    }
    Ok(None)
}

/// The number of supplier purchases, and their newest state up to an instant in microseconds UTC.
///
/// # Errors
/// [`ReportError::Scan`] when a file cannot be read as a file of the supplier purchases table.
pub fn supplier_state(
    files: &[SupplierPurchaseFile],
    until_micros: i64,
) -> Result<SupplierState, ReportError> {
    if files.is_empty() {
        return Ok(SupplierState::default());
    }
    let mut paths: Vec<&DataPath> = files.iter().map(|file| &file.path).collect();
    paths.sort_unstable();
    let state = query_table(&supplier_purchases_schema(), &paths, |scan| {
        let kept = col(IS_DELETED).not().cast(DataType::Int64).sum();
        let newest = col(UPDATED_AT).filter(up_to(UPDATED_AT, until_micros));
        let newest = newest.to_physical().max().alias(NEWEST);
        let frame = collect(scan.open(&paths)?.select([kept.alias(RECORDS), newest]))?;
        let records = first_i64(&frame, RECORDS)?.unwrap_or_default();
        Ok(SupplierState {
            records: records.unsigned_abs(),
            newest_micros: first_i64(&frame, NEWEST)?,
        })
    });
    state.map_err(|source| ReportError::Scan {
        files: paths.len(),
        source,
    })
}

fn up_to(column: &str, micros: i64) -> Expr {
    let utc = Some(TimeZone::UTC);
    let instant = Scalar::new_datetime(micros, TimeUnit::Microseconds, utc);
    col(column).lt_eq(lit(instant))
}

fn first_i64(frame: &DataFrame, column: &str) -> PolarsResult<Option<i64>> {
    Ok(frame.column(column)?.i64()?.get(0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::SeriesRequest;
    use crate::report::fixture::{PurchaseTableFixture, TestPurchase};

    fn parameters(length: u8, ending_at: &str, zone: &str) -> SeriesParameters {
        let request = SeriesRequest {
            length: Some(length.to_string()),
            ending_at: Some(ending_at.to_owned()),
            timezone: Some(zone.to_owned()),
            allow_future: true,
            ..SeriesRequest::default()
        };
        SeriesParameters::resolve(&request, chrono::DateTime::UNIX_EPOCH).expect("parameters")
    }

    #[test]
    fn days_are_those_of_the_zone_and_count_purchases_and_items() {
        let table = PurchaseTableFixture::of(&[
            // 2026-10-04 in São Paulo.
            TestPurchase::at("2026-10-05T02:59:59Z").quantity(7),
            TestPurchase::at("2026-10-05T03:00:00Z").quantity(2),
            TestPurchase::at("2026-10-05T12:00:00Z").revenue(-1, "BRL"),
            TestPurchase::at("2026-10-07T02:00:00Z").quantity(3),
        ]);
        let days = day_totals(
            &parameters(3, "2026-10-06", "America/Sao_Paulo"),
            &table.files,
        );
        let days = days.expect("the days").into_iter();
        let days: Vec<(String, u64, i64)> = days
            .map(|day| (day.day.to_string(), day.records, day.quantity))
            .collect();
        let expected = [
            ("2026-10-04", 1, 7),
            ("2026-10-05", 2, 3),
            ("2026-10-06", 1, 3),
        ];
        let expected = expected.map(|(day, records, items)| (day.to_owned(), records, items));
        assert_eq!(days, expected);
    }

    #[test]
    fn the_newest_purchase_is_not_later_than_the_instant() {
        let micros = |time: &str| TestPurchase::at(time).micros;
        let table = PurchaseTableFixture::of(&[
            TestPurchase::at("2026-10-04T10:00:00Z"),
            TestPurchase::at("2026-10-05T10:00:00Z"),
        ]);
        for (until, expected) in [
            ("2026-10-05T10:00:00Z", Some("2026-10-05T10:00:00Z")),
            ("2026-10-05T09:59:59Z", Some("2026-10-04T10:00:00Z")),
            ("2026-10-04T09:59:59Z", None),
        ] {
            let newest = newest_purchase(&table.files, micros(until)).expect("a time");
            assert_eq!(newest, expected.map(micros), "{until}");
        }
        assert_eq!(newest_purchase(&[], 0).expect("none"), None);
    }
}
