//! Files and directories that survive a power cut.
//!
//! A file is durable only when its bytes and the directory entry that names it are synced; a new
//! directory likewise needs its parent synced.

use std::fs::OpenOptions;
use std::path::Path;

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
