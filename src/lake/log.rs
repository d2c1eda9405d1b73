//! Direct access to the Delta log, for queries that the library answers too slowly or not at all:
//! which of many application transactions exist ([`transactions`]), when a version was committed
//! ([`as_of`]), and what each commit did ([`commits`]).
//!
//! In: a table's store. Out: its log files by version, and their bytes.

use std::collections::BTreeMap;
use std::sync::Arc;

use deltalake::ObjectStore;
use futures::stream::TryStreamExt;
use object_store::ObjectStoreExt;
use object_store::path::Path;
use parquet::file::reader::ChunkReader;

use super::LakeError;
use crate::storage::remedy;

mod as_of;
mod commits;
mod transactions;

pub(super) use as_of::version_as_of;
pub(super) use commits::{LogCommit, commits};
pub(super) use transactions::{
    COMMITTED, INPUTS_FILE, WITHDRAWN, inputs_files, present_app_ids, transaction_versions,
    transactions_from,
};

/// Concurrent reads of commits, which are small files.
const PARALLEL_READS: usize = 8;

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
        let commit = self.commits.last_key_value().map(|(version, _)| *version);
        let checkpoint = self
            .checkpoints
            .last_key_value()
            .map(|(version, _)| *version);
        commit.max(checkpoint)
    }

    /// The newest checkpoint: its version and one of its parts.
    pub(super) fn newest_checkpoint(&self) -> Option<(u64, &Path)> {
        let (version, parts) = self.checkpoints.last_key_value()?;
        Some((*version, parts.first()?))
    }
}

/// A version number in the signed type of the public interface.
pub(super) fn signed(version: u64) -> i64 {
    i64::try_from(version).unwrap_or(i64::MAX)
}

/// Lists the log of a table; empty for a table that does not exist.
pub(super) async fn list(table: &str, store: &dyn ObjectStore) -> Result<LogFiles, LakeError> {
    let folder = Path::from("_delta_log");
    let listed: Result<Vec<_>, _> = store.list(Some(&folder)).try_collect().await;
    let entries = match listed {
        Ok(entries) => entries,
        // A missing log is empty; a missing bucket is an error.
        Err(error @ object_store::Error::NotFound { .. })
            if remedy(&error.to_string()).is_none() =>
        {
            Vec::new()
        }
        Err(error) => return Err(unreadable(table, folder.as_ref(), error)),
    };
    let mut files = LogFiles::default();
    let mut parts: BTreeMap<(u64, usize), BTreeMap<usize, Path>> = BTreeMap::new();
    for entry in entries {
        match entry.location.filename().and_then(classify) {
            Some((version, LogFileKind::Commit)) => {
                files.commits.insert(version, entry.location);
            }
            Some((version, LogFileKind::Checkpoint { part, parts: of })) => {
                parts
                    .entry((version, of))
                    .or_default()
                    .insert(part, entry.location);
            }
            None => {}
        }
    }
    // A checkpoint of several parts counts only if all of them exist.
    for ((version, of), found) in parts {
        if found.len() == of {
            files
                .checkpoints
                .insert(version, found.into_values().collect());
        }
    }
    Ok(files)
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

async fn read(
    table: &str,
    store: &Arc<dyn ObjectStore>,
    path: &Path,
) -> Result<impl ChunkReader + AsRef<[u8]> + 'static, LakeError> {
    let failed = |error| unreadable(table, path.as_ref(), error);
    store
        .get(path)
        .await
        .map_err(failed)?
        .bytes()
        .await
        .map_err(failed)
}

fn unreadable(table: &str, file: &str, source: object_store::Error) -> LakeError {
    LakeError::LogStore {
        table: table.to_owned(),
        file: file.to_owned(),
        source: Box::new(source),
    }
}

fn damaged(table: &str, file: &str, reason: String) -> LakeError {
    LakeError::LogDamaged {
        table: table.to_owned(),
        file: file.to_owned(),
        reason,
    }
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
