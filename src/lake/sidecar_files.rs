//! Sidecar files beside the tables (`_runs/`, `_jobs/`), on the local file system or in an object
//! store, read and written as a whole.
//!
//! Their folders begin with `_`, which readers do not treat as data.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};

use super::location::LocationKind;
use super::{Lake, LakeError, durable};
use crate::storage::{StoreObject, replace_file};

/// A sidecar file in a listing.
#[derive(Debug)]
pub(super) struct SidecarFile {
    pub(super) name: String,
    pub(super) written_at: DateTime<Utc>,
}

impl SidecarFile {
    fn of_object(object: &StoreObject) -> Self {
        let key = object.url.key();
        let written_at = DateTime::from_timestamp_micros(object.modified_micros);
        Self {
            name: key.rsplit('/').next().unwrap_or(key).to_owned(),
            written_at: written_at.unwrap_or_default(),
        }
    }
}

impl Lake {
    /// Writes a file below the lake, replacing an earlier one atomically. Returns its path or URL.
    pub(super) fn write_sidecar(&self, relative: &str, bytes: &[u8]) -> Result<PathBuf, LakeError> {
        let lake = match self.location.kind() {
            LocationKind::Directory(lake) => lake,
            LocationKind::Store(lake) => {
                let url = lake.join(relative);
                self.stores.put_bytes(&url, bytes)?;
                return Ok(PathBuf::from(url.to_string()));
            }
        };
        let path = lake.join(relative);
        replace_file(&path, bytes).map_err(LakeError::io("write", &path))?;
        Ok(path)
    }

    /// Reads a file; `None` if it does not exist.
    pub(super) fn read_sidecar(&self, relative: &str) -> Result<Option<Vec<u8>>, LakeError> {
        let lake = match self.location.kind() {
            LocationKind::Directory(lake) => lake,
            LocationKind::Store(lake) => return Ok(self.stores.get_bytes(&lake.join(relative))?),
        };
        let path = lake.join(relative);
        match fs::read(&path) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(LakeError::io("read", &path)(error)),
        }
    }

    /// The files in a folder below the lake, without those that begin with `.`, which are still
    /// being written. Empty if the folder does not exist.
    pub(super) fn list_sidecars(&self, folder: &str) -> Result<Vec<SidecarFile>, LakeError> {
        let mut sidecars = match self.location.kind() {
            LocationKind::Directory(lake) => local_sidecars(&lake.join(folder))?,
            LocationKind::Store(lake) => {
                let listed = self.stores.list(&lake.join(folder))?;
                listed.iter().map(SidecarFile::of_object).collect()
            }
        };
        sidecars.retain(|file| !file.name.starts_with('.'));
        Ok(sidecars)
    }

    /// Deletes a folder below the lake with its contents. A missing folder is no error.
    pub(super) fn remove_sidecars(&self, folder: &str) -> Result<(), LakeError> {
        let lake = match self.location.kind() {
            LocationKind::Directory(lake) => lake,
            LocationKind::Store(lake) => {
                for object in self.stores.list(&lake.join(folder))? {
                    self.stores.delete(&object.url)?;
                }
                return Ok(());
            }
        };
        let path = lake.join(folder);
        match fs::remove_dir_all(&path) {
            Ok(()) => durable::sync_directory(lake),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
            Err(error) => Err(LakeError::io("remove", &path)(error)),
        }
    }
}

fn local_sidecars(folder: &Path) -> Result<Vec<SidecarFile>, LakeError> {
    let failed = || LakeError::io("list", folder);
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(failed()(error)),
    };
    let mut sidecars = Vec::new();
    for entry in entries {
        let entry = entry.map_err(failed())?;
        let modified = entry.metadata().and_then(|metadata| metadata.modified());
        // A file that is being replaced has its name again a moment later.
        let (Ok(modified), Ok(name)) = (modified, entry.file_name().into_string()) else {
            continue;
        };
        sidecars.push(SidecarFile {
            name,
            written_at: modified.into(),
        });
    }
    Ok(sidecars)
}
