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

/// A part as per cent of a whole, rounded to two decimals, for people; none of nothing, and none if the
/// part is greater. What is not nothing is not shown as nothing, and what is not all not as all.
///
/// ```
/// use purchase_etl::values::percent_of;
///
/// assert_eq!(percent_of(2, 3).as_deref(), Some("66.67 %"));
/// assert_eq!(percent_of(1, 1_000_000).as_deref(), Some("<0.01 %"));
/// ```
pub fn percent_of(part: u64, whole: u64) -> Option<String> {
    // Hundredths of a per cent.
    const ALL: u128 = 10_000;
    if whole == 0 || part > whole {
        return None;
    }
    let rest = u128::from(whole - part);
    let (part, whole) = (u128::from(part), u128::from(whole));
    if part > 0 && part * ALL < whole {
        return Some("<0.01 %".to_owned());
    }
    if rest > 0 && rest * ALL < whole {
        return Some(">99.99 %".to_owned());
    }
    let hundredths = (part * ALL * 2 + whole) / (whole * 2);
    Some(format!("{}.{:02} %", hundredths / 100, hundredths % 100))
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
    fn percent_of_a_whole_is_exact_at_its_ends() {
        for (part, whole, shown) in [
            (0, 3, "0.00 %"),
            (3, 3, "100.00 %"),
            (1, 3, "33.33 %"),
            (2, 3, "66.67 %"),
            // Half of the last decimal is rounded up.
            (1, 8_000, "0.01 %"),
            (12_345, 1_000_000, "1.23 %"),
            (1_235, 100_000, "1.24 %"),
            (1, 10_000, "0.01 %"),
            (1, 10_001, "<0.01 %"),
            (9_999, 10_000, "99.99 %"),
            (10_000, 10_001, ">99.99 %"),
            (1, u64::MAX, "<0.01 %"),
            (u64::MAX - 1, u64::MAX, ">99.99 %"),
            (u64::MAX, u64::MAX, "100.00 %"),
        ] {
            let found = percent_of(part, whole);
            assert_eq!(found.as_deref(), Some(shown), "{part} of {whole}");
        }
        assert_eq!(percent_of(0, 0), None);
        assert_eq!(percent_of(2, 1), None);
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
