//! Many names and their numbers, brought to the few that a chart can show.
//!
//! In: names and numbers, in any order. Out: the greatest first, the others as one. Nothing is
//! refused.

use crate::render::chart::ExactNumber;
use crate::values::money::Amount;

/// Names that a chart shows before the others are one.
const MAX_CHART_NAMES: usize = 12;

/// Names that a table lists before the others are one.
const MAX_TABLE_NAMES: usize = 100;

/// The names of a chart and of its table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Ranking {
    /// Up to 12, and one for all others.
    pub(super) chart: Vec<(String, ExactNumber)>,
    /// Whether the last one of the chart is for all others.
    pub(super) has_remainder: bool,
    /// Up to 100, and one for all others; without a number when their sum leaves the range.
    pub(super) table: Vec<(String, Option<ExactNumber>)>,
}

/// Sorts by number, greatest first, then by name, and folds.
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

/// One name more than the limit is shown as it is: a single "other" would take as much room.
fn fold_tail(rows: &[(String, ExactNumber)], most: usize) -> Vec<(String, Option<ExactNumber>)> {
    let shown = if rows.len() <= most + 1 {
        rows.len()
    } else {
        most
    };
    let (first, others) = rows.split_at(shown);
    let mut fold_tail: Vec<(String, Option<ExactNumber>)> = first
        .iter()
        .map(|(name, value)| (name.clone(), Some(*value)))
        .collect();
    if !others.is_empty() {
        let name = format!("{} others", others.len());
        fold_tail.push((name, sum(others.iter().map(|(_, value)| *value))));
    }
    fold_tail
}

/// The exact sum of numbers of one kind; `None` when it leaves the range.
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
