//! Limits of the machine: threads and files are probed beforehand, because libraries panic or block
//! if they do not get them; and errors caused by exhausted resources are recognised.

use std::error::Error;
use std::fs::File;
use std::io;
use std::sync::{Mutex, PoisonError, mpsc};
use std::thread;
use std::time::Duration;

use tokio::runtime::Runtime;

/// Even on a busy machine a thread that the system has granted starts within this time.
const THREAD_START_TIMEOUT: Duration = Duration::from_secs(10);

/// The system does not provide a needed resource.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LimitReached {
    /// Threads.
    #[error(
        "cannot start {wanted} more threads: raise the limit of processes (ulimit -u, pids.max of a container) or of memory, or use fewer threads (--threads, POLARS_MAX_THREADS)"
    )]
    Threads {
        /// The number needed at once.
        wanted: usize,
        /// The error of the system.
        source: io::Error,
    },
    /// Open files.
    #[error("cannot open {wanted} more files")]
    Files {
        /// The number needed at once.
        wanted: usize,
        /// The error of the system.
        source: io::Error,
    },
}

impl LimitReached {
    /// Wraps the error of the system about this many threads.
    pub(crate) fn threads(wanted: usize) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::Threads { wanted, source }
    }
}

/// Starts this many threads at once and lets them end again.
///
/// # Errors
/// The system does not provide them.
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

/// Opens this many files at once and closes them again.
///
/// # Errors
/// The system does not provide them.
pub fn probe_files(wanted: usize) -> Result<(), LimitReached> {
    let files: io::Result<Vec<File>> = (0..wanted).map(|_| File::open("/dev/null")).collect();
    match files {
        Err(source) if is_exhausted_io(&source) => Err(LimitReached::Files { wanted, source }),
        // Without `/dev/null` nothing is known.
        _ => Ok(()),
    }
}

/// Starts this many threads for blocking work, so that such work never waits for a thread that the
/// system does not provide: the runtime would queue it behind threads that never end.
pub(super) fn reserve_threads(runtime: &Runtime, wanted: usize) -> Result<(), LimitReached> {
    let (sender, started) = mpsc::channel();
    let mut gates = Vec::new();
    for _ in 0..wanted {
        let (gate, closed) = mpsc::channel::<()>();
        let sender = sender.clone();
        runtime.spawn_blocking(move || {
            // The receiver is dropped if another thread was too late.
            let _ = sender.send(());
            let _ = closed.recv();
        });
        gates.push(gate);
    }
    let all = (0..wanted).try_for_each(|_| started.recv_timeout(THREAD_START_TIMEOUT));
    all.map_err(|_late| LimitReached::threads(wanted)(io::ErrorKind::TimedOut.into()))
}

/// Whether an error means that the machine has no more files, memory or threads, so that it is not
/// caused by an input.
pub fn is_exhausted(error: &(dyn Error + 'static)) -> bool {
    let mut cause = Some(error);
    while let Some(error) = cause {
        let system = error.downcast_ref::<io::Error>();
        if system.is_some_and(is_exhausted_io) {
            return true;
        }
        // `source` skips an error inside an `io::Error`.
        let inner = system.and_then(io::Error::get_ref);
        cause = match inner {
            Some(inner) => Some(inner),
            None => error.source(),
        };
    }
    false
}

/// The end of zstd's message for failed allocations, in an error without a kind.
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
