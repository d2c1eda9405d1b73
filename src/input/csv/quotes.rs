//! Doubled quotes: where a field with them ends, and what it says.
//!
//! JSON in a field has a doubled quote every six bytes: a call of `memchr` for each costs more
//! than the few bytes it passes over. Here eight bytes at a time are looked at as one integer.

const WORD_BYTES: usize = 8;
/// By so much the room for a text without its quotes grows: few fields have more.
const GROWTH_BYTES: usize = 256;
const LOW_BITS: u64 = 0x0101_0101_0101_0101;
const HIGH_BITS: u64 = 0x8080_8080_8080_8080;

/// The next quote from `from` on that is not doubled.
pub(super) fn lone_quote(text: &[u8], mut from: usize) -> Option<usize> {
    loop {
        let rest = text.get(from..)?;
        let Some(word) = rest.first_chunk::<WORD_BYTES>() else {
            return lone_quote_bytewise(text, from);
        };
        let mut quotes = all_equal(u64::from_le_bytes(*word), b'"');
        let mut next = from + WORD_BYTES;
        while quotes != 0 {
            let quote = from + byte_index(quotes);
            if text.get(quote + 1) != Some(&b'"') {
                return Some(quote);
            }
            // Both are done with, also where the second one stands in the next word.
            next = next.max(quote + 2);
            quotes = clear_lowest(clear_lowest(quotes));
        }
        from = next;
    }
}

fn lone_quote_bytewise(text: &[u8], mut from: usize) -> Option<usize> {
    loop {
        from += text.get(from..)?.iter().position(|&byte| byte == b'"')?;
        if text.get(from + 1) != Some(&b'"') {
            return Some(from);
        }
        from += 2;
    }
}

/// Appends the text from `from` to the next lone quote, of each doubled quote but one; gives the
/// place of the lone one. Without one `None`, and what was appended is of no use.
pub(super) fn unquote(text: &[u8], mut from: usize, out: &mut Vec<u8>) -> Option<usize> {
    let mut to = out.len();
    while let Some(word) = text.get(from..)?.first_chunk::<WORD_BYTES>() {
        if out.len() < to + WORD_BYTES {
            out.resize(to + GROWTH_BYTES, 0);
        }
        // Copied whole: what stands behind the first quote is written over by the next word.
        out[to..to + WORD_BYTES].copy_from_slice(word);
        let quotes = all_equal(u64::from_le_bytes(*word), b'"');
        let kept = WORD_BYTES.min(byte_index(quotes) + 1);
        to += kept;
        from += kept;
        let has_quote = quotes != 0;
        if has_quote && text.get(from) != Some(&b'"') {
            out.truncate(to - 1);
            return Some(from - 1);
        }
        from += usize::from(has_quote);
    }
    out.truncate(to);
    loop {
        let byte = *text.get(from)?;
        if byte == b'"' {
            if text.get(from + 1) != Some(&b'"') {
                return Some(from);
            }
            from += 1;
        }
        out.push(byte);
        from += 1;
    }
}

/// The high bit of every byte that is `byte`.
fn all_equal(word: u64, byte: u8) -> u64 {
    let differing = word ^ (LOW_BITS * u64::from(byte));
    !(((differing & !HIGH_BITS) + !HIGH_BITS) | differing | !HIGH_BITS)
}

fn clear_lowest(bits: u64) -> u64 {
    bits & bits.wrapping_sub(1)
}

/// Which byte of its word the lowest bit set belongs to; their number if none is.
fn byte_index(bits: u64) -> usize {
    bits.trailing_zeros() as usize / WORD_BYTES
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn words_and_bytes_find_the_same_quote(text in "[\"a]{0,40}|([a-z]{0,9}(\"\")?){0,9}\"?b{0,20}", from in 0_usize..9) {
            let text = text.as_bytes();
            let from = from.min(text.len());
            prop_assert_eq!(lone_quote(text, from), lone_quote_bytewise(text, from));
        }

        #[test]
        fn doubled_quotes_are_made_single(text in "[\"aç]{0,30}", behind in "(\"[a,]{0,12})?") {
            let doubled = text.replace('"', "\"\"");
            let mut out = b"before".to_vec();
            let close = unquote(format!("x{doubled}{behind}").as_bytes(), 1, &mut out);
            prop_assert_eq!(close, (!behind.is_empty()).then_some(1 + doubled.len()));
            if close.is_some() {
                prop_assert_eq!(out, format!("before{text}").into_bytes());
            }
        }
    }
}
