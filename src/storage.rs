//! Object stores: what stands behind `s3://`, `gs://`, `az://` and `abfs://`. URLs and settings come
//! in; listings, bytes and uploads go out. Local files that are written as a whole are here too.
//!
//! ```text
//! text -StoreUrl-> place        settings -options-> credentials, endpoint, retries
//!                    `----Stores----´-> list, head, read with read-ahead, upload
//! ```
//!
//! Credentials come from the environment and the profile files of each cloud, never from a URL or an
//! option. Refused: URLs with a secret in them, plain HTTP to other machines unless it is allowed,
//! stores without credentials (the machine's metadata service is asked only when that is wanted).
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
pub use list::StoreObject;
pub use object_reader::{ObjectChanged, ObjectReader};
pub use scrub::{scrubbed, scrubbed_location};
pub use settings::StoreSettings;
pub(crate) use upload::upload;
pub use url::StoreUrl;

use circuit_breaker::CircuitBreaker;
use limits::reserve_threads;
use scratch_folder::ScratchFolder;

/// Enough to overlap requests; the heavy work runs on rayon.
const RUNTIME_THREADS: usize = 2;

/// Files that the runtime opens: to wait on others, to be woken, and to hear of signals.
const RUNTIME_FILES: usize = 6;

/// Threads for work that blocks, which are there from the begin. To load a table, two of them wait for
/// a third one that reads its log.
const BLOCKING_THREADS: usize = 4;

/// Longer than any process lives: such threads are not given back, since they might not come again.
const THREAD_KEEP_ALIVE: Duration = Duration::from_hours(24 * 365);

/// The way to all object stores of a process. Clones share their connections.
#[derive(Clone, Debug)]
pub struct Stores {
    inner: Arc<StoresInner>,
}

#[derive(Debug)]
struct StoresInner {
    settings: StoreSettings,
    runtime: Arc<Runtime>,
    /// Its threads for work that blocks, as far as they are sure.
    reserved_threads: Mutex<usize>,
    /// By scheme and authority.
    open_stores: Mutex<HashMap<(String, String), Arc<dyn ObjectStore>>>,
    /// Shared with readings on their way, which must not keep the runtime they run on.
    circuit_breaker: Arc<CircuitBreaker>,
    scratch: ScratchFolder,
}

impl Stores {
    /// Reaches stores by these settings. Nothing is connected yet.
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
        let scratch = ScratchFolder::in_folder(&settings.scratch);
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

    /// The settings that all stores are reached by.
    pub fn settings(&self) -> &StoreSettings {
        &self.inner.settings
    }

    /// The threads that talk to stores.
    pub fn runtime(&self) -> &Arc<Runtime> {
        &self.inner.runtime
    }

    /// Makes sure that so many tasks at once can use tables, each on a thread of its own and with one
    /// that reads its inputs.
    ///
    /// # Errors
    /// The system does not give the threads for that.
    pub fn reserve_threads_for_tasks(&self, tasks: usize) -> Result<(), LimitReached> {
        let mut reserved_threads = self
            .inner
            .reserved_threads
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let wanted = tasks * BLOCKING_THREADS;
        if wanted > *reserved_threads {
            // Threads that are held are not given back, so none is when there are too few.
            probe_threads(wanted - *reserved_threads + 2 * tasks)?;
            reserve_threads(self.runtime(), wanted)?;
            *reserved_threads = wanted;
        }
        Ok(())
    }

    /// The store that a URL lies in, from its root on. It is opened once for each bucket.
    ///
    /// # Errors
    /// Settings or credentials that are missing or cannot be used.
    pub fn store(&self, url: &StoreUrl) -> Result<Arc<dyn ObjectStore>, StoreError> {
        let key = (url.scheme().to_owned(), url.authority().to_owned());
        // A panic elsewhere leaves the map whole: it is only ever inserted into.
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

    /// The settings and credentials of a URL as the keys that `object_store` and polars know.
    ///
    /// # Errors
    /// Settings or credentials that are missing or cannot be used.
    pub fn options(&self, url: &StoreUrl) -> Result<Vec<(String, String)>, StoreError> {
        options::resolve(url, &self.inner.settings)
    }

    /// A folder of this process for files on their way to a store or from it. It is removed at the
    /// end, and what killed processes have left is removed when it is made.
    ///
    /// # Errors
    /// It cannot be made.
    pub fn scratch(&self) -> Result<&Path, StoreError> {
        self.inner.scratch.path()
    }
}
