//! Files that survive a power cut: what is asked for goes in, synced files and directories come out.
//!
//! A file is durable only when its bytes and the directory entry that names it are synced; a new
//! directory likewise needs its parent synced.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

use super::LakeError;

/// Syncs one file's bytes.
pub(super) fn sync_file(path: &Path) -> Result<(), LakeError> {
    OpenOptions::new()
        .read(true)
        .open(path)
        .and_then(|file| file.sync_all())
        .map_err(LakeError::io("sync", path))
}

/// Syncs a directory, that is, the names in it.
pub(super) fn sync_directory(path: &Path) -> Result<(), LakeError> {
    // A directory can be opened for reading only, and syncing it that way is how POSIX does it.
    sync_file(path)
}

/// Creates `path` and every missing parent, and syncs each directory that got a new entry.
pub(super) fn create_directory(path: &Path) -> Result<(), LakeError> {
    if path.is_dir() {
        return Ok(());
    }
    let parent = path.parent();
    if let Some(parent) = parent {
        create_directory(parent)?;
    }
    match fs::create_dir(path) {
        Ok(()) => {}
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists && path.is_dir() => {}
        Err(error) => return Err(LakeError::io("create the directory", path)(error)),
    }
    parent.map_or(Ok(()), sync_directory)
}

/// Puts `bytes` at `path` so that a reader sees the old file, the new one, or none, never a part.
///
/// `scratch` is a name beside it that no other process uses.
pub(super) fn write_atomically(path: &Path, scratch: &Path, bytes: &[u8]) -> Result<(), LakeError> {
    let directory = path.parent().unwrap_or(Path::new("/"));
    create_directory(directory)?;
    let written = write_synced(scratch, bytes)
        .map_err(LakeError::io("write", scratch))
        .and_then(|()| fs::rename(scratch, path).map_err(LakeError::io("write", path)));
    if let Err(error) = written {
        // The scratch file is of no use; that it may be left behind does not change the outcome.
        let _ = fs::remove_file(scratch);
        return Err(error);
    }
    sync_directory(directory)
}

fn write_synced(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file: File = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}
