//! The month a purchase was registered in: the partition it is stored under.

use std::fmt;
use std::str::FromStr;

use chrono::{Datelike, NaiveDate};

use crate::values::instant::parse_date;

/// A month of the calendar, written `2025-01`; earlier months are smaller.
///
/// Its year has four digits: 0001 to 9999.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RegistrationMonth {
    first_day: NaiveDate,
}

impl RegistrationMonth {
    /// The first day of the month.
    pub fn first_day(self) -> NaiveDate {
        self.first_day
    }
}

impl From<NaiveDate> for RegistrationMonth {
    /// The month of a date. Of a date outside the years 0001 to 9999, the nearest month within.
    fn from(date: NaiveDate) -> Self {
        let within = match date.year() {
            ..=0 => NaiveDate::from_ymd_opt(1, 1, 1),
            1..=9999 => date.with_day(1),
            _ => NaiveDate::from_ymd_opt(9999, 12, 1),
        };
        Self {
            first_day: within.unwrap_or_default(),
        }
    }
}

impl fmt::Display for RegistrationMonth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month) = (self.first_day.year(), self.first_day.month());
        write!(f, "{year:04}-{month:02}")
    }
}

/// A text that is no month.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is no month such as 2025-01")]
pub struct InvalidRegistrationMonth {
    /// The text as it was given.
    pub text: String,
}

impl FromStr for RegistrationMonth {
    type Err = InvalidRegistrationMonth;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let date = parse_date(&format!("{text}-01"));
        let first_day = date.ok_or_else(|| InvalidRegistrationMonth {
            text: text.to_owned(),
        })?;
        Ok(Self { first_day })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(text: &str) -> NaiveDate {
        parse_date(text).unwrap()
    }

    #[test]
    fn a_month_is_that_of_its_days_and_reads_back_as_it_is_written() {
        for (day, month) in [
            ("2025-01-14", "2025-01"),
            ("2024-02-29", "2024-02"),
            ("0001-01-01", "0001-01"),
            ("9999-12-31", "9999-12"),
        ] {
            let of_day = RegistrationMonth::from(date(day));
            assert_eq!(of_day.to_string(), month);
            assert_eq!(month.parse(), Ok(of_day));
        }
        let january: RegistrationMonth = "2025-01".parse().unwrap();
        assert_eq!(january.first_day(), date("2025-01-01"));
        assert!(january < "2025-02".parse().unwrap());
        assert_eq!(
            RegistrationMonth::from(NaiveDate::MAX).to_string(),
            "9999-12"
        );
        assert_eq!(
            RegistrationMonth::from(NaiveDate::MIN).to_string(),
            "0001-01"
        );
    }

    #[test]
    fn other_texts_are_no_months() {
        for text in [
            "",
            "2025",
            "2025-1",
            "2025-13",
            "2025-00",
            "0000-01",
            "2025-01-14",
            "2025/01",
        ] {
            assert!(text.parse::<RegistrationMonth>().is_err(), "{text}");
        }
    }
}
