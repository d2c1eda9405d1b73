//! The data files of one table, on the local file system or in an object store: their paths below
//! the table's directory come in; files that are durable, told the size of, opened or deleted go out.
//!
//! In a store nothing can be appended to, so files are written in a scratch folder and uploaded when
//! they are whole. On the local file system they are written where they stay.

use std::collections::BTreeSet;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Seek, Write};
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use futures::{StreamExt, TryStreamExt, stream};
use object_store::ObjectStoreExt;
use rayon::prelude::*;

use super::staged::DataFile;
use super::{Lake, LakeError, durable};
use crate::store::{StoreError, StoreUrl, Stores, upload};

/// Files that are uploaded at once; each of them has some parts in memory.
const UPLOADS_AT_ONCE: usize = 4;

/// Where the data files of a table are.
#[derive(Clone, Debug)]
pub(super) struct TableFiles {
    /// Where files are written: the table's directory, or a scratch folder.
    directory: PathBuf,
    remote: Option<Remote>,
}

/// A table in an object store.
#[derive(Clone, Debug)]
struct Remote {
    stores: Stores,
    url: StoreUrl,
}

/// What is known of a data file without opening it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct FileFacts {
    pub(super) bytes: u64,
    /// When it was written, ms since 1970.
    pub(super) modified_millis: i64,
}

impl Lake {
    /// The files of a table.
    pub(super) fn files(&self, table: &str) -> Result<TableFiles, LakeError> {
        Ok(match (self.location.directory(), self.location.store()) {
            (Some(directory), _) => TableFiles {
                directory: directory.join(table),
                remote: None,
            },
            (None, Some(url)) => TableFiles {
                directory: self.stores.scratch()?.join(table),
                remote: Some(Remote {
                    stores: self.stores.clone(),
                    url: url.join(table),
                }),
            },
            (None, None) => TableFiles {
                directory: PathBuf::from(table),
                remote: None,
            },
        })
    }

    /// The path or URL of a data file, as other programs take it.
    pub(super) fn data_path(&self, table: &str, relative: &str) -> String {
        match (self.location.directory(), self.location.store()) {
            (Some(directory), _) => {
                let path = directory.join(table).join(relative);
                path.to_string_lossy().into_owned()
            }
            (None, Some(url)) => url.join(table).join(relative).to_string(),
            (None, None) => relative.to_owned(),
        }
    }
}

impl TableFiles {
    /// The folder that files are written in, and scratch files beside them.
    pub(super) fn directory(&self) -> &Path {
        &self.directory
    }

    /// Makes that folder.
    pub(super) fn create_directory(&self) -> Result<(), LakeError> {
        match &self.remote {
            None => durable::create_directory(&self.directory),
            Some(_) => fs::create_dir_all(&self.directory)
                .map_err(LakeError::io("create the folder", &self.directory)),
        }
    }

    /// Makes finished files durable where the table is. When that fails, what has been uploaded of
    /// them is deleted again.
    pub(super) fn publish(&self, files: &mut [DataFile]) -> Result<(), LakeError> {
        let Some(remote) = &self.remote else {
            return sync_directories(&self.directory, files);
        };
        let published = remote.upload(&self.directory, files);
        if published.is_err() {
            for file in files.iter() {
                // What cannot be deleted is an orphan, which no reader of the log sees.
                let _ = self.remove(&file.relative_path);
            }
        }
        published
    }

    /// What is known of a file; one that was uploaded is known by what the store said of it then.
    pub(super) fn facts(&self, file: &DataFile) -> Result<FileFacts, LakeError> {
        if let Some(uploaded) = file.uploaded {
            return Ok(uploaded);
        }
        let path = self.directory.join(&file.relative_path);
        let metadata = fs::metadata(&path).map_err(LakeError::io("find", &path))?;
        let modified = metadata
            .modified()
            .map_err(LakeError::io("read the time of", &path))?;
        let modified = modified.duration_since(UNIX_EPOCH).unwrap_or_default();
        Ok(FileFacts {
            bytes: metadata.len(),
            modified_millis: i64::try_from(modified.as_millis()).unwrap_or_default(),
        })
    }

    /// Opens a file for reading. One in a store is copied to a file without a name first.
    pub(super) fn open(&self, relative: &str) -> Result<File, LakeError> {
        let path = self.directory.join(relative);
        match &self.remote {
            None => File::open(&path).map_err(LakeError::io("open", &path)),
            Some(remote) => remote.download(&self.directory, relative),
        }
    }

    /// Deletes a file; one that is already gone is fine.
    pub(super) fn remove(&self, relative: &str) -> Result<(), LakeError> {
        let local = remove(&self.directory.join(relative));
        match &self.remote {
            None => local,
            Some(remote) => remote.remove(relative).and(local),
        }
    }

    /// The path or URL of a file, for messages.
    pub(super) fn shown(&self, relative: &str) -> PathBuf {
        match &self.remote {
            None => self.directory.join(relative),
            Some(remote) => PathBuf::from(remote.url.join(relative).to_string()),
        }
    }
}

impl Remote {
    /// Uploads the files, and asks the store what it has of them.
    fn upload(&self, directory: &Path, files: &mut [DataFile]) -> Result<(), LakeError> {
        let store = self.stores.store(&self.url)?;
        let one = |file: &DataFile| {
            let (url, path) = (
                self.url.join(&file.relative_path),
                directory.join(&file.relative_path),
            );
            let (store, bytes) = (&store, file.bytes);
            async move {
                upload(store.as_ref(), &url, &path).await?;
                let there = store
                    .head(&url.path())
                    .await
                    .map_err(StoreError::failed("find", &url))?;
                if there.size != bytes {
                    return Err(StoreError::Differs {
                        url: url.to_string(),
                        expected: bytes,
                        found: there.size,
                    });
                }
                // It is in the store: the copy has done its duty.
                let _ = fs::remove_file(&path);
                Ok(FileFacts {
                    bytes,
                    modified_millis: there.last_modified.timestamp_millis(),
                })
            }
        };
        let uploads: Vec<_> = files.iter().map(one).collect();
        let uploads = stream::iter(uploads).buffered(UPLOADS_AT_ONCE);
        let facts: Vec<FileFacts> = self.stores.runtime().block_on(uploads.try_collect())?;
        for (file, facts) in files.iter_mut().zip(facts) {
            file.uploaded = Some(facts);
        }
        Ok(())
    }

    fn download(&self, directory: &Path, relative: &str) -> Result<File, LakeError> {
        let url = self.url.join(relative);
        let store = self.stores.store(&url)?;
        let path = directory.join(format!("_read-{}", uuid::Uuid::now_v7()));
        fs::create_dir_all(directory).map_err(LakeError::io("create the folder", directory))?;
        let mut copy = unnamed(&path).map_err(LakeError::io("create", &path))?;
        let copied = async {
            let failed = || StoreError::failed("read", &url);
            let answer = store.get(&url.path()).await.map_err(failed())?;
            let mut bytes = answer.into_stream();
            while let Some(part) = bytes.try_next().await.map_err(failed())? {
                copy.write_all(&part)
                    .map_err(StoreError::scratch("write", &path))?;
            }
            copy.rewind().map_err(StoreError::scratch("read", &path))
        };
        self.stores.runtime().block_on(copied)?;
        Ok(copy)
    }

    fn remove(&self, relative: &str) -> Result<(), LakeError> {
        let url = self.url.join(relative);
        let store = self.stores.store(&url)?;
        match self.stores.runtime().block_on(store.delete(&url.path())) {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(StoreError::failed("delete", &url)(error).into()),
        }
    }
}

/// A file that is gone when it is closed, where the system allows that.
fn unnamed(path: &Path) -> io::Result<File> {
    let file = OpenOptions::new()
        .read(true)
        .write(true)
        .create_new(true)
        .open(path)?;
    let _ = fs::remove_file(path);
    Ok(file)
}

/// Deletes a local file; one that is already gone is fine.
fn remove(path: &Path) -> Result<(), LakeError> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            Err(LakeError::io("delete the uncommitted file", path)(error))
        }
        _ => Ok(()),
    }
}

fn sync_directories(table: &Path, files: &[DataFile]) -> Result<(), LakeError> {
    let mut directories: BTreeSet<PathBuf> = BTreeSet::from([table.to_path_buf()]);
    for file in files {
        // One folder for each partition column, each with an entry in the one above it.
        let path = table.join(&file.relative_path);
        let folders = path.ancestors().skip(1);
        directories.extend(
            folders
                .take_while(|folder| *folder != table)
                .map(Path::to_path_buf),
        );
    }
    let directories: Vec<PathBuf> = directories.into_iter().collect();
    directories
        .par_iter()
        .try_for_each(|directory| durable::sync_directory(directory))
}
