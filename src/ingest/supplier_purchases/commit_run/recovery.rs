//! Adds the rows of table `inputs` that an interrupted run did not write: committed inputs come in,
//! their rows go out. Rows that are lost are counted again, with a note.

use std::collections::BTreeSet;

use super::{CommitProgress, digest_of};
use crate::ingest::error::RunError;
use crate::ingest::input_row::recounted_note;
use crate::ingest::record_kind::RecordKind;
use crate::ingest::supplier_purchases::SupplierPurchases;
use crate::ingest::supplier_purchases::collector::PendingSupplierInput;
use crate::ingest::supplier_purchases::select_versions::{
    SnapshotMode, VersionCandidate, select_newest,
};
use crate::ingest::supplier_purchases::table::supplier_purchases_spec;
use crate::lake::{CommittedDigests, Digest, InputRow, RecoveredInputs};

impl CommitProgress<'_, '_> {
    /// Adds the rows in `inputs` that an interrupted run did not write after it committed the
    /// inputs.
    pub(super) fn recover(
        &mut self,
        inputs: &[PendingSupplierInput],
        known: &CommittedDigests,
    ) -> Result<(), RunError> {
        let unlisted: BTreeSet<Digest> = inputs
            .iter()
            .map(digest_of)
            .filter(|digest| known.rows.contains(digest) && !known.inputs.contains(digest))
            .collect();
        if unlisted.is_empty() {
            return Ok(());
        }
        let (lake, run_id, kind) = (self.run.lake, self.run_id(), SupplierPurchases::NAME);
        let digests: Vec<Digest> = unlisted.into_iter().collect();
        let RecoveredInputs {
            inputs_version,
            lost,
        } = lake.recover_inputs(run_id, &supplier_purchases_spec(), kind, &digests)?;
        let mut version = inputs_version;
        let rows: Vec<InputRow> = lost
            .iter()
            .filter_map(|lost| self.recount(inputs, lost))
            .collect();
        if !rows.is_empty() {
            version = lake.commit_inputs_only(run_id, kind, &rows)?.or(version);
            self.notes
                .extend(rows.iter().map(|row| recounted_note(&row.path)));
        }
        self.versions.inputs = version.or(self.versions.inputs);
        Ok(())
    }

    /// The row of an input as if it were the only one, ingested into an empty table: which of its
    /// versions were written at the time is not recorded.
    fn recount(&self, inputs: &[PendingSupplierInput], digest: &Digest) -> Option<InputRow> {
        let input = inputs.iter().find(|input| input.digest == *digest)?;
        let of_input = |candidate: &&VersionCandidate| candidate.input == input.index;
        let alone: Vec<VersionCandidate> =
            self.candidates.iter().filter(of_input).cloned().collect();
        let selection = select_newest(&alone, SnapshotMode::Incremental, &|_start| None);
        Some(self.row(input, &selection.discarded))
    }
}
