//! Restores decimals that were converted to 32-bit floats.
//!
//! A float, or the text of a JSON number, becomes the shortest decimal that parses to the same float.
//! No arithmetic is done on floats: text is parsed to the nearest float and compared with its digits.

use super::parse::Mantissa;

/// Decimals of the smallest 32-bit float (2^-149): enough to write every float exactly.
const EXACT_DECIMALS: usize = 149;

/// The shortest decimal of the 32-bit float that `text` is a longer form of; `None` when it is not one.
/// It is one when it differs from the nearest float by less than one in its last decimal, whether it
/// was rounded or truncated.
///
/// ```
/// use purchase_etl::values::money::widened_float;
///
/// assert_eq!(widened_float("3.140000104904175").as_deref(), Some("3.14"));
/// assert_eq!(widened_float("3.140000105").as_deref(), Some("3.14"));
/// assert_eq!(widened_float("3.141592654"), None);
/// ```
pub fn widened_float(text: &str) -> Option<String> {
    let written = Mantissa::read(text.as_bytes()).ok()?;
    let decimals = usize::try_from(written.scale).ok().filter(|n| *n > 0)?;
    let float: f32 = text.parse().ok()?;
    if !float.is_finite() {
        return None;
    }
    let exact = format!("{:.EXACT_DECIMALS$}", float.abs());
    let (whole, fraction) = exact.split_once('.')?;
    let (kept, rest) = fraction.split_at_checked(decimals)?;
    let digits = whole.bytes().chain(kept.bytes()).map(|byte| byte - b'0');
    let cut: Vec<u8> = digits.skip_while(|&digit| digit == 0).collect();
    let is_cut_off = rest.bytes().any(|byte| byte != b'0');
    let is_near =
        cut == written.significant() || (is_cut_off && next_number(cut) == written.significant());
    is_near.then(|| float.to_string())
}

/// The digits of the next whole number.
fn next_number(mut digits: Vec<u8>) -> Vec<u8> {
    for digit in digits.iter_mut().rev() {
        if *digit < 9 {
            *digit += 1;
            return digits;
        }
        *digit = 0;
    }
    digits.insert(0, 1);
    digits
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::values::money::parse_decimal;

    /// Bits of floats and their shortest decimals.
    const SHORTEST: [(u32, &str); 12] = [
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
    ];

    #[test]
    fn a_float_is_the_shortest_decimal_that_reads_back_as_it() {
        for (bits, decimal) in SHORTEST {
            let shortest = f32::from_bits(bits).to_string();
            let amount = parse_decimal(&shortest).unwrap().amount;
            assert_eq!(amount.to_string(), decimal, "{bits:08x}");
        }
    }

    #[test]
    fn amounts_of_cents_come_back_from_every_spelling_of_their_float() {
        // Up to 131,071.99; above it, 32 bits do not distinguish all cents.
        for cents in (1..13_107_200_u32).step_by(1_009).chain([1, 13_107_199]) {
            let amount = format!("{}.{:02}", cents / 100, cents % 100);
            let float: f32 = amount.parse().unwrap();
            let wide = f64::from(float);
            let spellings = [
                wide.to_string(),
                format!("{wide:.9}"),
                format!("{wide:.8e}"),
                format!("{wide:.40}"),
            ];
            for text in spellings {
                // The caller leaves a decimal unchanged that has no more than two decimals.
                let found = widened_float(&text).unwrap_or_else(|| text.clone());
                let read = parse_decimal(&found).unwrap().amount;
                assert_eq!(read, parse_decimal(&amount).unwrap().amount, "{text}");
            }
        }
    }

    #[test]
    fn a_number_that_was_no_float_stays_what_it_is() {
        for text in ["3.141592654", "0.1000000001", "1e-60", "1e400", "x", "12"] {
            assert_eq!(widened_float(text), None, "{text}");
        }
        assert_eq!(widened_float("2.675").as_deref(), Some("2.675"));
        assert_eq!(widened_float("9.999999999e-1"), None);
    }
}
