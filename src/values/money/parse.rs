//! Parses the text of a JSON number into an exact amount.
//!
//! The text follows the number grammar of RFC 8259 section 6. The result has the amount, the number of
//! significant fractional digits, and whether rounding changed the value. Errors: other text, texts
//! beyond the limits below, values beyond 38 digits.
//!
//! Ordinary prices are parsed in one pass over their bytes; the general path keeps the digits in a
//! fixed array. Neither allocates.

use super::amount::{Amount, LIMIT};

/// Maximum digits of a mantissa, zeros included. The shortest round-trip text of an `f64` has at most
/// 17, a Decimal128 has 38; the rest allows padding zeros.
const MAX_DIGITS: usize = 64;

/// Maximum exponent magnitude. `f64` texts stay within 324.
const MAX_EXPONENT: isize = 400;

/// Significant digits of a Decimal128.
const PRECISION: isize = 38;

/// Fractional digits kept.
const SCALE: isize = 9;

/// Powers of ten that scale 0 to 9 fractional digits to billionths.
const TO_NANOS: [u64; 10] = [
    1_000_000_000,
    100_000_000,
    10_000_000,
    1_000_000,
    100_000,
    10_000,
    1_000,
    100,
    10,
    1,
];

/// The result of [`parse_decimal`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ParsedAmount {
    /// The value, rounded half-even to nine places when the text had more.
    pub amount: Amount,
    /// Fractional digits of the value as written, trailing zeros dropped: 2 for `1.50e-1`.
    pub decimals: u32,
    /// Whether rounding changed the value.
    pub rounded: bool,
}

/// Why a text is not an amount.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AmountError {
    /// The text is not a JSON number.
    #[error("not a JSON number")]
    Syntax,
    /// More than 64 digits, or an exponent beyond 400.
    #[error("number has more than 64 digits or an exponent beyond 400")]
    TooLong,
    /// The value needs more than 29 digits before the decimal point.
    #[error("number does not fit 29 digits before and 9 after the decimal point")]
    OutOfRange,
}

/// Reads an amount from the text of a JSON number, without loss up to nine decimals.
///
/// # Errors
///
/// [`AmountError`] when the text is not a JSON number, is too long, or does not fit.
///
/// ```
/// use purchase_etl::values::money::parse_decimal;
///
/// let parsed = parse_decimal("8.511527858335066")?;
/// assert_eq!(parsed.amount.to_string(), "8.511527858");
/// assert_eq!(parsed.decimals, 15);
/// assert!(parsed.rounded);
/// # Ok::<(), purchase_etl::values::money::AmountError>(())
/// ```
#[inline]
pub fn parse_decimal(text: &str) -> Result<ParsedAmount, AmountError> {
    match short_decimal(text.as_bytes()) {
        Some(parsed) => Ok(parsed),
        None => long_decimal(text.as_bytes()),
    }
}

/// Parses numbers of at most 19 bytes, with at most nine fractional digits and no exponent. `None` for
/// everything else, invalid or longer, which the general path handles.
fn short_decimal(bytes: &[u8]) -> Option<ParsedAmount> {
    let (negative, digits) = match bytes {
        [b'-', rest @ ..] => (true, rest),
        _ => (false, bytes),
    };
    if digits.len() > 19 {
        return None;
    }
    let mut value = 0_u64;
    let mut point = digits.len();
    let mut last_nonzero = 0;
    for (at, &byte) in digits.iter().enumerate() {
        let digit = byte.wrapping_sub(b'0');
        if digit < 10 {
            value = value * 10 + u64::from(digit);
            if digit != 0 {
                last_nonzero = at;
            }
        } else if byte == b'.' && point == digits.len() {
            point = at;
        } else {
            return None;
        }
    }
    let fraction = digits.len().saturating_sub(point + 1);
    let dangling_point = point < digits.len() && fraction == 0;
    let leading_zero = point > 1 && digits[0] == b'0';
    if point == 0 || dangling_point || leading_zero {
        return None;
    }
    let nanos = i128::from(value) * i128::from(*TO_NANOS.get(fraction)?);
    Some(ParsedAmount {
        amount: Amount::from_nanos(if negative { -nanos } else { nanos })?,
        decimals: u32::try_from(last_nonzero.saturating_sub(point)).ok()?,
        rounded: false,
    })
}

/// The general path: any JSON number within the limits.
fn long_decimal(bytes: &[u8]) -> Result<ParsedAmount, AmountError> {
    let mantissa = Mantissa::read(bytes)?;
    let digits = mantissa.significant();
    let scale = mantissa.scale;
    if digits.is_empty() {
        return Ok(ParsedAmount {
            amount: Amount::default(),
            decimals: 0,
            rounded: false,
        });
    }
    let count = digits.len().cast_signed();
    // The number of digits of the value in billionths: more than `count` means zeros to append, zero
    // or less means that only the rounding remains.
    let kept = count + SCALE - scale;
    if kept > PRECISION {
        return Err(AmountError::OutOfRange);
    }
    let rounded = kept < count;
    let (stay, dropped) = digits.split_at(kept.clamp(0, count).cast_unsigned());
    let mut nanos = read_digits(stay);
    for _ in count..kept {
        nanos *= 10;
    }
    if rounded && kept >= 0 && rounds_up(nanos, dropped) {
        nanos += 1;
    }
    // At most 10^38 after rounding, which an i128 holds.
    let magnitude = nanos.cast_signed();
    let amount = Amount::from_nanos(if mantissa.negative {
        -magnitude
    } else {
        magnitude
    });
    Ok(ParsedAmount {
        amount: amount.ok_or(AmountError::OutOfRange)?,
        decimals: u32::try_from(scale).unwrap_or(0),
        rounded,
    })
}

/// The number of at most 38 digits.
fn read_digits(digits: &[u8]) -> u128 {
    // 64-bit arithmetic where possible; almost every price fits the first chunk.
    let chunks = digits.chunks(19).map(|chunk| {
        let fold = |(value, unit), &digit: &u8| (value * 10 + u64::from(digit), unit * 10);
        chunk.iter().fold((0_u64, 1_u64), fold)
    });
    let value = chunks.fold(0_u128, |value, (chunk, unit)| {
        value * u128::from(unit) + u128::from(chunk)
    });
    debug_assert!(value < LIMIT, "callers pass at most 38 digits");
    value
}

/// Whether `kept` is rounded up for the `dropped` digits, half to even. The last digit is not zero.
fn rounds_up(kept: u128, dropped: &[u8]) -> bool {
    match dropped {
        [5] => kept % 2 == 1,
        [first, ..] => *first >= 5,
        [] => false,
    }
}

/// A number as written: the digits without the point, and the scale.
pub(super) struct Mantissa {
    negative: bool,
    digits: [u8; MAX_DIGITS],
    /// The significant digits are `digits[start..end]`, without zeros at either end.
    start: usize,
    end: usize,
    /// The value is the significant digits times 10^-scale.
    pub(super) scale: isize,
}

impl Mantissa {
    pub(super) fn read(bytes: &[u8]) -> Result<Self, AmountError> {
        let (negative, rest) = match bytes {
            [b'-', rest @ ..] => (true, rest),
            _ => (false, bytes),
        };
        let (integer, rest) = take_digits(rest);
        if integer.is_empty() || (integer.len() > 1 && integer[0] == b'0') {
            return Err(AmountError::Syntax);
        }
        let (fraction, rest) = match rest {
            [b'.', rest @ ..] => match take_digits(rest) {
                ([], _) => return Err(AmountError::Syntax),
                found => found,
            },
            _ => (&[][..], rest),
        };
        let exponent = read_exponent(rest)?;
        let count = integer.len() + fraction.len();
        if count > MAX_DIGITS {
            return Err(AmountError::TooLong);
        }
        let mut digits = [0; MAX_DIGITS];
        for (slot, byte) in digits.iter_mut().zip(integer.iter().chain(fraction)) {
            *slot = byte - b'0';
        }
        let end = digits[..count].iter().rposition(|&digit| digit != 0);
        let end = end.map_or(0, |last| last + 1);
        let start = digits[..end].iter().position(|&digit| digit != 0);
        let places = end.cast_signed() - integer.len().cast_signed();
        Ok(Self {
            negative,
            digits,
            start: start.unwrap_or(0),
            end,
            scale: places - exponent,
        })
    }

    pub(super) fn significant(&self) -> &[u8] {
        &self.digits[self.start..self.end]
    }
}

/// The exponent, which must be the rest of the text; 0 when there is none.
fn read_exponent(bytes: &[u8]) -> Result<isize, AmountError> {
    let [b'e' | b'E', rest @ ..] = bytes else {
        return if bytes.is_empty() {
            Ok(0)
        } else {
            Err(AmountError::Syntax)
        };
    };
    let (negative, rest) = match rest {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        _ => (false, rest),
    };
    let (digits, []) = take_digits(rest) else {
        return Err(AmountError::Syntax);
    };
    if digits.is_empty() {
        return Err(AmountError::Syntax);
    }
    let magnitude = digits.iter().try_fold(0_isize, |value, &byte| {
        let value = value * 10 + isize::from(byte - b'0');
        (value <= MAX_EXPONENT).then_some(value)
    });
    let magnitude = magnitude.ok_or(AmountError::TooLong)?;
    Ok(if negative { -magnitude } else { magnitude })
}

fn take_digits(bytes: &[u8]) -> (&[u8], &[u8]) {
    let count = bytes
        .iter()
        .take_while(|byte| byte.is_ascii_digit())
        .count();
    bytes.split_at(count)
}

#[cfg(test)]
mod tests;
