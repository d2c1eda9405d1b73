//! Where the strings of a text may end, worked out for a whole piece at once.
//!
//! Strings are most of a dump and mostly short. Looking for the end of each one by itself costs a
//! loop whose length no processor can guess; over the whole piece it is a few instructions for
//! every 64 bytes, and the end of a string is then one look at a bit set.

/// One bit for each byte of a text: set where the content of a string cannot simply go on, at a
/// quote, a backslash or a control character.
#[derive(Clone, Debug, Default)]
pub struct StringMarks {
    words: Vec<u64>,
}

/// Bytes that one word of the bit set stands for.
const BLOCK: usize = 64;

impl StringMarks {
    /// Marks a text.
    pub fn of(text: &[u8]) -> Self {
        let (blocks, rest) = text.as_chunks::<BLOCK>();
        let mut words = Vec::with_capacity(blocks.len() + 1);
        words.extend(blocks.iter().map(word));
        if !rest.is_empty() {
            let mut last = [b' '; BLOCK];
            last[..rest.len()].copy_from_slice(rest);
            words.push(word(&last));
        }
        Self { words }
    }

    /// The first marked position at or after `at`, or `usize::MAX` when there is none.
    #[inline]
    pub fn next(&self, at: usize) -> usize {
        let index = at / BLOCK;
        let word = self.words.get(index).map_or(0, |word| word >> (at % BLOCK));
        if word == 0 {
            return self.next_after(index);
        }
        at + word.trailing_zeros() as usize
    }

    /// The first marked position in the words after `index`.
    fn next_after(&self, index: usize) -> usize {
        let later = self.words.get(index + 1..).unwrap_or_default();
        let found = later.iter().position(|&word| word != 0);
        found.map_or(usize::MAX, |more| {
            (index + 1 + more) * BLOCK + later[more].trailing_zeros() as usize
        })
    }
}

/// The bits of 64 bytes. Written so that the comparisons become vector instructions.
fn word(block: &[u8; BLOCK]) -> u64 {
    let flags =
        block.map(|byte| u8::from(byte == b'"') | u8::from(byte == b'\\') | u8::from(byte < b' '));
    let (eights, _) = flags.as_chunks::<8>();
    eights.iter().rev().fold(0, |word, &eight| {
        word << 8 | pack(u64::from_le_bytes(eight))
    })
}

/// The lowest bits of eight bytes as one byte: the product moves the bit of byte `i` to place
/// `56 + i`, and no two bits meet on the way.
fn pack(flags: u64) -> u64 {
    flags.wrapping_mul(0x0102_0408_1020_4080) >> 56
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a plain look at every byte says.
    fn bytewise_next(text: &[u8], at: usize) -> usize {
        let found = text
            .iter()
            .skip(at)
            .position(|&byte| matches!(byte, b'"' | b'\\' | 0..=0x1F));
        found.map_or(usize::MAX, |more| at + more)
    }

    #[test]
    fn every_byte_is_marked_or_not_as_a_bytewise_search_finds() {
        let every: Vec<u8> = (0..=255).collect();
        for shift in [0, 1, 7, 63, 64, 100] {
            let mut text = vec![b'a'; shift];
            text.extend(&every);
            text.extend([b'z'; 200]);
            text.push(b'"');
            let marks = StringMarks::of(&text);
            for at in 0..text.len() + 130 {
                assert_eq!(marks.next(at), bytewise_next(&text, at), "{shift} {at}");
            }
        }
    }

    #[test]
    fn a_text_without_marks_has_none() {
        for length in [0, 1, 63, 64, 65, 1000] {
            let marks = StringMarks::of(&vec![0xC3; length]);
            for at in [0, length / 2, length, length + 1000] {
                assert_eq!(marks.next(at), usize::MAX);
            }
        }
    }
}
