//! How much text is on its way between reader and sink.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

/// The bytes of pieces that have been read and not yet been taken.
#[derive(Debug)]
pub(super) struct InFlight {
    most: usize,
    bytes: Mutex<usize>,
    freed: Condvar,
}

/// The room of one piece; dropping it makes room for others.
#[derive(Debug)]
pub(super) struct Share {
    of: Arc<InFlight>,
    bytes: usize,
}

impl InFlight {
    /// Room for `most` bytes.
    pub(super) fn of(most: usize) -> Self {
        Self {
            most,
            bytes: Mutex::new(0),
            freed: Condvar::new(),
        }
    }

    /// Waits until there is room for so many bytes more. A piece that is longer than all the room
    /// waits until it is alone.
    pub(super) fn enter(self: &Arc<Self>, bytes: usize) -> Share {
        let mut held = self.lock();
        while *held > 0 && *held + bytes > self.most {
            held = self
                .freed
                .wait(held)
                .unwrap_or_else(PoisonError::into_inner);
        }
        *held += bytes;
        Share {
            of: Arc::clone(self),
            bytes,
        }
    }

    fn lock(&self) -> MutexGuard<'_, usize> {
        // A number is valid whatever became of the thread that held it.
        self.bytes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        *self.of.lock() -= self.bytes;
        self.of.freed.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::sync_channel;

    use super::*;

    #[test]
    fn what_has_no_room_waits_and_a_long_piece_travels_alone() {
        let room = Arc::new(InFlight::of(10));
        let (first, second) = (room.enter(4), room.enter(6));
        let (sender, receiver) = sync_channel(1);
        let behind = Arc::clone(&room);
        let waiting = std::thread::spawn(move || {
            let long = behind.enter(100);
            sender.send(*behind.lock()).unwrap();
            drop(long);
        });
        assert_eq!(*room.lock(), 10, "it is not in");
        drop(first);
        drop(second);
        assert_eq!(receiver.recv().unwrap(), 100, "and then it is alone");
        waiting.join().unwrap();
        assert_eq!(*room.lock(), 0);
    }
}
