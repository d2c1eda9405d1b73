//! Buffers that have been judged and are filled again: the same few serve a whole run, so that its
//! memory neither grows in patches nor is handed back and asked for again with every piece.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Buffers that wait for another piece. Clones share them.
#[derive(Clone, Debug, Default)]
pub struct SpareBuffers(Arc<Mutex<Vec<Vec<u8>>>>);

/// As many as pieces are on their way with a few threads.
const MOST: usize = 16;

/// Larger buffers held a very long record, which does not happen often.
const LARGEST_BYTES: usize = 4 << 20;

/// What is carried over from piece to piece differs by less: so the capacity stays the same.
const ROUND_TO_BYTES: usize = 64 << 10;

impl SpareBuffers {
    /// Gives a buffer back; its content is forgotten.
    pub fn give(&self, mut buffer: Vec<u8>) {
        let mut spare = self.lock();
        if spare.len() < MOST && (1..=LARGEST_BYTES).contains(&buffer.capacity()) {
            buffer.clear();
            spare.push(buffer);
        }
    }

    /// An empty buffer for at least so many bytes.
    pub(super) fn take(&self, bytes: usize) -> Vec<u8> {
        let mut buffer = self.lock().pop().unwrap_or_default();
        // With some room to spare, since reading to the end of a full buffer makes it grow.
        buffer.reserve((bytes / ROUND_TO_BYTES + 1) * ROUND_TO_BYTES);
        buffer
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Vec<u8>>> {
        // The list is valid between any two statements.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_buffer_comes_back_empty_and_large_ones_do_not() {
        let spare = SpareBuffers::default();
        let mut buffer = spare.take(100);
        let capacity = buffer.capacity();
        buffer.extend_from_slice(b"text");
        let at = buffer.as_ptr();
        spare.give(buffer);
        spare.give(Vec::with_capacity(LARGEST_BYTES + 1));
        let again = spare.take(100);
        assert_eq!((again.as_ptr(), again.len()), (at, 0));
        assert_eq!(spare.take(100).capacity(), capacity, "a fresh one");
    }
}
