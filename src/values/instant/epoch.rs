//! Instants written as a count since 1970, as Braze Currents writes them.

use super::calendar::MICROS_PER_SECOND;
use super::parsed::{InstantError, InstantNotes, ParsedInstant, read_fraction};

/// Parses seconds (up to 11 digits, with an optional fraction, truncated to microseconds) or milliseconds
/// (12 to 14 digits) since 1970-01-01T00:00:00Z. The offset is zero.
///
/// # Errors
///
/// [`InstantError::Format`] for anything but such a number, exponents included;
/// [`InstantError::Range`] for negative numbers and instants after 2261.
pub fn parse_epoch(text: &str) -> Result<ParsedInstant, InstantError> {
    let bytes = text.as_bytes();
    let (negative, bytes) = match bytes {
        [b'-', rest @ ..] => (true, rest),
        _ => (false, bytes),
    };
    let count = bytes
        .iter()
        .take_while(|byte| byte.is_ascii_digit())
        .count();
    let (digits, rest) = bytes.split_at(count);
    let per_digit = match count {
        1..=11 => MICROS_PER_SECOND,
        12..=14 => 1_000,
        _ => return Err(InstantError::Format),
    };
    let mut notes = InstantNotes::default();
    let fraction = match rest {
        [] => 0,
        [b'.', rest @ ..] if count <= 11 => match read_fraction(rest, &mut notes)? {
            (micros, []) => micros,
            _ => return Err(InstantError::Format),
        },
        _ => return Err(InstantError::Format),
    };
    let number = digits
        .iter()
        .fold(0_i64, |number, digit| number * 10 + i64::from(digit - b'0'));
    let micros = number * per_digit + fraction;
    ParsedInstant::new(if negative { -micros } else { micros }, 0, notes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn micros(text: &str) -> Result<i64, InstantError> {
        parse_epoch(text).map(|parsed| {
            assert_eq!(parsed.instant.offset_minutes, Some(0));
            assert!(!parsed.notes.any());
            parsed.instant.micros_utc
        })
    }

    #[test]
    fn reads_seconds_and_milliseconds() {
        assert_eq!(micros("1712068448"), Ok(1_712_068_448_000_000));
        assert_eq!(micros("1712068448.5"), Ok(1_712_068_448_500_000));
        assert_eq!(micros("1712068448.123456000"), Ok(1_712_068_448_123_456));
        assert_eq!(micros("1712068448123"), Ok(1_712_068_448_123_000));
        assert_eq!(micros("100000000000"), Ok(100_000_000_000_000));
        assert_eq!(micros("0"), Ok(0));
        assert_eq!(micros("-0"), Ok(0));
    }

    #[test]
    fn ends_with_the_year_2261() {
        assert_eq!(micros("9214646399.999999"), Ok(9_214_646_399_999_999));
        assert_eq!(micros("9214646399999"), Ok(9_214_646_399_999_000));
        for text in [
            "9214646400",
            "9214646400000",
            "99999999999",
            "99999999999999",
            "-1",
            "-0.5",
        ] {
            assert_eq!(micros(text), Err(InstantError::Range), "{text}");
        }
    }

    #[test]
    fn refuses_other_texts() {
        for text in [
            "",
            "-",
            "+1",
            "1e9",
            "1.5e9",
            ".5",
            "1.",
            "1.x",
            "17120684480000.5",
            "1712068448123.0",
            "171206844812300",
            " 1",
            "1 ",
            "abc",
            "2024-01-31",
            "1,5",
        ] {
            assert_eq!(micros(text), Err(InstantError::Format), "{text:?}");
        }
    }

    #[test]
    fn a_fraction_beyond_microseconds_is_cut_and_noted() {
        for (text, is_cut) in [
            ("1712068448.1234567", true),
            ("1712068448.123456999999", true),
            ("1712068448.1234560000", false),
        ] {
            let parsed = parse_epoch(text).unwrap();
            assert_eq!(parsed.instant.micros_utc, 1_712_068_448_123_456, "{text}");
            assert_eq!(parsed.notes.cut, is_cut, "{text}");
        }
    }
}
