//! Reduces many names with values to the few that a chart can show.
//!
//! In: names and values, in any order. Out: the largest values first, all others combined into one.
//! Nothing is refused.

use crate::render::chart::ExactNumber;
use crate::values::money::Amount;

/// Names shown in a chart; the others are combined.
const MAX_CHART_NAMES: usize = 12;

/// Names listed in a table; the others are combined.
const MAX_TABLE_NAMES: usize = 100;

/// The ranked names of a chart and of its table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Ranking {
    /// Up to 12 names, and one entry for all others.
    pub(super) chart: Vec<(String, ExactNumber)>,
    /// Whether the last entry of the chart combines all others.
    pub(super) has_remainder: bool,
    /// Up to 100 names, and one entry for all others; without a value when their sum is out of
    /// range.
    pub(super) table: Vec<(String, Option<ExactNumber>)>,
}

/// Sorts by value, largest first, then by name, and combines the rest.
pub(super) fn rank(mut rows: Vec<(String, ExactNumber)>) -> Ranking {
    rows.sort_by(|(one, few), (other, many)| many.cmp(few).then_with(|| one.cmp(other)));
    let known = |(name, value): (String, Option<ExactNumber>)| Some((name, value?));
    let chart: Vec<_> = fold_tail(&rows, MAX_CHART_NAMES)
        .into_iter()
        .filter_map(known)
        .collect();
    Ranking {
        has_remainder: chart.len() > MAX_CHART_NAMES && rows.len() > chart.len(),
        chart,
        table: fold_tail(&rows, MAX_TABLE_NAMES),
    }
}

/// One name above the limit is shown by itself: an entry for a single other name would take as much
/// space.
fn fold_tail(rows: &[(String, ExactNumber)], limit: usize) -> Vec<(String, Option<ExactNumber>)> {
    let shown = if rows.len() <= limit + 1 {
        rows.len()
    } else {
        limit
    };
    let (first, others) = rows.split_at(shown);
    let mut combined: Vec<(String, Option<ExactNumber>)> = first
        .iter()
        .map(|(name, value)| (name.clone(), Some(*value)))
        .collect();
    if !others.is_empty() {
        let name = format!("{} others", others.len());
        combined.push((name, sum(others.iter().map(|(_, value)| *value))));
    }
    combined
}

/// The exact sum of numbers of one kind; `None` when it is out of range.
pub(super) fn sum(mut numbers: impl Iterator<Item = ExactNumber>) -> Option<ExactNumber> {
    let first = numbers.next()?;
    numbers.try_fold(first, |sum, next| match (sum, next) {
        (ExactNumber::Count(sum), ExactNumber::Count(next)) => {
            sum.checked_add(next).map(ExactNumber::Count)
        }
        (ExactNumber::Money { amount, decimals }, ExactNumber::Money { amount: next, .. }) => {
            let amount: Amount = amount.checked_add(next)?;
            Some(ExactNumber::Money { amount, decimals })
        }
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(numbers: impl IntoIterator<Item = i64>) -> Vec<(String, ExactNumber)> {
        let numbers = numbers.into_iter().enumerate();
        numbers
            .map(|(at, count)| (format!("n{at:03}"), ExactNumber::Count(count)))
            .collect()
    }

    #[test]
    fn the_greatest_are_first_and_the_others_are_one() {
        let ranked = rank(counts(1..=20));
        assert_eq!(ranked.chart.len(), 13);
        assert_eq!(ranked.chart[0], ("n019".to_owned(), ExactNumber::Count(20)));
        // 1 + 2 + … + 8
        assert_eq!(
            ranked.chart[12],
            ("8 others".to_owned(), ExactNumber::Count(36))
        );
        assert_eq!(ranked.table.len(), 20);
    }

    #[test]
    fn a_single_other_is_shown_by_its_name() {
        assert_eq!(rank(counts(1..=13)).chart[12].0, "n000");
        assert_eq!(rank(counts(1..=14)).chart[12].0, "2 others");
        assert_eq!(rank(counts([])).chart, []);
    }

    #[test]
    fn a_sum_out_of_range_is_left_out_of_the_chart_and_open_in_the_table() {
        let ranked = rank(counts(std::iter::repeat_n(i64::MAX, 102)));
        assert_eq!(ranked.chart.len(), 12);
        assert_eq!(ranked.table[100], ("2 others".to_owned(), None));
    }
}
