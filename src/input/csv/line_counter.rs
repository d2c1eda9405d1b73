//! Counting lines: LF, CRLF and a lone CR each end one, inside quotes as well.

use memchr::{memchr_iter, memmem};

/// Counts line ends over consecutive chunks of a text; a CRLF torn between two chunks is one.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct LineCounter {
    ends: u64,
    last_was_cr: bool,
}

impl LineCounter {
    /// How many lines ended so far.
    pub(super) fn ends(self) -> u64 {
        self.ends
    }

    /// Takes the next chunk.
    pub(super) fn feed(&mut self, bytes: &[u8]) {
        let Some(last) = bytes.last() else { return };
        let torn = self.last_was_cr && bytes[0] == b'\n';
        let feeds = memchr_iter(b'\n', bytes).count();
        let returns = memchr_iter(b'\r', bytes).count();
        // A CR that no LF follows ends a line; the pairs were counted by their LF.
        let pairs = if returns == 0 {
            0
        } else {
            memmem::find_iter(bytes, b"\r\n").count()
        };
        self.ends += (feeds + returns - pairs) as u64 - u64::from(torn);
        self.last_was_cr = *last == b'\r';
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ends(chunks: &[&[u8]]) -> u64 {
        let mut counter = LineCounter::default();
        for chunk in chunks {
            counter.feed(chunk);
        }
        counter.ends()
    }

    #[test]
    fn every_kind_of_line_end_counts_once() {
        assert_eq!(ends(&[b"a\nb\r\nc\rd"]), 3);
        assert_eq!(ends(&[b"\r\r\n\n"]), 3);
        assert_eq!(ends(&[]), 0);
    }

    #[test]
    fn a_torn_pair_counts_once() {
        assert_eq!(ends(&[b"a\r", b"", b"\nb\r", b"c"]), 2);
    }
}
