//! Values of binary formats as text: numbers as JSON, bytes as hexadecimal digits.

use std::fmt::Write;

/// A 32-bit float: the shortest decimal that reads back as the same float. Zero has no sign, and what
/// is no number is a text.
pub(super) fn write_float(out: &mut String, value: f32) {
    if value == 0.0 {
        out.push('0');
    } else if value.is_finite() {
        // Writing to a string cannot fail.
        let _ = write!(out, "{value}");
    } else {
        out.push_str(not_finite(value.is_nan(), value < 0.0));
    }
}

/// Below 10^-15 and from 10^21 on a double is written with an exponent: the plain form has up to 300
/// zeros (the bounds are near those of other writers of JSON).
const PLAIN_DOUBLES: std::ops::Range<f64> = 1e-15..1e21;

/// A 64-bit float, in the same way.
pub(super) fn write_double(out: &mut String, value: f64) {
    if value == 0.0 {
        out.push('0');
    } else if PLAIN_DOUBLES.contains(&value.abs()) {
        let _ = write!(out, "{value}");
    } else if value.is_finite() {
        let _ = write!(out, "{value:e}");
    } else {
        out.push_str(not_finite(value.is_nan(), value < 0.0));
    }
}

fn not_finite(is_nan: bool, is_negative: bool) -> &'static str {
    match (is_nan, is_negative) {
        (true, _) => "\"NaN\"",
        (false, true) => "\"-Infinity\"",
        (false, false) => "\"Infinity\"",
    }
}

/// Bytes as hexadecimal digits.
pub(super) fn write_hexadecimal(out: &mut String, bytes: &[u8]) {
    for byte in bytes {
        let _ = write!(out, "{byte:02x}");
    }
}

/// The decimal with these unscaled bytes, a big-endian two's complement number; false, and nothing is
/// written, if it has more than 128 bits.
pub(super) fn write_decimal(out: &mut String, unscaled: &[u8], scale: u8) -> bool {
    const BYTES: usize = size_of::<i128>();
    let fill = match unscaled.first() {
        Some(first) if first & 0x80 != 0 => 0xFF,
        _ => 0,
    };
    let (extension, low) = unscaled.split_at(unscaled.len().saturating_sub(BYTES));
    let is_extension = extension.iter().all(|byte| *byte == fill);
    let sign_fits = low.len() < BYTES || low.first().is_some_and(|byte| byte & 0x80 == fill & 0x80);
    if !is_extension || !sign_fits {
        return false;
    }
    let mut bytes = [fill; BYTES];
    let start = BYTES - low.len();
    if let Some(end) = bytes.get_mut(start..) {
        end.copy_from_slice(low);
    }
    let number = i128::from_be_bytes(bytes);
    if number < 0 {
        out.push('-');
    }
    let scale = usize::from(scale);
    let digits = format!("{:0>width$}", number.unsigned_abs(), width = scale + 1);
    let (whole, fraction) = digits.split_at(digits.len() - scale);
    out.push_str(whole);
    if !fraction.is_empty() {
        out.push('.');
        out.push_str(fraction);
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    fn float(bits: u32) -> String {
        let mut out = String::new();
        write_float(&mut out, f32::from_bits(bits));
        out
    }

    #[test]
    fn a_float_is_its_shortest_decimal() {
        // Computed with numpy.float32 and repr.
        for (bits, text) in [
            (0x4048_f5c3, "3.14"),
            (0x4145_70a4, "12.34"),
            (0xc0bf_ae14, "-5.99"),
            (0x3dcc_cccd, "0.1"),
            (0x3c23_d70a, "0.01"),
            (0x47ff_ffff, "131071.99"),
            (0x4800_0001, "131072.02"),
            (0x4996_b43f, "1234567.9"),
            (0x4b80_0000, "16777216"),
            (0x4ceb_79a3, "123456790"),
            (0x4108_2f38, "8.511528"),
            (0x8000_0000, "0"),
            (0x7fc0_0000, "\"NaN\""),
            (0x7f80_0000, "\"Infinity\""),
            (0xff80_0000, "\"-Infinity\""),
        ] {
            assert_eq!(float(bits), text, "{bits:x}");
        }
    }

    #[test]
    fn a_double_is_its_shortest_decimal_and_extreme_ones_have_an_exponent() {
        for (value, text) in [
            (3.140_000_104_904_175, "3.140000104904175"),
            (-0.0, "0"),
            (1e300, "1e300"),
            (-1e-300, "-1e-300"),
            (1e20, "100000000000000000000"),
            (f64::NEG_INFINITY, "\"-Infinity\""),
        ] {
            let mut out = String::new();
            write_double(&mut out, value);
            assert_eq!(out, text);
        }
    }

    #[test]
    fn a_decimal_has_the_digits_of_its_bytes() {
        for (unscaled, scale, text) in [
            (&[0x01, 0x3A][..], 2, "3.14"),
            (&[0xFE, 0xC6], 2, "-3.14"),
            (&[], 2, "0.00"),
            (&[0x05], 3, "0.005"),
            (&[0x7F], 0, "127"),
            (&[0xFF; 20], 1, "-0.1"),
            (
                &[&[0; 4][..], &[0x7F; 1], &[0xFF; 15]].concat(),
                0,
                "170141183460469231731687303715884105727",
            ),
        ] {
            let mut out = String::new();
            assert!(write_decimal(&mut out, unscaled, scale), "{text}");
            assert_eq!(out, text);
        }
        for too_large in [&[1; 17][..], &[&[0; 1][..], &[0xFF; 16]].concat()] {
            let mut out = String::new();
            assert!(!write_decimal(&mut out, too_large, 0));
            assert_eq!(out, "");
        }
    }
}
