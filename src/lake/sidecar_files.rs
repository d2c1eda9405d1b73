//! Small files beside the tables (`_runs/`, `_jobs/`), on the local file system or in an object store:
//! bytes come in and go out whole.
//!
//! Their folders begin with `_`, which no reader takes for data.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};

use super::location::LocationKind;
use super::{Lake, LakeError, durable};
use crate::storage::{StoreObject, replace_file};

/// A note that is there to be read.
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
    /// Keeps a note at a path below the lake, replacing an earlier one in one step. Returns where.
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

    /// A note, if there is one.
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

    /// The notes in a folder below the lake; those that begin with `.` are on their way. No folder has
    /// none.
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

    /// Deletes a folder of notes below the lake, with the folders in it. No folder is fine.
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
        // One that is being replaced is there under its name a moment later.
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
