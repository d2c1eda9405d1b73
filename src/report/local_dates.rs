//! Local dates as intervals of instants.
//!
//! In: a time zone and an interval of UTC seconds. Out: the contiguous spans with the same local
//! date, ascending. A date has no span when the zone skipped it (Apia, 2011-12-30) and several when
//! clocks went back across midnight (St. John's until 2011, at 00:01). Nothing is refused: every
//! instant has a local date.

use chrono::{DateTime, Days, NaiveDate, Offset, TimeZone};
use chrono_tz::Tz;

const DAY_SECONDS: i64 = 86_400;

/// The distance between probes of the offset. Two changes of one zone that cancel out within this
/// time would be missed; the closest pairs in the tz database are weeks apart.
const PROBE_SECONDS: i64 = 6 * 3_600;

/// No zone was ever further from UTC (the largest local mean times are below 16 h).
pub(super) const WIDEST_OFFSET_SECONDS: i64 = 18 * 3_600;

/// Why calendar arithmetic cannot fail here.
const WITHIN_CALENDAR: &str = "parameters are between 1969 and 2262, within the range of chrono";

/// An interval, `from_s <= t < until_s` in UTC seconds, with one local date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct LocalDateSpan {
    pub(super) date: NaiveDate,
    pub(super) from_s: i64,
    pub(super) until_s: i64,
}

/// The spans of local dates within `from_s..until_s`, ascending and without gaps.
pub(super) fn local_date_spans(tz: Tz, from_s: i64, until_s: i64) -> Vec<LocalDateSpan> {
    let mut spans: Vec<LocalDateSpan> = Vec::new();
    let mut at_s = from_s;
    while at_s < until_s {
        let local_s = at_s + offset_seconds(tz, at_s);
        let next_midnight_s = at_s + DAY_SECONDS - local_s.rem_euclid(DAY_SECONDS);
        let end_s = same_offset_until(tz, at_s, next_midnight_s.min(until_s));
        let date = date_of(local_s);
        match spans.last_mut() {
            Some(span) if span.date == date => span.until_s = end_s,
            _ => spans.push(LocalDateSpan {
                date,
                from_s: at_s,
                until_s: end_s,
            }),
        }
        at_s = end_s;
    }
    spans
}

/// The last microsecond of a local date; for a date that the zone skipped, the last microsecond
/// before its position in the calendar.
pub(super) fn last_micros(tz: Tz, date: NaiveDate) -> i64 {
    let midnight_s = midnight_utc_seconds(date);
    let spans = local_date_spans(
        tz,
        midnight_s - WIDEST_OFFSET_SECONDS - DAY_SECONDS,
        midnight_s + WIDEST_OFFSET_SECONDS + 2 * DAY_SECONDS,
    );
    let end_s = spans
        .iter()
        .rfind(|span| span.date <= date)
        .map_or(midnight_s, |span| span.until_s);
    end_s * 1_000_000 - 1
}

/// Seconds since the epoch of 00:00 UTC on a date.
pub(super) fn midnight_utc_seconds(date: NaiveDate) -> i64 {
    date.signed_duration_since(DateTime::UNIX_EPOCH.date_naive())
        .num_days()
        * DAY_SECONDS
}

/// Seconds to add to UTC to get local time at an instant.
fn offset_seconds(tz: Tz, at_s: i64) -> i64 {
    let instant = DateTime::from_timestamp(at_s, 0).expect(WITHIN_CALENDAR);
    let offset = tz.offset_from_utc_datetime(&instant.naive_utc()).fix();
    i64::from(offset.local_minus_utc())
}

/// The first instant after `at_s`, at most `limit_s`, with another offset, or `limit_s`.
fn same_offset_until(tz: Tz, at_s: i64, limit_s: i64) -> i64 {
    let offset = offset_seconds(tz, at_s);
    let mut same_s = at_s;
    while same_s < limit_s {
        let probe_s = (same_s + PROBE_SECONDS).min(limit_s);
        if offset_seconds(tz, probe_s) == offset {
            same_s = probe_s;
            continue;
        }
        let mut other_s = probe_s;
        while other_s - same_s > 1 {
            let middle_s = same_s + (other_s - same_s) / 2;
            if offset_seconds(tz, middle_s) == offset {
                same_s = middle_s;
            } else {
                other_s = middle_s;
            }
        }
        return other_s;
    }
    limit_s
}

fn date_of(local_s: i64) -> NaiveDate {
    let days = local_s.div_euclid(DAY_SECONDS);
    let epoch = DateTime::UNIX_EPOCH.date_naive();
    let moved = if days < 0 {
        epoch.checked_sub_days(Days::new(days.unsigned_abs()))
    } else {
        epoch.checked_add_days(Days::new(days.unsigned_abs()))
    };
    moved.expect(WITHIN_CALENDAR)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(text: &str) -> NaiveDate {
        text.parse().expect("a date")
    }

    fn run_lengths(tz: Tz, first: &str, last: &str) -> Vec<(String, i64)> {
        let from_s = last_micros(tz, date(first).pred_opt().expect("a day before")) / 1_000_000 + 1;
        let until_s = last_micros(tz, date(last)) / 1_000_000 + 1;
        local_date_spans(tz, from_s, until_s)
            .into_iter()
            .map(|span| (span.date.to_string(), span.until_s - span.from_s))
            .collect()
    }

    #[test]
    fn the_day_without_a_midnight_has_23_hours() {
        let spans = run_lengths(chrono_tz::America::Sao_Paulo, "2018-11-03", "2018-11-05");
        let expected = [
            ("2018-11-03".to_owned(), 24 * 3_600),
            ("2018-11-04".to_owned(), 23 * 3_600),
            ("2018-11-05".to_owned(), 24 * 3_600),
        ];
        assert_eq!(spans, expected);
    }

    #[test]
    fn a_skipped_date_has_no_span_and_ends_where_the_day_before_ends() {
        let tz = chrono_tz::Pacific::Apia;
        let spans = run_lengths(tz, "2011-12-29", "2011-12-31");
        let expected = [
            ("2011-12-29".to_owned(), 24 * 3_600),
            ("2011-12-31".to_owned(), 24 * 3_600),
        ];
        assert_eq!(spans, expected);
        assert_eq!(
            last_micros(tz, date("2011-12-30")),
            last_micros(tz, date("2011-12-29"))
        );
    }

    #[test]
    fn clocks_that_go_back_over_midnight_split_both_dates() {
        // St. John's left summer time on 2010-11-07 at 00:01 local time, back to 23:01 of the day
        // before.
        let spans = run_lengths(chrono_tz::America::St_Johns, "2010-11-06", "2010-11-07");
        let expected = [
            ("2010-11-06".to_owned(), 24 * 3_600),
            ("2010-11-07".to_owned(), 60),
            ("2010-11-06".to_owned(), 59 * 60),
            ("2010-11-07".to_owned(), 24 * 3_600),
        ];
        assert_eq!(spans, expected);
    }
}
