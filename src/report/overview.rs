//! The dashboard's queries beyond the two series: items by product or app, dates covered, and
//! rejects by rule.
//!
//! In: parameters and files. Out: small lists, independent of the order of the files. Refused:
//! files that cannot be read.

mod currencies;

use std::collections::BTreeMap;

pub use currencies::revenue_currencies;

use arrow::datatypes::{DataType as ArrowType, Field, Schema};
use chrono::NaiveDate;
use polars::prelude::{DataFrame, DataType, PolarsResult, col, len};

use super::data_path::DataPath;
use super::event_selection::items;
use super::parameters::{RefundHandling, SeriesParameters};
use super::purchase_query::{APP_ID, PurchaseQuery, run_query};
use super::table_scan::{collect, query_table};
use super::{PurchaseFile, ReportError};

const QUANTITY: &str = "quantity";
const IS_REFUND: &str = "is_refund";
const RULE_ID: &str = "rule_id";
const REJECTS: &str = "rejects";

/// What items are counted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dimension {
    /// The product.
    Product,
    /// The app, which a purchase may lack.
    App,
}

/// Items of one product or app.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedQuantity {
    /// The product or app; `None` for purchases without an app.
    pub name: Option<String>,
    /// The sum of `quantity`.
    pub items: i64,
}

/// The dates covered by a purchases table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Coverage {
    /// The first UTC date.
    pub first: NaiveDate,
    /// The last UTC date.
    pub last: NaiveDate,
    /// The number of dates with purchases; smaller than the range when dates are missing.
    pub days: usize,
}

/// One data file of the rejects table at the version being read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RejectFile {
    /// Where polars opens the file.
    pub path: DataPath,
    /// The partition of the file in the Delta log.
    pub record_kind: String,
}

/// The number of records of a kind that a rule rejected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RejectCount {
    /// The kind of the records.
    pub record_kind: String,
    /// The id of the first rule that each of them violates.
    pub rule_id: String,
    /// The number of records.
    pub rejects: i64,
}

impl Dimension {
    fn column(self) -> &'static str {
        match self {
            Self::Product => "product_id",
            Self::App => APP_ID,
        }
    }
}

/// Items in the window of a series by product or app, the largest number first, then by the bytes
/// of the name. They add up to the series with the same parameters.
///
/// # Errors
/// [`ReportError::Scan`] when a file cannot be read as a file of the purchases table.
pub fn quantity_by_dimension(
    dimension: Dimension,
    parameters: &SeriesParameters,
    files: &[PurchaseFile],
) -> Result<Vec<NamedQuantity>, ReportError> {
    let query = PurchaseQuery::Whole {
        keys: vec![col(dimension.column()), col(IS_REFUND)],
        sums: vec![col(QUANTITY).sum()],
        columns: vec![col(dimension.column()), col(IS_REFUND), items()],
    };
    let read = |frame: &DataFrame| read_named(frame, dimension);
    let mut items: BTreeMap<Option<String>, i64> = BTreeMap::new();
    for row in run_query(parameters, files, &query, read)? {
        let is_counted = !row.is_refund || parameters.refunds() == RefundHandling::Counted;
        // What has refunded lines of orders only has no items.
        if is_counted && row.items > 0 {
            *items.entry(row.name).or_default() += row.items;
        }
    }
    let mut named: Vec<NamedQuantity> = items
        .into_iter()
        .map(|(name, items)| NamedQuantity { name, items })
        .collect();
    // A stable sort: equal counts stay in the byte order of their names.
    named.sort_by_key(|quantity| std::cmp::Reverse(quantity.items));
    Ok(named)
}

struct NamedItems {
    name: Option<String>,
    is_refund: bool,
    items: i64,
}

fn read_named(frame: &DataFrame, dimension: Dimension) -> PolarsResult<Vec<NamedItems>> {
    let names = frame.column(dimension.column())?.str()?;
    let refunds = frame.column(IS_REFUND)?.bool()?;
    let items = frame.column(QUANTITY)?.i64()?;
    Ok((0..frame.height())
        .map(|at| NamedItems {
            name: names.get(at).map(str::to_owned),
            is_refund: refunds.get(at).unwrap_or(false),
            items: items.get(at).unwrap_or_default(),
        })
        .collect())
}

/// The dates covered by a purchases table, determined from its partitions alone; `None` when it is
/// empty.
pub fn coverage(files: &[PurchaseFile]) -> Option<Coverage> {
    let dates: std::collections::BTreeSet<NaiveDate> =
        files.iter().map(|file| file.purchase_date).collect();
    Some(Coverage {
        first: *dates.first()?,
        last: *dates.last()?,
        days: dates.len(),
    })
}

/// Rejected records by kind and rule: kinds in byte order, and the most frequent rule first in
/// each.
///
/// # Errors
/// [`ReportError::Rejects`] when a file cannot be read as a file of the rejects table.
pub fn rejects_by_rule(files: &[RejectFile]) -> Result<Vec<RejectCount>, ReportError> {
    let mut kinds: BTreeMap<&str, Vec<&DataPath>> = BTreeMap::new();
    for file in files {
        let paths = kinds.entry(file.record_kind.as_str()).or_default();
        paths.push(&file.path);
    }
    let mut counts = Vec::new();
    for (record_kind, mut paths) in kinds {
        paths.sort_unstable();
        let files = paths.len();
        let mut rules = rules(&paths).map_err(|source| ReportError::Rejects { files, source })?;
        rules.sort_by(|(one, few), (other, many)| many.cmp(few).then_with(|| one.cmp(other)));
        counts.extend(rules.into_iter().map(|(rule_id, rejects)| RejectCount {
            record_kind: record_kind.to_owned(),
            rule_id,
            rejects,
        }));
    }
    Ok(counts)
}

fn rules(paths: &[&DataPath]) -> PolarsResult<Vec<(String, i64)>> {
    let table = Schema::new(vec![Field::new(RULE_ID, ArrowType::Utf8, false)]);
    query_table(&table, paths, |scan| {
        let rules = scan.open(paths)?.group_by([col(RULE_ID)]);
        let frame = collect(rules.agg([len().cast(DataType::Int64).alias(REJECTS)]))?;
        let rules = frame.column(RULE_ID)?.str()?;
        let rejects = frame.column(REJECTS)?.i64()?;
        let pairs = rules.iter().zip(rejects.iter());
        Ok(pairs
            .filter_map(|(rule, count)| Some((rule?.to_owned(), count?)))
            .collect())
    })
}

#[cfg(test)]
mod tests;
