//! A date parameter: exactly `YYYY-MM-DD`, and a valid calendar date.

use chrono::NaiveDate;

/// Parses a date; other forms that chrono accepts (`2025-1-4`, a sign, spaces) are rejected.
pub(super) fn calendar_date(text: &str) -> Option<NaiveDate> {
    let shape = text.bytes().enumerate().all(|(at, byte)| match at {
        4 | 7 => byte == b'-',
        _ => byte.is_ascii_digit(),
    });
    (shape && text.len() == 10)
        .then(|| text.parse().ok())
        .flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_four_two_and_two_digits_are_a_date() {
        let leap_day = NaiveDate::from_ymd_opt(2024, 2, 29);
        assert_eq!(calendar_date("2024-02-29"), leap_day);
        for text in [
            "",
            "2023-02-29",
            "2024-2-9",
            "14/01/2025",
            "2025-01-14T00:00:00Z",
            " 2025-01-14",
            "20250114",
            "+025-01-14",
            "٢٠٢٥-01-14",
        ] {
            assert_eq!(calendar_date(text), None, "{text}");
        }
    }
}
