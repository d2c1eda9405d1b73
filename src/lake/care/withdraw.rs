//! Takes the rows of inputs out of the table of inputs, so that the inputs are read again: their
//! digests come in, a version without them goes out.

use std::collections::HashSet;

use arrow::array::{AsArray, BooleanArray};
use arrow::compute::filter_record_batch;
use deltalake::kernel::{Action, Transaction};

use super::CareError;
use super::land::Planned;
use crate::lake::actions::removes;
use crate::lake::attempt::Effect;
use crate::lake::spec::inputs_spec;
use crate::lake::{
    FileRef, Lake, LakeError, PartitionWriter, StagedFiles, TableSpec, WriterOptions, log,
};

impl Lake {
    /// Withdraws inputs of a kind. Nothing happens to those that have no row.
    pub(super) fn withdraw_inputs(
        &self,
        run_id: &str,
        kind: &str,
        digests: &HashSet<String>,
    ) -> Result<(), CareError> {
        let spec = inputs_spec();
        if digests.is_empty() || !self.table_exists(spec.name)? {
            return Ok(());
        }
        let mut staged: Option<StagedFiles> = None;
        let mut plan = || {
            if let Some(lost) = staged.take() {
                lost.discard(self)?;
            }
            let loaded = self.load_checked(&spec)?;
            let touched = loaded.files.iter().map(|live| &live.file);
            let (gone, kept) = self.without(&spec, run_id, kind, digests, touched)?;
            let txns = self.withdrawals(&spec, kind, digests)?;
            if gone.is_empty() && txns.is_empty() {
                kept.discard(self)?;
                return Ok(None);
            }
            let mut actions: Vec<Action> = removes(spec.name, loaded.state(spec.name)?, &gone)?
                .into_iter()
                .map(Action::Remove)
                .collect();
            actions.extend(self.adds(&spec, &kept)?.into_iter().map(Action::Add));
            actions.extend(txns);
            staged = Some(kept);
            Ok(Some(Planned {
                table: loaded.table,
                effect: Effect::Change,
                actions,
            }))
        };
        let name = format!("withdraw-{kind}-{run_id}");
        self.land(&spec, run_id, &name, &mut plan).map(drop)
    }

    /// The files that hold rows of these inputs, and others without these rows.
    fn without<'f>(
        &self,
        spec: &TableSpec,
        run_id: &str,
        kind: &str,
        digests: &HashSet<String>,
        files: impl Iterator<Item = &'f FileRef>,
    ) -> Result<(Vec<FileRef>, StagedFiles), CareError> {
        let mut writer = PartitionWriter::new(self, spec, WriterOptions::new(run_id))?;
        let failed = LakeError::arrow("filter", spec.name);
        let mut gone = Vec::new();
        for file in files {
            let (mut kept, mut lost) = (Vec::new(), 0);
            for batch in self.read_rows(spec, file, None)? {
                let batch = batch?;
                let text = |column: &str| {
                    let column = batch.column_by_name(column);
                    column.and_then(|values| values.as_string_opt::<i32>())
                };
                let (Some(kinds), Some(names)) = (text("record_kind"), text("digest")) else {
                    continue;
                };
                let stays =
                    |row: usize| kinds.value(row) != kind || !digests.contains(names.value(row));
                let mask: BooleanArray =
                    (0..batch.num_rows()).map(|row| Some(stays(row))).collect();
                lost += mask.false_count();
                kept.push(filter_record_batch(&batch, &mask).map_err(&failed)?);
            }
            if lost > 0 {
                gone.push(file.clone());
                for batch in kept {
                    writer.append_unpartitioned(batch)?;
                }
            }
        }
        Ok((gone, writer.finish()?))
    }

    /// The transactions that say that these inputs are not in, of those that are.
    fn withdrawals(
        &self,
        spec: &TableSpec,
        kind: &str,
        digests: &HashSet<String>,
    ) -> Result<Vec<Action>, CareError> {
        let ids: HashSet<String> = digests
            .iter()
            .map(|digest| format!("{}:{kind}:{digest}", spec.name))
            .collect();
        let store = self
            .handle(spec.name)
            .map_err(LakeError::delta("open", spec.name))?
            .object_store();
        let present = self
            .runtime()
            .block_on(log::present(spec.name, &store, &ids))?;
        let mut present: Vec<String> = present.into_iter().collect();
        present.sort();
        let withdrawn = present.into_iter();
        Ok(withdrawn
            .map(|id| Action::Txn(Transaction::new(id, log::WITHDRAWN)))
            .collect())
    }
}
