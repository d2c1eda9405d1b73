//! The days of a dump: a start date and a number of days come in; times of the window and their text forms come out.
//! Dates are formatted once, so that writing a time only copies bytes.

use chrono::{Days, NaiveDate};

use crate::digits::{push_padded, push_u64};
use crate::rng::Rng;

const SECOND: i64 = 1_000_000;
const DAY: i64 = 86_400 * SECOND;
/// Local dates exceed the window by less than a day at either end; one day more is a reserve.
const MARGIN: i64 = 2;

/// The weight of each UTC hour: a shop that sells mostly to Brazil (UTC-3), with few sales at night.
const HOUR_WEIGHTS: [u64; 24] = [
    52, 38, 24, 14, 8, 5, 4, 4, 6, 10, 18, 30, 42, 50, 54, 56, 55, 53, 54, 58, 64, 72, 74, 66,
];

/// The order of the rows of a dump.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Order {
    /// Ascending time, as a log is written.
    Time,
    /// Every row at any time of the window.
    Random,
}

/// The text form of a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TimeForm {
    /// `2026-10-05T14:34:08-03:00`, `Z` for offset zero.
    Rfc3339,
    /// No offset; the reader has to assume UTC.
    NoOffset,
    /// `-0300`.
    OffsetWithoutColon,
    /// `-03`.
    OffsetHoursOnly,
    /// `-3:00`.
    OffsetOneDigit,
    /// A space instead of the `T`.
    Space,
    /// Nine decimals of which the last three are zero.
    NineDecimals,
}

/// The time window of a dump.
#[derive(Debug)]
pub(crate) struct Calendar {
    first_day: i64,
    days: i64,
    dates: Vec<String>,
    busy_until: [u64; 24],
}

impl Calendar {
    /// The window of `days` UTC days from `start`, or `None` if it leaves the calendar.
    pub(crate) fn new(start: NaiveDate, days: u32) -> Option<Self> {
        let margin = Days::new(MARGIN.unsigned_abs());
        let mut date = start.checked_sub_days(margin)?;
        let mut dates = Vec::new();
        for _ in 0..i64::from(days) + 2 * MARGIN {
            dates.push(date.format("%Y-%m-%d").to_string());
            date = date.succ_opt()?;
        }
        let epoch = NaiveDate::from_ymd_opt(1970, 1, 1)?;
        let mut sum = 0;
        let busy_until = HOUR_WEIGHTS.map(|weight| {
            sum += weight;
            sum
        });
        Some(Self {
            first_day: start.signed_duration_since(epoch).num_days(),
            days: i64::from(days),
            dates,
            busy_until,
        })
    }

    /// The number of UTC days in the window.
    pub(crate) fn days(&self) -> usize {
        usize::try_from(self.days).expect("the number of days came from a u32")
    }

    /// The UTC day of a time as an index into the window.
    pub(crate) fn day_index(&self, utc_micros: i64) -> usize {
        usize::try_from(utc_micros.div_euclid(DAY) - self.first_day)
            .expect("every accepted row is in the window")
    }

    /// The date of a day of the window.
    pub(crate) fn date(&self, day_index: usize) -> &str {
        &self.dates[day_index + usize::try_from(MARGIN).expect("a small constant")]
    }

    /// The time of row `row` of `rows`, in microseconds UTC, to the second or (one in four) to the millisecond.
    pub(crate) fn moment(&self, order: Order, row: u64, rows: u64, rng: &mut Rng) -> i64 {
        let span = (self.days * DAY).unsigned_abs();
        let even = match order {
            Order::Random => rng.below(span),
            Order::Time => {
                let before = |count: u64| {
                    u64::try_from(u128::from(span) * u128::from(count) / u128::from(rows))
                        .expect("a part of the span")
                };
                before(row) + rng.below(before(row + 1) - before(row))
            }
        };
        let in_window = i64::try_from(even).expect("the span fits i64");
        let day_start = in_window - in_window % DAY;
        let busy = self.busy_moment((in_window % DAY).unsigned_abs());
        let exact = if rng.chance(25) {
            busy - busy % 1000
        } else {
            busy - busy % SECOND
        };
        self.first_day * DAY + day_start + exact
    }

    /// Moves an evenly distributed time of a day to the busy hours, keeping the order.
    fn busy_moment(&self, even_micros: u64) -> i64 {
        let hour_micros = u128::from((3600 * SECOND).unsigned_abs());
        let total = u128::from(self.busy_until[23]);
        let scaled = u128::from(even_micros) * total;
        let day = u128::from(DAY.unsigned_abs());
        let passed = scaled / day;
        let hour = self
            .busy_until
            .partition_point(|&until| u128::from(until) <= passed);
        let weight = u128::from(HOUR_WEIGHTS[hour]);
        let before = (u128::from(self.busy_until[hour]) - weight) * day;
        let inside = (scaled - before) * hour_micros / (weight * day);
        let hours = u128::try_from(hour).expect("one of 24") * hour_micros;
        i64::try_from(hours + inside).expect("less than a day")
    }

    /// Appends a time as text in the given form, at `offset_minutes` from UTC.
    pub(crate) fn push(
        &self,
        out: &mut Vec<u8>,
        utc_micros: i64,
        offset_minutes: i64,
        form: TimeForm,
    ) {
        let offset = if form == TimeForm::NoOffset {
            0
        } else {
            offset_minutes
        };
        let local = utc_micros + offset * 60 * SECOND;
        let day = local.div_euclid(DAY) - self.first_day + MARGIN;
        let in_day = local.rem_euclid(DAY).unsigned_abs();
        out.extend_from_slice(
            self.dates[usize::try_from(day).expect("within the margin")].as_bytes(),
        );
        out.push(if form == TimeForm::Space { b' ' } else { b'T' });
        let second = in_day / 1_000_000;
        push_padded(out, second / 3600, 2);
        out.push(b':');
        push_padded(out, second / 60 % 60, 2);
        out.push(b':');
        push_padded(out, second % 60, 2);
        let fraction = in_day % 1_000_000;
        if form == TimeForm::NineDecimals {
            out.push(b'.');
            push_padded(out, fraction * 1000, 9);
        } else if fraction > 0 {
            out.push(b'.');
            push_padded(out, fraction / 1000, 3);
        }
        push_offset(out, offset, form);
    }
}

fn push_offset(out: &mut Vec<u8>, offset_minutes: i64, form: TimeForm) {
    if form == TimeForm::NoOffset {
        return;
    }
    let plain = matches!(
        form,
        TimeForm::Rfc3339 | TimeForm::Space | TimeForm::NineDecimals
    );
    if offset_minutes == 0 && plain {
        out.push(b'Z');
        return;
    }
    out.push(if offset_minutes < 0 { b'-' } else { b'+' });
    let minutes = offset_minutes.unsigned_abs();
    match form {
        TimeForm::OffsetOneDigit => push_u64(out, minutes / 60),
        _ => push_padded(out, minutes / 60, 2),
    }
    if form == TimeForm::OffsetHoursOnly {
        return;
    }
    if form != TimeForm::OffsetWithoutColon {
        out.push(b':');
    }
    push_padded(out, minutes % 60, 2);
}
