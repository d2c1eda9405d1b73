//! The objects in a table's folder, with the state of each according to the log.

use std::collections::{HashMap, HashSet};
use std::fs;
use std::io::ErrorKind;
use std::path::PathBuf;
use std::time::UNIX_EPOCH;

use futures::stream::TryStreamExt;
use object_store::ObjectStoreExt;
use object_store::path::Path;
use parquet::file::metadata::{ParquetMetaData, ParquetMetaDataReader};

use super::loaded_table::{LiveFile, LoadedTable};
use crate::lake::log::LogCommit;
use crate::lake::{Lake, LakeError};

/// An object of a table's folder.
#[derive(Clone, Debug)]
pub(super) struct TableObject {
    /// The path below the table's folder.
    pub(super) path: String,
    pub(super) bytes: u64,
    pub(super) modified_millis: i64,
}

/// The state of an object according to the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FileState {
    /// A file of the newest version.
    Live,
    /// A file that a version contained until this time (milliseconds since 1970).
    Removed(i64),
    /// A Parquet file that is in no version, or a temporary file of the log.
    Orphan,
    /// A file of the log, or anything that is no data file.
    Other,
}

/// The objects of a table with their states, sorted by path.
pub(super) struct TableFolder {
    pub(super) objects: Vec<(TableObject, FileState)>,
    pub(super) loaded: LoadedTable,
    /// When the newest version was committed, in milliseconds since 1970, if its commit still
    /// exists.
    pub(super) committed_millis: Option<i64>,
}

impl Lake {
    /// Lists a table's folder, and then loads its newest version: files committed in between are
    /// live, and files written in between are not listed.
    pub(super) fn table_folder(&self, name: &str) -> Result<TableFolder, LakeError> {
        let objects = self.list_objects(name)?;
        let loaded = self.load(name, None)?;
        let commits = self.log(name)?.file_changes()?;
        let of_newest = commits.iter().find(|one| one.version == loaded.version);
        let committed_millis = of_newest.map(|commit| commit.at_millis);
        let removed = self.runtime().block_on(removal_times(&loaded, commits))?;
        let live: HashSet<&str> = loaded.files.iter().map(LiveFile::relative_path).collect();
        let objects = objects.into_iter().map(|object| {
            let state = if is_temporary_log_file(&object.path) {
                FileState::Orphan
            } else if !is_data_file(&object.path) {
                FileState::Other
            } else if live.contains(object.path.as_str()) {
                FileState::Live
            } else if let Some(at) = removed.get(&object.path) {
                FileState::Removed(*at)
            } else {
                FileState::Orphan
            };
            (object, state)
        });
        Ok(TableFolder {
            objects: objects.collect(),
            loaded,
            committed_millis,
        })
    }

    fn list_objects(&self, name: &str) -> Result<Vec<TableObject>, LakeError> {
        let store = self.handle(name)?.object_store();
        let listed: Result<Vec<_>, _> = self.runtime().block_on(store.list(None).try_collect());
        let listed = listed.map_err(LakeError::store("list", name, "the files"))?;
        let mut objects: Vec<TableObject> = listed
            .into_iter()
            .map(|meta| TableObject {
                path: meta.location.to_string(),
                bytes: meta.size,
                modified_millis: meta.last_modified.timestamp_millis(),
            })
            .collect();
        objects.extend(self.temporary_log_files(name)?);
        objects.sort_by(|one, other| one.path.cmp(&other.path));
        Ok(objects)
    }

    /// Temporary files of commits on the local file system: the Delta library writes a log file
    /// under a temporary name and then links it, and its listings hide such names.
    fn temporary_log_files(&self, name: &str) -> Result<Vec<TableObject>, LakeError> {
        let Some(table) = self.local_directory(name) else {
            return Ok(Vec::new());
        };
        let log = table.join("_delta_log");
        let entries = match fs::read_dir(&log) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries.map_err(LakeError::io("list", &log))?,
        };
        let mut temporary = Vec::new();
        for entry in entries {
            let entry = entry.map_err(LakeError::io("list", &log))?;
            let path = format!("_delta_log/{}", entry.file_name().to_string_lossy());
            // A missing file has become a log file in the meantime.
            if let (true, Ok(metadata)) = (is_temporary_log_file(&path), entry.metadata()) {
                let modified = metadata.modified().map_err(LakeError::io("find", &log))?;
                let age = modified.duration_since(UNIX_EPOCH).unwrap_or_default();
                temporary.push(TableObject {
                    path,
                    bytes: metadata.len(),
                    modified_millis: i64::try_from(age.as_millis()).unwrap_or(i64::MAX),
                });
            }
        }
        Ok(temporary)
    }

    /// The path of a temporary log file, which the Delta library hides and therefore cannot delete.
    pub(super) fn temporary_log_path(&self, name: &str, path: &str) -> Option<PathBuf> {
        let table = self
            .local_directory(name)
            .filter(|_| is_temporary_log_file(path))?;
        Some(table.join(path))
    }

    /// The size of a file; `None` if it does not exist.
    pub(super) fn stored_size(
        &self,
        loaded: &LoadedTable,
        file: &str,
    ) -> Result<Option<u64>, LakeError> {
        let store = loaded.table.object_store();
        let path = object_path(file);
        match self.runtime().block_on(store.head(&path)) {
            Ok(meta) => Ok(Some(meta.size)),
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(LakeError::store("find", &loaded.name, file)(error)),
        }
    }

    /// The footer of a file of this size, or a description of what is wrong with it.
    pub(super) fn read_footer(
        &self,
        loaded: &LoadedTable,
        file: &str,
        bytes: u64,
    ) -> Result<Result<ParquetMetaData, String>, LakeError> {
        let store = loaded.table.object_store();
        let path = object_path(file);
        let read = |from: u64, to: u64| {
            let got = self.runtime().block_on(store.get_range(&path, from..to));
            got.map_err(LakeError::store("read", &loaded.name, file))
        };
        let Some(tail_at) = bytes.checked_sub(TAIL_BYTES) else {
            return Ok(Err("it is too short to be a Parquet file".to_owned()));
        };
        let tail = read(tail_at, bytes)?;
        let Some((length, b"PAR1")) = tail.split_first_chunk::<4>() else {
            return Ok(Err("it does not end like a Parquet file".to_owned()));
        };
        let length = u64::from(u32::from_le_bytes(*length));
        let Some(footer_at) = tail_at.checked_sub(length) else {
            return Ok(Err("its footer is longer than the file".to_owned()));
        };
        let footer = read(footer_at, tail_at)?;
        Ok(ParquetMetaDataReader::decode_metadata(&footer).map_err(|error| error.to_string()))
    }
}

/// The last time at which each removed file in the log was removed.
async fn removal_times(
    loaded: &LoadedTable,
    commits: Vec<LogCommit>,
) -> Result<HashMap<String, i64>, LakeError> {
    let mut removed = HashMap::new();
    let mut record = |path: String, at: i64| {
        let known = removed.entry(path).or_insert(at);
        *known = at.max(*known);
    };
    let log_store = loaded.table.log_store();
    let tombstones: Vec<_> = loaded
        .state
        .all_tombstones(&*log_store)
        .try_collect()
        .await
        .map_err(LakeError::delta("read the removed files of", &loaded.name))?;
    for tombstone in tombstones {
        let at = tombstone.deletion_timestamp().unwrap_or_default();
        record(tombstone.path().into_owned(), at);
    }
    // Checkpoints drop old removals; the commits still contain them.
    for file in commits.into_iter().flat_map(|commit| commit.removed) {
        record(file.path, file.at_millis);
    }
    Ok(removed)
}

/// Four bytes for the length of the footer, and the magic number.
const TAIL_BYTES: u64 = 8;

/// The object path of a path in the log.
pub(super) fn object_path(path: &str) -> Path {
    Path::parse(path).unwrap_or_else(|_odd| Path::from(path))
}

/// Whether a path is that of a temporary log file: `object_store` appends `#` and a number to the
/// final name.
fn is_temporary_log_file(path: &str) -> bool {
    let of_log = path.strip_prefix("_delta_log/");
    let number = of_log.and_then(|name| name.rsplit_once('#'));
    number.is_some_and(|(_, number)| {
        !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit())
    })
}

/// Whether a path is that of a data file: Parquet, outside the log and not hidden. By convention of
/// all readers names that begin with `_` or `.` are hidden.
fn is_data_file(path: &str) -> bool {
    let hidden = |segment: &str| segment.starts_with(['_', '.']);
    let is_parquet = std::path::Path::new(path)
        .extension()
        .is_some_and(|extension| extension == "parquet");
    is_parquet && !path.split('/').any(hidden)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_numbered_names_of_the_log_are_temporary() {
        assert!(is_temporary_log_file(
            "_delta_log/00000000000000000001.json#1"
        ));
        assert!(is_temporary_log_file("_delta_log/_last_checkpoint#12"));
        for path in [
            "_delta_log/00000000000000000001.json",
            "_delta_log/00000000000000000001.json#",
            "_delta_log/00000000000000000001.json#a",
            "purchase_date=2026-11-20/part-1.parquet#1",
        ] {
            assert!(!is_temporary_log_file(path), "{path}");
        }
    }

    #[test]
    fn only_parquet_files_outside_the_log_are_data() {
        for path in ["part-1.parquet", "purchase_date=2026-11-20/part-1.parquet"] {
            assert!(is_data_file(path), "{path}");
        }
        for path in [
            "_delta_log/00000000000000000010.checkpoint.parquet",
            "_delta_log/00000000000000000001.json",
            "_held-run-00001",
            ".hidden/part-1.parquet",
            "purchase_date=2026-11-20/.part-1.parquet",
            "README.md",
        ] {
            assert!(!is_data_file(path), "{path}");
        }
    }
}
