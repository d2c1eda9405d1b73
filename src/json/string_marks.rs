//! An index of the bytes that may end a string, built for a whole chunk at once.
//!
//! Most bytes of a dump are in short strings. Searching the end of each string separately needs a
//! loop that the processor cannot predict; indexing the whole chunk takes a few instructions per 64
//! bytes, and the end of a string is then one bit set lookup.

/// A bit set with one bit per byte of a text, set at quotes, backslashes and control characters.
#[derive(Clone, Debug, Default)]
pub struct StringMarks {
    words: Vec<u64>,
}

/// Bytes per word of the bit set.
const BLOCK: usize = 64;

impl StringMarks {
    /// Builds the index of a text.
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

/// The bits of 64 bytes. Written so that the compiler vectorises the comparisons.
fn word(block: &[u8; BLOCK]) -> u64 {
    let flags =
        block.map(|byte| u8::from(byte == b'"') | u8::from(byte == b'\\') | u8::from(byte < b' '));
    let (eights, _) = flags.as_chunks::<8>();
    eights.iter().rev().fold(0, |word, &eight| {
        word << 8 | pack(u64::from_le_bytes(eight))
    })
}

/// The lowest bits of eight bytes as one byte: the product moves the bit of byte `i` to bit `56 + i`
/// without collisions.
fn pack(flags: u64) -> u64 {
    flags.wrapping_mul(0x0102_0408_1020_4080) >> 56
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The same by a search over every byte.
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
