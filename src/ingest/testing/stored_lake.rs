//! The store of a test lake: copies of it, the lake of a folder, and the times of its commits.

use std::cell::Cell;
use std::fs;
use std::path::Path as FilePath;
use std::sync::Arc;

use futures::TryStreamExt;
use futures::executor::block_on;
use object_store::path::Path;
use object_store::{ObjectMeta, ObjectStore, ObjectStoreExt};
use serde_json::Value;
use tempfile::TempDir;

use super::TestLake;
use crate::lake::Lake;
use crate::storage::testing::fault_points::FaultPointStore;
use crate::storage::{StoreUrl, Stores};

/// The location of the lake.
pub(crate) const LOCATION: &str = "s3://shop/lake";

/// The prefix of its keys.
const LAKE_KEY: &str = "lake";

impl TestLake {
    /// The lake in a store, as a process opens it that starts after so many runs.
    pub(super) fn of_store(store: FaultPointStore, folder: Arc<TempDir>, runs: i64) -> Self {
        let url = StoreUrl::parse(LOCATION).unwrap().unwrap();
        let store = Arc::new(store);
        let stores = Stores::with_store(&url, Arc::clone(&store) as _);
        let lake = Lake::at(LOCATION, &stores).unwrap();
        Self {
            folder,
            stores,
            lake: Arc::new(lake),
            store,
            runs: Cell::new(runs),
        }
    }

    /// A lake of its own with the same content and the same dumps, in another process.
    pub(crate) fn copied(&self) -> Self {
        let folder = Arc::clone(&self.folder);
        Self::of_store(self.store.copied(), folder, self.runs.get())
    }

    /// The stores of a process that has the lake.
    pub(crate) fn stores(&self) -> &Stores {
        &self.stores
    }

    /// Stores an object.
    pub(crate) fn put(&self, key: &str, bytes: Vec<u8>) {
        block_on(self.store.put(&Path::from(key), bytes.into())).unwrap();
    }

    /// The keys of the objects below a prefix.
    pub(crate) fn keys(&self, prefix: &str) -> Vec<String> {
        let listed = self.store.list(Some(&Path::from(prefix)));
        let listed: Vec<ObjectMeta> = block_on(listed.try_collect()).unwrap();
        let keys = listed.into_iter().map(|object| object.location.to_string());
        keys.collect()
    }

    /// Writes the objects of the lake into a folder.
    #[expect(
        clippy::disallowed_methods,
        reason = "the lake of a test need not survive a crash"
    )]
    pub(crate) fn save_to(&self, folder: &FilePath) {
        for key in self.keys(LAKE_KEY) {
            let got = block_on(self.store.get(&Path::from(key.as_str()))).unwrap();
            let bytes = block_on(got.bytes()).unwrap();
            let relative = key.strip_prefix("lake/").unwrap();
            let path = folder.join(relative);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(&path, bytes).unwrap();
        }
    }

    /// Stores the files of a lake in a folder.
    pub(crate) fn put_lake(&self, folder: &FilePath) {
        self.put_folder(folder, LAKE_KEY);
    }

    fn put_folder(&self, folder: &FilePath, key: &str) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let key = format!("{key}/{}", path.file_name().unwrap().to_str().unwrap());
            if path.is_dir() {
                self.put_folder(&path, &key);
            } else {
                self.put(&key, fs::read(&path).unwrap());
            }
        }
    }

    /// Dates each commit on the day of October 2026 that is the number of its run; the creation of a
    /// table names no run, and is dated on the day before.
    pub(crate) fn date_commits(&self) {
        /// 2026-09-30T00:00:00Z in milliseconds since 1970.
        const DAY_BEFORE: i64 = 1_790_726_400_000;
        let mut keys = self.keys(LAKE_KEY);
        keys.retain(|key| {
            let is_json = FilePath::new(key)
                .extension()
                .is_some_and(|of| of == "json");
            is_json && key.contains("/_delta_log/")
        });
        for key in &keys {
            let got = block_on(self.store.get(&Path::from(key.as_str()))).unwrap();
            let text = String::from_utf8(block_on(got.bytes()).unwrap().to_vec()).unwrap();
            let dated = text.lines().map(|line| {
                let mut action: Value = serde_json::from_str(line).unwrap();
                if let Some(commit) = action.get_mut("commitInfo") {
                    let run = commit["runId"]
                        .as_str()
                        .and_then(|id| id.strip_prefix("run-"));
                    let days: i64 = run.map_or(0, |number| number.parse().unwrap());
                    commit["timestamp"] = (DAY_BEFORE + days * 86_400_000).into();
                }
                format!("{action}\n")
            });
            self.put(key, dated.collect::<String>().into_bytes());
        }
    }
}
