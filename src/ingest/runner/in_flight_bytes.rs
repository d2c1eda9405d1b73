//! Limits the bytes in flight between reader and sink.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

/// The bytes of chunks that are read and not yet consumed.
#[derive(Debug)]
pub(super) struct InFlightBytes {
    limit: usize,
    bytes: Mutex<usize>,
    freed: Condvar,
}

/// The reserved bytes of one chunk; released when dropped.
#[derive(Debug)]
pub(super) struct MemoryPermit {
    owner: Arc<InFlightBytes>,
    bytes: usize,
}

impl InFlightBytes {
    /// A limit of `limit` bytes.
    pub(super) fn with_limit(limit: usize) -> Self {
        Self {
            limit,
            bytes: Mutex::new(0),
            freed: Condvar::new(),
        }
    }

    /// Waits until `bytes` more fit below the limit. A chunk larger than the limit waits until no
    /// other is in flight.
    pub(super) fn acquire(self: &Arc<Self>, bytes: usize) -> MemoryPermit {
        let mut used = self.lock();
        while *used > 0 && *used + bytes > self.limit {
            used = self
                .freed
                .wait(used)
                .unwrap_or_else(PoisonError::into_inner);
        }
        *used += bytes;
        MemoryPermit {
            owner: Arc::clone(self),
            bytes,
        }
    }

    fn lock(&self) -> MutexGuard<'_, usize> {
        // The number is valid even if a thread panicked while it held the lock.
        self.bytes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for MemoryPermit {
    fn drop(&mut self) {
        *self.owner.lock() -= self.bytes;
        self.owner.freed.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::sync_channel;

    use super::*;

    #[test]
    fn a_chunk_without_room_waits_and_a_long_one_is_admitted_alone() {
        let room = Arc::new(InFlightBytes::with_limit(10));
        let (first, second) = (room.acquire(4), room.acquire(6));
        let (sender, receiver) = sync_channel(1);
        let behind = Arc::clone(&room);
        let blocked = std::thread::spawn(move || {
            let long = behind.acquire(100);
            sender.send(*behind.lock()).unwrap();
            drop(long);
        });
        assert_eq!(*room.lock(), 10, "it is not in");
        drop(first);
        drop(second);
        assert_eq!(receiver.recv().unwrap(), 100, "and then it is alone");
        blocked.join().unwrap();
        assert_eq!(*room.lock(), 0);
    }
}
