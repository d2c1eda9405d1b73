//! The files that changed between two versions of a table: an older version comes in, the files
//! that were added and removed since go out.
//!
//! Versions are compared as a whole, so that files added and removed in between do not count.

use std::collections::BTreeSet;
use std::path::Path;

use super::snapshot::{FileRef, Snapshot};
use super::table::loaded_state;
use super::{Lake, LakeError};
use crate::storage::StoreUrl;

/// The newest version of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VersionFiles {
    /// The id of the table, which every version has and no other table.
    pub id: String,
    /// The version.
    pub version: i64,
    /// Its files, sorted by path.
    pub files: Vec<FileRef>,
}

/// The difference between two versions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChangedFiles {
    /// Files of the newer version only.
    pub added: Vec<FileRef>,
    /// Files of the older version only; all of them existed when the versions were compared.
    pub removed: Vec<FileRef>,
}

impl Lake {
    /// The newest version of a table.
    ///
    /// # Errors
    /// Those of [`Lake::snapshot`].
    pub fn version_files(&self, table: &str) -> Result<VersionFiles, LakeError> {
        let handle = self.open(table, None)?;
        let state = loaded_state(table, &handle)?;
        let Snapshot { version, files, .. } = self.snapshot_of(table, state, None)?;
        Ok(VersionFiles {
            id: state.metadata().id().to_owned(),
            version,
            files,
        })
    }

    /// What changed between version `since` and `newest`; none if `since` can no longer be read,
    /// because its log or its files are deleted.
    ///
    /// # Errors
    /// An error of the store.
    pub fn changed_files(
        &self,
        table: &str,
        since: i64,
        newest: &VersionFiles,
    ) -> Result<Option<ChangedFiles>, LakeError> {
        let older = match self.snapshot(table, Some(since), None) {
            Ok(older) => older,
            Err(error) => {
                // A full comparison is always correct, whatever the reason.
                tracing::debug!(table, since, %error, "the older version cannot be read");
                return Ok(None);
            }
        };
        let changed = ChangedFiles {
            added: only_in(&newest.files, &older.files),
            removed: only_in(&older.files, &newest.files),
        };
        for file in &changed.removed {
            if !self.file_exists(table, file)? {
                return Ok(None);
            }
        }
        Ok(Some(changed))
    }

    fn file_exists(&self, table: &str, file: &FileRef) -> Result<bool, LakeError> {
        if let Some(directory) = self.local_directory(table) {
            let path = directory.join(Path::new(&file.relative_path));
            return path.try_exists().map_err(LakeError::io("look for", &path));
        }
        let Some(url) = self.store_url() else {
            return Ok(false);
        };
        let url: StoreUrl = url.join(table).join(&file.relative_path);
        Ok(self.stores.head(&url)?.is_some())
    }
}

/// The files of `one` that `other` does not have. A path is never used twice.
fn only_in(one: &[FileRef], other: &[FileRef]) -> Vec<FileRef> {
    let known: BTreeSet<&str> = other.iter().map(|file| &*file.relative_path).collect();
    let new = |file: &&FileRef| !known.contains(&*file.relative_path);
    one.iter().filter(new).cloned().collect()
}
