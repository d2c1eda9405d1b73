//! `numeric` in PostgreSQL's binary form: an amount in units of 10⁻⁹ comes in, bytes go out.
//!
//! The form is in `src/backend/utils/adt/numeric.c` of PostgreSQL (`numeric_send`): the number of
//! digits to the base 10,000, the weight of the first, the sign, the number of decimals shown, and
//! the digits, each a 16-bit number.

/// Decimals of every amount of the lake.
const SCALE: u16 = 9;
/// 10⁹, one in units of the lake.
const UNITS: u128 = 1_000_000_000;
/// The base of the digits.
const BASE: u128 = 10_000;
/// The sign of a negative number (`NUMERIC_NEG`).
const NEGATIVE: u16 = 0x4000;
/// Digits after the point: nine decimals take three.
const FRACTION_DIGITS: usize = 3;
/// Digits before the point: 39 decimals of an `i128` less the nine after it take eight.
const DIGITS: usize = 8 + FRACTION_DIGITS;

/// Appends `amount`, with its length in bytes before it.
pub(super) fn write_numeric(amount: i128, out: &mut Vec<u8>) {
    let (mut whole, fraction) = (amount.unsigned_abs() / UNITS, amount.unsigned_abs() % UNITS);
    // Twelve decimals, from the last digit to the first.
    let mut fraction = fraction * 1000;
    let mut digits = [0u16; DIGITS];
    for (at, digit) in digits.iter_mut().rev().enumerate() {
        let rest = if at < FRACTION_DIGITS {
            &mut fraction
        } else {
            &mut whole
        };
        *digit = u16::try_from(*rest % BASE).expect("it is below 10,000");
        *rest /= BASE;
    }
    let first = digits.iter().position(|digit| *digit != 0);
    let last = digits.iter().rposition(|digit| *digit != 0);
    let (Some(first), Some(last)) = (first, last) else {
        out.extend_from_slice(&8i32.to_be_bytes());
        for header in [0, 0, 0, SCALE] {
            out.extend_from_slice(&header.to_be_bytes());
        }
        return;
    };
    let used = &digits[first..=last];
    let count = u16::try_from(used.len()).expect("at most eleven");
    let weight = i16::try_from(DIGITS - FRACTION_DIGITS - 1).expect("seven")
        - i16::try_from(first).expect("at most ten");
    let sign = if amount < 0 { NEGATIVE } else { 0 };
    let length = 8 + 2 * i32::from(count);
    out.extend_from_slice(&length.to_be_bytes());
    out.extend_from_slice(&count.to_be_bytes());
    out.extend_from_slice(&weight.to_be_bytes());
    out.extend_from_slice(&sign.to_be_bytes());
    out.extend_from_slice(&SCALE.to_be_bytes());
    for digit in used {
        out.extend_from_slice(&digit.to_be_bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Count, weight, sign, decimals and digits of the form.
    fn parts(amount: i128) -> Vec<i32> {
        let mut out = Vec::new();
        write_numeric(amount, &mut out);
        let length = i32::from_be_bytes(out[..4].try_into().unwrap());
        assert_eq!(usize::try_from(length).unwrap(), out.len() - 4);
        let numbers = out[4..].chunks(2);
        numbers
            .map(|two| i32::from(i16::from_be_bytes(two.try_into().unwrap())))
            .collect()
    }

    #[test]
    fn digits_to_the_base_ten_thousand_around_the_point() {
        assert_eq!(parts(0), [0, 0, 0, 9]);
        assert_eq!(parts(1), [1, -3, 0, 9, 1000], "0.000000001");
        assert_eq!(parts(1_000_000_000), [1, 0, 0, 9, 1], "1");
        assert_eq!(
            parts(-12_345_678_900_000_000),
            [3, 1, 0x4000, 9, 1234, 5678, 9000],
            "-12345678.9"
        );
        assert_eq!(parts(10_000_000_000_000), [1, 1, 0, 9, 1], "10000");
        // The greatest amount of 38 digits: 29 before the point.
        let greatest = 10i128.pow(38) - 1;
        let mut expected = vec![11, 7, 0, 9, 9];
        expected.extend([9999; 9]);
        expected.push(9000);
        assert_eq!(parts(greatest), expected);
    }
}
