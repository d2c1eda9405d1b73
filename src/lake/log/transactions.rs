//! The application transactions (`txn`) of a log: ids come in, the version of each goes out, in one
//! pass over a checkpoint and the commits after it.
//!
//! Version 1 of a transaction means that an input is committed. When [`super::super::maintenance`]
//! restores an older version it withdraws inputs with version 0. The newest one counts.
//!
//! Refused: a log with a gap between the checkpoint and the newest commit.

use std::collections::{HashMap, HashSet};

use arrow::array::{Array, AsArray, RecordBatch};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Int64Type};
use arrow::error::ArrowError;
use object_store::path::Path;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use super::commits::{LogCommit, TRANSACTIONS};
use super::{LogFiles, TableLog};
use crate::lake::LakeError;

/// The transaction version of an input that is in the table.
pub(in crate::lake) const COMMITTED: i64 = 1;
/// The transaction version of an input that was in the table until an older version was restored.
pub(in crate::lake) const WITHDRAWN: i64 = 0;

/// The key in a commit's `commitInfo` for the data file with the rows of `inputs` that follow the
/// commit.
pub(in crate::lake) const INPUTS_FILE: &str = "inputsFile";
/// The key in a commit's `commitInfo` for what it brings to the table of states.
pub(in crate::lake) const STATES: &str = "stateHistory";

/// A predicate on application ids.
type AppIdFilter<'a> = &'a dyn Fn(&str) -> bool;

impl TableLog<'_> {
    /// Those of the `wanted` application ids that are committed at the newest version of the table.
    pub(in crate::lake) fn present_app_ids(
        &self,
        wanted: &HashSet<String>,
    ) -> Result<HashSet<String>, LakeError> {
        let mut versions = self.transaction_versions(&|id| wanted.contains(id), None)?;
        versions.retain(|_, version| *version >= COMMITTED);
        Ok(versions.into_keys().collect())
    }

    /// The latest transaction version of each wanted application id, at version `until` of the
    /// table or at the newest.
    pub(in crate::lake) fn transaction_versions(
        &self,
        wanted: AppIdFilter<'_>,
        until: Option<u64>,
    ) -> Result<HashMap<String, i64>, LakeError> {
        let files = self.files()?;
        let until = until.unwrap_or(u64::MAX);
        let mut versions = HashMap::new();
        let mut from = 0;
        if let Some((version, parts)) = files.checkpoints.range(..=until).next_back() {
            for part in parts {
                self.add_checkpoint_versions(part, wanted, &mut versions)?;
            }
            from = version + 1;
        }
        // In version order: the latest transaction of an id counts.
        for commit in self.commits_between(&files, from, until)? {
            let transactions = commit?.transactions.into_iter();
            let wanted = transactions.filter(|txn| wanted(&txn.app_id));
            versions.extend(wanted.map(|txn| (txn.app_id, txn.version)));
        }
        Ok(versions)
    }

    /// The commits from version `from` on with their transactions, in order.
    pub(in crate::lake) fn transactions_from(
        &self,
        from: u64,
    ) -> Result<Vec<LogCommit>, LakeError> {
        self.commits_between(&self.files()?, from, u64::MAX)?
            .collect()
    }

    /// By application id, the data file with the rows of `inputs` that the newest commit names
    /// which gave a wanted transaction the state that is asked for. Ids without a remaining commit
    /// that names a file are left out.
    pub(in crate::lake) fn inputs_files(
        &self,
        wanted: &HashSet<String>,
        is_committed: bool,
    ) -> Result<HashMap<String, String>, LakeError> {
        let files = self.files()?;
        let mut newest_first = self.commits(files.commits.iter().rev(), TRANSACTIONS);
        let mut found = HashMap::new();
        while found.len() < wanted.len() {
            let Some(commit) = newest_first.next().transpose()? else {
                break;
            };
            let Some(file) = commit.origin.inputs_file else {
                continue;
            };
            for txn in commit.transactions {
                let is_state = (txn.version >= COMMITTED) == is_committed;
                if is_state && wanted.contains(&txn.app_id) {
                    found.entry(txn.app_id).or_insert_with(|| file.clone());
                }
            }
        }
        Ok(found)
    }

    /// By run, the application ids that the remaining commits of these runs have committed.
    pub(in crate::lake) fn app_ids_of_runs(
        &self,
        runs: &HashSet<&str>,
    ) -> Result<HashMap<String, HashSet<String>>, LakeError> {
        let files = self.files()?;
        let mut found: HashMap<String, HashSet<String>> = HashMap::new();
        for commit in self.commits(&files.commits, TRANSACTIONS) {
            let commit = commit?;
            let Some(run) = commit
                .origin
                .run_id
                .filter(|run| runs.contains(run.as_str()))
            else {
                continue;
            };
            let ids = commit.transactions.into_iter();
            let committed = ids.filter(|txn| txn.version >= COMMITTED);
            found
                .entry(run)
                .or_default()
                .extend(committed.map(|txn| txn.app_id));
        }
        Ok(found)
    }

    /// The commits of these versions with their transactions; none may be missing.
    fn commits_between(
        &self,
        files: &LogFiles,
        from: u64,
        until: u64,
    ) -> Result<impl Iterator<Item = Result<LogCommit, LakeError>>, LakeError> {
        let wanted = files.commits.iter();
        let wanted: Vec<_> = wanted
            .filter(|(version, _)| (from..=until).contains(*version))
            .collect();
        for (expected, (version, path)) in (from..).zip(&wanted) {
            if **version != expected {
                let reason = format!("version {expected} is missing");
                return Err(self.damaged(path.as_ref(), reason));
            }
        }
        Ok(self.commits(wanted, TRANSACTIONS))
    }

    /// Adds the wanted transactions of one checkpoint part.
    fn add_checkpoint_versions(
        &self,
        path: &Path,
        wanted: AppIdFilter<'_>,
        versions: &mut HashMap<String, i64>,
    ) -> Result<(), LakeError> {
        let failed = LakeError::parquet("read", format!("{}/{path}", self.table).as_ref());
        let builder =
            ParquetRecordBatchReaderBuilder::try_new(self.read(path)?).map_err(&failed)?;
        let columns = ["txn.appId", "txn.version"];
        let mask = ProjectionMask::columns(builder.parquet_schema(), columns);
        let reader = builder.with_projection(mask).build().map_err(&failed)?;
        let failed = LakeError::arrow("read the checkpoint's record batches", self.table);
        for batch in reader {
            let batch = batch.map_err(&failed)?;
            versions.extend(batch_versions(&batch, wanted).map_err(&failed)?);
        }
        Ok(())
    }
}

/// The wanted transactions of a batch of a checkpoint, which may have none.
fn batch_versions(
    batch: &RecordBatch,
    wanted: AppIdFilter<'_>,
) -> Result<Vec<(String, i64)>, ArrowError> {
    let column = batch.column_by_name("txn");
    let Some(txn) = column.and_then(|column| column.as_struct_opt()) else {
        return Ok(Vec::new());
    };
    let columns = ["appId", "version"].map(|name| txn.column_by_name(name));
    let [Some(ids), Some(versions)] = columns else {
        return Ok(Vec::new());
    };
    let ids = cast(ids, &DataType::Utf8)?;
    let versions = cast(versions, &DataType::Int64)?;
    let versions = versions.as_primitive::<Int64Type>();
    let mut found = Vec::new();
    for (row, id) in ids.as_string::<i32>().iter().enumerate() {
        if let Some(id) = id.filter(|id| txn.is_valid(row) && wanted(id)) {
            found.push((id.to_owned(), versions.value(row)));
        }
    }
    Ok(found)
}
