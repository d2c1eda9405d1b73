//! The company of a purchase, parsed from an option or a job file: a whole number above 0 or `unknown`.

use std::fmt;
use std::str::FromStr;

/// The company of a dump: the `CPlug-Company-Id` header of the request, which the response does not
/// contain.
///
/// It is at least 1, or [`CompanyId::UNKNOWN`], which is no company of the service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CompanyId(i64);

impl CompanyId {
    /// The company is not known. Written as `unknown`, stored as 0.
    pub const UNKNOWN: Self = Self(0);

    /// The company with this number, if it is at least 1.
    pub fn new(number: i64) -> Option<Self> {
        (number >= 1).then_some(Self(number))
    }

    /// The stored number; 0 for [`CompanyId::UNKNOWN`].
    pub fn get(self) -> i64 {
        self.0
    }
}

impl fmt::Display for CompanyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if *self == Self::UNKNOWN {
            f.pad("unknown")
        } else {
            write!(f, "{}", self.0)
        }
    }
}

/// An invalid company.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "invalid company {text:?}; expected its CPlug-Company-Id, a whole number above 0, or `unknown`"
)]
pub struct InvalidCompanyId {
    /// The given text.
    pub text: String,
}

impl FromStr for CompanyId {
    type Err = InvalidCompanyId;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let is_digits = text.bytes().all(|byte| byte.is_ascii_digit());
        let number = text.parse().ok().filter(|_| is_digits);
        match number.and_then(Self::new) {
            Some(company) => Ok(company),
            None if text == "unknown" => Ok(Self::UNKNOWN),
            None => Err(InvalidCompanyId {
                text: text.to_owned(),
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_company_is_a_whole_number_above_zero_or_unknown() {
        assert_eq!("12".parse().map(CompanyId::get), Ok(12));
        assert_eq!("unknown".parse(), Ok(CompanyId::UNKNOWN));
        for text in ["12", "unknown"] {
            assert_eq!(text.parse::<CompanyId>().unwrap().to_string(), text);
        }
        for text in [
            "",
            "0",
            "-1",
            "+1",
            " 12",
            "12.0",
            "Unknown",
            "9223372036854775808",
        ] {
            let refused = text.parse::<CompanyId>();
            assert_eq!(
                refused,
                Err(InvalidCompanyId {
                    text: text.to_owned()
                })
            );
        }
    }
}
