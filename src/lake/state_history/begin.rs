//! Begins a history: the rows of a table as they are come in; a table of states that holds them and
//! nothing else goes out.

use std::collections::HashSet;

use arrow::array::Int64Array;
use deltalake::kernel::Transaction;

use super::{StateOrder, history_id};
use crate::lake::actions::remove_actions;
use crate::lake::commit::{CommitIdentity, CommitOperation, PlannedCommit};
use crate::lake::counts::{signed, unsigned};
use crate::lake::table::loaded_state;
use crate::lake::{
    Lake, LakeError, PartitionWriter, Snapshot, StagedFiles, TableSpec, WriterOptions, log,
};

impl Lake {
    /// Replaces the content of the table of states by the rows. No input's states are in it then.
    pub(super) fn begin_history(
        &self,
        run_id: &str,
        rows: &TableSpec,
        states: &TableSpec,
    ) -> Result<(), LakeError> {
        self.mark_begin(run_id, rows)?;
        let name = format!("begin-{run_id}");
        let identity = CommitIdentity::of_maintenance(states, run_id, &name);
        let committed = self.commit(&identity, &mut |table| {
            let state = loaded_state(states.name, table)?;
            let snapshot = self.snapshot(rows.name, None, None)?;
            let value = self.history_of(rows.name, Some(unsigned(snapshot.version)))?;
            if self.history_of(states.name, Some(state.version()))? == value {
                return Ok(None);
            }
            let before = self.snapshot_of(states.name, state, None)?.files;
            let staged = self.stage_current_rows(run_id, rows, states, &snapshot)?;
            let mut transactions = self.withdrawn_contents(states, state.version())?;
            transactions.push(Transaction::new(history_id(states.name), value));
            Ok::<_, LakeError>(Some(PlannedCommit {
                removes: remove_actions(states.name, state, &before)?,
                adds: self.add_actions(states, &staged)?,
                transactions,
                temporary: vec![staged],
                ..PlannedCommit::new(CommitOperation::Change)
            }))
        });
        committed.map(drop)
    }

    /// Gives rows without a history the version at which it begins.
    fn mark_begin(&self, run_id: &str, rows: &TableSpec) -> Result<(), LakeError> {
        let name = format!("begin-{run_id}");
        let identity = CommitIdentity::of_maintenance(rows, run_id, &name);
        let marked = self.commit(&identity, &mut |table| {
            let version = loaded_state(rows.name, table)?.version();
            if self.history_of_rows(rows, Some(signed(version)))?.is_some() {
                return Ok(None);
            }
            let begin = Transaction::new(history_id(rows.name), signed(version + 1));
            Ok::<_, LakeError>(Some(PlannedCommit {
                transactions: vec![begin],
                ..PlannedCommit::new(CommitOperation::Change)
            }))
        });
        marked.map(drop)
    }

    fn stage_current_rows(
        &self,
        run_id: &str,
        rows: &TableSpec,
        states: &TableSpec,
        snapshot: &Snapshot,
    ) -> Result<StagedFiles, LakeError> {
        let options = WriterOptions {
            max_partitions: usize::MAX,
            ..WriterOptions::new(run_id)
        };
        let mut writer = PartitionWriter::new(self, states, options)?;
        let order = StateOrder {
            commit: snapshot.version,
            snapshot_date: None,
        };
        let failed = LakeError::arrow("add columns to record batches", states.name);
        for file in &snapshot.files {
            let partition = file.partition_in(states)?;
            for batch in self.read_rows(rows, file, None)? {
                let batch = batch?;
                let nothing = Int64Array::new_null(batch.num_rows());
                let batch = order.add_to(&batch, nothing).map_err(&failed)?;
                writer.append(partition.clone(), batch)?;
            }
        }
        writer.finish()
    }

    /// The transactions that withdraw all contents in the table of states.
    fn withdrawn_contents(
        &self,
        states: &TableSpec,
        version: u64,
    ) -> Result<Vec<Transaction>, LakeError> {
        let history = history_id(states.name);
        let care = crate::lake::commit::maintenance_app_id_prefix(states.name);
        let is_content = |id: &str| id != history && !id.starts_with(&care);
        let log = self.log(states.name)?;
        let versions = log.transaction_versions(&is_content, Some(version))?;
        let present = versions
            .into_iter()
            .filter(|(_, version)| *version >= log::COMMITTED);
        let ids: HashSet<String> = present.map(|(id, _)| id).collect();
        let mut ids: Vec<String> = ids.into_iter().collect();
        ids.sort();
        let withdrawn = ids.into_iter();
        Ok(withdrawn
            .map(|id| Transaction::new(id, log::WITHDRAWN))
            .collect())
    }
}
