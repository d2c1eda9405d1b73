//! Expectations just met and just not met.

use super::*;
use crate::values::parse_ratio;

fn ratio(text: &str) -> Ratio {
    parse_ratio(text).expect("a share")
}

/// Days up to 2026-10-31, the last one last.
fn days(records_and_quantities: &[(u64, i64)]) -> Vec<DayTotal> {
    let last: NaiveDate = "2026-10-31".parse().expect("a date");
    let count = records_and_quantities.len();
    let first = last - chrono::Days::new(count as u64 - 1);
    let dates = first.iter_days();
    let totals = dates.zip(records_and_quantities);
    totals
        .map(|(day, (records, quantity))| DayTotal {
            day,
            records: *records,
            quantity: *quantity,
        })
        .collect()
}

/// 29 days with these quantities on the same weekday, four weeks ago first, and one item otherwise.
fn weeks(quantities: [i64; 5]) -> Vec<DayTotal> {
    let mut of_days = [(1, 1); 29];
    for (week, quantity) in quantities.into_iter().enumerate() {
        of_days[7 * week] = (u64::from(quantity != 0), quantity);
    }
    days(&of_days)
}

#[test]
fn the_least_number_of_records_is_enough() {
    assert_eq!(
        Assessment::of_records(3, 3, "here").outcome,
        AssessmentOutcome::Met
    );
    let few = Assessment::of_records(3, 2, "on 2026-10-31");
    assert_eq!(few.outcome, AssessmentOutcome::NotMet);
    assert_eq!(few.expected, "purchases on 2026-10-31: at least 3");
    assert_eq!(few.found.as_deref(), Some("2"));
}

#[test]
fn a_share_of_rejects_is_exact_and_needs_records() {
    let assess = |rejected| Assessment::of_rejects(ratio("5%"), 1, rejected, 100);
    assert_eq!(assess(5).outcome, AssessmentOutcome::Met);
    assert_eq!(assess(6).outcome, AssessmentOutcome::NotMet);
    assert_eq!(assess(6).found.as_deref(), Some("6 of 100 records (6.00%)"));
    for (inputs, why) in [(0, "no input was ingested"), (2, "no record in 2 inputs")] {
        let skipped = Assessment::of_rejects(ratio("5%"), inputs, 0, 0);
        assert_eq!(skipped.outcome, AssessmentOutcome::Skipped(why.to_owned()));
    }
}

#[test]
fn an_age_counts_from_the_newest_purchase_to_the_instant() {
    let hour = Duration::from_hours(1);
    let micros = 3_600_000_000;
    let outcome = |newest| Assessment::of_age(hour, newest, 10 * micros).outcome;
    assert_eq!(outcome(Some(9 * micros)), AssessmentOutcome::Met);
    assert_eq!(outcome(Some(9 * micros - 1)), AssessmentOutcome::NotMet);
    assert_eq!(outcome(None), AssessmentOutcome::NotMet);
}

#[test]
fn an_empty_day_counts_from_the_first_purchase_on() {
    let assess = |of_days: &[(u64, i64)], count, first: Option<&str>| {
        let first = first.map(|date| date.parse().expect("a date"));
        Assessment::of_empty_days(count, &days(of_days), first)
    };
    let gap = [(0, 0), (1, 1), (0, 0), (2, 2)];
    let found = assess(&gap, 4, Some("2026-10-29"));
    assert_eq!(found.outcome, AssessmentOutcome::NotMet);
    assert_eq!(found.found.as_deref(), Some("no purchase on 2026-10-30"));
    // The first of the four days is before the first purchase, unless the table is older.
    let found = assess(&gap, 4, Some("2026-01-01"));
    let two = "no purchase on 2 days, first 2026-10-28";
    assert_eq!(found.found.as_deref(), Some(two));
    assert_eq!(
        assess(&gap, 1, Some("2026-10-29")).outcome,
        AssessmentOutcome::Met
    );
    // The last day always counts.
    assert_eq!(
        assess(&[(0, 0)], 1, None).outcome,
        AssessmentOutcome::NotMet
    );
}

#[test]
fn a_change_is_measured_against_the_median_of_the_weekday() {
    // 80, 90, 110, 400: the median is 100.
    let assess = |quantity, within| {
        Assessment::of_change(ratio(within), &weeks([400, 80, 110, 90, quantity]))
    };
    for (quantity, within, is_met) in [
        (120, "20%", true),
        (121, "20%", false),
        (80, "20%", true),
        (79, "20%", false),
        (100, "0%", true),
        (0, "99%", false),
        (0, "100%", true),
    ] {
        let outcome = assess(quantity, within).outcome;
        assert_eq!(
            outcome == AssessmentOutcome::Met,
            is_met,
            "{quantity} {within}"
        );
    }
    let found = assess(121, "20%").found;
    assert_eq!(
        found.as_deref(),
        Some("121 on 2026-10-31, median 100 (+21.00%)")
    );
    // 1, 2, 3, 4: the median is 2.5, and 3 is 20% more.
    let halves = Assessment::of_change(ratio("20%"), &weeks([4, 1, 3, 2, 3]));
    assert_eq!(halves.outcome, AssessmentOutcome::Met);
    let text = "3 on 2026-10-31, median 2.5 (+20.00%)";
    assert_eq!(halves.found.as_deref(), Some(text));
}

#[test]
fn three_weeks_are_not_enough_for_a_median() {
    let three = Assessment::of_change(ratio("20%"), &weeks([0, 80, 110, 90, 500]));
    let why = "purchases on that weekday in 3 of the last 4 weeks";
    assert_eq!(three.outcome, AssessmentOutcome::Skipped(why.to_owned()));
    assert_eq!(three.found, None);
}
