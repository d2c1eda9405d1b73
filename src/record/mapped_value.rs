//! The value of a source that the user has mapped to a field.

use std::borrow::Cow;

use super::field::Field;
use crate::values::instant::TimeFormat;

/// A value in the form of its field: a whole number becomes a text for fields with text (`is_text`), and
/// a time in `format` becomes ISO 8601, or [`Field::OtherFormat`]. Every other value stays as it is, and
/// the rules of the field apply to it.
pub fn mapped_value<'a>(value: Field<'a>, is_text: bool, format: Option<&TimeFormat>) -> Field<'a> {
    match (value, format) {
        (Field::Text(text) | Field::Number(text), Some(format)) => formatted_time(text, format),
        (Field::Number(digits), None) if is_text && is_whole(&digits) => Field::Text(digits),
        (value, _) => value,
    }
}

/// A text in a format as ISO 8601. An empty text is the absence of a time.
pub fn formatted_time<'a>(text: Cow<'a, str>, format: &TimeFormat) -> Field<'a> {
    match format.iso(&text) {
        Some(iso) => Field::Text(Cow::Owned(iso)),
        None if text.trim().is_empty() => Field::Text(Cow::Borrowed("")),
        None => Field::OtherFormat(text),
    }
}

/// Whether a number is written with digits only: `12`, neither `12.0` nor `1e2`, of which other
/// programs write the same identifier in other ways.
fn is_whole(digits: &str) -> bool {
    let digits = digits.strip_prefix('-').unwrap_or(digits);
    digits.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(digits: &str) -> Field<'_> {
        Field::Number(digits.into())
    }

    #[test]
    fn a_whole_number_is_a_text_and_another_number_is_not() {
        // More digits than a float has.
        let long = "12345678901234567890";
        assert_eq!(
            mapped_value(number(long), true, None),
            Field::Text(long.into())
        );
        assert_eq!(
            mapped_value(number("-7"), true, None),
            Field::Text("-7".into())
        );
        for other in ["12.0", "1e2"] {
            assert_eq!(mapped_value(number(other), true, None), number(other));
        }
        assert_eq!(mapped_value(number("12"), false, None), number("12"));
    }

    #[test]
    fn a_time_in_the_format_is_iso_8601_and_another_is_marked() {
        let format: TimeFormat = "%d/%m/%y".parse().unwrap();
        let read =
            |text: &'static str| mapped_value(Field::Text(text.into()), false, Some(&format));
        assert_eq!(read("05/04/26"), Field::Text("2026-04-05".into()));
        assert_eq!(read("2026-04-05"), Field::OtherFormat("2026-04-05".into()));
        assert_eq!(read(" "), Field::Text("".into()));
        let seconds: TimeFormat = "%s".parse().unwrap();
        let found = mapped_value(number("1700000000"), false, Some(&seconds));
        assert_eq!(found, Field::Text("2023-11-14T22:13:20+00:00".into()));
        assert_eq!(mapped_value(Field::Null, true, Some(&format)), Field::Null);
    }
}
