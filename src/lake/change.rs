//! Commits that may replace files: a plan is asked what the next version is to be, as often as
//! other writers are quicker; what became of its last answer goes out.
//!
//! A change holds for the version it was planned on and no other. So two that rewrite the same file
//! at the same time land one after the other, the second planned on what the first has left.
//!
//! Refused: the removal of files that are not in the version the plan saw.

use std::time::Duration;

use deltalake::DeltaTable;
use deltalake::kernel::Action;

use super::actions::removes;
use super::attempt::{Effect, Failure};
use super::inputs::StagedInputs;
use super::known::{app_ids, raced};
use super::read_back::{Claim, Outcome, Tries};
use super::spec::TableSpec;
use super::staged::StagedFiles;
use super::{CommitOutcome, Digest, FileRef, InputRow, Lake, LakeError, Snapshot, SnapshotMark};

/// How often a change is planned. Each loss is a commit of somebody else, so that two writers who
/// both change all the time lose about every other try.
const TRIES: u32 = 50;

/// The longest pause between two tries. Longer ones would leave the field to the other writer.
const LONGEST_PAUSE: Duration = Duration::from_millis(200);

/// What a table's next version is to be: the files of the version before, without some and with
/// others.
#[derive(Debug)]
pub struct Change {
    /// Files of the snapshot that the plan was given, to be removed from the table. Their data stays
    /// where it is, since older versions need it.
    pub remove: Vec<FileRef>,
    /// The files to be added.
    pub add: StagedFiles,
    /// The rows of the table of inputs that this version stands for, each input once.
    pub inputs: Vec<InputRow>,
    /// The full snapshots that it applies, each with the version that the change makes.
    pub snapshots: Vec<SnapshotMark>,
}

/// A change whose files are written.
struct StagedChange {
    change: Change,
    inputs: StagedInputs,
}

impl StagedChange {
    /// Deletes what was written. Call it only while it is certain that no commit names it.
    fn discard(self, lake: &Lake) -> Result<(), LakeError> {
        self.inputs.files.discard(lake)?;
        self.change.add.discard(lake)
    }
}

/// What became of a commit to one table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ChangeOutcome {
    /// It is in the table and on disk.
    Committed {
        /// The table's version.
        version: i64,
    },
    /// Another process was quicker with some of the inputs, and nothing of this commit is in the
    /// table. Ask [`Lake::known`] again, and redo what is left.
    Raced {
        /// The inputs that the other process has committed.
        digests: Vec<Digest>,
    },
}

impl Lake {
    /// Asks `plan` what to make of the newest version of `spec`'s table and commits that, with
    /// exactly one transaction per digest in the same commit; then lists the inputs of the change.
    /// When another writer was quicker, the staged files are deleted, and `plan` is asked again with
    /// the version that came of it; it is not asked at all if one of the inputs is in the table
    /// already.
    ///
    /// The table must be there ([`Lake::create_if_missing`]). A change that neither removes nor adds
    /// still commits its transactions.
    ///
    /// # Errors
    /// What `plan` returns, as it is. [`LakeError::NoInputs`], [`LakeError::DuplicateInput`],
    /// [`LakeError::NotInVersion`], [`LakeError::Conflict`] if other writers kept being quicker,
    /// [`LakeError::OutcomeUnknown`] if the commit may have landed, [`LakeError::NotCommitted`] if
    /// it did not, [`LakeError::NotListed`] if it landed and its inputs could not be listed, or
    /// what went wrong before. But for the conflict, the last staged files are
    /// then left where they are.
    pub fn commit_change<E: From<LakeError>>(
        &self,
        spec: &TableSpec,
        run_id: &str,
        record_kind: &str,
        digests: &[Digest],
        plan: &mut dyn FnMut(&Snapshot) -> Result<Change, E>,
    ) -> Result<CommitOutcome, E> {
        let app_ids = app_ids(spec.name, record_kind, digests)?;
        let claim = Claim {
            spec,
            run_id,
            app_ids: &app_ids,
            inputs_file: None,
        };
        let (outcome, inputs) = self.change(claim, record_kind, plan)?;
        Ok(match outcome {
            Outcome::Landed(version) => {
                let rows_version = super::log::signed(version);
                let listed = self.commit_staged_inputs(run_id, spec, record_kind, &inputs);
                CommitOutcome::Committed {
                    rows_version,
                    rejects_version: None,
                    inputs_version: listed
                        .map_err(LakeError::not_listed(spec.name, rows_version))?,
                }
            }
            Outcome::Present(ids) => CommitOutcome::Raced {
                digests: raced(spec.name, record_kind, digests, &ids),
            },
        })
    }

    /// Commits the change; the rows of its inputs are then staged, and nothing is if it was raced.
    fn change<E: From<LakeError>>(
        &self,
        claim: Claim<'_>,
        kind: &str,
        plan: &mut dyn FnMut(&Snapshot) -> Result<Change, E>,
    ) -> Result<(Outcome, StagedInputs), E> {
        let mut tries = Tries::new(claim, TRIES, LONGEST_PAUSE);
        loop {
            let (table, present) = self.runtime().block_on(self.look(claim))?;
            if !present.is_empty() {
                return Ok((tries.met(self, present)?, StagedInputs::none()));
            }
            let change = plan(&self.loaded(claim.spec, &table)?)?;
            let inputs = self.stage_inputs(claim.run_id, kind, &change.inputs)?;
            let staged = StagedChange { change, inputs };
            let failure = match self.try_change(claim, &table, &staged)? {
                Ok(version) => return Ok((Outcome::Landed(version), staged.inputs)),
                Err(failure) => failure,
            };
            match tries.failed(self, failure) {
                Ok(Some(landed @ Outcome::Landed(_))) => return Ok((landed, staged.inputs)),
                Ok(Some(present)) => {
                    staged.discard(self)?;
                    return Ok((present, StagedInputs::none()));
                }
                // It is certain that no commit names them.
                Ok(None) => staged.discard(self)?,
                Err(error) => {
                    if error.is_conflict() {
                        staged.discard(self)?;
                    }
                    return Err(error.into());
                }
            }
            tries.pause();
        }
    }

    fn loaded(&self, spec: &TableSpec, table: &DeltaTable) -> Result<Snapshot, LakeError> {
        let state = table
            .snapshot()
            .map_err(LakeError::delta("load", spec.name))?;
        self.snapshot_of(spec.name, state, None)
    }

    fn try_change(
        &self,
        claim: Claim<'_>,
        table: &DeltaTable,
        staged: &StagedChange,
    ) -> Result<Result<u64, Failure>, LakeError> {
        let name = claim.spec.name;
        let StagedChange { change, inputs } = staged;
        let claim = Claim {
            inputs_file: inputs.path(),
            ..claim
        };
        let state = table.snapshot().map_err(LakeError::delta("load", name))?;
        let removes = removes(name, state, &change.remove)?.into_iter();
        let adds = self.adds(claim.spec, &change.add)?.into_iter();
        let marks = change.snapshots.iter();
        let actions = removes
            .map(Action::Remove)
            .chain(adds.map(Action::Add))
            .chain(marks.map(|mark| Action::Txn(mark.transaction(name))))
            .collect();
        let attempt = self.attempt(claim, table, Effect::Change, actions);
        self.runtime().block_on(attempt)
    }
}

impl ChangeOutcome {
    pub(super) fn of(outcome: Outcome, spec: &TableSpec, kind: &str, digests: &[Digest]) -> Self {
        match outcome {
            Outcome::Landed(version) => Self::Committed {
                version: super::log::signed(version),
            },
            Outcome::Present(ids) => Self::Raced {
                digests: raced(spec.name, kind, digests, &ids),
            },
        }
    }
}
