//! The polars query both series share: which columns of which files, filtered, grouped by tick.
//!
//! In: parameters, files, and what to group by and sum up. Out: one small frame with a row per tick
//! and key, column `tick` first. Files outside the window are not opened. A file whose UTC date lies
//! wholly in one row of the series (every full day of a series by the UTC day) is summed without
//! reading its `time` column, and one whose date lies wholly in the window without comparing it with
//! the window's ends. Refused: files that polars cannot read.

use std::collections::BTreeMap;

use polars::prelude::*;

use super::data_path::{DataPath, scan_files};
use super::parameters::SeriesParameters;
use super::{PurchaseFile, ReportError};

/// The column a series is folded by: see [`super::window::Window::row_of_tick`].
pub(super) const TICK: &str = "tick";

/// Plans that one query holds at a time. Each of them keeps a file open with some of its columns in
/// memory: all hundred days of a series at once take twice the memory of 16 and no less time.
const MAX_PLANS: usize = 16;

/// What a query does with the purchases of the window.
#[derive(Clone, Debug)]
pub(super) enum PurchaseQuery {
    /// One line per tick and combination of `keys`, with these sums; a column without an
    /// aggregation would become a list, which is a mistake. Without `keys` a tick may have a line
    /// although nothing was bought in it, and what can be summed as a whole is not grouped.
    Totals { keys: Vec<Expr>, sums: Vec<Expr> },
    /// One line per combination of `keys` over the whole window, with these sums; no `tick`.
    /// `columns` are those that keys and sums look at.
    Whole {
        keys: Vec<Expr>,
        sums: Vec<Expr>,
        columns: Vec<Expr>,
    },
    /// Every purchase that meets the condition, these columns of it.
    Rows { condition: Expr, columns: Vec<Expr> },
}

/// Runs a query over the purchases that the parameters select; `None` when no file is in the window.
pub(super) fn run_query(
    parameters: &SeriesParameters,
    files: &[PurchaseFile],
    query: &PurchaseQuery,
) -> Result<Option<DataFrame>, ReportError> {
    let files_by_source = files_by_tick_source(parameters, files, query);
    let opened = files_by_source.values().map(Vec::len).sum();
    run_plans(parameters, files_by_source, query).map_err(|source| ReportError::Scan {
        files: opened,
        source,
    })
}

/// One frame after another, so that no more plans are held than [`MAX_PLANS`].
fn run_plans(
    parameters: &SeriesParameters,
    files_by_source: BTreeMap<TickSource, Vec<DataPath>>,
    query: &PurchaseQuery,
) -> PolarsResult<Option<DataFrame>> {
    let mut found: Option<DataFrame> = None;
    let mut files_by_source = files_by_source.into_iter().peekable();
    while files_by_source.peek().is_some() {
        let plans = files_by_source
            .by_ref()
            .take(MAX_PLANS)
            .map(|(tick_source, paths)| lazy_frame(parameters, tick_source, &paths, query))
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

/// Runs a plan on the engine that reads in batches, so that memory does not grow with the files.
pub(super) fn collect(plan: LazyFrame) -> PolarsResult<DataFrame> {
    // A plan without sinks, as all of ours are, has a single result.
    let result = plan.collect_with_engine(Engine::Streaming)?;
    Ok(result.unwrap_single())
}

/// How the purchases of a file find their tick.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum TickSource {
    /// The time of each purchase says it, and whether the purchase lies in the window at all.
    TimeInWindow,
    /// The time of each purchase says it; the whole date lies in the window.
    Time,
    /// All of them belong to this one.
    WholeDate(i64),
}

/// The files of the window, by how they are to be read.
fn files_by_tick_source(
    parameters: &SeriesParameters,
    files: &[PurchaseFile],
    query: &PurchaseQuery,
) -> BTreeMap<TickSource, Vec<DataPath>> {
    let window = parameters.window();
    let dates = window.utc_dates();
    let mut files_by_source: BTreeMap<TickSource, Vec<DataPath>> = BTreeMap::new();
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
        paths.push(file.path.clone());
    }
    for paths in files_by_source.values_mut() {
        paths.sort_unstable();
    }
    files_by_source
}

fn lazy_frame(
    parameters: &SeriesParameters,
    tick_source: TickSource,
    paths: &[DataPath],
    query: &PurchaseQuery,
) -> PolarsResult<LazyFrame> {
    let mut plan = scan_files(paths)?;
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
    Ok(match query {
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
    })
}

/// Exact matches only: no trimming, no folding of case. A purchase without an app matches no app.
fn filters(parameters: &SeriesParameters) -> Vec<Expr> {
    [
        ("app_id", parameters.app_id()),
        ("product_id", parameters.product()),
    ]
    .into_iter()
    .filter_map(|(column, wanted)| wanted.map(|text| col(column).eq(lit(text))))
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

/// Whole ticks since the window began. No instant before it gets here, so that the integer division,
/// which cuts towards zero, rounds down.
fn tick_of_time(parameters: &SeriesParameters) -> Expr {
    let window = parameters.window();
    let since_start = col("time").to_physical() - lit(*window.micros().start());
    since_start / lit(window.tick_micros())
}

#[cfg(test)]
mod tests;
