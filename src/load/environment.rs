//! What a load gets from its process: variables, the home directory, and interruptions.

use std::collections::BTreeMap;
use std::path::Path;

/// Whether the load has to stop.
pub type Interrupted<'a> = &'a (dyn Fn() -> bool + Sync);

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
