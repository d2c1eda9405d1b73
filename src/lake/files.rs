//! The data files of one table, on the local file system or in an object store, by their paths
//! below the table's directory.
//!
//! Object stores cannot append, so files are written in a scratch folder and uploaded when they are
//! complete. On the local file system they are written in place.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{Seek, Write};
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use futures::{StreamExt, TryStreamExt, stream};
use object_store::ObjectStoreExt;
use rayon::prelude::*;

use super::durable::{create_unnamed, remove_if_exists};
use super::location::LocationKind;
use super::staged::{DataFile, DataFileMetadata};
use super::{Lake, LakeError, durable};
use crate::storage::{StoreError, StoreUrl, Stores, upload};

/// Concurrent uploads; each keeps some parts in memory.
const UPLOADS_AT_ONCE: usize = 4;

/// The location of a table's data files.
#[derive(Clone, Debug)]
pub(super) struct TableFiles {
    /// Where files are written: the table's directory, or a scratch folder.
    directory: PathBuf,
    remote: Option<RemoteTable>,
}

/// A table in an object store.
#[derive(Clone, Debug)]
struct RemoteTable {
    stores: Stores,
    url: StoreUrl,
}

impl Lake {
    /// The files of a table.
    pub(super) fn files(&self, table: &str) -> Result<TableFiles, LakeError> {
        Ok(match self.location.kind() {
            LocationKind::Directory(directory) => TableFiles {
                directory: directory.join(table),
                remote: None,
            },
            LocationKind::Store(url) => TableFiles {
                directory: self.stores.scratch()?.join(table),
                remote: Some(RemoteTable {
                    stores: self.stores.clone(),
                    url: url.join(table),
                }),
            },
        })
    }

    /// The path or URL of a data file, as other programs accept it.
    pub(super) fn data_path(&self, table: &str, relative: &str) -> String {
        match self.location.kind() {
            LocationKind::Directory(directory) => {
                let path = directory.join(table).join(relative);
                path.to_string_lossy().into_owned()
            }
            LocationKind::Store(url) => url.join(table).join(relative).to_string(),
        }
    }
}

impl TableFiles {
    /// The folder that data files and scratch files are written in.
    pub(super) fn directory(&self) -> &Path {
        &self.directory
    }

    /// Creates that folder.
    pub(super) fn create_directory(&self) -> Result<(), LakeError> {
        match &self.remote {
            None => durable::create_directory(&self.directory),
            Some(_) => fs::create_dir_all(&self.directory)
                .map_err(LakeError::io("create the folder", &self.directory)),
        }
    }

    /// Makes finished files durable where the table is. If that fails, the files already uploaded
    /// are deleted again.
    pub(super) fn publish(&self, files: &mut [DataFile]) -> Result<(), LakeError> {
        let Some(remote) = &self.remote else {
            return sync_directories(&self.directory, files);
        };
        let published = remote.upload(&self.directory, files);
        if published.is_err() {
            // Files that cannot be deleted are orphans, which no reader of the log sees.
            let _ = self.remove_all(files);
        }
        published
    }

    /// Size and time of a file; for an uploaded file, as the store reported them after the upload.
    pub(super) fn metadata(&self, file: &DataFile) -> Result<DataFileMetadata, LakeError> {
        if let Some(uploaded) = file.uploaded {
            return Ok(uploaded);
        }
        let path = self.directory.join(&file.relative_path);
        let metadata = fs::metadata(&path).map_err(LakeError::io("find", &path))?;
        let modified = metadata
            .modified()
            .map_err(LakeError::io("read the time of", &path))?;
        let modified = modified.duration_since(UNIX_EPOCH).unwrap_or_default();
        Ok(DataFileMetadata {
            bytes: metadata.len(),
            modified_millis: i64::try_from(modified.as_millis()).unwrap_or_default(),
        })
    }

    /// Opens a file for reading. A file in a store is first copied to an unnamed local file.
    pub(super) fn open(&self, relative: &str) -> Result<File, LakeError> {
        let path = self.directory.join(relative);
        match &self.remote {
            None => File::open(&path).map_err(LakeError::io("open", &path)),
            Some(remote) => remote.download(&self.directory, relative),
        }
    }

    /// Deletes a file that was written and not published; a missing file is no error. It sends no
    /// request to the store, which does not have it.
    pub(super) fn remove_unpublished(&self, relative: &str) -> Result<(), LakeError> {
        remove_if_exists(
            "delete the uncommitted file",
            &self.directory.join(relative),
        )
    }

    /// Deletes files, published or not; missing files are no error. If a local file cannot be
    /// deleted, the others are still tried; after the first failure a store gets no further
    /// requests, since each unanswered one takes as long as all its retries.
    pub(super) fn remove_all(&self, files: &[DataFile]) -> Result<(), LakeError> {
        let paths = files.iter().map(|file| file.relative_path.as_str());
        let mut outcome = Ok(());
        for path in paths.clone() {
            outcome = outcome.and(self.remove_unpublished(path));
        }
        let Some(remote) = &self.remote else {
            return outcome;
        };
        for path in paths {
            remote.stores.delete(&remote.url.join(path))?;
        }
        outcome
    }
}

impl RemoteTable {
    /// Uploads the files, and compares their sizes in the store.
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
                let head = store
                    .head(&url.path())
                    .await
                    .map_err(StoreError::failed("find", &url))?;
                if head.size != bytes {
                    return Err(StoreError::SizeDiffers {
                        url: url.to_string(),
                        expected: bytes,
                        found: head.size,
                    });
                }
                // The file is in the store: the local copy is no longer needed.
                let _ = fs::remove_file(&path);
                Ok(DataFileMetadata {
                    bytes,
                    modified_millis: head.last_modified.timestamp_millis(),
                })
            }
        };
        let uploads: Vec<_> = files.iter().map(one).collect();
        let uploads = stream::iter(uploads).buffered(UPLOADS_AT_ONCE);
        let metadata: Vec<DataFileMetadata> =
            self.stores.runtime().block_on(uploads.try_collect())?;
        for (file, metadata) in files.iter_mut().zip(metadata) {
            file.uploaded = Some(metadata);
        }
        Ok(())
    }

    fn download(&self, directory: &Path, relative: &str) -> Result<File, LakeError> {
        let url = self.url.join(relative);
        let store = self.stores.store(&url)?;
        let path = directory.join(format!("_read-{}", uuid::Uuid::now_v7()));
        fs::create_dir_all(directory).map_err(LakeError::io("create the folder", directory))?;
        let mut copy = create_unnamed(&path).map_err(LakeError::io("create", &path))?;
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

#[cfg(test)]
mod tests {
    use std::fs::OpenOptions;
    use std::io;
    use std::sync::Arc;

    use super::*;
    use crate::lake::partition::Partition;
    use crate::storage::testing::FaultyStore;

    fn written(files: &TableFiles, names: &[&str]) -> Vec<DataFile> {
        files.create_directory().unwrap();
        let one = |name: &&str| {
            let mut file = OpenOptions::new()
                .write(true)
                .create_new(true)
                .open(files.directory().join(name))
                .unwrap();
            file.write_all(b"12345").unwrap();
            DataFile {
                relative_path: (*name).to_owned(),
                partition: Partition::new(Vec::new()),
                rows: 1,
                bytes: 5,
                stats_json: String::new(),
                uploaded: None,
            }
        };
        names.iter().map(one).collect()
    }

    /// A table in a store, and the store.
    fn table(store: FaultyStore) -> (TableFiles, Arc<FaultyStore>) {
        let url = StoreUrl::parse("s3://shop/lake").unwrap().unwrap();
        let store = Arc::new(store);
        let stores = Stores::with_store(&url, Arc::clone(&store) as _);
        let lake = Lake::at("s3://shop/lake", &stores).unwrap();
        (lake.files("purchases").unwrap(), store)
    }

    #[test]
    fn published_files_are_in_the_store_alone_and_can_be_removed() {
        let (files, store) = table(FaultyStore::default());
        let mut staged = written(&files, &["a.parquet", "b.parquet"]);
        files.publish(&mut staged).unwrap();
        for file in &staged {
            assert_eq!(files.metadata(file).unwrap().bytes, 5);
            assert!(!files.directory().join(&file.relative_path).exists());
            let mut text = String::new();
            let mut copy = files.open(&file.relative_path).unwrap();
            io::Read::read_to_string(&mut copy, &mut text).unwrap();
            assert_eq!(text, "12345");
        }
        files.remove_all(&staged).unwrap();
        files.remove_all(&staged).unwrap();
        assert!(files.open("a.parquet").is_err());
        assert_eq!(store.deletions(), 4);
    }

    #[test]
    fn a_store_that_is_down_gets_one_delete_request_and_not_one_for_each_file() {
        let (files, store) = table(FaultyStore::default().that_is_down());
        let mut staged = written(&files, &["a.parquet", "b.parquet", "c.parquet"]);
        assert!(files.publish(&mut staged).is_err());
        assert_eq!(store.deletions(), 1);
        for file in &staged {
            assert!(!files.directory().join(&file.relative_path).exists());
        }
    }

    #[test]
    fn files_that_were_never_published_are_removed_without_a_request_to_the_store() {
        let (files, store) = table(FaultyStore::default().that_is_down());
        let staged = written(&files, &["a.parquet"]);
        files.remove_unpublished(&staged[0].relative_path).unwrap();
        files.remove_unpublished(&staged[0].relative_path).unwrap();
        assert!(!files.directory().join("a.parquet").exists());
        assert_eq!(store.deletions(), 0);
    }
}
