//! Bars and sparklines made of block characters.
//!
//! In: values in billionths, and a width in characters. Out: text of at most this width. Nothing is
//! refused: drawing is by whole numbers, to the eighth of a character.

use std::cmp::Ordering;
use std::iter::repeat_n;

/// Blocks that fill one to eight eighths of a character from the left.
const FROM_LEFT: [char; 8] = ['▏', '▎', '▍', '▌', '▋', '▊', '▉', '█'];

/// Blocks that fill one to eight eighths of a character from below.
const FROM_BELOW: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/// The right half of a character; Unicode has no other part from the right but an eighth.
const RIGHT_HALF: char = '▐';

/// A bar for each value, all to one scale: the distance of the lowest from the largest value, or from
/// zero, is the width. Zero has no bar, and any other value has at least the thinnest one. The bars
/// of negative values end where the others begin.
pub(super) fn bars(values: &[i128], width: usize) -> Vec<String> {
    if width < 2 {
        // There is no room for bars in both directions.
        return vec![String::new(); values.len()];
    }
    let lowest = values.iter().copied().min().unwrap_or_default().min(0);
    let highest = values.iter().copied().max().unwrap_or_default().max(0);
    let span = highest.abs_diff(lowest);
    let left = match (lowest, highest) {
        (0, _) => 0,
        (_, 0) => width,
        _ => scaled(lowest.unsigned_abs(), span, width).clamp(1, width - 1),
    };
    let bar = |value: &i128| {
        let magnitude = value.unsigned_abs();
        match value.cmp(&0) {
            Ordering::Greater => {
                let eighths = scaled(magnitude, span, width * 8).clamp(1, (width - left) * 8);
                repeat_n(' ', left).chain(rightwards(eighths)).collect()
            }
            Ordering::Less => {
                let halves = scaled(magnitude, span, width * 2).clamp(1, left * 2);
                leftwards(halves, left).collect()
            }
            Ordering::Equal => String::new(),
        }
    };
    values.iter().map(bar).collect()
}

/// A character for each value, or for the mean of neighbouring values if there are more than
/// `width`; the lowest block is the lowest value, or zero if none is below.
pub(super) fn sparkline(values: &[i128], width: usize) -> String {
    let count = values.len().min(width);
    let means = (0..count).map(|at| {
        let bucket = &values[at * values.len() / count..(at + 1) * values.len() / count];
        let size = i128::try_from(bucket.len()).unwrap_or(i128::MAX);
        // Divided first: the sum of large values might not fit.
        bucket.iter().map(|value| value / size).sum::<i128>()
    });
    let means: Vec<i128> = means.collect();
    let lowest = means.iter().copied().min().unwrap_or_default().min(0);
    let highest = means.iter().copied().max().unwrap_or_default().max(0);
    let span = highest.abs_diff(lowest);
    let level = |mean: &i128| scaled(mean.abs_diff(lowest), span, FROM_BELOW.len() - 1);
    means.iter().map(|mean| FROM_BELOW[level(mean)]).collect()
}

/// `part` of `whole` in steps, rounded; none of nothing, and never more than all.
fn scaled(part: u128, whole: u128, steps: usize) -> usize {
    // Steps of a line have less than 28 bits; what is cut off is far below a step.
    let shift = (u128::BITS - whole.leading_zeros()).saturating_sub(100);
    let (part, whole) = (part >> shift, whole >> shift);
    if whole == 0 {
        return 0;
    }
    let part = part.min(whole) * steps as u128;
    usize::try_from((part + whole / 2) / whole).map_or(steps, |found| found.min(steps))
}

fn rightwards(eighths: usize) -> impl Iterator<Item = char> {
    let rest = (eighths % 8).checked_sub(1).map(|at| FROM_LEFT[at]);
    repeat_n('█', eighths / 8).chain(rest)
}

fn leftwards(halves: usize, width: usize) -> impl Iterator<Item = char> {
    let free = width.saturating_sub(halves.div_ceil(2));
    let half = (halves % 2 == 1).then_some(RIGHT_HALF);
    repeat_n(' ', free)
        .chain(half)
        .chain(repeat_n('█', halves / 2))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_largest_value_has_the_whole_width_and_zero_nothing() {
        assert_eq!(bars(&[8, 4, 1, 0], 2), ["██", "█", "▎", ""]);
        assert_eq!(bars(&[16, 1], 1), ["", ""]);
        // Less than half of an eighth is still a bar.
        assert_eq!(bars(&[1_000_000, 1], 3), ["███", "▏"]);
        assert_eq!(bars(&[0, 0], 5), ["", ""]);
        assert_eq!(bars(&[], 5), [""; 0]);
    }

    #[test]
    fn negative_values_end_where_positive_ones_begin() {
        assert_eq!(bars(&[3, -1, 0], 4), [" ███", "█", ""]);
        assert_eq!(bars(&[-2, -1], 4), ["████", "  ██"]);
        assert_eq!(bars(&[5, -3], 4), ["  ██", "▐█"]);
        // A small value keeps its side.
        assert_eq!(bars(&[1_000_000, -1], 4), [" ███", "▐"]);
        assert_eq!(bars(&[1, -1_000_000], 4), ["   ▏", "███"]);
    }

    #[test]
    fn the_largest_amounts_are_drawn_without_overflow() {
        let largest = 99_999_999_999_999_999_999_999_999_999_999_999_999;
        assert_eq!(bars(&[largest, -largest], 4), ["  ██", "██"]);
        assert_eq!(bars(&[largest, largest / 2], 4), ["████", "██"]);
        assert_eq!(bars(&[i128::MAX, i128::MIN], 4), ["  ██", "██"]);
        assert_eq!(sparkline(&[largest, -largest, largest / 4], 9), "█▁▅");
        assert_eq!(sparkline(&[largest; 7], 2), "██");
    }

    #[test]
    fn a_sparkline_has_eight_levels_and_means_where_values_do_not_fit() {
        assert_eq!(sparkline(&[0, 1, 2, 3, 4, 5, 6, 7], 8), "▁▂▃▄▅▆▇█");
        assert_eq!(sparkline(&[0, 0, 16, 16, 8, 8], 3), "▁█▅");
        assert_eq!(sparkline(&[-7, 0, 7], 80), "▁▅█");
        assert_eq!(sparkline(&[0, 0], 80), "▁▁");
        assert_eq!(sparkline(&[5], 0), "");
        assert_eq!(sparkline(&[], 80), "");
    }
}
