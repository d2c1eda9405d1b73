//! The scratch folder: created when it is first needed and removed at the end; leftovers of killed
//! processes are removed by the next process.
//!
//! A folder belongs to the process that holds the lock on the file in it.

use std::fs::{self, File, OpenOptions};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, OnceLock, PoisonError};

use super::StoreError;

/// The prefix of the names of all scratch folders.
const PREFIX: &str = "purchase-etl-scratch-";

/// The file whose lock marks its folder as in use.
const LOCK: &str = "in-use";

#[derive(Debug)]
pub(super) struct ScratchFolder {
    parent: PathBuf,
    creating: Mutex<()>,
    created: OnceLock<CreatedFolder>,
}

#[derive(Debug)]
struct CreatedFolder {
    path: PathBuf,
    /// Held for as long as the process lives.
    _lock: File,
}

impl ScratchFolder {
    pub(super) fn in_folder(parent: &Path) -> Self {
        Self {
            parent: parent.to_owned(),
            creating: Mutex::default(),
            created: OnceLock::new(),
        }
    }

    /// The folder, which only this process uses.
    pub(super) fn path(&self) -> Result<&Path, StoreError> {
        let _creating = self.creating.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(created) = self.created.get() {
            return Ok(&created.path);
        }
        let created = create(&self.parent)?;
        Ok(&self.created.get_or_init(|| created).path)
    }
}

impl Drop for ScratchFolder {
    fn drop(&mut self) {
        if let Some(created) = self.created.take() {
            // A later run removes what remains.
            let _ = fs::remove_dir_all(&created.path);
        }
    }
}

fn create(parent: &Path) -> Result<CreatedFolder, StoreError> {
    fs::create_dir_all(parent).map_err(StoreError::scratch("create the folder", parent))?;
    remove_leftovers(parent);
    let path = parent.join(format!("{PREFIX}{}", uuid::Uuid::now_v7()));
    let mut folder = fs::DirBuilder::new();
    // The files contain purchases: other users must not read them.
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut folder, 0o700);
    folder
        .create(&path)
        .map_err(StoreError::scratch("create the folder", &path))?;
    let lock = lock_folder(&path).map_err(StoreError::scratch("lock", &path))?;
    Ok(CreatedFolder { path, _lock: lock })
}

/// Locks a new folder. The lock file is renamed after it is locked, so that no cleanup finds it
/// unlocked.
fn lock_folder(folder: &Path) -> std::io::Result<File> {
    let unnamed = folder.join("locking");
    let file = open_lock(&unnamed, true)?;
    file.lock()?;
    fs::rename(unnamed, folder.join(LOCK))?;
    Ok(file)
}

/// Removes the folders of processes that no longer run.
fn remove_leftovers(parent: &Path) {
    let Ok(entries) = fs::read_dir(parent) else {
        return;
    };
    for entry in entries.flatten() {
        let is_ours = entry.file_name().to_string_lossy().starts_with(PREFIX);
        if !is_ours || entry.file_type().is_ok_and(|kind| !kind.is_dir()) {
            continue;
        }
        // A folder without a lock file is just being created, or was made manually.
        let is_leftover =
            open_lock(&entry.path().join(LOCK), false).is_ok_and(|lock| lock.try_lock().is_ok());
        if is_leftover {
            // Another process may remove it at the same time.
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

fn open_lock(path: &Path, create: bool) -> std::io::Result<File> {
    OpenOptions::new()
        .read(true)
        .write(true)
        .create_new(create)
        .open(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_lives_as_long_as_its_process_and_is_removed_afterwards() {
        let parent = tempfile::tempdir().unwrap();
        let (one, other) = (
            ScratchFolder::in_folder(parent.path()),
            ScratchFolder::in_folder(parent.path()),
        );
        let first = one.path().unwrap().to_owned();
        assert_eq!(one.path().unwrap(), first);
        // The leftover of a killed process: a folder with an unlocked lock file.
        let left = parent.path().join(format!("{PREFIX}left"));
        fs::create_dir(&left).unwrap();
        drop(open_lock(&left.join(LOCK), true).unwrap());
        let unrelated = parent.path().join("purchase-etl-something");
        fs::create_dir(&unrelated).unwrap();
        let second = other.path().unwrap().to_owned();
        assert!(first.is_dir() && second.is_dir() && first != second);
        assert!(!left.exists() && unrelated.exists());
        drop(one);
        assert!(!first.exists() && second.exists());
    }
}
