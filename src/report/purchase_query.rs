//! The polars query shared by both series: selects files and columns, filters, and groups by tick.
//!
//! In: parameters, files, and the columns to group by and to sum. Out: a small frame with one row
//! per tick and key, with the column `tick` first. Files outside the window are not opened. A file
//! whose UTC date is entirely within one row of the series (every full day of a series by UTC day)
//! is summed without reading its `time` column, and a file whose date is entirely within the window
//! is not filtered by time. Refused: files that polars cannot read.

use std::collections::BTreeMap;

use polars::prelude::*;

use super::data_path::DataPath;
use super::parameters::SeriesParameters;
use super::table_scan::{FileScan, collect, query_table};
use super::{PurchaseFile, ReportError};
use crate::purchase::columns::schema;

/// The column by which a series is grouped: see [`super::window::Window::row_of_tick`].
pub(super) const TICK: &str = "tick";

/// The app of a purchase.
pub(super) const APP_ID: &str = "app_id";

/// Plans collected at a time. Each plan keeps a file open with some of its columns in memory: all
/// hundred days of a series at once take twice the memory of 16, and no less time.
const MAX_PLANS: usize = 16;

/// What a query computes from the purchases of the window.
#[derive(Clone, Debug)]
pub(super) enum PurchaseQuery {
    /// One row per tick and combination of `keys`, with these sums; every sum must be an
    /// aggregation, because other columns would become lists. Without `keys` a tick may have a row
    /// although it has no purchases, and files that need no grouping are not grouped.
    Totals { keys: Vec<Expr>, sums: Vec<Expr> },
    /// One row per combination of `keys` over the whole window, with these sums and without `tick`.
    /// `columns` are the columns that keys and sums use.
    Whole {
        keys: Vec<Expr>,
        sums: Vec<Expr>,
        columns: Vec<Expr>,
    },
    /// Every purchase that satisfies the condition, with these columns.
    Rows { condition: Expr, columns: Vec<Expr> },
}

/// Runs a query over the purchases selected by the parameters, and reads the lines of its frame;
/// there is none when no file is in the window.
pub(super) fn run_query<T>(
    parameters: &SeriesParameters,
    files: &[PurchaseFile],
    query: &PurchaseQuery,
    read: impl Fn(&DataFrame) -> PolarsResult<Vec<T>>,
) -> Result<Vec<T>, ReportError> {
    let files_by_source = files_by_tick_source(parameters, files, query);
    let opened: Vec<&DataPath> = files_by_source.values().flatten().copied().collect();
    query_table(&schema(), &opened, |scan| {
        let frame = run_plans(parameters, scan, &files_by_source, query)?;
        frame.as_ref().map_or(Ok(Vec::new()), &read)
    })
    .map_err(|source| ReportError::Scan {
        files: opened.len(),
        source,
    })
}

/// Collects the plans in groups of at most [`MAX_PLANS`]; `None` without a plan.
fn run_plans(
    parameters: &SeriesParameters,
    scan: &FileScan,
    files_by_source: &BTreeMap<TickSource, Vec<&DataPath>>,
    query: &PurchaseQuery,
) -> PolarsResult<Option<DataFrame>> {
    let mut found: Option<DataFrame> = None;
    let mut files_by_source = files_by_source.iter().peekable();
    while files_by_source.peek().is_some() {
        let plans = files_by_source
            .by_ref()
            .take(MAX_PLANS)
            .map(|(tick_source, paths)| {
                let plan = scan.open(paths)?;
                Ok(lazy_frame(parameters, plan, *tick_source, query))
            })
            .collect::<PolarsResult<Vec<LazyFrame>>>()?;
        let plan = concat(plans, UnionArgs::default())?;
        let frame = collect(match query {
            PurchaseQuery::Whole { keys, sums, .. } => plan.group_by(keys).agg(sums),
            PurchaseQuery::Totals { .. } | PurchaseQuery::Rows { .. } => plan,
        })?;
        match &mut found {
            Some(found) => found.vstack_mut_owned(frame).map(drop)?,
            None => found = Some(frame),
        }
    }
    Ok(found)
}

/// How the tick of a purchase is determined.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum TickSource {
    /// From the time of the purchase, which may be outside the window.
    TimeInWindow,
    /// From the time of the purchase; the whole date is in the window.
    Time,
    /// All purchases of the file have this tick.
    WholeDate(i64),
}

/// The files of the window, grouped by how their ticks are determined.
fn files_by_tick_source<'a>(
    parameters: &SeriesParameters,
    files: &'a [PurchaseFile],
    query: &PurchaseQuery,
) -> BTreeMap<TickSource, Vec<&'a DataPath>> {
    let window = parameters.window();
    let dates = window.utc_dates();
    let mut files_by_source: BTreeMap<TickSource, Vec<&DataPath>> = BTreeMap::new();
    for file in files.iter().filter(|f| dates.contains(&f.purchase_date)) {
        let tick = match query {
            PurchaseQuery::Whole { .. } => None,
            PurchaseQuery::Totals { .. } | PurchaseQuery::Rows { .. } => {
                window.tick_of_whole_date(file.purchase_date)
            }
        };
        let tick_source = match tick {
            Some(tick) => TickSource::WholeDate(tick),
            None if window.holds_date(file.purchase_date) => TickSource::Time,
            None => TickSource::TimeInWindow,
        };
        let paths = files_by_source.entry(tick_source).or_default();
        paths.push(&file.path);
    }
    for paths in files_by_source.values_mut() {
        paths.sort_unstable();
    }
    files_by_source
}

/// The query over the purchases of files whose ticks are determined in the same way.
fn lazy_frame(
    parameters: &SeriesParameters,
    mut plan: LazyFrame,
    tick_source: TickSource,
    query: &PurchaseQuery,
) -> LazyFrame {
    for condition in filters(parameters) {
        plan = plan.filter(condition);
    }
    if tick_source == TickSource::TimeInWindow {
        plan = plan.filter(in_window(parameters));
    }
    let tick = match tick_source {
        TickSource::TimeInWindow | TickSource::Time => tick_of_time(parameters),
        TickSource::WholeDate(tick) => lit(tick),
    };
    let tick = tick.cast(DataType::Int64).alias(TICK);
    match query {
        PurchaseQuery::Totals { keys, sums } => match tick_source {
            TickSource::TimeInWindow | TickSource::Time => {
                let keys: Vec<Expr> = std::iter::once(tick).chain(keys.iter().cloned()).collect();
                plan.group_by(keys).agg(sums)
            }
            TickSource::WholeDate(_) if keys.is_empty() => {
                let columns = std::iter::once(tick).chain(sums.iter().cloned());
                plan.select(columns.collect::<Vec<_>>())
            }
            TickSource::WholeDate(_) => plan
                .group_by(keys)
                .agg(sums)
                .select([tick, all().as_expr()]),
        },
        PurchaseQuery::Whole { columns, .. } => plan.select(columns),
        PurchaseQuery::Rows { condition, columns } => plan.filter(condition.clone()).select(
            std::iter::once(tick)
                .chain(columns.iter().cloned())
                .collect::<Vec<_>>(),
        ),
    }
}

/// Exact matches only, without trimming or case folding. A purchase without an app matches no app.
fn filters(parameters: &SeriesParameters) -> Vec<Expr> {
    [
        (APP_ID, parameters.app_id()),
        ("product_id", parameters.product()),
    ]
    .into_iter()
    .filter_map(|(column, wanted)| wanted.map(|text| col(column).eq(lit(text))))
    .chain(parameters.events().condition())
    .collect()
}

fn in_window(parameters: &SeriesParameters) -> Expr {
    let (first, last) = parameters.window().micros().into_inner();
    let instant = |micros| {
        lit(Scalar::new_datetime(
            micros,
            TimeUnit::Microseconds,
            Some(TimeZone::UTC),
        ))
    };
    col("time")
        .gt_eq(instant(first))
        .and(col("time").lt_eq(instant(last)))
}

/// Whole ticks since the start of the window. Earlier instants are filtered out before, so the
/// integer division, which truncates towards zero, rounds down.
fn tick_of_time(parameters: &SeriesParameters) -> Expr {
    let window = parameters.window();
    let since_start = col("time").to_physical() - lit(*window.micros().start());
    since_start / lit(window.tick_micros())
}

#[cfg(test)]
mod tests;
