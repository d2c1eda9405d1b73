//! Expectations of a table, and their comparison with what it has.
//!
//! In: what is expected, and numbers found. Out: an [`Assessment`] with both as text. Nothing is
//! refused, and nothing is rounded before it is compared.

use std::time::Duration;

use chrono::NaiveDate;

use super::DayTotal;
use crate::values::Ratio;
use crate::values::instant::format_utc_micros;

/// Weeks before the day whose same weekday a day is compared with; a month, so that one unusual
/// week does not decide.
pub const WEEKS_COMPARED: u16 = 4;

/// What is expected of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expectation {
    /// At least this many purchases.
    MinRecords(u64),
    /// At most this share of rejects.
    MaxRejectShare(Ratio),
    /// The newest purchase is at most this old.
    MaxAge(Duration),
    /// This many days, up to the last one, have purchases.
    NoEmptyDays(u16),
    /// The quantity of the last day differs by at most this share from the usual one.
    ChangeWithin(Ratio),
}

/// Whether an expectation is met.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AssessmentOutcome {
    /// It is met.
    Met,
    /// It is not met.
    NotMet,
    /// It cannot be compared, and why.
    Skipped(String),
}

/// An expectation compared with what the table has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assessment {
    /// What is expected.
    pub expected: String,
    /// What was found; none if there is nothing to compare.
    pub found: Option<String>,
    /// The result.
    pub outcome: AssessmentOutcome,
}

impl Assessment {
    fn of(expected: String, found: String, is_met: bool) -> Self {
        let outcome = if is_met {
            AssessmentOutcome::Met
        } else {
            AssessmentOutcome::NotMet
        };
        Self {
            expected,
            found: Some(found),
            outcome,
        }
    }

    /// An expectation that cannot be compared.
    fn skipped(expected: String, why: String) -> Self {
        Self {
            expected,
            found: None,
            outcome: AssessmentOutcome::Skipped(why),
        }
    }

    /// Whether there are enough purchases; `within` says where they are counted.
    pub fn of_records(least: u64, records: u64, within: &str) -> Self {
        let expected = format!("purchases {within}: at least {least}");
        Self::of(expected, records.to_string(), records >= least)
    }

    /// Whether few enough of the `validated` records of `inputs` inputs are rejected.
    pub fn of_rejects(most: Ratio, inputs: usize, rejected: u64, validated: u64) -> Self {
        let expected = format!("at most {most} of the records rejected");
        if inputs == 0 {
            return Self::skipped(expected, "no input was ingested".to_owned());
        }
        if validated == 0 {
            return Self::skipped(expected, format!("no record in {inputs} inputs"));
        }
        let share = percent(rejected, validated);
        let found = format!("{rejected} of {validated} records ({share})");
        Self::of(expected, found, most.holds(rejected, validated))
    }

    /// Whether the newest purchase up to an instant, in microseconds UTC, is recent enough.
    pub fn of_age(most: Duration, newest_micros: Option<i64>, until_micros: i64) -> Self {
        let until = format_utc_micros(until_micros);
        let shown = humantime::format_duration(most);
        let expected = format!("a purchase at most {shown} before {until}");
        let Some(newest) = newest_micros else {
            return Self::of(expected, "no purchase".to_owned(), false);
        };
        let age_micros = u128::from(until_micros.abs_diff(newest));
        let is_met = newest >= until_micros || age_micros <= most.as_micros();
        let found = format!("the newest is of {}", format_utc_micros(newest));
        Self::of(expected, found, is_met)
    }

    /// Whether the last `count` of `days` have purchases. Days before the first purchase of the
    /// table, which has its partition at `first_date`, do not count, except the last one.
    pub fn of_empty_days(count: u16, days: &[DayTotal], first_date: Option<NaiveDate>) -> Self {
        let expected = format!("purchases on each of the last {count} days");
        let last = days.last().map(|last| last.day);
        let from = days.len().saturating_sub(usize::from(count));
        let first = days.iter().find(|day| day.records > 0).map(|day| day.day);
        let began = |day: NaiveDate| {
            first_date.is_some_and(|date| date < day) || first.is_some_and(|first| first < day)
        };
        let empty: Vec<String> = days[from..]
            .iter()
            .filter(|day| day.records == 0 && (began(day.day) || Some(day.day) == last))
            .map(|day| day.day.to_string())
            .collect();
        match empty.as_slice() {
            [] => Self::of(expected, "no empty day".to_owned(), true),
            [one] => Self::of(expected, format!("no purchase on {one}"), false),
            [first, ..] => {
                let found = format!("no purchase on {} days, first {first}", empty.len());
                Self::of(expected, found, false)
            }
        }
    }

    /// Whether the quantity of the last of `days` is near the median of the same weekday of the
    /// [`WEEKS_COMPARED`] weeks before; skipped if one of these days has no purchases.
    pub fn of_change(within: Ratio, days: &[DayTotal]) -> Self {
        let expected = format!("a quantity within {within} of that weekday's median");
        let mut weekly = days.iter().rev().step_by(7);
        let today = weekly.next();
        let before = weekly.take(usize::from(WEEKS_COMPARED));
        let before = before.filter(|day| day.records > 0);
        let mut before: Vec<i64> = before.map(|day| day.quantity).collect();
        before.sort_unstable();
        let (Some(today), [_, low, high, _]) = (today, before.as_slice()) else {
            let why = format!(
                "purchases on that weekday in {} of the last {WEEKS_COMPARED} weeks",
                before.len()
            );
            return Self::skipped(expected, why);
        };
        // The median of an even number of values is the mean of the middle two.
        let twice_median = low + high;
        let twice_change = 2 * today.quantity - twice_median;
        let (change, base) = (twice_change.unsigned_abs(), twice_median.unsigned_abs());
        let sign = if twice_change < 0 { "-" } else { "+" };
        let found = format!(
            "{} on {}, median {}{} ({sign}{})",
            today.quantity,
            today.day,
            twice_median / 2,
            if twice_median % 2 == 0 { "" } else { ".5" },
            percent(change, base)
        );
        Self::of(expected, found, within.holds(change, base))
    }
}

/// A share as percent with two decimals, rounded half up, for people.
fn percent(part: u64, whole: u64) -> String {
    let whole = u128::from(whole.max(1));
    let hundredths = (u128::from(part) * 10_000 * 2 + whole) / (2 * whole);
    format!("{}.{:02}%", hundredths / 100, hundredths % 100)
}

#[cfg(test)]
mod tests;
