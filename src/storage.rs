//! Object stores (`s3://`, `gs://`, `az://`, `abfs://`): URLs and settings come in; listings, bytes
//! and uploads go out. It also contains the atomic replacement of local files.
//!
//! ```text
//! text -StoreUrl-> location     settings -options-> credentials, endpoint, retries
//!                    `----Stores----´-> list, head, read with read-ahead, upload
//! ```
//!
//! Credentials come from the environment and the profile files of each cloud, never from a URL or
//! an option. Refused: URLs with a secret in them, plain HTTP to other machines unless it is
//! allowed, stores without credentials (the machine's metadata service is used only if it is
//! enabled).
//!
//! The interface is blocking; do not call it from asynchronous code.

mod atomic_replace;
mod aws_profile;
mod circuit_breaker;
mod connection_string;
mod error;
mod error_location;
mod error_message;
mod limits;
mod list;
mod object_reader;
mod open;
mod options;
mod retrying_store;
mod scratch_folder;
mod scrub;
mod settings;
mod store_options;
#[cfg(test)]
pub(crate) mod testing;
mod upload;
mod url;

use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use object_store::ObjectStore;
use tokio::runtime::{Builder, Runtime};

pub use atomic_replace::{create_folder, replace_file, replace_file_with};
pub use error::StoreError;
pub use error_message::{error_text, remedy};
pub use limits::{LimitReached, is_exhausted, probe_files, probe_threads};
pub use list::{StoreLevel, StoreObject};
pub use object_reader::{ObjectChanged, ObjectReader};
pub use scrub::{scrubbed, scrubbed_location};
pub use settings::StoreSettings;
pub(crate) use upload::upload;
pub use url::StoreUrl;

use circuit_breaker::CircuitBreaker;
use limits::reserve_threads;
use scratch_folder::ScratchFolder;

/// Enough to overlap requests; the CPU-bound work runs on rayon.
const RUNTIME_THREADS: usize = 2;

/// The files that the runtime opens: for polling, wake-ups and signals.
const RUNTIME_FILES: usize = 6;

/// Threads for blocking work, started at the beginning. To load a table, two of them wait for a
/// third one that reads its log.
const BLOCKING_THREADS: usize = 4;

/// Longer than any process runs: these threads are kept, since the system might not provide them
/// again.
const THREAD_KEEP_ALIVE: Duration = Duration::from_hours(24 * 365);

/// The object stores of a process. Clones share their connections.
#[derive(Clone, Debug)]
pub struct Stores {
    inner: Arc<StoresInner>,
}

#[derive(Debug)]
struct StoresInner {
    settings: StoreSettings,
    runtime: Arc<Runtime>,
    /// The number of threads for blocking work that are known to be available.
    reserved_threads: Mutex<usize>,
    /// By scheme and authority.
    open_stores: Mutex<HashMap<(String, String), Arc<dyn ObjectStore>>>,
    /// Shared with pending reads, which must not keep the runtime alive.
    circuit_breaker: Arc<CircuitBreaker>,
    scratch: ScratchFolder,
}

impl Stores {
    /// Creates a client with these settings. It opens no connection yet.
    ///
    /// # Errors
    /// [`StoreError::Limit`] or [`StoreError::Runtime`] if the threads do not start.
    pub fn new(settings: StoreSettings) -> Result<Self, StoreError> {
        probe_files(RUNTIME_FILES)?;
        probe_threads(RUNTIME_THREADS + BLOCKING_THREADS)?;
        let runtime = Builder::new_multi_thread()
            .worker_threads(RUNTIME_THREADS)
            .thread_keep_alive(THREAD_KEEP_ALIVE)
            .thread_name("store")
            .enable_all()
            .build()
            .map_err(|source| StoreError::Runtime { source })?;
        reserve_threads(&runtime, BLOCKING_THREADS)?;
        let scratch = ScratchFolder::in_folder(&settings.scratch_parent());
        Ok(Self {
            inner: Arc::new(StoresInner {
                settings,
                runtime: Arc::new(runtime),
                reserved_threads: Mutex::new(BLOCKING_THREADS),
                open_stores: Mutex::default(),
                circuit_breaker: Arc::default(),
                scratch,
            }),
        })
    }

    /// The settings for all stores.
    pub fn settings(&self) -> &StoreSettings {
        &self.inner.settings
    }

    /// The runtime that executes the requests.
    pub fn runtime(&self) -> &Arc<Runtime> {
        &self.inner.runtime
    }

    /// Ensures that this many concurrent tasks can use tables, each on its own thread and with one
    /// that reads its inputs.
    ///
    /// # Errors
    /// The system does not provide enough threads.
    pub fn reserve_threads_for_tasks(&self, tasks: usize) -> Result<(), LimitReached> {
        let mut reserved_threads = self
            .inner
            .reserved_threads
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let wanted = tasks * BLOCKING_THREADS;
        if wanted > *reserved_threads {
            // Reserved threads are never released, so none is reserved if there are too few.
            probe_threads(wanted - *reserved_threads + 2 * tasks)?;
            reserve_threads(self.runtime(), wanted)?;
            *reserved_threads = wanted;
        }
        Ok(())
    }

    /// The store of a URL, from its root on. It is opened once per bucket.
    ///
    /// # Errors
    /// Settings or credentials that are missing or invalid.
    pub fn store(&self, url: &StoreUrl) -> Result<Arc<dyn ObjectStore>, StoreError> {
        let key = url.store_key();
        // The map stays valid after a panic elsewhere: it is only inserted into.
        let mut open_stores = self
            .inner
            .open_stores
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(store) = open_stores.get(&key) {
            return Ok(Arc::clone(store));
        }
        let store = open::open(url, &self.inner.settings)?;
        open_stores.insert(key, Arc::clone(&store));
        Ok(store)
    }

    /// The settings and credentials for a URL, under the keys that `object_store` and polars use.
    ///
    /// # Errors
    /// Settings or credentials that are missing or invalid.
    pub fn options(&self, url: &StoreUrl) -> Result<Vec<(String, String)>, StoreError> {
        options::resolve(url, &self.inner.settings)
    }

    /// The scratch folder of this process, for files before an upload or after a download. It is
    /// removed at the end; leftovers of killed processes are removed when it is created.
    ///
    /// # Errors
    /// It cannot be created.
    pub fn scratch(&self) -> Result<&Path, StoreError> {
        self.inner.scratch.path()
    }
}
