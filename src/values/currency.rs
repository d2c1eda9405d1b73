//! Currency codes.
//!
//! Three letters in any case become a [`Currency`] that is active in ISO 4217 or listed in the Braze
//! SDKs, with a note which. Errors: other texts, unknown codes, and `XXX` and `XTS`, which ISO 4217
//! reserves for "no currency" and for testing.

use std::fmt;

/// The active alphabetic codes of ISO 4217, from the Python package pycountry 26.2.16; sorted.
const ACTIVE_ISO: [&str; 178] = [
    "AED", "AFN", "ALL", "AMD", "AOA", "ARS", "AUD", "AWG", "AZN", "BAM", "BBD", "BDT", "BHD",
    "BIF", "BMD", "BND", "BOB", "BOV", "BRL", "BSD", "BTN", "BWP", "BYN", "BZD", "CAD", "CDF",
    "CHE", "CHF", "CHW", "CLF", "CLP", "CNY", "COP", "COU", "CRC", "CUP", "CVE", "CZK", "DJF",
    "DKK", "DOP", "DZD", "EGP", "ERN", "ETB", "EUR", "FJD", "FKP", "GBP", "GEL", "GHS", "GIP",
    "GMD", "GNF", "GTQ", "GYD", "HKD", "HNL", "HTG", "HUF", "IDR", "ILS", "INR", "IQD", "IRR",
    "ISK", "JMD", "JOD", "JPY", "KES", "KGS", "KHR", "KMF", "KPW", "KRW", "KWD", "KYD", "KZT",
    "LAK", "LBP", "LKR", "LRD", "LSL", "LYD", "MAD", "MDL", "MGA", "MKD", "MMK", "MNT", "MOP",
    "MRU", "MUR", "MVR", "MWK", "MXN", "MXV", "MYR", "MZN", "NAD", "NGN", "NIO", "NOK", "NPR",
    "NZD", "OMR", "PAB", "PEN", "PGK", "PHP", "PKR", "PLN", "PYG", "QAR", "RON", "RSD", "RUB",
    "RWF", "SAR", "SBD", "SCR", "SDG", "SEK", "SGD", "SHP", "SLE", "SOS", "SRD", "SSP", "STN",
    "SVC", "SYP", "SZL", "THB", "TJS", "TMT", "TND", "TOP", "TRY", "TTD", "TWD", "TZS", "UAH",
    "UGX", "USD", "USN", "UYI", "UYU", "UYW", "UZS", "VED", "VES", "VND", "VUV", "WST", "XAD",
    "XAF", "XAG", "XAU", "XBA", "XBB", "XBC", "XBD", "XCD", "XCG", "XDR", "XOF", "XPD", "XPF",
    "XPT", "XSU", "XTS", "XUA", "XXX", "YER", "ZAR", "ZMW", "ZWG",
];

/// Codes of the Braze SDKs that are not active in ISO 4217; sorted. `BTC`, `GGP`, `IMP` and `JEP`
/// never were ISO codes, the others are retired.
const BRAZE_ONLY: [&str; 19] = [
    "ANG", "BGN", "BTC", "BYR", "CUC", "EEK", "GGP", "HRK", "IMP", "JEP", "LTL", "LVL", "MRO",
    "MTL", "SLL", "STD", "VEF", "ZMK", "ZWL",
];

/// Codes of ISO 4217 that are not currencies of purchases.
const REFUSED: [&str; 2] = ["XTS", "XXX"];

/// Minor units other than two, from ISO 4217 list one; `BYR` as when it was retired.
const WITHOUT_MINOR_UNIT: [&str; 18] = [
    "BIF", "BYR", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "UYI",
    "VND", "VUV", "XAF", "XOF", "XPF",
];
const THREE_DIGITS: [&str; 7] = ["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"];
const FOUR_DIGITS: [&str; 2] = ["CLF", "UYW"];

/// Codes without a minor unit in ISO 4217 (metals, units of account), and `BTC`, which is not in it.
const NOT_APPLICABLE: [&str; 12] = [
    "BTC", "XAG", "XAU", "XBA", "XBB", "XBC", "XBD", "XDR", "XPD", "XPT", "XSU", "XUA",
];

/// A currency code of three upper-case letters from the accepted set.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Currency([u8; 3]);

impl Currency {
    /// The Brazilian real.
    pub const BRL: Self = Self(*b"BRL");

    /// The code.
    #[expect(
        clippy::missing_panics_doc,
        reason = "a value holds ASCII letters only"
    )]
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).expect("only parse_currency builds one, from ASCII letters")
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Currency({})", self.as_str())
    }
}

/// The list that contains a currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CurrencyStatus {
    /// Active in ISO 4217.
    Active,
    /// Retired from ISO 4217, or only in the list of the Braze SDKs.
    RetiredOrBrazeOnly,
}

/// The result of [`parse_currency`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ParsedCurrency {
    /// The code in upper case.
    pub currency: Currency,
    /// Whether the text was not in upper case.
    pub case_changed: bool,
    /// The list that contains the code.
    pub status: CurrencyStatus,
}

/// Why a text is not a currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CurrencyError {
    /// Not exactly three ASCII letters.
    #[error("not a three-letter code")]
    Shape,
    /// Three letters that are no accepted currency.
    #[error("not a currency of ISO 4217 or of the Braze SDKs")]
    Unknown,
}

/// Parses a currency code; lower case is converted to upper case and noted.
///
/// # Errors
///
/// [`CurrencyError::Shape`] unless the text is three ASCII letters, without outer spaces;
/// [`CurrencyError::Unknown`] when no list contains them, and for `XXX` and `XTS`.
///
/// ```
/// use purchase_etl::values::currency::{CurrencyError, parse_currency};
///
/// let parsed = parse_currency("brl")?;
/// assert_eq!(parsed.currency.as_str(), "BRL");
/// assert!(parsed.case_changed);
/// assert_eq!(parse_currency("R$"), Err(CurrencyError::Shape));
/// # Ok::<(), CurrencyError>(())
/// ```
#[inline]
pub fn parse_currency(text: &str) -> Result<ParsedCurrency, CurrencyError> {
    let &[a, b, c] = text.as_bytes() else {
        return Err(CurrencyError::Shape);
    };
    let written = [a, b, c];
    let code = written.map(|byte| byte.to_ascii_uppercase());
    if !code.iter().all(u8::is_ascii_uppercase) {
        return Err(CurrencyError::Shape);
    }
    let status = match TABLE[slot(code)] & STATUS_BITS {
        ACTIVE => CurrencyStatus::Active,
        RETIRED => CurrencyStatus::RetiredOrBrazeOnly,
        _ => return Err(CurrencyError::Unknown),
    };
    Ok(ParsedCurrency {
        currency: Currency(code),
        case_changed: code != written,
        status,
    })
}

/// The number of decimals of the currency, `None` when it has no minor unit.
pub fn minor_units(currency: Currency) -> Option<u8> {
    let digits = TABLE[slot(currency.0)] & DIGIT_BITS;
    (digits != NO_MINOR_UNIT).then_some(digits)
}

// One byte for each of the 26^3 codes, so that a lookup is one load: the high half is the list that
// contains the code (zero for none), the low half the number of decimals.
const STATUS_BITS: u8 = 0xF0;
const ACTIVE: u8 = 0x10;
const RETIRED: u8 = 0x20;
const DIGIT_BITS: u8 = 0x0F;
const NO_MINOR_UNIT: u8 = 0x0F;

static TABLE: [u8; 26 * 26 * 26] = build_table();

/// The table index of three upper-case letters.
const fn slot(code: [u8; 3]) -> usize {
    let [a, b, c] = code;
    ((a - b'A') as usize * 26 + (b - b'A') as usize) * 26 + (c - b'A') as usize
}

#[expect(clippy::large_stack_arrays, reason = "only the compiler runs this")]
const fn build_table() -> [u8; 26 * 26 * 26] {
    let mut table = [0; 26 * 26 * 26];
    set(&mut table, &ACTIVE_ISO, 0, ACTIVE | 2);
    set(&mut table, &BRAZE_ONLY, 0, RETIRED | 2);
    set(&mut table, &WITHOUT_MINOR_UNIT, STATUS_BITS, 0);
    set(&mut table, &THREE_DIGITS, STATUS_BITS, 3);
    set(&mut table, &FOUR_DIGITS, STATUS_BITS, 4);
    set(&mut table, &NOT_APPLICABLE, STATUS_BITS, NO_MINOR_UNIT);
    set(&mut table, &REFUSED, 0, 0);
    table
}

/// Sets the `bits` of every code and keeps the bits selected by `keep`.
const fn set(table: &mut [u8; 26 * 26 * 26], codes: &[&str], keep: u8, bits: u8) {
    let mut at = 0;
    while at < codes.len() {
        let code = codes[at].as_bytes();
        let slot = slot([code[0], code[1], code[2]]);
        table[slot] = table[slot] & keep | bits;
        at += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Active ISO codes that the Braze SDKs do not list.
    const ISO_NOT_BRAZE: [&str; 26] = [
        "BOV", "BYN", "CHE", "CHW", "COU", "MRU", "MXV", "SLE", "SSP", "STN", "USN", "UYI", "UYW",
        "VED", "VES", "XAD", "XBA", "XBB", "XBC", "XBD", "XCG", "XSU", "XTS", "XUA", "XXX", "ZWG",
    ];

    fn minor(code: &str) -> Option<u8> {
        minor_units(parse_currency(code).unwrap().currency)
    }

    #[test]
    fn the_lists_are_sorted_and_have_the_documented_sizes() {
        for list in [
            &ACTIVE_ISO[..],
            &BRAZE_ONLY[..],
            &ISO_NOT_BRAZE[..],
            &NOT_APPLICABLE[..],
        ] {
            assert!(list.is_sorted_by(|a, b| a < b));
        }
        assert_eq!(ACTIVE_ISO.len(), 178);
        assert!(BRAZE_ONLY.iter().all(|code| !ACTIVE_ISO.contains(code)));
        assert!(ISO_NOT_BRAZE.iter().all(|code| ACTIVE_ISO.contains(code)));
        let in_both = ACTIVE_ISO
            .iter()
            .filter(|code| !ISO_NOT_BRAZE.contains(code));
        assert_eq!(in_both.count() + BRAZE_ONLY.len(), 171);
    }

    #[test]
    fn accepts_exactly_the_union_without_xxx_and_xts() {
        let mut accepted = Vec::new();
        for a in b'A'..=b'Z' {
            for b in b'A'..=b'Z' {
                for c in b'A'..=b'Z' {
                    let text = String::from_utf8(vec![a, b, c]).unwrap();
                    match parse_currency(&text) {
                        Ok(parsed) => {
                            assert_eq!(parsed.currency.as_str(), text);
                            assert!(!parsed.case_changed);
                            let active = ACTIVE_ISO.contains(&text.as_str());
                            assert_eq!(parsed.status == CurrencyStatus::Active, active, "{text}");
                            accepted.push(text);
                        }
                        Err(error) => assert_eq!(error, CurrencyError::Unknown),
                    }
                }
            }
        }
        let mut expected = [&ACTIVE_ISO[..], &BRAZE_ONLY[..]].concat();
        expected.retain(|code| !["XXX", "XTS"].contains(code));
        expected.sort_unstable();
        assert_eq!(accepted, expected);
        assert_eq!(accepted.len(), 195);
    }

    #[test]
    fn raises_and_notes_lower_case() {
        for text in ["usd", "Usd", "usD"] {
            let parsed = parse_currency(text).unwrap();
            assert_eq!(parsed.currency.to_string(), "USD");
            assert!(parsed.case_changed, "{text}");
        }
    }

    #[test]
    fn notes_retired_and_braze_only_codes() {
        for text in ["BTC", "HRK", "GGP", "ang"] {
            let status = parse_currency(text).unwrap().status;
            assert_eq!(status, CurrencyStatus::RetiredOrBrazeOnly, "{text}");
        }
        assert_eq!(
            parse_currency("XCG").unwrap().status,
            CurrencyStatus::Active
        );
    }

    #[test]
    fn refuses_other_shapes_and_unknown_codes() {
        for text in [
            "", "US", "USDT", "US1", "R$ ", " US", "U$D", "€", "é1", "@@@", "[[[", "{{{",
        ] {
            assert_eq!(parse_currency(text), Err(CurrencyError::Shape), "{text:?}");
        }
        for text in ["XXX", "XTS", "xxx", "AAA", "ZZZ", "DEM"] {
            assert_eq!(parse_currency(text), Err(CurrencyError::Unknown), "{text}");
        }
    }

    #[test]
    fn knows_the_minor_units_of_iso_4217() {
        for (code, expected) in [
            ("BRL", Some(2)),
            ("USD", Some(2)),
            ("JPY", Some(0)),
            ("UYI", Some(0)),
            ("BHD", Some(3)),
            ("TND", Some(3)),
            ("CLF", Some(4)),
            ("UYW", Some(4)),
            ("XAU", None),
            ("XDR", None),
            ("XAD", Some(2)),
            ("XCD", Some(2)),
            ("BYR", Some(0)),
            ("HRK", Some(2)),
            ("BTC", None),
        ] {
            assert_eq!(minor(code), expected, "{code}");
        }
        let count = |wanted| {
            ACTIVE_ISO
                .iter()
                .filter(|code| {
                    parse_currency(code).is_ok_and(|parsed| minor_units(parsed.currency) == wanted)
                })
                .count()
        };
        let counts = [
            count(Some(0)),
            count(Some(3)),
            count(Some(4)),
            count(None),
            count(Some(2)),
        ];
        assert_eq!(counts, [17, 7, 2, 11, 139]);
    }
}
