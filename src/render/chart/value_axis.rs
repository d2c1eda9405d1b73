//! The value axis: from the smallest and largest value to round ticks.
//!
//! In: positions. Out: a range that contains zero, and the texts of the ticks. Nothing is refused.

use super::exact_number::grouped;

/// A value axis.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct ValueAxis {
    pub(super) from: f64,
    pub(super) until: f64,
    /// Ascending, between `from` and `until`.
    pub(super) ticks: Vec<f64>,
    step: f64,
}

/// Where an axis starts and ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum AxisEnds {
    /// At the outer ticks.
    Ticks,
    /// At the smallest and the largest value, with ticks in between.
    Values,
}

/// Suffixes for thousands, millions and so on; larger values are written as powers of ten.
const SCALES: [(f64, &str); 4] = [(1e12, " tn"), (1e9, " bn"), (1e6, " M"), (1e3, " k")];

/// From this value on, ticks are written as powers of ten.
const FIRST_POWER_OF_TEN: f64 = 1e15;

/// From this value on, ticks are written in thousands.
const FIRST_SCALED: f64 = 10_000.0;

impl ValueAxis {
    /// An axis with about `most` ticks, at most two more; only whole numbers when the values are
    /// `counts`.
    pub(super) fn new(least: f64, greatest: f64, most: u32, counts: bool, ends: AxisEnds) -> Self {
        let (least, greatest) = (least.min(0.0), greatest.max(0.0));
        let length = greatest - least;
        let mut step = if length > 0.0 {
            next_round_step(length / f64::from(most.max(1)))
        } else {
            1.0
        };
        if counts {
            step = step.max(1.0);
        }
        let first = (least / step).floor();
        let last = (greatest / step).ceil().max(first + 1.0);
        let mut ticks = Vec::new();
        let mut at = first;
        // Steps are counted, so that rounding errors do not accumulate.
        while at <= last {
            ticks.push(at * step);
            at += 1.0;
        }
        let (from, until) = match ends {
            AxisEnds::Values if length > 0.0 => (least, greatest),
            _ => (first * step, last * step),
        };
        ticks.retain(|tick| (from..=until).contains(tick));
        Self {
            from,
            until,
            ticks,
            step,
        }
    }

    /// The text of a tick: `2 500`, `20 k`, `1.5 M`, `2e18`.
    pub(super) fn text(&self, tick: f64) -> String {
        let largest = self.until.abs().max(self.from.abs());
        if tick == 0.0 {
            return "0".to_owned();
        }
        if largest >= FIRST_POWER_OF_TEN {
            return format!("{tick:.0e}").replace('-', "\u{2212}");
        }
        let scale = SCALES
            .iter()
            .find(|(size, _)| largest >= *size && largest >= FIRST_SCALED);
        let (size, name) = scale.copied().unwrap_or((1.0, ""));
        let decimals = step_decimals(self.step / size);
        format!("{}{name}", grouped(&format!("{:.decimals$}", tick / size)))
    }
}

/// The next of 1, 2, 5, 10, 20, 50, …
fn next_round_step(least: f64) -> f64 {
    let power = 10_f64.powf(least.log10().floor());
    let times = least / power;
    let round = [1.0, 2.0, 5.0].into_iter().find(|round| times <= *round);
    round.unwrap_or(10.0) * power
}

/// The number of decimals needed to distinguish the multiples of a step.
fn step_decimals(step: f64) -> usize {
    // Amounts have nine decimals.
    (0..9)
        .zip([1.0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8])
        .find(|(_, power)| {
            let scaled = step * power;
            (scaled - scaled.round()).abs() < 1e-6 * scaled.abs()
        })
        .map_or(9, |(decimals, _)| decimals)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(least: f64, greatest: f64, most: u32, counts: bool) -> Vec<String> {
        let axis = ValueAxis::new(least, greatest, most, counts, AxisEnds::Ticks);
        let shown = axis.ticks.iter().map(|tick| axis.text(*tick));
        shown
            .map(|text| text.replace('\u{202F}', " ").replace('\u{2212}', "-"))
            .collect()
    }

    #[test]
    fn ticks_are_round_and_hold_all_values() {
        assert_eq!(
            texts(0.0, 93.0, 5, true),
            ["0", "20", "40", "60", "80", "100"]
        );
        assert_eq!(texts(3.0, 4.0, 5, true), ["0", "1", "2", "3", "4"]);
        assert_eq!(
            texts(-7.5, 12.0, 5, false),
            ["-10", "-5", "0", "5", "10", "15"]
        );
        assert_eq!(texts(0.0, 0.12, 3, false), ["0", "0.05", "0.10", "0.15"]);
    }

    #[test]
    fn large_numbers_are_short() {
        assert_eq!(texts(0.0, 9_000.0, 3, true), ["0", "5 k", "10 k"]);
        assert_eq!(texts(0.0, 4_000.0, 3, true), ["0", "2 000", "4 000"]);
        assert_eq!(texts(0.0, 2.4e6, 3, true), ["0", "1 M", "2 M", "3 M"]);
        assert_eq!(texts(0.0, 1.4e6, 3, true), ["0", "0.5 M", "1.0 M", "1.5 M"]);
        assert_eq!(texts(0.0, 9e28, 2, false), ["0", "5e28", "1e29"]);
    }

    #[test]
    fn one_value_and_no_value_have_an_axis() {
        assert_eq!(texts(0.0, 0.0, 5, true), ["0", "1"]);
        assert_eq!(texts(-3.0, -3.0, 3, true), ["-3", "-2", "-1", "0"]);
        assert_eq!(texts(1.0, 1.0, 5, true), ["0", "1"]);
    }

    #[test]
    fn an_axis_may_end_on_its_values() {
        let axis = ValueAxis::new(-1_200.0, 18_700.0, 4, false, AxisEnds::Values);
        assert!((axis.from + 1_200.0).abs() < 1e-9 && (axis.until - 18_700.0).abs() < 1e-9);
        let texts: Vec<String> = axis.ticks.iter().map(|tick| axis.text(*tick)).collect();
        assert_eq!(texts, ["0", "5 k", "10 k", "15 k"]);
    }

    #[test]
    fn there_are_never_many_more_ticks_than_requested() {
        for most in 1..10 {
            for greatest in [1.0, 3.3, 9.99, 1e3, 123_456.0, 9e28] {
                let axis = ValueAxis::new(-greatest / 3.0, greatest, most, false, AxisEnds::Ticks);
                assert!(axis.ticks.len() <= most as usize + 3, "{axis:?}");
            }
        }
    }
}
