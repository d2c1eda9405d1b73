//! The contents of a table and of its folder: a table and the current time come in, counts go out.

use std::collections::{BTreeMap, BTreeSet};

use object_store::ObjectStoreExt;
use serde::Serialize;

use super::loaded_table::LiveFile;
use super::objects::{FileState, TableFolder};
use super::{MaintainedTable, utc};
use crate::lake::counts::signed;
use crate::lake::{Lake, LakeError};

/// A number of files and their size.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct FileCount {
    /// The number of files.
    pub files: u64,
    /// Their total size.
    pub bytes: u64,
}

impl FileCount {
    pub(super) fn add(&mut self, bytes: u64) {
        self.files += 1;
        self.bytes += bytes;
    }
}

/// The newest checkpoint of a log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Checkpoint {
    /// Its version.
    pub version: i64,
    /// The number of versions since; readers replay them.
    pub versions_since: i64,
    /// How long ago it was written.
    pub age_seconds: i64,
}

/// The state of a table.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct TableStatus {
    /// Its name.
    pub table: String,
    /// Its newest version.
    pub version: i64,
    /// When that was committed.
    pub committed_at: String,
    /// Its rows, by the log.
    pub rows: u64,
    /// Its partitions.
    pub partitions: u64,
    /// The files of the newest version.
    pub live: FileCount,
    /// Live files below the size threshold.
    pub small: FileCount,
    /// Files that older versions need; a vacuum deletes them after the retention.
    pub removed: FileCount,
    /// Parquet files in no version, and temporary log files: left by stopped runs, or written by
    /// current ones.
    pub orphans: FileCount,
    /// The age of the oldest orphan.
    pub oldest_orphan_seconds: Option<i64>,
    /// Everything in the folder, including the log.
    pub on_store: FileCount,
    /// The newest checkpoint, if there is one yet.
    pub checkpoint: Option<Checkpoint>,
    /// Rows by the value of the first partition column, for tables that are not partitioned by
    /// date.
    pub rows_by_partition: BTreeMap<String, u64>,
}

impl Lake {
    /// The status of a table; `None` if it does not exist. Files smaller than `small_bytes` count
    /// as small.
    ///
    /// # Errors
    /// A log or folder that cannot be read.
    pub fn status(
        &self,
        maintained: &MaintainedTable,
        small_bytes: u64,
        now_millis: i64,
    ) -> Result<Option<TableStatus>, LakeError> {
        let name = maintained.spec.name;
        if !self.table_exists(name)? {
            return Ok(None);
        }
        let folder = self.table_folder(name)?;
        let mut status = self.empty_status(name, &folder, now_millis)?;
        for live in &folder.loaded.files {
            status.live.add(live.bytes());
            if live.bytes() < small_bytes {
                status.small.add(live.bytes());
            }
            let rows = live.rows();
            status.rows += rows;
            if let (super::DatePartition::None, Some((_, Some(value)))) =
                (maintained.date_partition, live.file.partitions.first())
            {
                *status.rows_by_partition.entry(value.clone()).or_default() += rows;
            }
        }
        let partitions: BTreeSet<String> = folder
            .loaded
            .files
            .iter()
            .map(LiveFile::partition_text)
            .collect();
        status.partitions = partitions.len() as u64;
        for (object, state) in &folder.objects {
            status.on_store.add(object.bytes);
            match state {
                FileState::Removed(_) => status.removed.add(object.bytes),
                FileState::Orphan => {
                    status.orphans.add(object.bytes);
                    let age = (now_millis - object.modified_millis) / 1000;
                    status.oldest_orphan_seconds = status.oldest_orphan_seconds.max(Some(age));
                }
                FileState::Live | FileState::Other => {}
            }
        }
        Ok(Some(status))
    }

    fn empty_status(
        &self,
        name: &str,
        folder: &TableFolder,
        now_millis: i64,
    ) -> Result<TableStatus, LakeError> {
        let store = folder.loaded.table.object_store();
        let version = signed(folder.loaded.version);
        let files = self.log(name)?.files()?;
        let checkpoint = files.newest_checkpoint().map(|(of, path)| {
            let written = self.runtime().block_on(store.head(path));
            let written = written.map_err(LakeError::store("find", name, path.as_ref()))?;
            let age = now_millis - written.last_modified.timestamp_millis();
            Ok::<_, LakeError>(Checkpoint {
                version: signed(of),
                versions_since: version - signed(of),
                age_seconds: age / 1000,
            })
        });
        Ok(TableStatus {
            table: name.to_owned(),
            version,
            committed_at: folder.committed_millis.map(utc).unwrap_or_default(),
            checkpoint: checkpoint.transpose()?,
            ..TableStatus::default()
        })
    }

    /// Refuses a location without any of these tables.
    ///
    /// # Errors
    /// [`LakeError::NoLake`], or a log that cannot be listed.
    pub fn require_any_table(&self, tables: &[MaintainedTable]) -> Result<(), LakeError> {
        for maintained in tables {
            if self.table_exists(maintained.spec.name)? {
                return Ok(());
            }
        }
        Err(LakeError::NoLake(self.location().to_string()))
    }

    /// Whether the lake has this table.
    ///
    /// # Errors
    /// A log that cannot be listed.
    pub fn has_table(&self, maintained: &MaintainedTable) -> Result<bool, LakeError> {
        self.table_exists(maintained.spec.name)
    }
}
