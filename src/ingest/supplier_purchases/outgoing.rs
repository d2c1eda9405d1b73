//! The inputs that a run takes the place of: what was read and what is listed come in; the listed
//! inputs that leave go out.
//!
//! Refused: inputs that were ingested before the history of states began.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::SupplierPurchases;
use super::input_versions::PendingVersions;
use crate::ingest::changed_input::{ChangedInput, InputDifference};
use crate::ingest::error::RunError;
use crate::ingest::ingest_run::IngestRun;
use crate::ingest::listed_inputs::ListedInputs;
use crate::ingest::record_kind::RecordKind;
use crate::input::InputLocation;
use crate::lake::{Digest, Lake, ListedInput};

/// The inputs that the run takes the place of.
#[derive(Default)]
pub(super) struct Outgoing {
    pub(super) listed: Arc<ListedInputs>,
    /// Each once, current.
    pub(super) inputs: Vec<ListedInput>,
}

impl Outgoing {
    /// Whether a content is in the tables after the outgoing inputs have left.
    pub(super) fn leaves(&self, digest: Digest) -> bool {
        let of_content = |listed: &&ListedInput| listed.row.digest == digest && listed.is_current();
        let mut all = self.listed.rows().iter().filter(of_content);
        let mut out = self.inputs.iter().filter(of_content);
        out.next().is_some() && all.all(|listed| self.inputs.contains(listed))
    }

    /// Whether an input of a path leaves.
    pub(super) fn has_path(&self, path: &str) -> bool {
        self.inputs.iter().any(|input| input.row.path == path)
    }

    /// The inputs that those that were read take the place of: none, unless the run replaces.
    pub(super) fn of_run(
        lake: &Lake,
        run: &mut IngestRun<'_, SupplierPurchases>,
        read: &[PendingVersions],
    ) -> Result<Self, RunError> {
        if run.options.changed_input != ChangedInput::Replace {
            return Ok(Self::default());
        }
        run.read_listing(lake)?;
        let mut outgoing = Self {
            listed: Arc::clone(&run.listed),
            inputs: Vec::new(),
        };
        let settings = &run.options.reading_settings;
        for input in read {
            let of_run = run.inputs.get(input.index);
            if of_run.is_some_and(|of_run| of_run.location == InputLocation::Stdin) {
                continue;
            }
            let (path, digest) = (&input.path, input.digest);
            let difference = InputDifference::of(&outgoing.listed, path, digest, settings);
            for listed in difference.outgoing() {
                if !outgoing.inputs.contains(&listed) {
                    outgoing.inputs.push(listed);
                }
            }
        }
        check_history(lake, run.run_id(), &outgoing.inputs)?;
        Ok(outgoing)
    }
}

/// Refuses inputs whose states the history does not contain.
pub(super) fn check_history(
    lake: &Lake,
    run_id: &str,
    outgoing: &[ListedInput],
) -> Result<(), RunError> {
    let current = outgoing.iter().filter(|input| input.is_current());
    let digests: BTreeSet<Digest> = current.clone().map(|input| input.row.digest).collect();
    if digests.is_empty() {
        return Ok(());
    }
    let (spec, kind) = (SupplierPurchases::table(), SupplierPurchases::NAME);
    let lost = lake.contents_before_history(run_id, &spec, kind, &digests)?;
    let mut lost = current.filter(|input| lost.contains(&input.row.digest));
    match lost.next() {
        Some(input) => Err(RunError::BeforeHistory {
            path: input.row.path.clone(),
        }),
        None => Ok(()),
    }
}
