//! Converts texts of Brazilian spreadsheets and systems into the forms that the strict parsers of
//! [`super::money`] and [`super::instant`] read.
//!
//! A CSV cell, with the detected or declared format of its column, becomes JSON-number text, ISO 8601
//! text or a boolean; or evidence about the format of its column. `None` for a text that is not valid
//! in the declared format. Decisions about a column are made elsewhere.

mod currency_sign;
mod number;
mod number_prefix;
mod timestamp;

pub use currency_sign::CurrencySign;
pub use number::{DecimalSign, NumberEvidence, normalise_number, number_evidence};
pub use timestamp::{DateEvidence, DateOrder, date_evidence, normalise_timestamp};

/// Reads `true`, `false`, `1`, `0`, `sim`, `não`, `nao`, `s` or `n`, in any case and with outer
/// spaces; `None` for anything else.
pub fn parse_bool(text: &str) -> Option<bool> {
    let text = text.trim();
    let is = |word: &str| text.chars().flat_map(char::to_lowercase).eq(word.chars());
    if ["true", "1", "sim", "s"].into_iter().any(is) {
        Some(true)
    } else if ["false", "0", "não", "nao", "n"].into_iter().any(is) {
        Some(false)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_booleans_in_both_languages_and_any_case() {
        for text in ["true", "TRUE", "1", "sim", "Sim", "S", " s "] {
            assert_eq!(parse_bool(text), Some(true), "{text}");
        }
        for text in ["false", "False", "0", "não", "NÃO", "Nao", "n", "N"] {
            assert_eq!(parse_bool(text), Some(false), "{text}");
        }
        for text in [
            "",
            "2",
            "yes",
            "no",
            "verdadeiro",
            "si",
            "nã",
            "truee",
            "01",
            "null",
        ] {
            assert_eq!(parse_bool(text), None, "{text}");
        }
    }
}
