//! The sign and the currency sign of a number.

use super::currency_sign::CurrencySign;

/// The sign of a number, and the text between it and a currency sign.
pub(super) struct NumberPrefix<'a> {
    pub(super) negative: bool,
    /// Whether there is something that JSON numbers do not allow.
    pub(super) unlike_json: bool,
    pub(super) rest: &'a str,
}

impl<'a> NumberPrefix<'a> {
    pub(super) fn read(text: &'a str) -> Option<Self> {
        let (outer, after_sign) = take_sign(text);
        if let Some(before_currency) = CurrencySign::strip_suffix(after_sign) {
            return Some(Self {
                negative: outer == Some('-'),
                unlike_json: true,
                rest: before_currency,
            });
        }
        let Some(after_currency) = CurrencySign::strip_prefix(after_sign) else {
            return Some(Self {
                negative: outer == Some('-'),
                unlike_json: outer == Some('+'),
                rest: after_sign,
            });
        };
        // Locale-aware programs write a no-break space here; it is removed too.
        let (inner, rest) = take_sign(after_currency);
        if outer.is_some() && inner.is_some() {
            return None;
        }
        Some(Self {
            negative: outer.or(inner) == Some('-'),
            unlike_json: true,
            rest,
        })
    }
}

fn take_sign(text: &str) -> (Option<char>, &str) {
    let sign = text
        .chars()
        .next()
        .filter(|first| ['-', '+'].contains(first));
    (sign, text.strip_prefix(['-', '+']).unwrap_or(text))
}
