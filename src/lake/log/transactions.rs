//! The application transactions (`txn`) of a log: ids come in, the version of each goes out, in one
//! pass over a checkpoint and the commits after it.
//!
//! Version 1 of a transaction means that an input is committed. When [`super::super::maintenance`]
//! restores an older version it withdraws inputs with version 0. The newest one counts.
//!
//! Refused: a log with a gap between the checkpoint and the newest commit, lines that are not JSON.

use std::collections::{HashMap, HashSet};
use std::pin::pin;
use std::sync::Arc;

use arrow::array::{Array, AsArray, RecordBatch};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Int64Type};
use deltalake::ObjectStore;
use futures::stream::{self, StreamExt, TryStreamExt};
use object_store::path::Path;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use serde::Deserialize;

use super::{LogFiles, PARALLEL_READS, damaged, list, read};
use crate::lake::LakeError;

/// The transaction version of an input that is in the table.
pub(in crate::lake) const COMMITTED: i64 = 1;
/// The transaction version of an input that was in the table until an older version was restored.
pub(in crate::lake) const WITHDRAWN: i64 = 0;

/// The key in a commit's `commitInfo` for the data file with the rows of `inputs` that follow the
/// commit.
pub(in crate::lake) const INPUTS_FILE: &str = "inputsFile";

/// A transaction of the log, with the run that committed it if the commit names it.
#[derive(Debug)]
pub(in crate::lake) struct CommittedTransaction {
    pub(in crate::lake) app_id: String,
    /// [`COMMITTED`] or [`WITHDRAWN`].
    pub(in crate::lake) txn_version: i64,
    /// The version of the table.
    pub(in crate::lake) version: u64,
    pub(in crate::lake) run_id: Option<String>,
    /// The value of [`INPUTS_FILE`].
    inputs_file: Option<String>,
}

impl CommittedTransaction {
    pub(in crate::lake) fn is_committed(&self) -> bool {
        self.txn_version >= COMMITTED
    }
}

#[derive(Deserialize)]
struct TransactionLine {
    txn: Option<TxnAction>,
    #[serde(rename = "commitInfo")]
    commit_info: Option<CommitOrigin>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct TxnAction {
    app_id: String,
    version: i64,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct CommitOrigin {
    run_id: Option<String>,
    inputs_file: Option<String>,
}

/// A predicate on application ids.
type AppIdFilter<'a> = &'a (dyn Fn(&str) -> bool + Sync);

/// Those of the `wanted` application ids that are committed at the newest version of the table.
pub(in crate::lake) async fn present_app_ids(
    table: &str,
    store: &Arc<dyn ObjectStore>,
    wanted: &HashSet<String>,
) -> Result<HashSet<String>, LakeError> {
    let versions = transaction_versions(table, store, &|id| wanted.contains(id), None).await?;
    let found = versions
        .into_iter()
        .filter(|(_, version)| *version >= COMMITTED);
    Ok(found.map(|(id, _)| id).collect())
}

/// The latest transaction version of each wanted application id, at version `until` of the table or
/// at the newest.
pub(in crate::lake) async fn transaction_versions(
    table: &str,
    store: &Arc<dyn ObjectStore>,
    wanted: AppIdFilter<'_>,
    until: Option<u64>,
) -> Result<HashMap<String, i64>, LakeError> {
    let files = list(table, store).await?;
    let until = until.unwrap_or(u64::MAX);
    let mut versions = HashMap::new();
    let from = match files.checkpoints.range(..=until).next_back() {
        Some((version, parts)) => {
            for part in parts {
                versions.extend(checkpoint_versions(table, store, part, wanted).await?);
            }
            version + 1
        }
        None => 0,
    };
    // In version order: the latest transaction of an id counts.
    for txn in commits_between(table, store, &files, from, until).await? {
        if wanted(&txn.app_id) {
            versions.insert(txn.app_id, txn.txn_version);
        }
    }
    Ok(versions)
}

/// The transactions of the commits from version `from` on, in order.
pub(in crate::lake) async fn transactions_from(
    table: &str,
    store: &Arc<dyn ObjectStore>,
    from: u64,
) -> Result<Vec<CommittedTransaction>, LakeError> {
    let files = list(table, store).await?;
    commits_between(table, store, &files, from, u64::MAX).await
}

/// By application id, the data file with the rows of `inputs` that the newest commit of a wanted
/// transaction names. Ids without a remaining commit that names a file are left out.
pub(in crate::lake) async fn inputs_files(
    table: &str,
    store: &Arc<dyn ObjectStore>,
    wanted: &HashSet<String>,
) -> Result<HashMap<String, String>, LakeError> {
    let files = list(table, store).await?;
    let read = |(version, path): (u64, Path)| async move {
        let bytes = read(table, store, &path).await?;
        transactions(table, &path, version, bytes.as_ref())
    };
    let newest_first = stream::iter(files.commits.into_iter().rev());
    let mut commits = pin!(newest_first.map(read).buffered(PARALLEL_READS));
    let mut found = HashMap::new();
    while found.len() < wanted.len() {
        let Some(committed) = commits.try_next().await? else {
            break;
        };
        for txn in committed {
            let Some(file) = txn.inputs_file.filter(|_| txn.txn_version >= COMMITTED) else {
                continue;
            };
            if wanted.contains(&txn.app_id) {
                found.entry(txn.app_id).or_insert(file);
            }
        }
    }
    Ok(found)
}

async fn commits_between(
    table: &str,
    store: &Arc<dyn ObjectStore>,
    files: &LogFiles,
    from: u64,
    until: u64,
) -> Result<Vec<CommittedTransaction>, LakeError> {
    if from > until {
        return Ok(Vec::new());
    }
    let wanted: Vec<(u64, Path)> = files
        .commits
        .range(from..=until)
        .map(|(version, path)| (*version, path.clone()))
        .collect();
    for (expected, (version, path)) in (from..).zip(&wanted) {
        if *version != expected {
            return Err(damaged(
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
    let found: Vec<Vec<CommittedTransaction>> = stream::iter(wanted)
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
) -> Result<Vec<CommittedTransaction>, LakeError> {
    let mut txns = Vec::new();
    let mut info = None;
    for line in bytes.split(|byte| *byte == b'\n') {
        let contains = |key: &str| memchr::memmem::find(line, key.as_bytes()).is_some();
        if !contains("\"txn\"") && !contains("\"commitInfo\"") {
            continue;
        }
        let line: TransactionLine = serde_json::from_slice(line)
            .map_err(|error| damaged(table, path.as_ref(), error.to_string()))?;
        txns.extend(line.txn);
        info = info.or(line.commit_info);
    }
    let committed = |txn: TxnAction| CommittedTransaction {
        app_id: txn.app_id,
        txn_version: txn.version,
        version,
        run_id: info.as_ref().and_then(|info| info.run_id.clone()),
        inputs_file: info.as_ref().and_then(|info| info.inputs_file.clone()),
    };
    Ok(txns.into_iter().map(committed).collect())
}

/// The wanted transactions of one checkpoint part.
async fn checkpoint_versions(
    table: &str,
    store: &Arc<dyn ObjectStore>,
    path: &Path,
    wanted: AppIdFilter<'_>,
) -> Result<Vec<(String, i64)>, LakeError> {
    let bytes = read(table, store, path).await?;
    let failed = LakeError::parquet("read", format!("{table}/{path}").as_ref());
    let builder = ParquetRecordBatchReaderBuilder::try_new(bytes).map_err(&failed)?;
    let columns = ["txn.appId", "txn.version"];
    let mask = ProjectionMask::columns(builder.parquet_schema(), columns);
    let reader = builder.with_projection(mask).build().map_err(&failed)?;
    let mut found = Vec::new();
    for batch in reader {
        let batch = batch.map_err(LakeError::arrow("read the checkpoint's", table))?;
        collect_versions(table, &batch, wanted, &mut found)?;
    }
    Ok(found)
}

fn collect_versions(
    table: &str,
    batch: &RecordBatch,
    wanted: AppIdFilter<'_>,
    found: &mut Vec<(String, i64)>,
) -> Result<(), LakeError> {
    // A checkpoint may lack the column.
    let Some(txn) = batch
        .column_by_name("txn")
        .and_then(|column| column.as_struct_opt())
    else {
        return Ok(());
    };
    let columns = (txn.column_by_name("appId"), txn.column_by_name("version"));
    let (Some(ids), Some(versions)) = columns else {
        return Ok(());
    };
    let failed = LakeError::arrow("read the checkpoint's", table);
    let ids = cast(ids, &DataType::Utf8).map_err(&failed)?;
    let versions = cast(versions, &DataType::Int64).map_err(&failed)?;
    let versions = versions.as_primitive::<Int64Type>();
    for (row, id) in ids.as_string::<i32>().iter().enumerate() {
        if let Some(id) = id.filter(|id| txn.is_valid(row) && wanted(id)) {
            found.push((id.to_owned(), versions.value(row)));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn transactions_carry_the_run_of_their_commit_and_torn_lines_are_refused() {
        let commit = br#"{"commitInfo":{"operation":"WRITE","runId":"run-1"}}
{"add":{"path":"x","stats":"{\"txn\":1}"}}
{"txn":{"appId":"purchases:purchases:aa","version":1}}"#;
        let path = Path::from("_delta_log/00000000000000000003.json");
        let committed = transactions("purchases", &path, 3, commit).unwrap();
        assert_eq!(committed.len(), 1);
        assert_eq!(committed[0].app_id, "purchases:purchases:aa");
        assert!(committed[0].is_committed());
        assert_eq!(
            (committed[0].version, committed[0].run_id.as_deref()),
            (3, Some("run-1"))
        );

        let torn = transactions("purchases", &path, 3, br#"{"txn":{"appId":"purch"#);
        assert!(matches!(torn, Err(LakeError::LogDamaged { .. })));
    }
}
