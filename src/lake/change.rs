//! Commits that may replace files: a plan returns the next version of a table, and is called again
//! after each conflict; the outcome goes out.
//!
//! A change is valid only for the version it was planned on. Two writers that rewrite the same file
//! at the same time therefore commit one after the other, the second planned on the result of the
//! first.
//!
//! Refused: the removal of files that are not in the version the plan received.

use std::time::Duration;

use deltalake::DeltaTable;
use deltalake::kernel::Action;

use super::actions::remove_actions;
use super::attempt::{CommitOperation, FailedAttempt};
use super::committed_digests::{app_ids, present_digests};
use super::counts::signed;
use super::inputs::StagedInputs;
use super::read_back::{CommitIdentity, CommitRetries, TransactionOutcome};
use super::staged::StagedFiles;
use super::table::loaded_state;
use super::table_spec::TableSpec;
use super::{
    AppliedFullSnapshot, CommitOutcome, Digest, FileRef, InputRow, Lake, LakeError, Snapshot,
};

/// The maximum number of attempts. Each failure is a commit of another writer, so two writers that
/// change the table continuously fail about every other time.
const MAX_ATTEMPTS: u32 = 50;

/// The longest pause between two attempts. Longer pauses would let the other writer commit every
/// time.
const MAX_PAUSE: Duration = Duration::from_millis(200);

/// The next version of a table: the files of the previous version, without some and with new ones.
#[derive(Debug)]
pub struct TableChange {
    /// Files of the snapshot given to the plan, to be removed from the table. Their data is not
    /// deleted, since older versions need it.
    pub remove: Vec<FileRef>,
    /// The files to be added.
    pub add: StagedFiles,
    /// The rows of the table of inputs that belong to this version, each input once.
    pub inputs: Vec<InputRow>,
    /// The full snapshots that this change applies, each with the version that the change creates.
    pub full_snapshots: Vec<AppliedFullSnapshot>,
}

/// A change whose files are written.
struct StagedChange {
    change: TableChange,
    inputs: StagedInputs,
}

impl StagedChange {
    /// Deletes the written files. Call it only if it is certain that no commit names them.
    fn discard(self, lake: &Lake) -> Result<(), LakeError> {
        self.inputs.files.discard(lake)?;
        self.change.add.discard(lake)
    }
}

/// The outcome of a commit to one table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ChangeOutcome {
    /// The commit is in the table and on disk.
    Committed {
        /// The table's version.
        version: i64,
    },
    /// Another process has committed some of the inputs first, and nothing of this commit is in the
    /// table. Call [`Lake::committed_digests`] again, and redo the remaining inputs.
    AlreadyCommitted {
        /// The inputs that the other process has committed.
        digests: Vec<Digest>,
    },
}

impl Lake {
    /// Calls `plan` with the newest version of `spec`'s table and commits its result, with exactly
    /// one transaction per digest in the same commit; then lists the inputs of the change. After a
    /// conflict the staged files are deleted, and `plan` is called again with the new version; it
    /// is not called if one of the inputs is already in the table.
    ///
    /// The table must exist ([`Lake::create_if_missing`]). A change that neither removes nor adds
    /// files still commits its transactions.
    ///
    /// # Errors
    /// The errors of `plan`, unchanged. [`LakeError::NoInputs`], [`LakeError::DuplicateInput`],
    /// [`LakeError::NotInVersion`], [`LakeError::Conflict`] if all attempts conflicted with other
    /// writers, [`LakeError::OutcomeUnknown`] if the outcome of the commit is unknown,
    /// [`LakeError::NotCommitted`] if it failed, [`LakeError::NotListed`] if it succeeded and its
    /// inputs could not be listed, or an earlier error. Except after a conflict, the last staged
    /// files are kept.
    pub fn commit_change<E: From<LakeError>>(
        &self,
        spec: &TableSpec,
        run_id: &str,
        record_kind: &str,
        digests: &[Digest],
        plan: &mut dyn FnMut(&Snapshot) -> Result<TableChange, E>,
    ) -> Result<CommitOutcome, E> {
        let app_ids = app_ids(spec.name, record_kind, digests)?;
        let identity = CommitIdentity {
            spec,
            run_id,
            app_ids: &app_ids,
            inputs_file: None,
        };
        let (outcome, inputs) = self.change(identity, record_kind, plan)?;
        Ok(match outcome {
            TransactionOutcome::Committed(version) => {
                let rows_version = signed(version);
                let listed = self.commit_staged_inputs(run_id, spec, record_kind, &inputs);
                CommitOutcome::Committed {
                    rows_version,
                    rejects_version: None,
                    inputs_version: listed
                        .map_err(LakeError::not_listed(spec.name, rows_version))?,
                }
            }
            TransactionOutcome::AlreadyPresent(ids) => CommitOutcome::AlreadyCommitted {
                digests: present_digests(spec.name, record_kind, digests, &ids),
            },
        })
    }

    /// Commits the change. The rows of its inputs are then staged; none are if the inputs were
    /// already committed.
    fn change<E: From<LakeError>>(
        &self,
        identity: CommitIdentity<'_>,
        kind: &str,
        plan: &mut dyn FnMut(&Snapshot) -> Result<TableChange, E>,
    ) -> Result<(TransactionOutcome, StagedInputs), E> {
        let name = identity.spec.name;
        let mut retries = CommitRetries::new(identity, MAX_ATTEMPTS, MAX_PAUSE);
        loop {
            let (table, present) = self.open_for_commit(identity)?;
            if !present.is_empty() {
                return Ok((
                    retries.resolve_present(self, present)?,
                    StagedInputs::none(),
                ));
            }
            let change = plan(&self.snapshot_of(name, loaded_state(name, &table)?, None)?)?;
            let inputs = self.stage_inputs(identity.run_id, kind, &change.inputs)?;
            let staged = StagedChange { change, inputs };
            let failure = match self.try_change(identity, &table, &staged)? {
                Ok(version) => return Ok((TransactionOutcome::Committed(version), staged.inputs)),
                Err(failure) => failure,
            };
            match retries.resolve_failure(self, failure) {
                Ok(Some(committed @ TransactionOutcome::Committed(_))) => {
                    return Ok((committed, staged.inputs));
                }
                Ok(Some(present)) => {
                    staged.discard(self)?;
                    return Ok((present, StagedInputs::none()));
                }
                // No commit names them.
                Ok(None) => staged.discard(self)?,
                Err(error) => {
                    if error.is_conflict() {
                        staged.discard(self)?;
                    }
                    return Err(error.into());
                }
            }
            retries.pause();
        }
    }

    fn try_change(
        &self,
        identity: CommitIdentity<'_>,
        table: &DeltaTable,
        staged: &StagedChange,
    ) -> Result<Result<u64, FailedAttempt>, LakeError> {
        let name = identity.spec.name;
        let StagedChange { change, inputs } = staged;
        let identity = CommitIdentity {
            inputs_file: inputs.path(),
            ..identity
        };
        let state = loaded_state(name, table)?;
        let removes = remove_actions(name, state, &change.remove)?.into_iter();
        let adds = self.add_actions(identity.spec, &change.add)?.into_iter();
        let applied = change.full_snapshots.iter();
        let actions = removes
            .map(Action::Remove)
            .chain(adds.map(Action::Add))
            .chain(applied.map(|snapshot| Action::Txn(snapshot.transaction(name))))
            .collect();
        let attempt = self.attempt_commit(identity, table, CommitOperation::Change, actions);
        self.runtime().block_on(attempt)
    }
}

impl ChangeOutcome {
    pub(super) fn of(
        outcome: TransactionOutcome,
        spec: &TableSpec,
        kind: &str,
        digests: &[Digest],
    ) -> Self {
        match outcome {
            TransactionOutcome::Committed(version) => Self::Committed {
                version: signed(version),
            },
            TransactionOutcome::AlreadyPresent(ids) => Self::AlreadyCommitted {
                digests: present_digests(spec.name, kind, digests, &ids),
            },
        }
    }
}
