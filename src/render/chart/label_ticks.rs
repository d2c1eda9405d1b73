//! The ticks of the label axis: which labels are written, and how they are shortened.
//!
//! In: labels and the room for each. Out: positions and texts that do not overlap. Times are
//! recognised by the format of the reports and not interpreted with a calendar, so a day of 23 or
//! 25 hours has as many positions as rows. Nothing is refused.

use super::label::{printable_text, truncate_to_width};

/// A label to be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct LabelTick {
    /// Its position among the labels.
    pub(super) at: usize,
    pub(super) text: String,
}

const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];

/// Minimum gap between two labels, in pixels.
const MIN_GAP: f64 = 10.0;

/// Preferred distances between labels, in days or months.
const STEPS: [usize; 11] = [1, 2, 3, 5, 7, 10, 14, 20, 30, 50, 100];

/// Up to this many local days, the hours are labelled; beyond it, only the days.
const DAYS_WITH_HOURS: usize = 3;

/// Chooses labels so that each fits; `slot` is the distance between two positions in pixels.
pub(super) fn label_ticks(
    labels: &[String],
    slot: f64,
    width: impl Fn(&str) -> f64,
) -> Vec<LabelTick> {
    if labels
        .iter()
        .all(|label| date_of_hour_label(label).is_some())
    {
        hour_label_ticks(labels, slot, width)
    } else if labels.iter().all(|label| short_date(label).is_some()) {
        let all = labels.iter().enumerate();
        let ticks = all.filter_map(|(at, label)| {
            let text = short_date(label)?;
            Some(LabelTick { at, text })
        });
        thin_out(ticks.collect(), slot, &width)
    } else {
        let all = labels.iter().enumerate();
        all.map(|(at, label)| {
            let text = truncate_to_width(&printable_text(label, 60), slot - MIN_GAP, &width);
            LabelTick { at, text }
        })
        .collect()
    }
}

/// Keeps every n-th tick, so that the widest text fits between two.
fn thin_out(ticks: Vec<LabelTick>, slot: f64, width: &impl Fn(&str) -> f64) -> Vec<LabelTick> {
    let widest = ticks
        .iter()
        .map(|tick| width(&tick.text))
        .fold(0.0, f64::max);
    let distance = match ticks.as_slice() {
        [first, .., last] => ratio(last.at - first.at, ticks.len() - 1) * slot,
        _ => return ticks,
    };
    let fits = |step: &usize| ratio(*step, 1) * distance >= widest + MIN_GAP;
    let step = STEPS.into_iter().find(fits).unwrap_or(ticks.len());
    ticks.into_iter().step_by(step).collect()
}

#[expect(
    clippy::cast_precision_loss,
    reason = "a chart has a few thousand positions"
)]
fn ratio(whole: usize, parts: usize) -> f64 {
    whole as f64 / parts as f64
}

/// Labels hours when there are few days, otherwise the start of each day.
fn hour_label_ticks(labels: &[String], slot: f64, width: impl Fn(&str) -> f64) -> Vec<LabelTick> {
    let begins_day = |at: usize| {
        at == 0 || date_of_hour_label(&labels[at]) != date_of_hour_label(&labels[at - 1])
    };
    let days: Vec<LabelTick> = (0..labels.len())
        .filter(|at| begins_day(*at))
        .filter_map(|at| {
            let text = short_date(date_of_hour_label(&labels[at])?)?;
            Some(LabelTick { at, text })
        })
        .collect();
    if days.len() > DAYS_WITH_HOURS {
        return thin_out(days, slot, &width);
    }
    let room = width("00:00") + MIN_GAP;
    let hours = [1, 2, 3, 6, 12];
    let step = hours
        .into_iter()
        .find(|hours| ratio(*hours, 1) * slot >= room);
    let step = step.unwrap_or(24);
    let mut ticks: Vec<LabelTick> = Vec::new();
    for (at, label) in labels.iter().enumerate() {
        let clock = &label[11..16];
        let is_round = label[11..13]
            .parse()
            .is_ok_and(|hour: usize| hour.is_multiple_of(step));
        // After clocks go back an hour appears twice, and some zones shift by half an hour.
        let is_far = ticks
            .last()
            .is_none_or(|last| ratio(at - last.at, 1) * slot >= room);
        if is_far && is_round && label[13..].starts_with(":00") {
            let text = clock.to_owned();
            ticks.push(LabelTick { at, text });
        }
    }
    ticks
}

/// The date of `2025-01-31T05:00:00-03:00`.
fn date_of_hour_label(label: &str) -> Option<&str> {
    let (day, clock) = label.split_once('T')?;
    let is_clock = clock.is_ascii() && clock.len() >= 8 && clock.as_bytes().get(2) == Some(&b':');
    (day.len() == 10 && is_clock && short_date(day).is_some()).then_some(day)
}

/// `31 Jan` of `2025-01-31`, `Jan 2025` of `2025-01`.
fn short_date(label: &str) -> Option<String> {
    let is_time = label
        .bytes()
        .all(|byte| byte.is_ascii_digit() || byte == b'-');
    let mut parts = label.split('-');
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next());
    let name = MONTHS.get(month.parse::<usize>().ok()?.checked_sub(1)?)?;
    if !is_time || year.len() != 4 || month.len() != 2 || parts.next().is_some() {
        return None;
    }
    Some(match day {
        Some(day) => format!("{} {name}", day.parse::<u8>().ok()?),
        None => format!("{name} {year}"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Letters of six pixels.
    #[expect(clippy::cast_precision_loss, reason = "short texts")]
    fn six(text: &str) -> f64 {
        6.0 * text.chars().count() as f64
    }

    fn ticks(labels: &[&str], slot: f64) -> Vec<(usize, String)> {
        let labels: Vec<String> = labels.iter().map(|label| (*label).to_owned()).collect();
        let ticks = label_ticks(&labels, slot, six);
        ticks.into_iter().map(|tick| (tick.at, tick.text)).collect()
    }

    #[test]
    fn days_and_months_are_short() {
        let all = ticks(&["2025-01-31", "2025-02-01"], 60.0);
        assert_eq!(all, [(0, "31 Jan".to_owned()), (1, "1 Feb".to_owned())]);
        assert_eq!(ticks(&["2025-12"], 9.0), [(0, "Dec 2025".to_owned())]);
    }

    #[test]
    fn labels_that_have_no_room_are_left_out() {
        let days = [
            "2025-01-01",
            "2025-01-02",
            "2025-01-03",
            "2025-01-04",
            "2025-01-05",
        ];
        let found = ticks(&days, 20.0);
        // "1 Jan" is 30 wide and 10 apart: every second day.
        assert_eq!(
            found.iter().map(|(at, _)| *at).collect::<Vec<_>>(),
            [0, 2, 4]
        );
    }

    #[test]
    fn hours_of_a_day_turned_back_are_at_their_rows() {
        // New York, 2025-11-02: 01:00 occurs twice, the day has 25 hours.
        let mut labels: Vec<String> = vec![
            "2025-11-02T00:00:00-04:00".to_owned(),
            "2025-11-02T01:00:00-04:00".to_owned(),
        ];
        labels.extend((1..24).map(|hour| format!("2025-11-02T{hour:02}:00:00-05:00")));
        assert_eq!(labels.len(), 25);
        let texts: Vec<&str> = labels.iter().map(String::as_str).collect();
        let found = ticks(&texts, 14.0);
        let expected = [
            (0, "00:00"),
            (4, "03:00"),
            (7, "06:00"),
            (10, "09:00"),
            (13, "12:00"),
            (16, "15:00"),
            (19, "18:00"),
            (22, "21:00"),
        ];
        assert_eq!(found, expected.map(|(at, text)| (at, text.to_owned())));
    }

    #[test]
    fn a_hundred_days_of_hours_show_days() {
        let labels: Vec<String> = (0..2_400)
            .map(|hour| {
                format!(
                    "2025-{:02}-{:02}T{:02}:00:00Z",
                    hour / 24 / 28 + 1,
                    hour / 24 % 28 + 1,
                    hour % 24
                )
            })
            .collect();
        let found = label_ticks(&labels, 0.3, six);
        assert_eq!(
            found[0],
            LabelTick {
                at: 0,
                text: "1 Jan".to_owned()
            }
        );
        assert!(
            found.len() > 5
                && found
                    .windows(2)
                    .all(|pair| pair[1].at - pair[0].at >= 7 * 24)
        );
    }

    #[test]
    fn other_labels_are_cut_to_their_room() {
        let found = ticks(&["2025-13-01", "a very long name", "日本T12345:78"], 70.0);
        assert_eq!(found[0].1, "2025-13-01");
        assert_eq!(found[1].1, "a very lo…");
    }
}
