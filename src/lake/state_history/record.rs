//! Records a commit of rows in the table of states: the states of the inputs that it takes out leave,
//! and its own come, with its transactions. Done again it changes nothing.

use std::collections::BTreeSet;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, BooleanArray, Date32Array, RecordBatch};
use arrow::compute::nullif;
use arrow::datatypes::Int64Type;
use arrow::error::ArrowError;
use deltalake::kernel::Transaction;

use super::leaving_states::company_of;
use super::{COMMIT_ORDER, SNAPSHOT_DATE, history_id};
use crate::lake::actions::remove_actions;
use crate::lake::columns::numbers;
use crate::lake::commit::{CommitIdentity, CommitOperation, PlannedCommit, app_id};
use crate::lake::counts::signed;
use crate::lake::log::LogCommit;
use crate::lake::partition::is_inside_table;
use crate::lake::row_origins::{OriginChanges, RewrittenFiles, changed_rows};
use crate::lake::staged::{DataFile, StagedFiles};
use crate::lake::table::loaded_state;
use crate::lake::{
    FileRef, Lake, LakeError, PartitionWriter, StateCommit, TableSpec, WriterOptions,
};

impl Lake {
    /// Records a commit of `rows` if the value of the table of states is still `before`, so that it
    /// follows. `false` if files that the commit names do not exist any more.
    pub(super) fn record_states(
        &self,
        run_id: &str,
        rows: &TableSpec,
        states: &TableSpec,
        commit: &LogCommit,
        before: i64,
        staged: Option<&StagedFiles>,
    ) -> Result<bool, LakeError> {
        let Some(of_commit) = &commit.origin.state_history else {
            return Ok(false);
        };
        let files = match staged {
            Some(staged) => staged.files.clone(),
            None => match self.named_files(states, of_commit)? {
                Some(files) => files,
                None => return Ok(false),
            },
        };
        let incoming = StagedFiles {
            rows: files.iter().map(|file| file.rows).sum(),
            files,
            table: states.name,
        };
        let version = signed(commit.version);
        let mut transactions = contents(rows, states, commit);
        transactions.push(Transaction::new(history_id(states.name), version));
        let name = format!("states-{version}-{run_id}");
        let identity = CommitIdentity::of_maintenance(states, run_id, &name);
        self.commit(&identity, &mut |table| {
            let state = loaded_state(states.name, table)?;
            let value = self.history_of(states.name, Some(state.version()))?;
            if value != before {
                return Ok(None);
            }
            let live = self.snapshot_of(states.name, state, None)?.files;
            let rewritten = self.without_origins(run_id, states, live, of_commit)?;
            let mut adds = self.add_actions(states, &rewritten.staged)?;
            adds.extend(self.add_actions(states, &incoming)?);
            Ok::<_, LakeError>(Some(PlannedCommit {
                removes: remove_actions(states.name, state, &rewritten.removed)?,
                adds,
                transactions: transactions.clone(),
                temporary: vec![rewritten.staged],
                ..PlannedCommit::new(CommitOperation::Change)
            }))
        })?;
        Ok(true)
    }

    /// The files that a commit names; `None` if one of them does not exist.
    fn named_files(
        &self,
        states: &TableSpec,
        commit: &StateCommit,
    ) -> Result<Option<Vec<DataFile>>, LakeError> {
        let mut files = Vec::new();
        for path in &commit.files {
            let found = if is_inside_table(path) {
                self.find_staged_file(states, path)?
            } else {
                None
            };
            let Some(file) = found else { return Ok(None) };
            files.push(file);
        }
        Ok(Some(files))
    }

    /// The files that the changes of origins concern, written again. Full snapshots that lose states
    /// are no longer snapshots.
    fn without_origins(
        &self,
        run_id: &str,
        states: &TableSpec,
        live: Vec<FileRef>,
        commit: &StateCommit,
    ) -> Result<RewrittenFiles, LakeError> {
        let changes: OriginChanges = commit
            .origins
            .iter()
            .map(|change| (change.from.clone(), change.to.clone()))
            .collect();
        let options = WriterOptions {
            max_partitions: usize::MAX,
            ..WriterOptions::new(run_id)
        };
        let mut writer = PartitionWriter::new(self, states, options)?;
        let mut removed = Vec::new();
        if !changes.is_empty() {
            let leaving = self.leaving_states(states, &live, &commit.origins)?;
            for file in live {
                let commits = leaving.broken.get(&company_of(states, &file)?);
                let is_concerned =
                    leaving.files.contains(&file) || self.has_commits(states, &file, commits)?;
                if !is_concerned {
                    continue;
                }
                let partition = file.partition_in(states)?;
                for batch in self.read_rows(states, &file, None)? {
                    let failed = LakeError::arrow("change the origin of states", states.name);
                    let batch = changed_rows(&batch?, &changes).map_err(&failed)?;
                    let batch = without_snapshots(states, batch, commits)?;
                    writer.append(partition.clone(), batch)?;
                }
                removed.push(file);
            }
        }
        Ok(RewrittenFiles {
            removed,
            staged: writer.finish()?,
        })
    }

    fn has_commits(
        &self,
        states: &TableSpec,
        file: &FileRef,
        commits: Option<&BTreeSet<i64>>,
    ) -> Result<bool, LakeError> {
        let Some(commits) = commits else {
            return Ok(false);
        };
        for batch in self.read_rows(states, file, Some(&[COMMIT_ORDER]))? {
            let batch = batch?;
            let orders = numbers::<Int64Type>(&batch, states.name, COMMIT_ORDER)?;
            if orders.values().iter().any(|order| commits.contains(order)) {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

/// States without the date of their snapshot if it is one of `commits`.
fn without_snapshots(
    states: &TableSpec,
    batch: RecordBatch,
    commits: Option<&BTreeSet<i64>>,
) -> Result<RecordBatch, LakeError> {
    let Some(commits) = commits else {
        return Ok(batch);
    };
    let orders = numbers::<Int64Type>(&batch, states.name, COMMIT_ORDER)?;
    let is_broken: BooleanArray = orders
        .values()
        .iter()
        .map(|order| Some(commits.contains(order)))
        .collect();
    let replaced = || -> Result<RecordBatch, ArrowError> {
        let position = batch.schema().index_of(SNAPSHOT_DATE)?;
        let mut columns: Vec<ArrayRef> = batch.columns().to_vec();
        let dates = columns[position].as_any().downcast_ref::<Date32Array>();
        let dates = dates.ok_or_else(|| ArrowError::SchemaError(SNAPSHOT_DATE.to_owned()))?;
        columns[position] = Arc::new(nullif(dates, &is_broken)?);
        RecordBatch::try_new(batch.schema(), columns)
    };
    replaced().map_err(LakeError::arrow(
        "change the snapshots of states",
        states.name,
    ))
}

/// The transactions of the contents of a commit of rows, for the table of states.
fn contents(rows: &TableSpec, states: &TableSpec, commit: &LogCommit) -> Vec<Transaction> {
    // The record kind has the name of its table of rows.
    let prefix = app_id(rows.name, rows.name, "");
    let of_content = commit.transactions.iter().filter_map(|txn| {
        let digest = txn.app_id.strip_prefix(&prefix)?;
        Some(Transaction::new(
            app_id(states.name, rows.name, digest),
            txn.version,
        ))
    });
    of_content.collect()
}
