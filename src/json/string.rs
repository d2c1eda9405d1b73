//! Strings as they stand in the text, and their decoding.

use std::borrow::Cow;

use super::error::JsonErrorKind;

/// A JSON string in place: the text between its quotes, already checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct JsonStr<'a> {
    /// The text between the quotes, escapes untouched.
    pub raw: &'a str,
    /// Whether `raw` holds at least one escape.
    pub escaped: bool,
}

impl<'a> JsonStr<'a> {
    /// The string's value; borrowed unless an escape had to be resolved.
    #[inline]
    pub fn decode(self) -> Cow<'a, str> {
        if self.escaped {
            Cow::Owned(resolve_escapes(self.raw))
        } else {
            Cow::Borrowed(self.raw)
        }
    }

    /// Whether the value equals `other`, without allocating in the usual case.
    #[inline]
    pub fn equals(self, other: Self) -> bool {
        if self.escaped || other.escaped {
            self.decode() == other.decode()
        } else {
            self.raw == other.raw
        }
    }
}

/// Whether a byte is white space in JSON (RFC 8259 §2), which a form feed is not.
pub fn is_space(byte: &u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r')
}

/// First position at or after `at` that holds a quote, a backslash or a control character, or the
/// length of `bytes`. Eight bytes at a time: strings are most of a dump.
#[inline]
pub(super) fn find_special(bytes: &[u8], mut at: usize) -> usize {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const HIGHS: u64 = 0x8080_8080_8080_8080;
    let has_zero = |word: u64| word.wrapping_sub(ONES) & !word & HIGHS;
    while let Some(eight) = bytes.get(at..).and_then(<[u8]>::first_chunk::<8>) {
        let word = u64::from_le_bytes(*eight);
        let quote = has_zero(word ^ (ONES * u64::from(b'"')));
        let backslash = has_zero(word ^ (ONES * u64::from(b'\\')));
        // Below 0x20: the borrow of the subtraction reaches the high bit, unless the byte had it.
        let control = word.wrapping_sub(ONES * 0x20) & !word & HIGHS;
        let hits = quote | backslash | control;
        if hits != 0 {
            // A borrow can only add false hits above the first true one.
            return at + (hits.trailing_zeros() / 8) as usize;
        }
        at += 8;
    }
    bytes.get(at..).map_or(bytes.len(), |rest| {
        rest.iter()
            .position(|&b| b == b'"' || b == b'\\' || b < 0x20)
            .map_or(bytes.len(), |found| at + found)
    })
}

/// Checks the escape that starts at the backslash at `at`; returns the offset after it.
/// A surrogate pair counts as one escape.
pub(super) fn check_escape(bytes: &[u8], at: usize) -> Result<usize, (usize, JsonErrorKind)> {
    match bytes.get(at + 1) {
        Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => Ok(at + 2),
        Some(b'u') => {
            let unit = hex4(bytes, at + 2)?;
            if !(0xD800..0xE000).contains(&unit) {
                return Ok(at + 6);
            }
            let paired = unit < 0xDC00
                && bytes.get(at + 6..at + 8) == Some(b"\\u")
                && (0xDC00..0xE000).contains(&hex4(bytes, at + 8)?);
            if paired {
                Ok(at + 12)
            } else {
                Err((at, JsonErrorKind::LoneSurrogate))
            }
        }
        Some(_) => Err((at + 1, JsonErrorKind::BadEscape)),
        None => Err((bytes.len(), JsonErrorKind::UnexpectedEnd)),
    }
}

fn hex4(bytes: &[u8], at: usize) -> Result<u32, (usize, JsonErrorKind)> {
    let mut unit = 0;
    for i in at..at + 4 {
        let byte = *bytes
            .get(i)
            .ok_or((bytes.len(), JsonErrorKind::UnexpectedEnd))?;
        let digit = char::from(byte)
            .to_digit(16)
            .ok_or((i, JsonErrorKind::BadEscape))?;
        unit = unit * 16 + digit;
    }
    Ok(unit)
}

/// Resolves the escapes of a text that [`check_escape`] has passed.
#[cold]
fn resolve_escapes(raw: &str) -> String {
    let mut out = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some(at) = rest.find('\\') {
        out.push_str(&rest[..at]);
        let (character, used) = escaped_char(&rest.as_bytes()[at..]);
        out.push(character);
        rest = &rest[at + used..];
    }
    out.push_str(rest);
    out
}

fn escaped_char(escape: &[u8]) -> (char, usize) {
    let simple = match escape.get(1) {
        Some(b'b') => '\u{8}',
        Some(b'f') => '\u{c}',
        Some(b'n') => '\n',
        Some(b'r') => '\r',
        Some(b't') => '\t',
        Some(b'u') => {
            let high = hex4(escape, 2).unwrap_or(0xFFFD);
            if !(0xD800..0xDC00).contains(&high) {
                return (char::from_u32(high).unwrap_or('\u{FFFD}'), 6);
            }
            let low = hex4(escape, 8).unwrap_or(0xDC00);
            let scalar = 0x1_0000 + ((high - 0xD800) << 10) + (low & 0x3FF);
            return (char::from_u32(scalar).unwrap_or('\u{FFFD}'), 12);
        }
        Some(&other) => char::from(other),
        None => '\u{FFFD}',
    };
    (simple, 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn special_bytes_are_found_at_every_position_and_nothing_else_is() {
        for special in [b'"', b'\\', 0, 0x1F, b'\n'] {
            for at in 0..40 {
                let mut text = vec![b'a'; 40];
                text[at] = special;
                assert_eq!(find_special(&text, 0), at);
            }
        }
        let harmless: Vec<u8> = (0x20..=0xFF)
            .filter(|b| !matches!(b, b'"' | b'\\'))
            .collect();
        assert_eq!(find_special(&harmless, 0), harmless.len());
    }

    #[test]
    fn escapes_decode_to_the_characters_rfc_8259_names() {
        let text = JsonStr {
            raw: r#"\"\\\/\b\f\n\r\tA\u00e9\uD83D\uDE00z"#,
            escaped: true,
        };
        assert_eq!(text.decode(), "\"\\/\u{8}\u{c}\n\r\tAé😀z");
    }

    #[test]
    fn half_a_surrogate_pair_is_refused_at_its_offset() {
        for wrong in [r"\uD800", r"\uDC00", r"\uD800\n", r"\uD800\u0041"] {
            assert_eq!(
                check_escape(wrong.as_bytes(), 0),
                Err((0, JsonErrorKind::LoneSurrogate)),
                "{wrong}"
            );
        }
    }
}
