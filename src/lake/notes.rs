//! Small files beside the tables (`_runs/`, `_jobs/`), on the local file system or in an object store:
//! bytes come in and go out whole.
//!
//! Their folders begin with `_`, which no reader takes for data.

use std::fs;
use std::io::ErrorKind;
use std::path::PathBuf;

use super::{Lake, LakeError, durable};

impl Lake {
    /// Keeps a note at a path below the lake, replacing an earlier one in one step. Returns where.
    pub(super) fn write_note(&self, relative: &str, bytes: &[u8]) -> Result<PathBuf, LakeError> {
        if let Some(url) = self.location.store() {
            let url = url.join(relative);
            self.stores.put_bytes(&url, bytes)?;
            return Ok(PathBuf::from(url.to_string()));
        }
        let path = self.note_path(relative);
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let scratch = path.with_file_name(format!(".{name}.{}.tmp", std::process::id()));
        durable::write_atomically(&path, &scratch, bytes)?;
        Ok(path)
    }

    /// A note, if there is one.
    pub(super) fn read_note(&self, relative: &str) -> Result<Option<Vec<u8>>, LakeError> {
        if let Some(url) = self.location.store() {
            return Ok(self.stores.get_bytes(&url.join(relative))?);
        }
        let path = self.note_path(relative);
        match fs::read(&path) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(LakeError::io("read", &path)(error)),
        }
    }

    /// The names of the notes in a folder below the lake, sorted; those that begin with `.` are on
    /// their way. No folder has none.
    pub(super) fn note_names(&self, folder: &str) -> Result<Vec<String>, LakeError> {
        let mut names = match self.location.store() {
            Some(url) => {
                let folder = url.join(folder);
                let listed = self.stores.list(&folder)?.into_iter();
                let name = |key: &str| key.rsplit('/').next().unwrap_or(key).to_owned();
                listed.map(|object| name(object.url.key())).collect()
            }
            None => self.local_note_names(folder)?,
        };
        names.retain(|name| !name.starts_with('.'));
        names.sort();
        Ok(names)
    }

    fn local_note_names(&self, folder: &str) -> Result<Vec<String>, LakeError> {
        let path = self.note_path(folder);
        let failed = || LakeError::io("list", &path);
        let entries = match fs::read_dir(&path) {
            Ok(entries) => entries,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(failed()(error)),
        };
        let mut names = Vec::new();
        for entry in entries {
            let name = entry.map_err(failed())?.file_name();
            names.extend(name.to_str().map(str::to_owned));
        }
        Ok(names)
    }

    fn note_path(&self, relative: &str) -> PathBuf {
        self.location
            .directory()
            .map_or_else(|| PathBuf::from(relative), |lake| lake.join(relative))
    }
}
