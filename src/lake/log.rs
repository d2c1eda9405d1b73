//! Direct access to the Delta log, for queries that the library answers too slowly or not at all:
//! what each commit did ([`commits`]), which of many application transactions exist
//! ([`transactions`]), and when a version was committed ([`as_of`]).
//!
//! In: a table's store. Out: its log files by version, and what they contain. The interface is
//! blocking.

use std::collections::BTreeMap;
use std::sync::Arc;

use bytes::Bytes;
use deltalake::ObjectStore;
use futures::stream::TryStreamExt;
use object_store::ObjectStoreExt;
use object_store::path::Path;
use tokio::runtime::Runtime;

use super::LakeError;
use crate::storage::remedy;

mod as_of;
mod chain;
mod commits;
mod transactions;

pub(super) use commits::LogCommit;
pub(super) use transactions::{COMMITTED, INPUTS_FILE, STATES, WITHDRAWN};

/// The log of a table, which need not exist.
pub(super) struct TableLog<'a> {
    table: &'a str,
    store: Arc<dyn ObjectStore>,
    runtime: &'a Runtime,
}

/// The relevant files of a log.
#[derive(Debug, Default)]
pub(super) struct LogFiles {
    /// Commits by version.
    commits: BTreeMap<u64, Path>,
    /// The parts of the complete checkpoints by version.
    checkpoints: BTreeMap<u64, Vec<Path>>,
}

impl LogFiles {
    /// The newest version.
    pub(super) fn newest(&self) -> Option<u64> {
        let commit = self.commits.keys().next_back();
        let checkpoint = self.checkpoints.keys().next_back();
        commit.max(checkpoint).copied()
    }

    /// The newest checkpoint: its version and one of its parts.
    pub(super) fn newest_checkpoint(&self) -> Option<(u64, &Path)> {
        let (version, parts) = self.checkpoints.last_key_value()?;
        Some((*version, parts.first()?))
    }
}

impl<'a> TableLog<'a> {
    /// The log of `table`, whose folder is the root of `store`.
    pub(super) fn new(table: &'a str, store: Arc<dyn ObjectStore>, runtime: &'a Runtime) -> Self {
        Self {
            table,
            store,
            runtime,
        }
    }

    /// Lists the log; empty for a table that does not exist.
    pub(super) fn files(&self) -> Result<LogFiles, LakeError> {
        let folder = Path::from("_delta_log");
        let listing = self.store.list(Some(&folder)).try_collect();
        let listed: Result<Vec<_>, _> = self.runtime.block_on(listing);
        let entries = match listed {
            Ok(entries) => entries,
            // A missing log is empty; a missing bucket is an error.
            Err(error @ object_store::Error::NotFound { .. })
                if remedy(&error.to_string()).is_none() =>
            {
                Vec::new()
            }
            Err(error) => return Err(self.unreadable(folder.as_ref(), error)),
        };
        let mut files = LogFiles::default();
        let mut parts: BTreeMap<(u64, usize), BTreeMap<usize, Path>> = BTreeMap::new();
        for entry in entries {
            match entry.location.filename().and_then(classify) {
                Some((version, LogFileKind::Commit)) => {
                    files.commits.insert(version, entry.location);
                }
                Some((version, LogFileKind::Checkpoint { part, parts: of })) => {
                    let of_checkpoint = parts.entry((version, of)).or_default();
                    of_checkpoint.insert(part, entry.location);
                }
                None => {}
            }
        }
        // A checkpoint of several parts counts only if all of them exist.
        for ((version, of), found) in parts {
            if found.len() == of {
                let parts = found.into_values().collect();
                files.checkpoints.insert(version, parts);
            }
        }
        Ok(files)
    }

    fn read(&self, path: &Path) -> Result<Bytes, LakeError> {
        let read = async { self.store.get(path).await?.bytes().await };
        let read = self.runtime.block_on(read);
        read.map_err(|error| self.unreadable(path.as_ref(), error))
    }

    fn unreadable(&self, file: &str, source: object_store::Error) -> LakeError {
        LakeError::store("read", self.table, format!("{file} of the log"))(source)
    }

    fn damaged(&self, file: &str, reason: String) -> LakeError {
        LakeError::LogDamaged {
            table: self.table.to_owned(),
            file: file.to_owned(),
            reason,
        }
    }
}

/// The kind of a log file.
pub(super) enum LogFileKind {
    /// A commit.
    Commit,
    /// Part of a checkpoint, counted from 1.
    Checkpoint { part: usize, parts: usize },
}

/// The version and kind of a log file, by its name.
///
/// <https://github.com/delta-io/delta/blob/master/PROTOCOL.md#file-types>
pub(super) fn classify(name: &str) -> Option<(u64, LogFileKind)> {
    let (version, rest) = name.split_once('.')?;
    if version.len() != 20 {
        return None;
    }
    let version = version.parse().ok()?;
    let kind = match rest.split('.').collect::<Vec<_>>().as_slice() {
        ["json"] => LogFileKind::Commit,
        ["checkpoint", "parquet"] => LogFileKind::Checkpoint { part: 1, parts: 1 },
        ["checkpoint", part, parts, "parquet"] => {
            let (part, parts): (usize, usize) = (part.parse().ok()?, parts.parse().ok()?);
            if part == 0 || part > parts {
                return None;
            }
            LogFileKind::Checkpoint { part, parts }
        }
        _ => return None,
    };
    Some((version, kind))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn log_files_are_recognised_by_their_names() {
        let kind = |name| match classify(name) {
            Some((version, LogFileKind::Commit)) => format!("commit {version}"),
            Some((version, LogFileKind::Checkpoint { part, parts })) => {
                format!("checkpoint {version} {part}/{parts}")
            }
            None => "other".to_owned(),
        };
        assert_eq!(kind("00000000000000000012.json"), "commit 12");
        assert_eq!(
            kind("00000000000000000010.checkpoint.parquet"),
            "checkpoint 10 1/1"
        );
        let part = "00000000000000000010.checkpoint.0000000002.0000000003.parquet";
        assert_eq!(kind(part), "checkpoint 10 2/3");
        for other in [
            "_last_checkpoint",
            "12.json",
            "00000000000000000012.json#1",
            "00000000000000000012.crc",
            "00000000000000000001.00000000000000000009.compacted.json",
            "00000000000000000010.checkpoint.0000000004.0000000003.parquet",
        ] {
            assert_eq!(kind(other), "other", "{other}");
        }
    }
}
