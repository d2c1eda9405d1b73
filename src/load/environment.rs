//! What a load gets from its process: variables, the home directory, progress and interruptions.

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// What a load reports to its process while it copies rows, and whether it has to stop.
#[derive(Clone, Copy)]
pub struct LoadProgress<'a> {
    /// Set to stop the load.
    pub interrupted: &'a AtomicBool,
    /// Stored bytes of the files that are copied, since the last [`LoadProgress::begin`].
    pub bytes: &'a AtomicU64,
    /// Rows that are copied.
    pub rows: &'a AtomicU64,
    /// Called with the stored bytes of the files of a table before they are copied.
    pub begin: &'a dyn Fn(u64),
}

impl LoadProgress<'_> {
    pub(super) fn is_interrupted(&self) -> bool {
        self.interrupted.load(Ordering::Relaxed)
    }
}

impl fmt::Debug for LoadProgress<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LoadProgress").finish_non_exhaustive()
    }
}

/// Where passwords and libraries are looked for.
#[derive(Clone, Copy, Debug)]
pub struct LoadEnvironment<'a> {
    /// Environment variables.
    pub variables: &'a BTreeMap<String, String>,
    /// The home directory of the user.
    pub home: Option<&'a Path>,
    /// The library of DuckDB; none to look for it where the system and ADBC do.
    pub duckdb_library: Option<&'a Path>,
}
