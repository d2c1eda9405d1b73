//! What each commit of a log did: a table's store comes in, the remaining commits go out, oldest
//! first.
//!
//! Refused: a log with a gap, lines that are not JSON.

use std::sync::Arc;

use deltalake::ObjectStore;
use deltalake::kernel::{Action, CommitInfo};
use futures::stream::{self, StreamExt, TryStreamExt};
use object_store::ObjectStoreExt;
use object_store::path::Path;
use serde_json::Value;

use super::{PARALLEL_READS, damaged, list, unreadable};
use crate::lake::LakeError;

/// A commit.
#[derive(Debug, Default)]
pub(in crate::lake) struct LogCommit {
    pub(in crate::lake) version: u64,
    /// When it was committed, by the clock of its writer or else of its store, in milliseconds
    /// since 1970.
    pub(in crate::lake) at_millis: i64,
    pub(in crate::lake) operation: Option<String>,
    pub(in crate::lake) run_id: Option<String>,
    pub(in crate::lake) added: Vec<AddedFile>,
    pub(in crate::lake) removed: Vec<RemovedFile>,
}

/// A file that a commit adds.
#[derive(Debug)]
pub(in crate::lake) struct AddedFile {
    pub(in crate::lake) path: String,
    pub(in crate::lake) rows: Option<i64>,
}

/// A file that a commit removes.
#[derive(Debug)]
pub(in crate::lake) struct RemovedFile {
    pub(in crate::lake) path: String,
    /// When it was removed, in milliseconds since 1970.
    pub(in crate::lake) at_millis: i64,
}

/// All commits that the log still contains, oldest first; empty for a table that does not exist.
pub(in crate::lake) async fn commits(
    table: &str,
    store: &Arc<dyn ObjectStore>,
) -> Result<Vec<LogCommit>, LakeError> {
    let files = list(table, store).await?;
    let read = |(version, path): (u64, Path)| async move {
        let failed = |error| unreadable(table, path.as_ref(), error);
        let file = store.get(&path).await.map_err(failed)?;
        let written_at = file.meta.last_modified.timestamp_millis();
        let bytes = file.bytes().await.map_err(failed)?;
        let commit = LogCommit {
            version,
            at_millis: written_at,
            ..LogCommit::default()
        };
        parse_commit(commit, &bytes)
            .map_err(|error| damaged(table, path.as_ref(), error.to_string()))
    };
    stream::iter(files.commits)
        .map(read)
        .buffered(PARALLEL_READS)
        .try_collect()
        .await
}

fn parse_commit(mut commit: LogCommit, bytes: &[u8]) -> Result<LogCommit, serde_json::Error> {
    for line in bytes.split(|byte| *byte == b'\n') {
        let contains = |key: &str| memchr::memmem::find(line, key.as_bytes()).is_some();
        if !contains("\"add\"") && !contains("\"remove\"") && !contains("\"commitInfo\"") {
            continue;
        }
        match serde_json::from_slice(line)? {
            Action::Add(add) => commit.added.push(AddedFile {
                rows: add.stats.as_deref().and_then(rows),
                path: add.path,
            }),
            Action::Remove(remove) => commit.removed.push(RemovedFile {
                path: remove.path,
                at_millis: remove.deletion_timestamp.unwrap_or_default(),
            }),
            Action::CommitInfo(info) => apply_commit_info(&mut commit, info),
            _ => {}
        }
    }
    // Some writers leave out the time of deletion: it is that of the commit.
    for removed in commit.removed.iter_mut().filter(|one| one.at_millis == 0) {
        removed.at_millis = commit.at_millis;
    }
    Ok(commit)
}

fn apply_commit_info(commit: &mut LogCommit, info: CommitInfo) {
    commit.at_millis = info.timestamp.unwrap_or(commit.at_millis);
    commit.operation = info.operation;
    let run_id = info.info.get("runId").and_then(Value::as_str);
    commit.run_id = run_id.map(str::to_owned);
}

/// The number of rows in the statistics of a file.
fn rows(stats: &str) -> Option<i64> {
    let stats: Value = serde_json::from_str(stats).ok()?;
    stats.get("numRecords")?.as_i64()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_commit_lists_its_files_with_their_decoded_paths() {
        let text = br#"{"commitInfo":{"timestamp":7,"operation":"WRITE","runId":"run-1"}}
{"add":{"path":"k=a%20b/x.parquet","partitionValues":{"k":"a b"},"size":9,"modificationTime":1,"dataChange":true,"stats":"{\"numRecords\":3}"}}
{"remove":{"path":"k=a%20b/y.parquet","dataChange":true}}
{"txn":{"appId":"x","version":1}}"#;
        let commit = parse_commit(LogCommit::default(), text).unwrap();
        assert_eq!(commit.at_millis, 7);
        assert_eq!(commit.operation.as_deref(), Some("WRITE"));
        assert_eq!(commit.run_id.as_deref(), Some("run-1"));
        let added = &commit.added[0];
        assert_eq!(
            (added.path.as_str(), added.rows),
            ("k=a b/x.parquet", Some(3))
        );
        let removed = &commit.removed[0];
        assert_eq!(
            (removed.path.as_str(), removed.at_millis),
            ("k=a b/y.parquet", 7)
        );
        assert!(parse_commit(LogCommit::default(), br#"{"add":{"path":"#).is_err());
    }
}
