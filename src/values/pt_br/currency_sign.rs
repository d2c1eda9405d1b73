//! Currency signs before or after an amount.

/// A currency sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CurrencySign {
    /// `R$`, of the Brazilian real only.
    Real,
    /// `€`, of the euro only.
    Euro,
    /// `£`, read as that of the pound sterling.
    Pound,
    /// `$`, of the dollars and pesos of many countries.
    Dollar,
    /// `¥`, of the yen and the renminbi.
    Yen,
}

impl CurrencySign {
    /// The longer signs first: `R$` ends like `$`.
    const ALL: [Self; 5] = [Self::Real, Self::Euro, Self::Pound, Self::Dollar, Self::Yen];

    /// The sign as it is written.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Real => "R$",
            Self::Euro => "€",
            Self::Pound => "£",
            Self::Dollar => "$",
            Self::Yen => "¥",
        }
    }

    /// The ISO 4217 code that it names; none for a sign of several currencies.
    pub fn code(self) -> Option<&'static str> {
        match self {
            Self::Real => Some("BRL"),
            Self::Euro => Some("EUR"),
            Self::Pound => Some("GBP"),
            Self::Dollar | Self::Yen => None,
        }
    }

    /// Whether an amount in the currency with this code may have the sign. Any may have a `$`: it is
    /// not known which currencies are written with it.
    pub fn may_be(self, code: &str) -> bool {
        match self {
            Self::Dollar => true,
            Self::Yen => matches!(code, "JPY" | "CNY"),
            _ => self.code() == Some(code),
        }
    }

    /// The sign of an amount, or a text that is nothing but a sign.
    pub fn of(amount: &str) -> Option<Self> {
        let is_number_byte =
            |byte: u8| byte.is_ascii_digit() || matches!(byte, b'.' | b',' | b'-' | b' ');
        if amount.bytes().all(is_number_byte) {
            return None;
        }
        Self::ALL
            .into_iter()
            .find(|sign| amount.contains(sign.as_str()))
    }

    /// The amount without the sign before it, and spaces after the sign; none if it does not begin with
    /// one.
    pub(super) fn strip_prefix(text: &str) -> Option<&str> {
        let mut stripped = Self::ALL
            .iter()
            .map(|sign| text.strip_prefix(sign.as_str()));
        stripped.find_map(|rest| rest).map(str::trim_start)
    }

    /// The amount without the sign after it, and spaces before the sign; none if it does not end with
    /// one.
    pub(super) fn strip_suffix(text: &str) -> Option<&str> {
        let mut stripped = Self::ALL
            .iter()
            .map(|sign| text.strip_suffix(sign.as_str()));
        stripped.find_map(|rest| rest).map(str::trim_end)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sign_names_its_currency_or_none() {
        for (amount, sign, code) in [
            ("R$ 1,50", Some(CurrencySign::Real), Some("BRL")),
            ("-12 €", Some(CurrencySign::Euro), Some("EUR")),
            ("£3.20", Some(CurrencySign::Pound), Some("GBP")),
            ("$ 5", Some(CurrencySign::Dollar), None),
            ("¥500", Some(CurrencySign::Yen), None),
            ("1.234,56", None, None),
            ("twelve", None, None),
        ] {
            assert_eq!(CurrencySign::of(amount), sign, "{amount}");
            assert_eq!(sign.and_then(CurrencySign::code), code, "{amount}");
        }
    }

    #[test]
    fn a_sign_fits_its_currencies_and_no_other() {
        assert!(CurrencySign::Yen.may_be("CNY") && CurrencySign::Dollar.may_be("USD"));
        assert!(CurrencySign::Real.may_be("BRL") && !CurrencySign::Real.may_be("USD"));
        assert!(!CurrencySign::Yen.may_be("EUR") && !CurrencySign::Pound.may_be("EGP"));
    }
}
