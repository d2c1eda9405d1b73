//! The text of a job file, and what it is resolved with.

use std::fmt;
use std::path::{Path, PathBuf};

use chrono::NaiveDate;

use super::error::JobFileError;
use super::locate::locate;

/// Looks up an environment variable. The library reads the environment in no other way.
pub type Environment<'a> = &'a dyn Fn(&str) -> Option<String>;

/// The path and text of a job file.
#[derive(Clone, Debug)]
pub struct JobText {
    pub(super) path: PathBuf,
    pub(super) text: String,
}

/// What the text of a job file is resolved with.
#[derive(Clone, Copy)]
pub struct ResolveContext<'a> {
    /// The data date.
    pub date: NaiveDate,
    /// Names and values of `--set`.
    pub set: &'a [(String, String)],
    /// The environment.
    pub environment: Environment<'a>,
    /// The parser of the program: its global options are the keys of `[settings]`.
    pub program: &'a clap::Command,
}

impl fmt::Debug for ResolveContext<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ResolveContext")
            .field("date", &self.date)
            .field("set", &self.set)
            .finish_non_exhaustive()
    }
}

impl JobText {
    /// Reads the job file that an argument names: a path, or the name of a job in `jobs/`.
    ///
    /// # Errors
    /// [`JobFileError::NotFound`] or [`JobFileError::Read`]
    pub fn read(named: &Path) -> Result<Self, JobFileError> {
        let path = locate(named)?;
        let text = std::fs::read_to_string(&path).map_err(|source| JobFileError::Read {
            path: path.clone(),
            source,
        })?;
        Ok(Self { path, text })
    }

    /// As [`Self::read`] for a look at what may be a job file: none if it cannot be read, is no regular
    /// file, or is larger than a job file.
    pub fn read_small(named: &Path) -> Option<Self> {
        // The ready job files have at most a few KiB.
        const MOST_BYTES: u64 = 1 << 20;
        let path = locate(named).ok()?;
        let file = path.metadata().ok()?;
        if !file.is_file() || file.len() > MOST_BYTES {
            return None;
        }
        let text = std::fs::read_to_string(&path).ok()?;
        Some(Self { path, text })
    }

    /// The names of the steps, in the order of the file, also if other parts of it are invalid.
    pub fn step_names(&self) -> Vec<String> {
        let file = toml::from_str::<toml::Table>(&self.text).unwrap_or_default();
        let steps = file.get("steps").and_then(toml::Value::as_array);
        let names = steps
            .into_iter()
            .flatten()
            .filter_map(|step| step.get("name")?.as_str());
        names.map(str::to_owned).collect()
    }

    /// BLAKE3 of the text and of what `set` changes, hexadecimal.
    pub(super) fn digest(&self, set: &[(String, String)]) -> String {
        let mut hasher = blake3::Hasher::new();
        hasher.update(self.text.as_bytes());
        for (name, value) in set {
            // Neither TOML nor arguments can contain zero bytes.
            hasher.update(format!("\0{name}\0{value}").as_bytes());
        }
        hasher.finalize().to_hex().to_string()
    }
}
