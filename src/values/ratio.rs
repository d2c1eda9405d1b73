//! Shares without rounding: `5%`, `0.05`, `12.5%`.

use std::fmt;

/// Billionths of the whole.
const WHOLE: u64 = 1_000_000_000;
/// Decimals of a share, and those of a percentage.
const DECIMALS: usize = 9;
const PERCENT_DECIMALS: usize = 7;

/// An exact share of a whole, with at most nine decimals; it may be greater than the whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Ratio {
    billionths: u64,
}

impl Ratio {
    /// The whole, 100%.
    pub const ONE: Self = Self { billionths: WHOLE };

    /// Whether `part` of `whole` is at most this share; always true of nothing.
    ///
    /// ```
    /// use purchase_etl::values::parse_ratio;
    ///
    /// let limit = parse_ratio("5%").expect("a share");
    /// assert!(limit.holds(5, 100));
    /// assert!(!limit.holds(6, 100));
    /// ```
    pub fn holds(self, part: u64, whole: u64) -> bool {
        let part = u128::from(part) * u128::from(WHOLE);
        part <= u128::from(self.billionths) * u128::from(whole)
    }
}

impl fmt::Display for Ratio {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let one_percent = WHOLE / 100;
        let (percent, rest) = (self.billionths / one_percent, self.billionths % one_percent);
        let decimals = format!("{rest:0PERCENT_DECIMALS$}");
        match decimals.trim_end_matches('0') {
            "" => write!(f, "{percent}%"),
            decimals => write!(f, "{percent}.{decimals}%"),
        }
    }
}

/// Parses `5%` or `0.05`. Without a sign it is a fraction of 1.
///
/// # Errors
/// The requirement, as a phrase for the message about an option.
pub fn parse_ratio(text: &str) -> Result<Ratio, &'static str> {
    const REQUIREMENT: &str = "expected a share such as 5% or 0.05, with at most nine decimals";
    let (number, decimals) = match text.trim().strip_suffix('%') {
        Some(percent) => (percent.trim_end(), PERCENT_DECIMALS),
        None => (text.trim(), DECIMALS),
    };
    let (whole, fraction) = number.split_once('.').unwrap_or((number, "0"));
    let is_number = |digits: &str| {
        !digits.is_empty() && digits.len() <= DECIMALS && digits.bytes().all(|b| b.is_ascii_digit())
    };
    if !is_number(whole) || !is_number(fraction) || fraction.len() > decimals {
        return Err(REQUIREMENT);
    }
    let digits = format!("{whole}{fraction:0<decimals$}");
    let billionths = digits.parse().map_err(|_too_large| REQUIREMENT)?;
    Ok(Ratio { billionths })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_exact_and_shown_as_percent() {
        for (text, billionths, shown) in [
            ("5%", 50_000_000, "5%"),
            ("0.05", 50_000_000, "5%"),
            ("12.5 %", 125_000_000, "12.5%"),
            ("0.000000001", 1, "0.0000001%"),
            ("0", 0, "0%"),
            ("250%", 2_500_000_000, "250%"),
            ("1", WHOLE, "100%"),
        ] {
            let ratio = parse_ratio(text).unwrap();
            assert_eq!(ratio, Ratio { billionths }, "{text}");
            assert_eq!(ratio.to_string(), shown);
        }
        for text in [
            "",
            "%",
            "-1%",
            "5%%",
            "1e3",
            "0.0000000001",
            "0.00000001%",
            "NaN",
            ".5",
            "9999999999",
        ] {
            assert!(parse_ratio(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_share_is_compared_without_rounding() {
        let third = parse_ratio("33.3333333%").unwrap();
        assert!(third.holds(333_333_333, 1_000_000_000));
        assert!(!third.holds(333_333_334, 1_000_000_000));
        assert!(!third.holds(1, 3));
        assert!(parse_ratio("0%").unwrap().holds(0, 0));
        assert!(Ratio::ONE.holds(u64::MAX, u64::MAX));
    }
}
