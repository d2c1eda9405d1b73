//! The version of a table that was the newest at an instant.
//!
//! Refused: instants before the oldest version that can still be read, logs with a gap.

use std::pin::pin;
use std::sync::Arc;

use deltalake::ObjectStore;
use futures::stream::{self, StreamExt, TryStreamExt};
use object_store::ObjectStoreExt;
use object_store::path::Path;
use serde::Deserialize;

use super::{LogFiles, PARALLEL_READS, damaged, list, signed, unreadable};
use crate::lake::LakeError;

const MICROS_PER_MILLI: i64 = 1000;

#[derive(Deserialize)]
struct CommitTimeLine {
    #[serde(rename = "commitInfo")]
    commit_info: Option<CommitTimes>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct CommitTimes {
    in_commit_timestamp: Option<i64>,
    timestamp: Option<i64>,
}

/// The newest version committed at or before `micros` (since 1970 in UTC), by the clock of its
/// writer; `None` for a table without a log.
///
/// A version counts as no older than its predecessor, so a clock that goes backwards does not undo
/// what a later version has changed: the versions before the first one that is too young qualify,
/// whatever the times of later ones.
pub(in crate::lake) async fn version_as_of(
    table: &str,
    store: &Arc<dyn ObjectStore>,
    micros: i64,
) -> Result<Option<u64>, LakeError> {
    let files = list(table, store).await?;
    if files.newest().is_none() {
        return Ok(None);
    }
    let oldest = oldest(table, &files)?;
    let commits: Vec<(u64, Path)> = files
        .commits
        .range(oldest..)
        .map(|(version, path)| (*version, path.clone()))
        .collect();
    let read = |(version, path): (u64, Path)| async move {
        Ok::<_, LakeError>((version, committed_at(table, store, &path).await?))
    };
    let mut times = pin!(stream::iter(commits).map(read).buffered(PARALLEL_READS));
    let mut found = None;
    while let Some((version, at)) = times.try_next().await? {
        if at > micros {
            if found.is_none() {
                return Err(LakeError::NoVersionAsOf {
                    table: table.to_owned(),
                    oldest: signed(version),
                    committed_at: at,
                });
            }
            break;
        }
        found = Some(version);
    }
    Ok(found)
}

/// The oldest version that can be read and whose commit, with its time, still exists.
fn oldest(table: &str, files: &LogFiles) -> Result<u64, LakeError> {
    let mut first = None;
    for version in files.commits.keys().rev() {
        match first {
            Some(after) if version + 1 != after => break,
            _ => first = Some(*version),
        }
    }
    let missing = |version: u64| {
        let reason = format!("version {version} is missing, and no checkpoint replaces it");
        damaged(table, "_delta_log", reason)
    };
    match first {
        Some(0) => Ok(0),
        // The commits before it were cleaned up: reading on requires a checkpoint.
        Some(first) => {
            let from = files.checkpoints.range(first - 1..).next();
            let (checkpoint, _) = from.ok_or_else(|| missing(first - 1))?;
            Ok(first.max(*checkpoint))
        }
        None => Err(missing(0)),
    }
}

/// The time of one commit in microseconds: that in the commit, or else that of its file.
async fn committed_at(
    table: &str,
    store: &Arc<dyn ObjectStore>,
    path: &Path,
) -> Result<i64, LakeError> {
    let failed = |error| unreadable(table, path.as_ref(), error);
    let file = store.get(path).await.map_err(failed)?;
    let modified = file.meta.last_modified.timestamp_millis();
    let bytes = file.bytes().await.map_err(failed)?;
    let stated =
        stated_millis(&bytes).map_err(|error| damaged(table, path.as_ref(), error.to_string()))?;
    Ok(stated.unwrap_or(modified).saturating_mul(MICROS_PER_MILLI))
}

/// The time in a commit, in milliseconds.
///
/// <https://github.com/delta-io/delta/blob/master/PROTOCOL.md#commit-provenance-information>
fn stated_millis(commit: &[u8]) -> Result<Option<i64>, serde_json::Error> {
    for line in commit.split(|byte| *byte == b'\n') {
        if memchr::memmem::find(line, b"\"commitInfo\"").is_none() {
            continue;
        }
        let line: CommitTimeLine = serde_json::from_slice(line)?;
        if let Some(info) = line.commit_info {
            return Ok(info.in_commit_timestamp.or(info.timestamp));
        }
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_inside_the_commit_counts_before_that_of_its_writer() {
        let stated = |commit: &str| stated_millis(commit.as_bytes()).unwrap();
        let both = r#"{"commitInfo":{"timestamp":7,"inCommitTimestamp":9}}"#;
        assert_eq!(stated(both), Some(9));
        let one = "{\"txn\":{\"appId\":\"commitInfo\"}}\n{\"commitInfo\":{\"timestamp\":7}}";
        assert_eq!(stated(one), Some(7));
        assert_eq!(stated(r#"{"commitInfo":{}}"#), None);
        assert_eq!(stated(r#"{"add":{"path":"x"}}"#), None);
        assert!(stated_millis(br#"{"commitInfo":{"timestamp":"#).is_err());
    }
}
