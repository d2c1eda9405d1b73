//! Limits of the machine: what a library takes for granted is asked for beforehand, since it panics or
//! waits for ever when it does not get it; and errors that say that something has run out are told
//! from all others.

use std::error::Error;
use std::fs::File;
use std::io;
use std::sync::{Mutex, PoisonError, mpsc};
use std::thread;
use std::time::Duration;

use tokio::runtime::Runtime;

/// Nobody waits longer for a thread that the system has granted, however busy the machine is.
const THREAD_START_TIMEOUT: Duration = Duration::from_secs(10);

/// The system does not give what is about to be needed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LimitReached {
    /// Threads.
    #[error(
        "cannot start {wanted} more threads: raise the limit of processes (ulimit -u, pids.max of a container) or of memory, or ask for fewer threads (--threads, POLARS_MAX_THREADS)"
    )]
    Threads {
        /// How many are needed at once.
        wanted: usize,
        /// What the system said.
        source: io::Error,
    },
    /// Open files.
    #[error("cannot open {wanted} more files")]
    Files {
        /// How many are needed at once.
        wanted: usize,
        /// What the system said.
        source: io::Error,
    },
}

impl LimitReached {
    /// Makes the error of what the system said to so many threads.
    pub(crate) fn threads(wanted: usize) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::Threads { wanted, source }
    }
}

/// Starts so many threads at once and lets them end again.
///
/// # Errors
/// The system does not give as many.
pub fn probe_threads(wanted: usize) -> Result<(), LimitReached> {
    let gate = Mutex::new(());
    let started = thread::scope(|scope| {
        let closed = gate.lock().unwrap_or_else(PoisonError::into_inner);
        let wait = || drop(gate.lock().unwrap_or_else(PoisonError::into_inner));
        let started = (0..wanted)
            .try_for_each(|_| thread::Builder::new().spawn_scoped(scope, wait).map(drop));
        drop(closed);
        started
    });
    started.map_err(LimitReached::threads(wanted))
}

/// Opens so many files at once and closes them again.
///
/// # Errors
/// The system does not give as many.
pub fn probe_files(wanted: usize) -> Result<(), LimitReached> {
    let files: io::Result<Vec<File>> = (0..wanted).map(|_| File::open("/dev/null")).collect();
    match files {
        Err(source) if is_exhausted_io(&source) => Err(LimitReached::Files { wanted, source }),
        // Where there is no such file, nothing is known.
        _ => Ok(()),
    }
}

/// Starts so many threads for work that blocks, so that such work never waits for one that the system
/// does not give: the runtime queues it behind threads that never end.
pub(super) fn reserve_threads(runtime: &Runtime, wanted: usize) -> Result<(), LimitReached> {
    let (sender, started) = mpsc::channel();
    let mut gates = Vec::new();
    for _ in 0..wanted {
        let (gate, closed) = mpsc::channel::<()>();
        let sender = sender.clone();
        runtime.spawn_blocking(move || {
            // Nobody listens any more when one of the others was too late.
            let _ = sender.send(());
            let _ = closed.recv();
        });
        gates.push(gate);
    }
    let all = (0..wanted).try_for_each(|_| started.recv_timeout(THREAD_START_TIMEOUT));
    all.map_err(|_late| LimitReached::threads(wanted)(io::ErrorKind::TimedOut.into()))
}

/// Whether an error means that the machine has no more open files, memory or threads to give: no
/// input is to blame for it.
pub fn is_exhausted(error: &(dyn Error + 'static)) -> bool {
    let mut cause = Some(error);
    while let Some(error) = cause {
        let system = error.downcast_ref::<io::Error>();
        if system.is_some_and(is_exhausted_io) {
            return true;
        }
        // An error inside one of the system's kind is passed over by `source`.
        let inner = system.and_then(io::Error::get_ref);
        cause = match inner {
            Some(inner) => Some(inner),
            None => error.source(),
        };
    }
    false
}

/// The end of what zstd says when it gets no memory, in an error without a kind.
const ZSTD_MEMORY: &str = "not enough memory";

fn is_exhausted_io(error: &io::Error) -> bool {
    // ENFILE and EMFILE, which have no kind of their own.
    let no_more_files = cfg!(unix) && matches!(error.raw_os_error(), Some(23 | 24));
    match error.kind() {
        io::ErrorKind::OutOfMemory | io::ErrorKind::WouldBlock => true,
        io::ErrorKind::Other => error.to_string().ends_with(ZSTD_MEMORY),
        _ => no_more_files,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_exhausted_limit_is_detected_at_any_depth() {
        let files = || io::Error::from_raw_os_error(24);
        let inside = io::Error::other(object_store::Error::Generic {
            store: "S3",
            source: Box::new(io::Error::other(files())),
        });
        let zstd = io::Error::other("Allocation error : not enough memory");
        for error in [files(), io::Error::from_raw_os_error(12), inside, zstd] {
            assert!(is_exhausted(&error), "{error}");
        }
        for error in [
            io::Error::from_raw_os_error(2),
            io::Error::from_raw_os_error(5),
            io::Error::other("Too many open files"),
        ] {
            assert!(!is_exhausted(&error), "{error}");
        }
    }
}
