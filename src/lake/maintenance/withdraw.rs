//! Removes the rows of inputs from the table of inputs, so that the inputs are read again.

use std::collections::{BTreeSet, HashSet};

use deltalake::kernel::Transaction;

use super::loaded_table::LoadedTable;
use crate::lake::actions::remove_actions;
use crate::lake::commit::{CommitIdentity, CommitOperation, PlannedCommit, app_id};
use crate::lake::inputs::{InputState, filter_inputs};
use crate::lake::table_spec::inputs_spec;
use crate::lake::{
    FileRef, Lake, LakeError, PartitionWriter, StagedFiles, TableSpec, WriterOptions, log,
};

impl Lake {
    /// Withdraws inputs of a kind. Inputs without a row are ignored.
    pub(super) fn withdraw_inputs(
        &self,
        run_id: &str,
        kind: &str,
        digests: &HashSet<String>,
    ) -> Result<(), LakeError> {
        let spec = inputs_spec();
        if digests.is_empty() || !self.table_exists(spec.name)? {
            return Ok(());
        }
        let name = format!("withdraw-{kind}-{run_id}");
        let identity = CommitIdentity::of_maintenance(&spec, run_id, &name);
        let committed = self.commit(&identity, &mut |table| {
            let loaded = LoadedTable::of(self, spec.name, table.clone())?;
            let live_files = loaded.files.iter().map(|live| &live.file);
            let (replaced, kept) =
                self.rewrite_without(&spec, run_id, kind, digests, live_files)?;
            let transactions = self.withdrawals(&spec, kind, digests)?;
            if replaced.is_empty() && transactions.is_empty() {
                kept.discard(self)?;
                return Ok(None);
            }
            Ok(Some(PlannedCommit {
                removes: remove_actions(spec.name, &loaded.state, &replaced)?,
                adds: self.add_actions(&spec, &kept)?,
                transactions,
                temporary: vec![kept],
                ..PlannedCommit::new(CommitOperation::Change)
            }))
        });
        committed.map(drop)
    }

    /// The files that contain rows of these inputs, and new files without these rows.
    fn rewrite_without<'f>(
        &self,
        spec: &TableSpec,
        run_id: &str,
        kind: &str,
        digests: &HashSet<String>,
        files: impl Iterator<Item = &'f FileRef>,
    ) -> Result<(Vec<FileRef>, StagedFiles), LakeError> {
        let mut writer = PartitionWriter::new(self, spec, WriterOptions::new(run_id))?;
        // Rows in other states show what was in the tables before.
        let is_kept = |of: &str, digest: &str, state| {
            of != kind || !digests.contains(digest) || state != Some(InputState::Current)
        };
        let mut replaced = Vec::new();
        for file in files {
            let (mut kept, mut withdrawn_rows) = (Vec::new(), 0);
            for batch in self.read_rows(spec, file, None)? {
                let batch = batch?;
                let rest = filter_inputs(&batch, &is_kept)?;
                withdrawn_rows += batch.num_rows() - rest.num_rows();
                kept.push(rest);
            }
            if withdrawn_rows > 0 {
                replaced.push(file.clone());
                for batch in kept {
                    writer.append_unpartitioned(batch)?;
                }
            }
        }
        Ok((replaced, writer.finish()?))
    }

    /// The transactions that withdraw those of these inputs that are committed.
    fn withdrawals(
        &self,
        spec: &TableSpec,
        kind: &str,
        digests: &HashSet<String>,
    ) -> Result<Vec<Transaction>, LakeError> {
        let ids: HashSet<String> = digests
            .iter()
            .map(|digest| app_id(spec.name, kind, digest))
            .collect();
        let present = self.log(spec.name)?.present_app_ids(&ids)?;
        let present: BTreeSet<String> = present.into_iter().collect();
        Ok(present
            .into_iter()
            .map(|id| Transaction::new(id, log::WITHDRAWN))
            .collect())
    }
}
