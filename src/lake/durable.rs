//! Files and directories that survive a power cut, and files that are deleted.
//!
//! A file is durable only when its bytes and the directory entry that names it are synced; a new
//! directory likewise needs its parent synced.

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use super::LakeError;
use crate::storage::create_folder;

/// Syncs the bytes of one file.
pub(super) fn sync_file(path: &Path) -> Result<(), LakeError> {
    OpenOptions::new()
        .read(true)
        .open(path)
        .and_then(|file| file.sync_all())
        .map_err(LakeError::io("sync", path))
}

/// Syncs a directory, that is, the names in it.
pub(super) fn sync_directory(path: &Path) -> Result<(), LakeError> {
    // POSIX syncs a directory through a descriptor that is open for reading.
    sync_file(path)
}

/// Creates `path` and every missing parent, and syncs each directory that got a new entry.
pub(super) fn create_directory(path: &Path) -> Result<(), LakeError> {
    create_folder(path).map_err(LakeError::io("create the directory", path))
}

/// Deletes a file; a missing one, which another process may have deleted, is no error. `action` is
/// the operation, as a verb.
pub(super) fn remove_if_exists(action: &'static str, path: &Path) -> Result<(), LakeError> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            Err(LakeError::io(action, path)(error))
        }
        _ => Ok(()),
    }
}

/// Creates a file that disappears when it is closed, where the system allows that.
pub(super) fn create_unnamed(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    let file = options.read(true).write(true).create_new(true).open(path)?;
    let _ = fs::remove_file(path);
    Ok(file)
}

/// By table, the newest version up to which this process has synced the log.
#[derive(Debug, Default)]
pub(super) struct DurableVersions(Mutex<BTreeMap<String, u64>>);

impl DurableVersions {
    pub(super) fn get(&self, table: &str) -> Option<u64> {
        let versions = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        versions.get(table).copied()
    }

    pub(super) fn raise(&self, table: &str, version: u64) {
        let mut versions = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let newest = versions.entry(table.to_owned()).or_default();
        *newest = version.max(*newest);
    }
}
