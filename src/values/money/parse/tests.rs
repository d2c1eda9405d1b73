use super::*;
use proptest::prelude::*;

fn parsed(text: &str) -> ParsedAmount {
    parse_decimal(text).unwrap_or_else(|error| panic!("{text}: {error}"))
}

#[test]
fn reads_seed_and_sample_prices() {
    for (text, nanos, decimals) in [
        ("219.98", 219_980_000_000, 2),
        ("19.99", 19_990_000_000, 2),
        ("40", 40_000_000_000, 0),
        ("-5.5", -5_500_000_000, 1),
        ("0.000000001", 1, 9),
        ("1.50", 1_500_000_000, 1),
        ("0.0", 0, 0),
        ("10.00", 10_000_000_000, 0),
        ("1e3", 1_000_000_000_000, 0),
        ("1.5E+2", 150_000_000_000, 0),
        ("15e-1", 1_500_000_000, 1),
        ("1.50e-1", 150_000_000, 2),
        (
            "9223372036854775807",
            9_223_372_036_854_775_807_000_000_000,
            0,
        ),
        ("0.1234567890000", 123_456_789, 9),
    ] {
        let expected = ParsedAmount {
            amount: Amount::from_nanos(nanos).unwrap(),
            decimals,
            rounded: false,
        };
        assert_eq!(parsed(text), expected, "{text}");
    }
}

#[test]
fn rounds_the_cdi_sample_price_to_nine_decimals() {
    // The price of the Cloud Data Ingestion sample.
    let price = parsed("8.511527858335066");
    assert_eq!(price.amount.to_string(), "8.511527858");
    assert_eq!(price.decimals, 15);
    assert!(price.rounded);
}

#[test]
fn rounds_ties_to_the_even_neighbour() {
    // Expected values from Python's decimal module, ROUND_HALF_EVEN at nine places.
    for (text, nanos) in [
        ("0.0000000005", 0),
        ("0.0000000015", 2),
        ("0.0000000025", 2),
        ("0.00000000250000000000001", 3),
        ("0.0000000024999999", 2),
        ("-0.0000000015", -2),
        ("-0.0000000025", -2),
        ("0.00000000050000000001", 1),
        ("5e-10", 0),
        ("15e-10", 2),
        ("5.1e-10", 1),
        ("9e-11", 0),
        ("1e-400", 0),
        ("0.9999999995", 1_000_000_000),
    ] {
        let price = parsed(text);
        assert_eq!(price.amount.nanos(), nanos, "{text}");
        assert!(price.rounded, "{text}");
    }
}

#[test]
fn minus_zero_is_zero() {
    for text in ["-0", "-0.0", "-0e5", "-0.000000000000", "0e400", "-0E-400"] {
        let zero = parsed(text);
        assert_eq!(zero.amount, Amount::default(), "{text}");
        assert_eq!((zero.decimals, zero.rounded), (0, false), "{text}");
    }
    assert_eq!(parsed("-1e-400").amount.to_string(), "0");
}

#[test]
fn refuses_what_json_does_not_call_a_number() {
    for text in [
        "",
        "-",
        "+1",
        "01",
        "-01",
        "00",
        "00.5",
        ".5",
        "5.",
        "-.5",
        "1.e3",
        "1e",
        "1e+",
        "1e-",
        "e5",
        "1 ",
        " 1",
        "1,5",
        "1.2.3",
        "NaN",
        "Infinity",
        "0x10",
        "1_000",
        "1e5.0",
        "--1",
        "1e999x",
        "१",
        "1\u{a0}",
        "1234567890123456789012345x",
    ] {
        assert_eq!(parse_decimal(text), Err(AmountError::Syntax), "{text:?}");
    }
}

#[test]
fn refuses_values_beyond_38_digits() {
    let edge = "99999999999999999999999999999.999999999";
    assert_eq!(parsed(edge).amount.nanos(), 10_i128.pow(38) - 1);
    assert_eq!(
        parsed(&format!("-{edge}")).amount.nanos(),
        1 - 10_i128.pow(38)
    );
    assert_eq!(parsed("1e28").amount.nanos(), 10_i128.pow(37));
    // Less than half a billionth above the limit is accepted; from half it would round to 10^38.
    assert!(parsed(&format!("{edge}4")).rounded);
    for text in [
        "1e29",
        "1e400",
        "-1e400",
        "100000000000000000000000000000",
        "99999999999999999999999999999.9999999995",
        "123456789012345678901234567890123456789012345678901234567890",
    ] {
        assert_eq!(parse_decimal(text), Err(AmountError::OutOfRange), "{text}");
    }
}

#[test]
fn refuses_texts_beyond_the_limits() {
    let sixty_four = format!("0.{}", "1".repeat(63));
    assert_eq!(parsed(&sixty_four).amount.nanos(), 111_111_111);
    assert_eq!(parsed(&sixty_four).decimals, 63);
    let padded = format!("1.{}", "0".repeat(63));
    assert_eq!(parsed(&padded).amount.to_string(), "1");
    assert!(!parsed(&padded).rounded);
    for text in [
        format!("0.{}", "1".repeat(64)),
        format!("1.{}", "0".repeat(64)),
        "9".repeat(65),
        "1e401".to_owned(),
        "1e-401".to_owned(),
        "0e401".to_owned(),
        format!("1e{}", "9".repeat(400)),
    ] {
        assert_eq!(parse_decimal(&text), Err(AmountError::TooLong), "{text}");
    }
    assert_eq!(
        parsed("1e-00000000000000000000003").amount.nanos(),
        1_000_000
    );
}

/// An oracle that shares no code with the parser: it shifts the point in the text, cuts the text
/// at nine decimals and decides the rounding by comparing strings.
fn oracle(negative: bool, integer: &str, fraction: &str, exponent: i32) -> Option<(i128, bool)> {
    let mut left = format!("{}{integer}", "0".repeat(120));
    let mut right = format!("{fraction}{}", "0".repeat(120));
    for _ in 0..exponent.unsigned_abs() {
        if exponent > 0 {
            left.push(right.remove(0));
        } else {
            right.insert(0, left.pop()?);
        }
    }
    let (kept, dropped) = right.split_at(9);
    let digits = format!("{left}{kept}");
    let significant = digits.trim_start_matches('0');
    let mut nanos: u128 = match significant {
        "" => 0,
        short if short.len() <= 38 => short.parse().ok()?,
        _ => return None,
    };
    let half = format!("5{}", "0".repeat(dropped.len() - 1));
    if dropped > half.as_str() || (dropped == half && digits.ends_with(['1', '3', '5', '7', '9'])) {
        nanos += 1;
    }
    let nanos = i128::try_from(nanos)
        .ok()
        .filter(|&nanos| nanos < 10_i128.pow(38))?;
    let exact = dropped.bytes().all(|byte| byte == b'0');
    Some((if negative { -nanos } else { nanos }, !exact))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn agrees_with_the_string_oracle(
        negative: bool,
        integer in "0|[1-9][0-9]{0,31}",
        // Many fives and zeros, so that ties and padding occur.
        fraction in "[0-9]{0,10}[05]{0,6}0{0,12}",
        exponent in prop_oneof![Just(0), -45..45_i32],
    ) {
        let sign = if negative { "-" } else { "" };
        let point = if fraction.is_empty() { "" } else { "." };
        let text = match exponent {
            0 => format!("{sign}{integer}{point}{fraction}"),
            _ => format!("{sign}{integer}{point}{fraction}e{exponent}"),
        };
        let found = match parse_decimal(&text) {
            Ok(parsed) => Some((parsed.amount.nanos(), parsed.rounded)),
            Err(error) => {
                prop_assert_eq!(error, AmountError::OutOfRange);
                None
            }
        };
        prop_assert_eq!(found, oracle(negative, &integer, &fraction, exponent), "{}", text);
    }

    #[test]
    fn both_paths_agree_on_short_numbers(text in "-?[0-9]{0,12}\\.?[0-9]{0,9}") {
        if let Some(short) = short_decimal(text.as_bytes()) {
            prop_assert_eq!(Ok(short), long_decimal(text.as_bytes()));
        }
    }

    #[test]
    fn never_panics(text in "\\PC{0,80}|[-+0-9.eE]{0,80}") {
        let _outcome = parse_decimal(&text);
    }
}
