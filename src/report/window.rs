//! The rows of a series and the time spans counted in each of them.
//!
//! In: zone, unit, length, last local date and last instant. Out: the `time` texts of the rows,
//! ascending, and a grid of equal ticks fine enough that every row starts and ends on one, so that
//! a query counts by tick with one integer division, and the few thousand ticks are combined to
//! rows here. This keeps 23-, 24.5- and 25-hour days, half-hour zones and skipped dates exact
//! without calendar arithmetic in the query engine.

use std::ops::RangeInclusive;

use chrono::{DateTime, Days, NaiveDate, TimeZone, Utc};
use chrono_tz::Tz;

use super::local_dates::{
    LocalDateSpan, WIDEST_OFFSET_SECONDS, local_date_spans, midnight_utc_seconds,
};
use crate::values::instant::date_utc;
use crate::values::is_utc;

const SECOND_MICROS: i64 = 1_000_000;
const HOUR_SECONDS: i64 = 3_600;
const DAY_MICROS: i64 = 86_400 * SECOND_MICROS;

/// Number of local days that contain at least 100 hours, even when the zone skips one of them.
const DAYS_OF_100_HOURS: u64 = 7;

/// The time between two points of a series.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SeriesUnit {
    /// One row per local date.
    #[default]
    Day,
    /// One row per hour, counted from the first instant of each local date.
    Hour,
}

/// What `length` counts in a series by hour.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum HourLength {
    /// Local dates, as documented for the purchase series: about 2,400 rows at most.
    #[default]
    Days,
    /// Rows, as documented for the sibling series.
    Units,
}

/// The specification of a window.
#[derive(Clone, Copy, Debug)]
pub(super) struct WindowSpec {
    pub(super) timezone: Tz,
    pub(super) unit: SeriesUnit,
    pub(super) hour_length: HourLength,
    /// 1 to 100.
    pub(super) length: u8,
    /// The local date of the last row.
    pub(super) last_date: NaiveDate,
    /// The last instant that is counted.
    pub(super) ending_at_micros: i64,
}

/// A time span that belongs to one row: `from_micros <= t < until_micros`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct RowSpan {
    from_micros: i64,
    until_micros: i64,
    row: usize,
}

/// The rows of a series and the instants that belong to each.
///
/// * `rows` ascend in time; a row of a date that the zone skipped has no span.
/// * `spans` ascend, do not overlap, and end at or before `ending_at_micros`.
/// * Every span starts on a tick, and no tick is shared by two spans.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Window {
    rows: Vec<String>,
    spans: Vec<RowSpan>,
    ending_at_micros: i64,
    tick_micros: i64,
}

impl Window {
    /// Builds the rows: exactly `length` for a series by day.
    pub(super) fn new(spec: &WindowSpec) -> Self {
        let (rows, spans) = match spec.unit {
            SeriesUnit::Day => day_rows(spec),
            SeriesUnit::Hour => hour_rows(spec),
        };
        Self {
            tick_micros: tick_micros(&spans),
            rows,
            spans,
            ending_at_micros: spec.ending_at_micros,
        }
    }

    /// The `time` of each row.
    pub(super) fn rows(&self) -> &[String] {
        &self.rows
    }

    /// The first and the last counted instant, in microseconds; an empty range when there is none.
    pub(super) fn micros(&self) -> RangeInclusive<i64> {
        let first = self.spans.first();
        first.map_or(self.ending_at_micros + 1, |span| span.from_micros)..=self.ending_at_micros
    }

    /// The UTC dates of the instants that are counted.
    pub(super) fn utc_dates(&self) -> RangeInclusive<NaiveDate> {
        let (first, last) = self.micros().into_inner();
        date_utc(first)..=date_utc(last)
    }

    /// Whether all instants of a UTC date are between the first and the last counted instant.
    pub(super) fn holds_date(&self, date: NaiveDate) -> bool {
        let midnight = midnight_utc_seconds(date) * SECOND_MICROS;
        let counted = self.micros();
        counted.contains(&midnight) && counted.contains(&(midnight + DAY_MICROS - 1))
    }

    /// The width of a tick; tick 0 starts at the first instant of the window.
    pub(super) fn tick_micros(&self) -> i64 {
        self.tick_micros
    }

    /// The row of a tick, if any.
    pub(super) fn row_of_tick(&self, tick: i64) -> Option<usize> {
        let at = self.spans.first()?.from_micros + tick * self.tick_micros;
        self.span_at(at).map(|span| span.row)
    }

    /// A tick of the row that contains the whole UTC date, or `None` when the date is distributed
    /// over rows or partly outside the window, so that the time of each purchase must be read.
    pub(super) fn tick_of_whole_date(&self, date: NaiveDate) -> Option<i64> {
        let midnight = midnight_utc_seconds(date) * SECOND_MICROS;
        let span = self.span_at(midnight)?;
        let first = self.spans.first()?.from_micros;
        (midnight + DAY_MICROS <= span.until_micros)
            .then(|| (span.from_micros - first) / self.tick_micros)
    }

    fn span_at(&self, at_micros: i64) -> Option<&RowSpan> {
        let after = self
            .spans
            .partition_point(|span| span.from_micros <= at_micros);
        let span = self.spans.get(after.checked_sub(1)?)?;
        (at_micros < span.until_micros).then_some(span)
    }
}

/// One row per local date, in calendar order, including skipped dates.
fn day_rows(spec: &WindowSpec) -> (Vec<String>, Vec<RowSpan>) {
    let first_date = days_before(spec.last_date, u64::from(spec.length) - 1);
    let rows = first_date
        .iter_days()
        .take(usize::from(spec.length))
        .map(|date| date.to_string())
        .collect();
    let spans = date_spans_since(spec, first_date)
        .into_iter()
        .filter(|date_span| date_span.date <= spec.last_date)
        .filter_map(|date_span| {
            let row = usize::try_from((date_span.date - first_date).num_days()).ok()?;
            Some(span(
                date_span.from_s,
                date_span.until_s,
                row,
                spec.ending_at_micros,
            ))
        })
        .collect();
    (rows, spans)
}

/// One row per hour since the first instant of each span of a local date; the last hour of a span
/// is shorter when the span is not a whole number of hours (Lord Howe changes its clocks by half an
/// hour), so that the hours of a date always add up to its day.
fn hour_rows(spec: &WindowSpec) -> (Vec<String>, Vec<RowSpan>) {
    let date_spans = match spec.hour_length {
        HourLength::Days => {
            let first_date = days_before(spec.last_date, u64::from(spec.length) - 1);
            let mut date_spans = date_spans_since(spec, first_date);
            date_spans.retain(|date_span| date_span.date <= spec.last_date);
            date_spans
        }
        HourLength::Units => date_spans_since(spec, days_before(spec.last_date, DAYS_OF_100_HOURS)),
    };
    let mut hours: Vec<RowSpan> = date_spans
        .iter()
        .flat_map(|date_span| hours_of(date_span, spec.ending_at_micros))
        .collect();
    if spec.hour_length == HourLength::Units {
        hours.drain(..hours.len().saturating_sub(usize::from(spec.length)));
    }
    for (row, hour) in hours.iter_mut().enumerate() {
        hour.row = row;
    }
    let rows = hours
        .iter()
        .map(|hour| hour_text(spec.timezone, hour.from_micros))
        .collect();
    (rows, hours)
}

fn hours_of(date_span: &LocalDateSpan, ending_at_micros: i64) -> impl Iterator<Item = RowSpan> {
    let LocalDateSpan {
        from_s, until_s, ..
    } = *date_span;
    (0..)
        .map(move |hour| from_s + hour * HOUR_SECONDS)
        .take_while(move |hour_s| *hour_s < until_s)
        .map(move |hour_s| {
            let end_s = (hour_s + HOUR_SECONDS).min(until_s);
            span(hour_s, end_s, 0, ending_at_micros)
        })
}

/// The spans of local dates from the first instant of a date to the end of the window.
fn date_spans_since(spec: &WindowSpec, first_date: NaiveDate) -> Vec<LocalDateSpan> {
    let from_s = midnight_utc_seconds(first_date) - WIDEST_OFFSET_SECONDS;
    let until_s = spec.ending_at_micros.div_euclid(SECOND_MICROS) + 1;
    let mut date_spans = local_date_spans(spec.timezone, from_s, until_s);
    date_spans.retain(|date_span| date_span.date >= first_date);
    date_spans
}

fn span(from_s: i64, until_s: i64, row: usize, ending_at_micros: i64) -> RowSpan {
    RowSpan {
        from_micros: from_s * SECOND_MICROS,
        until_micros: (until_s * SECOND_MICROS).min(ending_at_micros + 1),
        row,
    }
}

/// The widest tick on which all spans start, and all spans but the last end.
fn tick_micros(spans: &[RowSpan]) -> i64 {
    let Some((last, earlier)) = spans.split_last() else {
        return 1;
    };
    let first = spans.first().map_or(last.from_micros, |s| s.from_micros);
    let edges = earlier
        .iter()
        .flat_map(|span| [span.from_micros, span.until_micros])
        .chain([last.from_micros]);
    let tick = edges.fold(0, |tick, edge| greatest_common_divisor(tick, edge - first));
    if tick == 0 {
        last.until_micros - last.from_micros
    } else {
        tick
    }
}

fn greatest_common_divisor(a: i64, b: i64) -> i64 {
    if b == 0 {
        a
    } else {
        greatest_common_divisor(b, a % b)
    }
}

fn days_before(date: NaiveDate, days: u64) -> NaiveDate {
    date.checked_sub_days(Days::new(days))
        .expect("a window ends in 1970 or later and is at most 100 days long")
}

/// ISO 8601 extended format, with the offset that distinguishes the two 23:00 of a 25-hour day; `Z`
/// in UTC.
fn hour_text(timezone: Tz, from_micros: i64) -> String {
    let instant: DateTime<Utc> = DateTime::from_timestamp_micros(from_micros)
        .expect("a window is between 1969 and 2262, within the range of chrono");
    let local = timezone.from_utc_datetime(&instant.naive_utc());
    if is_utc(timezone) {
        local.format("%Y-%m-%dT%H:%M:%SZ").to_string()
    } else {
        local.format("%Y-%m-%dT%H:%M:%S%:z").to_string()
    }
}

#[cfg(test)]
mod tests;
