//! The Delta log read directly, for the one question its library answers too slowly: which of many
//! application transactions (`txn`) are there. One pass over the newest checkpoint and the commits
//! after it answers it for all of them.
//!
//! ([`as_of`] asks it when a version was committed.)
//!
//! Refused: a log with a gap between the checkpoint and the newest commit, lines that are not JSON.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use arrow::array::{Array, AsArray, RecordBatch};
use arrow::compute::cast;
use arrow::datatypes::DataType;
use deltalake::ObjectStore;
use futures::stream::{self, StreamExt, TryStreamExt};
use object_store::ObjectStoreExt;
use object_store::path::Path;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::file::reader::ChunkReader;
use serde::Deserialize;

use super::LakeError;
use crate::store::remedy;

mod as_of;

pub(super) use as_of::version_as_of;

/// Commits read at once; they are small files.
const PARALLEL_READS: usize = 8;

/// The files of a log that matter.
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
}

/// A transaction of the log, with the run that committed it, where the commit says so.
#[derive(Debug)]
pub(super) struct Landed {
    pub(super) app_id: String,
    pub(super) version: u64,
    pub(super) run_id: Option<String>,
}

#[derive(Deserialize)]
struct Line {
    txn: Option<Txn>,
    #[serde(rename = "commitInfo")]
    commit_info: Option<CommitInfo>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Txn {
    app_id: String,
}

#[derive(Deserialize)]
struct CommitInfo {
    #[serde(rename = "runId")]
    run_id: Option<String>,
}

/// A version as Delta's users count them.
pub(super) fn signed(version: u64) -> i64 {
    i64::try_from(version).unwrap_or(i64::MAX)
}

/// Lists the log of a table; a table that does not exist has an empty one.
pub(super) async fn list(table: &str, store: &dyn ObjectStore) -> Result<LogFiles, LakeError> {
    let folder = Path::from("_delta_log");
    let listed: Result<Vec<_>, _> = store.list(Some(&folder)).try_collect().await;
    let entries = match listed {
        Ok(entries) => entries,
        // No log is an empty one; no bucket is a mistake.
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
            Some((version, Kind::Commit)) => {
                files.commits.insert(version, entry.location);
            }
            Some((version, Kind::Checkpoint { part, parts: of })) => {
                parts
                    .entry((version, of))
                    .or_default()
                    .insert(part, entry.location);
            }
            None => {}
        }
    }
    // A checkpoint of several parts counts when all of them are there.
    for ((version, of), found) in parts {
        if found.len() == of {
            files
                .checkpoints
                .insert(version, found.into_values().collect());
        }
    }
    Ok(files)
}

enum Kind {
    Commit,
    Checkpoint { part: usize, parts: usize },
}

/// What a file of the log is, by its name.
///
/// <https://github.com/delta-io/delta/blob/master/PROTOCOL.md#file-types>
fn classify(name: &str) -> Option<(u64, Kind)> {
    let (version, rest) = name.split_once('.')?;
    if version.len() != 20 {
        return None;
    }
    let version = version.parse().ok()?;
    let kind = match rest.split('.').collect::<Vec<_>>().as_slice() {
        ["json"] => Kind::Commit,
        ["checkpoint", "parquet"] => Kind::Checkpoint { part: 1, parts: 1 },
        ["checkpoint", part, parts, "parquet"] => {
            let (part, parts): (usize, usize) = (part.parse().ok()?, parts.parse().ok()?);
            if part == 0 || part > parts {
                return None;
            }
            Kind::Checkpoint { part, parts }
        }
        _ => return None,
    };
    Some((version, kind))
}

/// Which of the `wanted` application ids have a transaction in the log.
pub(super) async fn present(
    table: &str,
    store: &Arc<dyn ObjectStore>,
    wanted: &HashSet<String>,
) -> Result<HashSet<String>, LakeError> {
    let files = list(table, store).await?;
    let mut found = HashSet::new();
    let from = match files.checkpoints.last_key_value() {
        Some((version, parts)) => {
            for part in parts {
                found.extend(checkpoint_ids(table, store, part, wanted).await?);
            }
            version + 1
        }
        None => 0,
    };
    let landed = commits_from(table, store, &files, from).await?;
    found.extend(
        landed
            .into_iter()
            .map(|txn| txn.app_id)
            .filter(|id| wanted.contains(id)),
    );
    Ok(found)
}

/// The transactions of the commits from version `from` on.
pub(super) async fn landed_from(
    table: &str,
    store: &Arc<dyn ObjectStore>,
    from: u64,
) -> Result<Vec<Landed>, LakeError> {
    let files = list(table, store).await?;
    commits_from(table, store, &files, from).await
}

async fn commits_from(
    table: &str,
    store: &Arc<dyn ObjectStore>,
    files: &LogFiles,
    from: u64,
) -> Result<Vec<Landed>, LakeError> {
    let wanted: Vec<(u64, Path)> = files
        .commits
        .range(from..)
        .map(|(version, path)| (*version, path.clone()))
        .collect();
    for (expected, (version, path)) in (from..).zip(&wanted) {
        if *version != expected {
            return Err(broken(
                table,
                path.as_ref(),
                format!("version {expected} is missing"),
            ));
        }
    }
    let read = |(version, path): (u64, Path)| async move {
        let bytes = read(table, store, &path).await?;
        transactions(table, &path, version, bytes.as_ref())
    };
    let found: Vec<Vec<Landed>> = stream::iter(wanted)
        .map(read)
        .buffered(PARALLEL_READS)
        .try_collect()
        .await?;
    Ok(found.into_iter().flatten().collect())
}

/// The transactions of one commit.
fn transactions(
    table: &str,
    path: &Path,
    version: u64,
    bytes: &[u8],
) -> Result<Vec<Landed>, LakeError> {
    let mut ids = Vec::new();
    let mut run_id = None;
    for line in bytes.split(|byte| *byte == b'\n') {
        let says = |key: &str| memchr::memmem::find(line, key.as_bytes()).is_some();
        if !says("\"txn\"") && !says("\"commitInfo\"") {
            continue;
        }
        let line: Line = serde_json::from_slice(line)
            .map_err(|error| broken(table, path.as_ref(), error.to_string()))?;
        ids.extend(line.txn.map(|txn| txn.app_id));
        run_id = run_id.or(line.commit_info.and_then(|info| info.run_id));
    }
    let landed = |app_id| Landed {
        app_id,
        version,
        run_id: run_id.clone(),
    };
    Ok(ids.into_iter().map(landed).collect())
}

/// The wanted application ids of one checkpoint part.
async fn checkpoint_ids(
    table: &str,
    store: &Arc<dyn ObjectStore>,
    path: &Path,
    wanted: &HashSet<String>,
) -> Result<Vec<String>, LakeError> {
    let bytes = read(table, store, path).await?;
    let failed = LakeError::parquet("read", format!("{table}/{path}").as_ref());
    let builder = ParquetRecordBatchReaderBuilder::try_new(bytes).map_err(&failed)?;
    let mask = ProjectionMask::columns(builder.parquet_schema(), ["txn.appId"]);
    let reader = builder.with_projection(mask).build().map_err(&failed)?;
    let mut found = Vec::new();
    for batch in reader {
        let batch = batch.map_err(LakeError::arrow("read the checkpoint's", table))?;
        collect_ids(table, &batch, wanted, &mut found)?;
    }
    Ok(found)
}

fn collect_ids(
    table: &str,
    batch: &RecordBatch,
    wanted: &HashSet<String>,
    found: &mut Vec<String>,
) -> Result<(), LakeError> {
    // A checkpoint need not have the column at all.
    let Some(txn) = batch
        .column_by_name("txn")
        .and_then(|column| column.as_struct_opt())
    else {
        return Ok(());
    };
    let Some(ids) = txn.column_by_name("appId") else {
        return Ok(());
    };
    let ids =
        cast(ids, &DataType::Utf8).map_err(LakeError::arrow("read the checkpoint's", table))?;
    for (row, id) in ids.as_string::<i32>().iter().enumerate() {
        if let Some(id) = id.filter(|id| txn.is_valid(row) && wanted.contains(*id)) {
            found.push(id.to_owned());
        }
    }
    Ok(())
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

fn broken(table: &str, file: &str, reason: String) -> LakeError {
    LakeError::LogBroken {
        table: table.to_owned(),
        file: file.to_owned(),
        reason,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn log_files_are_told_by_their_names() {
        let kind = |name| match classify(name) {
            Some((version, Kind::Commit)) => format!("commit {version}"),
            Some((version, Kind::Checkpoint { part, parts })) => {
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

    #[test]
    fn transactions_carry_the_run_of_their_commit_and_torn_lines_are_refused() {
        let commit = br#"{"commitInfo":{"operation":"WRITE","runId":"run-1"}}
{"add":{"path":"x","stats":"{\"txn\":1}"}}
{"txn":{"appId":"purchases:purchases:aa","version":1}}"#;
        let path = Path::from("_delta_log/00000000000000000003.json");
        let landed = transactions("purchases", &path, 3, commit).unwrap();
        assert_eq!(landed.len(), 1);
        assert_eq!(landed[0].app_id, "purchases:purchases:aa");
        assert_eq!(
            (landed[0].version, landed[0].run_id.as_deref()),
            (3, Some("run-1"))
        );

        let torn = transactions("purchases", &path, 3, br#"{"txn":{"appId":"purch"#);
        assert!(matches!(torn, Err(LakeError::LogBroken { .. })));
    }
}
