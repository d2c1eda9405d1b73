//! Background tasks on the rayon pool: a closure comes in, its result goes out.

use std::error::Error;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, RecvTimeoutError, TryRecvError, sync_channel};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crate::storage::{LimitReached, probe_threads};

/// How long a waiting pool thread sleeps when there is no other work.
const IDLE_SLEEP: Duration = Duration::from_millis(1);

/// Starts the threads that validate, encode and sort: one for each core unless `threads` is given.
/// A pool that an earlier run of the process started is used again.
///
/// # Errors
/// The system does not provide the threads.
pub fn start_pool(threads: Option<usize>) -> Result<(), LimitReached> {
    /// `Some` once started: whether it succeeded.
    static POOL: Mutex<Option<bool>> = Mutex::new(None);
    let cores = || std::thread::available_parallelism().map_or(1, usize::from);
    let threads = threads.unwrap_or_else(cores);
    let mut pool = POOL.lock().unwrap_or_else(PoisonError::into_inner);
    if pool.is_none() {
        // The pool can be built only once, so the threads are probed first.
        probe_threads(threads)?;
        let builder = rayon::ThreadPoolBuilder::new().num_threads(threads);
        let built = builder.build_global();
        // An error without a source means that the pool already exists.
        *pool = Some(built.map_or_else(|error| error.source().is_none(), |()| true));
    }
    if *pool == Some(true) {
        return Ok(());
    }
    Err(LimitReached::threads(threads)(
        io::ErrorKind::WouldBlock.into(),
    ))
}

/// A closure running on the rayon pool.
#[derive(Debug)]
pub(super) struct BackgroundTask<T> {
    result: Receiver<T>,
}

impl<T: Send + 'static> BackgroundTask<T> {
    /// Starts `work` on the rayon pool.
    pub(super) fn start(work: impl FnOnce() -> T + Send + 'static) -> Self {
        let (sender, result) = sync_channel(1);
        rayon::spawn(move || {
            // A panic drops the sender, which the receiver sees as a disconnect; a dropped receiver
            // does not need the result.
            if let Ok(value) = catch_unwind(AssertUnwindSafe(work)) {
                let _ = sender.send(value);
            }
        });
        Self { result }
    }

    /// Waits for the result; `None` if the closure panicked.
    ///
    /// A thread of the pool executes other tasks while it waits: a pool of one thread would
    /// otherwise wait for itself.
    pub(super) fn wait(self) -> Option<T> {
        if rayon::current_thread_index().is_none() {
            return self.result.recv().ok();
        }
        loop {
            match self.result.try_recv() {
                Ok(value) => return Some(value),
                Err(TryRecvError::Disconnected) => return None,
                Err(TryRecvError::Empty) => {}
            }
            if rayon::yield_now() != Some(rayon::Yield::Executed) {
                match self.result.recv_timeout(IDLE_SLEEP) {
                    Ok(value) => return Some(value),
                    Err(RecvTimeoutError::Disconnected) => return None,
                    Err(RecvTimeoutError::Timeout) => {}
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pool_of_one_thread_does_not_wait_for_itself() {
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(1)
            .build()
            .unwrap();
        assert_eq!(pool.install(|| BackgroundTask::start(|| 7).wait()), Some(7));
    }

    #[test]
    fn a_panic_is_a_missing_result() {
        assert_eq!(
            BackgroundTask::<()>::start(|| panic!("on purpose")).wait(),
            None
        );
    }
}
