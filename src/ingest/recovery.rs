//! Adds the rows of table `inputs` that an interrupted run did not write: committed inputs come in,
//! their rows go out. Rows that are lost are counted again, with a note.

use std::collections::BTreeMap;

use super::error::RunError;
use super::ingest_run::IngestRun;
use super::pending_input::PendingInput;
use super::record_kind::RecordKind;
use crate::lake::{CommittedDigests, Digest, InputRow, Lake, RecoveredInputs};

impl<K: RecordKind> IngestRun<'_, K> {
    /// Adds the rows in `inputs` of those inputs whose rows are committed and which are not listed.
    /// `recount` returns the rows of the inputs whose own row is lost.
    pub(super) fn recover<C>(
        &mut self,
        lake: &Lake,
        inputs: &[PendingInput<C>],
        known: &CommittedDigests,
        recount: impl FnOnce(&Self, &[&PendingInput<C>]) -> Result<Vec<InputRow>, RunError>,
    ) -> Result<(), RunError> {
        // Copies of the same content are one input, under the first path.
        let by_digest = inputs.iter().rev().map(|input| (input.digest, input));
        let mut unlisted: BTreeMap<Digest, &PendingInput<C>> = by_digest.collect();
        unlisted.retain(|digest, _| known.rows.contains(digest) && !known.inputs.contains(digest));
        if unlisted.is_empty() {
            return Ok(());
        }
        let run_id = self.run_id();
        let digests: Vec<Digest> = unlisted.keys().copied().collect();
        let RecoveredInputs {
            inputs_version,
            lost,
        } = lake.recover_inputs(run_id, &K::table(), K::NAME, &digests)?;
        self.versions.inputs = inputs_version.or(self.versions.inputs);
        unlisted.retain(|digest, _| lost.contains(digest));
        if unlisted.is_empty() {
            return Ok(());
        }
        let unlisted: Vec<&PendingInput<C>> = unlisted.into_values().collect();
        let rows = recount(self, &unlisted)?;
        let notes = rows.iter().map(|row| recounted_note(&row.path));
        self.counters.notes.extend(notes);
        let version = lake.commit_inputs_only(run_id, K::NAME, &rows)?;
        self.versions.inputs = version.or(self.versions.inputs);
        Ok(())
    }
}

fn recounted_note(path: &str) -> String {
    format!(
        "{path} was committed by an interrupted run whose data for table inputs is lost: the counts of this input in table inputs were recomputed"
    )
}
