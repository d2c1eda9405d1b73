//! Dates and times such as `31/01/2024 10:00`, day or month first.

use std::borrow::Cow;

use clap::ValueEnum;

/// The order of day, month and year in the dates of a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, ValueEnum)]
pub enum DateOrder {
    /// 2026-11-20
    #[value(name = "ymd")]
    YearFirst,
    /// 20/11/2026
    #[value(name = "dmy")]
    DayFirst,
    /// 11/20/2026
    #[value(name = "mdy")]
    MonthFirst,
}

/// The evidence of one text about the date order of its column.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DateEvidence {
    /// The year is first.
    Iso,
    /// The first part can only be a day.
    DayFirst,
    /// The second part can only be a day.
    MonthFirst,
    /// Both parts can be a month.
    EitherOrder,
    /// Not a date.
    NotDate,
}

/// Rewrites a date, or a date and time, in the ISO form that
/// [`parse_instant`](crate::values::instant::parse_instant) reads.
///
/// | Text | Order | Result |
/// |---|---|---|
/// | `31/01/2024 10:00` | day first | `2024-01-31T10:00:00` |
/// | `1/31/2024, 9:05:07.5-03:00` | month first | `2024-01-31T09:05:07.5-03:00` |
/// | `31/01/2024` | day first | `2024-01-31` |
/// | `2024-01-31 10:00` | any | unchanged |
///
/// The parts of the date may also be separated by `-` or `.`; the year always has four digits.
/// A space, a comma and a space, or a `T` precedes the time. Outer spaces are removed. `None` when
/// the text is not a date in this order; the parser checks whether the day exists in its month, and
/// what follows the minutes or seconds.
pub fn normalise_timestamp(text: &str, order: DateOrder) -> Option<Cow<'_, str>> {
    let text = text.trim();
    if starts_with_iso_date(text) {
        return Some(Cow::Borrowed(text));
    }
    let numbers = SlashedDate::read(text)?;
    let (day, month) = match order {
        DateOrder::YearFirst => return None,
        DateOrder::DayFirst => (numbers.first, numbers.second),
        DateOrder::MonthFirst => (numbers.second, numbers.first),
    };
    if !(1..=31).contains(&day) || !(1..=12).contains(&month) {
        return None;
    }
    let date = format!("{}-{month:02}-{day:02}", numbers.year);
    match numbers.rest {
        "" => Some(Cow::Owned(date)),
        rest => {
            let time = [", ", " ", "T"]
                .iter()
                .find_map(|mark| rest.strip_prefix(mark))?;
            Some(Cow::Owned(format!("{date}T{}", normalise_time(time)?)))
        }
    }
}

/// The evidence of a text about the date order of its column.
pub fn date_evidence(text: &str) -> DateEvidence {
    let text = text.trim();
    if starts_with_iso_date(text) {
        return DateEvidence::Iso;
    }
    match SlashedDate::read(text).map(|numbers| (numbers.first, numbers.second)) {
        Some((1..=12, 1..=12)) => DateEvidence::EitherOrder,
        Some((13..=31, 1..=12)) => DateEvidence::DayFirst,
        Some((1..=12, 13..=31)) => DateEvidence::MonthFirst,
        _ => DateEvidence::NotDate,
    }
}

fn starts_with_iso_date(text: &str) -> bool {
    let Some(date) = text.as_bytes().first_chunk::<10>() else {
        return false;
    };
    date.iter().enumerate().all(|(at, byte)| match at {
        4 | 7 => *byte == b'-',
        _ => byte.is_ascii_digit(),
    })
}

/// A date of three numbers with the year last, and what follows it.
struct SlashedDate<'a> {
    first: u8,
    second: u8,
    year: &'a str,
    rest: &'a str,
}

impl<'a> SlashedDate<'a> {
    fn read(text: &'a str) -> Option<Self> {
        let separator = text.chars().find(|found| !found.is_ascii_digit())?;
        if !['/', '-', '.'].contains(&separator) {
            return None;
        }
        let (first, rest) = text.split_once(separator)?;
        let (second, rest) = rest.split_once(separator)?;
        let year = rest.get(..4).filter(|year| is_number(year, 4))?;
        let rest = &rest[4..];
        if rest.starts_with(|next: char| next.is_ascii_digit()) {
            return None;
        }
        Some(Self {
            first: small_number(first)?,
            second: small_number(second)?,
            year,
            rest,
        })
    }
}

/// Adds seconds and a two-digit hour to `H:MM` and `HH:MM`; what follows is unchanged.
fn normalise_time(text: &str) -> Option<String> {
    let (hour, rest) = text.split_once(':')?;
    let hour = small_number(hour)?;
    let minute = rest.get(..2).filter(|minute| is_number(minute, 2))?;
    let rest = &rest[2..];
    let seconds = if rest.starts_with(':') { "" } else { ":00" };
    Some(format!("{hour:02}:{minute}{seconds}{rest}"))
}

/// A number of one or two digits.
fn small_number(text: &str) -> Option<u8> {
    (is_number(text, 1) || is_number(text, 2)).then(|| text.parse().ok())?
}

fn is_number(text: &str, digits: usize) -> bool {
    text.len() == digits && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::DateOrder::{DayFirst, MonthFirst, YearFirst};
    use super::*;
    use crate::values::instant::{date_utc, format_utc_micros, parse_instant};
    use chrono_tz::Tz;
    use proptest::prelude::*;

    #[test]
    fn rewrites_dates_in_the_given_order() {
        for (text, order, expected) in [
            ("31/01/2024 10:00", DayFirst, "2024-01-31T10:00:00"),
            ("31/01/2024 10:00:07", DayFirst, "2024-01-31T10:00:07"),
            ("31/01/2024", DayFirst, "2024-01-31"),
            ("31/01/2024, 9:05", DayFirst, "2024-01-31T09:05:00"),
            (
                "31/01/2024T10:00:00.25-03:00",
                DayFirst,
                "2024-01-31T10:00:00.25-03:00",
            ),
            ("31/01/2024 10:00Z", DayFirst, "2024-01-31T10:00:00Z"),
            ("1/2/2024", DayFirst, "2024-02-01"),
            ("1/2/2024", MonthFirst, "2024-01-02"),
            ("31-01-2024", DayFirst, "2024-01-31"),
            ("31.01.2024", DayFirst, "2024-01-31"),
            (" 01/31/2024 ", MonthFirst, "2024-01-31"),
        ] {
            assert_eq!(
                normalise_timestamp(text, order).as_deref(),
                Some(expected),
                "{text}"
            );
        }
    }

    #[test]
    fn passes_iso_text_unchanged_in_any_order() {
        for order in [YearFirst, DayFirst, MonthFirst] {
            for text in [
                "2024-01-31",
                "2024-01-31 10:00",
                "2024-01-31T10:00:00:123-0300",
            ] {
                let found = normalise_timestamp(text, order);
                assert!(
                    matches!(found, Some(Cow::Borrowed(same)) if same == text),
                    "{text}"
                );
            }
        }
    }

    #[test]
    fn refuses_other_texts_and_the_wrong_order() {
        for text in [
            "",
            "abc",
            "31/01",
            "31/01/24",
            "31/01/20245",
            "31/13/2024",
            "00/01/2024",
            "32/01/2024",
            "31/00/2024",
            "31/01-2024",
            "031/01/2024",
            "31//2024",
            "31/01/2024 ",
            "31/01/2024 10",
            "31/01/2024x",
            "31/01/2024 10h30",
            "31/01/2024  10:00",
            "31/01/2024 1000:00",
            "31/01/2024 10:0",
            "31 jan 2024",
            "31/01/२०२४",
            "1,234",
            "1706695200",
        ] {
            let expected = (text == "31/01/2024 ").then_some("2024-01-31");
            assert_eq!(
                normalise_timestamp(text, DayFirst).as_deref(),
                expected,
                "{text:?}"
            );
        }
        assert_eq!(normalise_timestamp("31/01/2024", MonthFirst), None);
        assert_eq!(normalise_timestamp("01/31/2024", DayFirst), None);
        assert_eq!(normalise_timestamp("31/01/2024", YearFirst), None);
    }

    #[test]
    fn finds_the_order_only_where_the_text_proves_it() {
        for (text, expected) in [
            ("2024-01-31", DateEvidence::Iso),
            ("2024-01-31T10:00:00Z", DateEvidence::Iso),
            ("13/01/2024", DateEvidence::DayFirst),
            ("31/01/2024 10:00", DateEvidence::DayFirst),
            ("12/13/2024", DateEvidence::MonthFirst),
            ("12/12/2024", DateEvidence::EitherOrder),
            ("1/2/2024", DateEvidence::EitherOrder),
            ("13/13/2024", DateEvidence::NotDate),
            ("32/01/2024", DateEvidence::NotDate),
            ("0/01/2024", DateEvidence::NotDate),
            ("1.234", DateEvidence::NotDate),
            ("", DateEvidence::NotDate),
        ] {
            assert_eq!(date_evidence(text), expected, "{text}");
        }
    }

    proptest! {
        #[test]
        fn both_orders_read_back_as_the_same_instant(seconds in 0..9_214_646_400_i64) {
            let micros = seconds * 1_000_000;
            let date = date_utc(micros);
            let time = &format_utc_micros(micros)[11..];
            for (order, form) in [(DayFirst, "%d/%m/%Y"), (MonthFirst, "%-m/%-d/%Y")] {
                let written = format!("{} {time}", date.format(form));
                let text = normalise_timestamp(&written, order).unwrap();
                let parsed = parse_instant(&text, Tz::UTC).unwrap();
                prop_assert_eq!(parsed.instant.micros_utc, micros);
            }
        }

        #[test]
        fn never_panics(text in "\\PC{0,30}|[0-9/:. T-]{0,24}") {
            for order in [YearFirst, DayFirst, MonthFirst] {
                let _outcome = normalise_timestamp(&text, order);
            }
            let _evidence = date_evidence(&text);
        }
    }
}
