//! What the values of a column or key look like, in counts: no value is kept.

use std::collections::BTreeSet;

use chrono_tz::Tz;

use crate::values::instant::{TimeFormat, parse_instant};
use crate::values::pt_br::{CurrencySign, DecimalSign, normalise_number};

/// Formats of dates and times that are compared with the values of a column, apart from ISO 8601.
const TIME_FORMATS: [&str; 17] = [
    "%d/%m/%Y",
    "%d/%m/%Y %H:%M",
    "%d/%m/%Y %H:%M:%S",
    "%m/%d/%Y",
    "%m/%d/%Y %H:%M",
    "%m/%d/%Y %H:%M:%S",
    "%d/%m/%y",
    "%d/%m/%y %H:%M",
    "%d/%m/%y %H:%M:%S",
    "%m/%d/%y",
    "%m/%d/%y %H:%M",
    "%d.%m.%Y",
    "%d.%m.%Y %H:%M",
    "%d-%m-%Y",
    "%d-%m-%Y %H:%M",
    "%Y/%m/%d",
    "%Y/%m/%d %H:%M:%S",
];

/// Counts of the values of one column or key; empty values are not counted.
#[derive(Clone, Debug)]
pub struct ValueProfile {
    count: u64,
    numbers: u64,
    instants: u64,
    /// Codes of the currencies whose signs amounts have.
    signs: BTreeSet<&'static str>,
    /// Each format with the number of values that have it.
    formats: Vec<(TimeFormat, u64)>,
}

impl Default for ValueProfile {
    fn default() -> Self {
        let formats = TIME_FORMATS.iter().filter_map(|text| text.parse().ok());
        Self {
            count: 0,
            numbers: 0,
            instants: 0,
            signs: BTreeSet::new(),
            formats: formats.map(|format| (format, 0)).collect(),
        }
    }
}

impl ValueProfile {
    /// Adds a value.
    pub(super) fn add(&mut self, value: &str) {
        let value = value.trim();
        if value.is_empty() {
            return;
        }
        self.count += 1;
        let signs = [DecimalSign::Point, DecimalSign::Comma];
        let mut readings = signs.iter().map(|sign| normalise_number(value, *sign));
        if readings.any(|number| number.is_some()) {
            self.numbers += 1;
            self.signs
                .extend(CurrencySign::of(value).and_then(CurrencySign::code));
        }
        self.instants += u64::from(parse_instant(value, Tz::UTC).is_ok());
        for (format, fitting) in &mut self.formats {
            *fitting += u64::from(has_format(format, value));
        }
    }

    /// Whether all values are numbers, so that the column may be an amount.
    pub fn may_be_number(&self) -> bool {
        self.count > 0 && self.numbers == self.count
    }

    /// Whether all values are times or dates that are read without a stated format.
    pub fn is_instant(&self) -> bool {
        self.count > 0 && self.instants == self.count
    }

    /// The formats that all values have.
    pub fn formats(&self) -> Vec<String> {
        let fitting = self
            .formats
            .iter()
            .filter(|(_, fitting)| *fitting == self.count);
        let fitting = fitting.filter(|_| self.count > 0);
        fitting.map(|(format, _)| format.to_string()).collect()
    }

    /// Whether the values may be times.
    pub fn may_be_time(&self) -> bool {
        self.is_instant() || !self.formats().is_empty()
    }

    /// Whether the values may be texts or identifiers: not times, nor amounts with a currency sign.
    pub fn may_be_text(&self) -> bool {
        !self.may_be_time() && self.signs.is_empty()
    }

    /// The code of the currency that the signs of the amounts name, if it is one.
    pub fn currency(&self) -> Option<&'static str> {
        let mut codes = self.signs.iter();
        codes.next().copied().filter(|_| codes.next().is_none())
    }

    /// Which formats the values have, for a person; none if no format fits any of them.
    pub fn format_evidence(&self) -> Option<String> {
        let count = self.count;
        if self.is_instant() {
            return Some(format!("all {count} values are ISO 8601"));
        }
        let fitting = self.formats.iter().filter(|(_, fitting)| *fitting > 0);
        let mut fitting: Vec<&(TimeFormat, u64)> = fitting.collect();
        fitting.sort_by_key(|(_, fitting)| std::cmp::Reverse(*fitting));
        let (best, most) = fitting.first()?;
        let mut text = if *most == count {
            format!("all {count} values fit {best}")
        } else {
            format!("{most} of {count} values fit {best}")
        };
        for (format, fitting) in fitting.iter().skip(1) {
            let other = match count - fitting {
                0 => format!(", and all of them {format} as well"),
                unfit => format!(", {unfit} of them do not fit {format}"),
            };
            text.push_str(&other);
        }
        Some(text)
    }
}

/// `%Y` also reads the years 0 to 99, which no dump has.
fn has_format(format: &TimeFormat, value: &str) -> bool {
    format.iso(value).is_some_and(|iso| *iso >= *"1900")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn profile(values: &[&str]) -> ValueProfile {
        let mut profile = ValueProfile::default();
        for value in values {
            profile.add(value);
        }
        profile
    }

    #[test]
    fn a_format_is_proposed_if_all_values_have_it_and_another_is_contradicted() {
        let dates = profile(&["31/10/2026", "05/04/2026", "", "30/10/2026"]);
        assert_eq!(dates.formats(), ["%d/%m/%Y"]);
        assert_eq!(
            dates.format_evidence().as_deref(),
            Some("all 3 values fit %d/%m/%Y, 2 of them do not fit %m/%d/%Y")
        );
        let both = profile(&["05/04/2026"]);
        assert_eq!(both.formats(), ["%d/%m/%Y", "%m/%d/%Y"]);
        let neither = profile(&["31/10/2026", "soon"]);
        assert!(neither.formats().is_empty());
        let evidence = neither.format_evidence();
        assert_eq!(evidence.as_deref(), Some("1 of 2 values fit %d/%m/%Y"));
        assert_eq!(profile(&["soon"]).format_evidence(), None);
    }

    #[test]
    fn a_year_of_two_digits_is_a_format_of_its_own() {
        assert_eq!(profile(&["31/10/26"]).formats(), ["%d/%m/%y"]);
        assert_eq!(profile(&["31/10/2026"]).formats(), ["%d/%m/%Y"]);
    }

    #[test]
    fn values_are_numbers_times_or_texts() {
        let amounts = profile(&["R$ 59,90", "R$ 1.234,00"]);
        assert!(amounts.may_be_number() && !amounts.may_be_text());
        assert_eq!(amounts.currency(), Some("BRL"));
        assert_eq!(profile(&["R$ 1,00", "€ 1,00"]).currency(), None);
        assert_eq!(
            profile(&["$ 1.00"]).currency(),
            None,
            "a sign of several currencies"
        );
        assert!(profile(&["2026-10-31T10:00:00-03:00"]).is_instant());
        let names = profile(&["Caneca", "Café"]);
        assert!(names.may_be_text() && !names.may_be_number() && !names.may_be_time());
        let empty = profile(&["", " "]);
        assert!(!empty.may_be_number() && !empty.may_be_time());
    }
}
