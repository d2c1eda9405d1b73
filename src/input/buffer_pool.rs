//! Buffers that have been judged and are filled again: the same few serve a whole run, so that its
//! memory neither grows in patches nor is handed back and asked for again with every chunk.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Buffers that wait for another chunk. Clones share them.
#[derive(Clone, Debug, Default)]
pub struct BufferPool(Arc<Mutex<Vec<Vec<u8>>>>);

/// As many as chunks are on their way with a few threads.
const MAX_BUFFERS: usize = 16;

/// Larger buffers held a very long record, which does not happen often.
const MAX_BUFFER_BYTES: usize = 4 << 20;

/// What is carried over from chunk to chunk differs by less: so the capacity stays the same.
const CAPACITY_STEP_BYTES: usize = 64 << 10;

impl BufferPool {
    /// Gives a buffer back; its content is forgotten.
    pub fn release(&self, mut buffer: Vec<u8>) {
        let mut buffers = self.lock();
        if buffers.len() < MAX_BUFFERS && (1..=MAX_BUFFER_BYTES).contains(&buffer.capacity()) {
            buffer.clear();
            buffers.push(buffer);
        }
    }

    /// An empty buffer for at least so many bytes.
    pub(super) fn acquire(&self, bytes: usize) -> Vec<u8> {
        let mut buffer = self.lock().pop().unwrap_or_default();
        // With some room to spare, since reading to the end of a full buffer makes it grow.
        buffer.reserve((bytes / CAPACITY_STEP_BYTES + 1) * CAPACITY_STEP_BYTES);
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
        let buffers = BufferPool::default();
        let mut buffer = buffers.acquire(100);
        let capacity = buffer.capacity();
        buffer.extend_from_slice(b"text");
        let at = buffer.as_ptr();
        buffers.release(buffer);
        buffers.release(Vec::with_capacity(MAX_BUFFER_BYTES + 1));
        let again = buffers.acquire(100);
        assert_eq!((again.as_ptr(), again.len()), (at, 0));
        assert_eq!(buffers.acquire(100).capacity(), capacity, "a fresh one");
    }
}
