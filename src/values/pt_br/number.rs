//! Numbers with a decimal comma or point, grouping, and a currency sign.

use std::borrow::Cow;

use clap::ValueEnum;

use super::number_prefix::NumberPrefix;

/// The character that separates the decimals; the other one may group the digits before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, ValueEnum)]
pub enum DecimalSign {
    /// 1234.56
    #[value(alias = ".")]
    Point,
    /// 1234,56
    #[value(alias = ",")]
    Comma,
}

/// The evidence of one text about the decimal sign of its column.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum NumberEvidence {
    /// Digits without any separator: the same under both signs.
    PlainInteger,
    /// A number only with a decimal point.
    PointDecimal,
    /// A number only with a decimal comma.
    CommaDecimal,
    /// A different number under each sign: `1.234`, `1,234`.
    Ambiguous,
    /// Not a number under either sign.
    NotNumber,
}

/// Rewrites a number as JSON-number text: `R$ 1.234,56` becomes `1234.56`.
///
/// | Accepted beyond JSON numbers | |
/// |---|---|
/// | outer spaces | ` 5 ` |
/// | a [`CurrencySign`](super::CurrencySign) after the digits, or before or after the number's sign | `5 €`, `-R$ 5`, `R$ -5` |
/// | a plus sign, leading zeros | `+5`, `007` |
/// | groups of exactly three digits, the first of one to three and not a lone or leading zero | `1.234.567,8` |
///
/// An exponent is accepted when the digits are not grouped. `None` when the text is not a number under
/// this sign. Text that needs no change is borrowed.
///
/// ```
/// use purchase_etl::values::pt_br::{DecimalSign, normalise_number};
///
/// let text = normalise_number("R$ 1.234,56", DecimalSign::Comma);
/// assert_eq!(text.as_deref(), Some("1234.56"));
/// assert_eq!(normalise_number("R$ 1.234,56", DecimalSign::Point), None);
/// ```
pub fn normalise_number(text: &str, sign: DecimalSign) -> Option<Cow<'_, str>> {
    let text = text.trim();
    let parts = NumberParts::read(text, sign)?;
    if parts.is_json() {
        return Some(Cow::Borrowed(text));
    }
    let mut out = String::with_capacity(text.len());
    if parts.negative {
        out.push('-');
    }
    let digits = parts.integer.trim_start_matches('0');
    if digits.is_empty() {
        out.push('0');
    }
    out.extend(digits.chars().filter(char::is_ascii_digit));
    if !parts.fraction.is_empty() {
        out.push('.');
        out.push_str(parts.fraction);
    }
    out.push_str(parts.exponent);
    Some(Cow::Owned(out))
}

/// The evidence of a text about the decimal sign of its column.
///
/// Only the text is considered: `1,234` is [`NumberEvidence::Ambiguous`], even though a file with the
/// delimiter `;` makes a decimal comma likely.
pub fn number_evidence(text: &str) -> NumberEvidence {
    let text = text.trim();
    let point = NumberParts::read(text, DecimalSign::Point).is_some();
    let comma = NumberParts::read(text, DecimalSign::Comma).is_some();
    match (point, comma) {
        (true, true) if text.contains(['.', ',']) => NumberEvidence::Ambiguous,
        (true, true) => NumberEvidence::PlainInteger,
        (true, false) => NumberEvidence::PointDecimal,
        (false, true) => NumberEvidence::CommaDecimal,
        (false, false) => NumberEvidence::NotNumber,
    }
}

/// A number split into its parts, each of them validated.
struct NumberParts<'a> {
    negative: bool,
    /// Whether there is a currency sign or a plus, which JSON numbers do not allow.
    prefixed: bool,
    /// Digits, with their group separators.
    integer: &'a str,
    grouped: bool,
    /// Digits, or nothing.
    fraction: &'a str,
    /// With its `e`, or nothing.
    exponent: &'a str,
    sign: DecimalSign,
}

impl<'a> NumberParts<'a> {
    fn read(text: &'a str, sign: DecimalSign) -> Option<Self> {
        let (decimal, group) = match sign {
            DecimalSign::Point => ('.', ','),
            DecimalSign::Comma => (',', '.'),
        };
        let prefix = NumberPrefix::read(text)?;
        let (number, exponent) = match prefix.rest.find(['e', 'E']) {
            Some(at) => prefix.rest.split_at(at),
            None => (prefix.rest, ""),
        };
        let (integer, fraction) = match number.split_once(decimal) {
            Some((_, "")) => return None,
            Some(parts) => parts,
            None => (number, ""),
        };
        let grouped = integer.contains(group);
        let integer_ok = if grouped {
            is_grouped(integer, group)
        } else {
            is_digits(integer)
        };
        let fraction_ok = fraction.bytes().all(|byte| byte.is_ascii_digit());
        let exponent_ok = exponent.is_empty() || (!grouped && is_exponent(exponent));
        (integer_ok && fraction_ok && exponent_ok).then_some(Self {
            negative: prefix.negative,
            prefixed: prefix.unlike_json,
            integer,
            grouped,
            fraction,
            exponent,
            sign,
        })
    }

    /// Whether the trimmed text already is a JSON number of the same value.
    fn is_json(&self) -> bool {
        let point = self.fraction.is_empty() || self.sign == DecimalSign::Point;
        let zeros = self.integer.len() > 1 && self.integer.starts_with('0');
        point && !self.grouped && !self.prefixed && !zeros
    }
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether the digits are in groups of three, the first of one to three. A first group that starts
/// with zero is no grouping: in `0.123` the point separates decimals.
fn is_grouped(text: &str, group: char) -> bool {
    let mut groups = text.split(group);
    let first = groups.next().unwrap_or("");
    is_digits(first)
        && first.len() <= 3
        && !first.starts_with('0')
        && groups.all(|digits| digits.len() == 3 && is_digits(digits))
}

fn is_exponent(text: &str) -> bool {
    let digits = text.strip_prefix(['e', 'E']).unwrap_or("");
    is_digits(digits.strip_prefix(['-', '+']).unwrap_or(digits))
}

#[cfg(test)]
mod tests {
    use super::DecimalSign::{Comma, Point};
    use super::*;
    use crate::values::money::{Amount, parse_decimal};
    use proptest::prelude::*;

    #[test]
    fn rewrites_numbers_with_a_decimal_comma() {
        for (text, expected) in [
            ("R$ 1.234,56", "1234.56"),
            ("R$1,50", "1.50"),
            ("12,50 €", "12.50"),
            ("€ 1.234,50", "1234.50"),
            ("-12,50\u{a0}€", "-12.50"),
            ("R$\u{a0}1.234.567,89", "1234567.89"),
            ("-R$ 5,00", "-5.00"),
            ("R$ -5,00", "-5.00"),
            ("1.234", "1234"),
            ("1234", "1234"),
            ("1234,5", "1234.5"),
            ("0,123", "0.123"),
            ("007,50", "7.50"),
            ("+5", "5"),
            ("00", "0"),
            ("-0,5", "-0.5"),
            ("1,5E+03", "1.5E+03"),
            ("  12,30 ", "12.30"),
        ] {
            assert_eq!(
                normalise_number(text, Comma).as_deref(),
                Some(expected),
                "{text}"
            );
        }
    }

    #[test]
    fn rewrites_numbers_with_a_decimal_point() {
        for (text, expected) in [
            ("1,234.56", "1234.56"),
            ("1,234", "1234"),
            ("12,345,678", "12345678"),
            ("19.99", "19.99"),
            ("R$ 19.99", "19.99"),
            ("£1,234.50", "1234.50"),
            ("$ 5", "5"),
            ("¥500", "500"),
            ("+5", "5"),
            ("+007.10", "7.10"),
            ("-000", "-0"),
            ("1e-05", "1e-05"),
        ] {
            assert_eq!(
                normalise_number(text, Point).as_deref(),
                Some(expected),
                "{text}"
            );
        }
    }

    #[test]
    fn refuses_what_is_no_number_under_the_sign() {
        for text in [
            "",
            " ",
            "-",
            "R$",
            "R$ ",
            "abc",
            "1,",
            ",5",
            "1.5",
            "1.23",
            "1234.567",
            "1.2345",
            "12.34.567",
            "1..234",
            ".234",
            "1.234.",
            "1,2,3",
            "1.234,5.6",
            "0.123",
            "01.234",
            "--5",
            "+-5",
            "-R$ -5",
            "R$ R$ 5",
            "R$ 5 R$",
            "€",
            "5 $ 6",
            "US$ 5",
            "1 234,5",
            "(5,00)",
            "5%",
            "1.234e5",
            "1e",
            "e5",
            "1e5,5",
            "NaN",
            "٣,٥",
        ] {
            assert_eq!(normalise_number(text, Comma), None, "{text:?}");
        }
        for text in [
            "1,5", "1,23", "1.234,56", "1234,567", "0,123", "1.", ".5", "1,234,56",
        ] {
            assert_eq!(normalise_number(text, Point), None, "{text:?}");
        }
    }

    #[test]
    fn borrows_what_is_already_json() {
        for (text, sign) in [
            ("19.99", Point),
            ("-5", Comma),
            ("0", Comma),
            (" 1e5 ", Point),
        ] {
            let borrowed = matches!(normalise_number(text, sign), Some(Cow::Borrowed(_)));
            assert!(borrowed, "{text}");
        }
    }

    #[test]
    fn finds_the_decimal_sign_only_where_the_text_proves_it() {
        for (text, expected) in [
            ("1234", NumberEvidence::PlainInteger),
            ("R$ 5", NumberEvidence::PlainInteger),
            ("1e5", NumberEvidence::PlainInteger),
            ("1.5", NumberEvidence::PointDecimal),
            ("0.123", NumberEvidence::PointDecimal),
            ("1234.567", NumberEvidence::PointDecimal),
            ("1,234.5", NumberEvidence::PointDecimal),
            ("1,234,567", NumberEvidence::PointDecimal),
            ("1,5", NumberEvidence::CommaDecimal),
            ("R$ 1.234,56", NumberEvidence::CommaDecimal),
            ("1.234.567", NumberEvidence::CommaDecimal),
            ("0,500", NumberEvidence::CommaDecimal),
            ("1.234", NumberEvidence::Ambiguous),
            ("R$ 1.234", NumberEvidence::Ambiguous),
            ("1,234", NumberEvidence::Ambiguous),
            ("", NumberEvidence::NotNumber),
            ("abc", NumberEvidence::NotNumber),
            ("31/01/2024", NumberEvidence::NotNumber),
        ] {
            assert_eq!(number_evidence(text), expected, "{text}");
        }
    }

    /// The amount in Brazilian notation, grouped.
    fn brazilian(amount: Amount) -> String {
        let plain = amount.to_string();
        let (integer, fraction) = plain.split_once('.').unwrap_or((&plain, ""));
        let (sign, digits) = integer
            .strip_prefix('-')
            .map_or(("", integer), |rest| ("-", rest));
        let mut grouped = String::new();
        for (at, digit) in digits.chars().enumerate() {
            if at > 0 && (digits.len() - at) % 3 == 0 {
                grouped.push('.');
            }
            grouped.push(digit);
        }
        let comma = if fraction.is_empty() { "" } else { "," };
        format!("{sign}R$ {grouped}{comma}{fraction}")
    }

    proptest! {
        #[test]
        fn brazilian_amounts_read_back(nanos in -10_i128.pow(30)..10_i128.pow(30)) {
            let amount = Amount::from_nanos(nanos).unwrap();
            let written = brazilian(amount);
            let text = normalise_number(&written, Comma).unwrap();
            prop_assert_eq!(parse_decimal(&text).unwrap().amount, amount);
        }

        #[test]
        fn what_comes_out_is_a_json_number_and_stays_as_it_is(
            text in "[-+]?(R\\$ ?)?[0-9.,]{0,14}(e[0-9])?",
            comma: bool,
        ) {
            let sign = if comma { Comma } else { Point };
            if let Some(json) = normalise_number(&text, sign) {
                prop_assert!(parse_decimal(&json).is_ok(), "{}", json);
                prop_assert_eq!(normalise_number(&json, Point), Some(json.clone()));
            }
        }
    }
}
