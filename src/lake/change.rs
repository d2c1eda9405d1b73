//! Changes of a table: a plan returns its next version, and is called again after each conflict; the
//! outcome goes out.
//!
//! Refused: the removal of files that are not in the version the plan received.

use deltalake::kernel::Transaction;
use deltalake::table::state::DeltaTableState;

use super::actions::remove_actions;
use super::commit::{
    CommitIdentity, CommitOperation, CommitOutcome, CommittedVersions, PlannedCommit,
};
use super::counts::signed;
use super::inputs::StagedInputs;
use super::staged::StagedFiles;
use super::state_commit::StateCommit;
use super::state_history::history_id;
use super::table::loaded_state;
use super::table_spec::TableSpec;
use super::{CompanySnapshot, Digest, FileRef, InputRow, Lake, LakeError, Snapshot};

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
    /// The files with the states of this version, for a table that has a table of states.
    pub states: Option<StagedFiles>,
}

impl Lake {
    /// Calls `plan` with the newest version of `spec`'s table and commits its result, with exactly
    /// one transaction per digest and per snapshot in the same commit; then lists the inputs of the
    /// change. After a conflict the staged files are deleted, and `plan` is called again with the
    /// new version; it is not called if one of the inputs or snapshots is already in the table. If
    /// the plan is `None`, nothing is committed, and the outcome is
    /// [`CommitOutcome::AlreadyCommitted`] without digests.
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
        snapshots: &[CompanySnapshot],
        plan: &mut dyn FnMut(&Snapshot) -> Result<Option<TableChange>, E>,
    ) -> Result<CommitOutcome<CommittedVersions>, E> {
        let identity = CommitIdentity::of_change(spec, run_id, record_kind, digests, snapshots)?;
        let mut inputs = StagedInputs::none();
        let mut states = None;
        let outcome = self.commit(&identity, &mut |table| {
            let state = loaded_state(spec.name, table)?;
            let Some(change) = plan(&self.snapshot_of(spec.name, state, None)?)? else {
                return Ok(None);
            };
            inputs = self.stage_inputs(run_id, record_kind, &change.inputs)?;
            states.clone_from(&change.states);
            let mut planned = self.planned_change(spec, state, change, &inputs)?;
            // A change is committed on top of this version or not at all.
            let version = state.version() + 1;
            let applied = snapshots.iter();
            let applied = applied.map(|snapshot| snapshot.transaction(spec.name, version));
            planned.transactions.extend(applied);
            Ok::<_, E>(Some(planned))
        })?;
        let rows = match outcome {
            CommitOutcome::Committed(rows) => rows,
            CommitOutcome::AlreadyCommitted { digests } => {
                return Ok(CommitOutcome::AlreadyCommitted { digests });
            }
        };
        self.record_after(run_id, spec, rows, states.as_ref())?;
        Ok(CommitOutcome::Committed(CommittedVersions {
            rows,
            rejects: None,
            inputs: self.list_committed(run_id, spec, rows, record_kind, &inputs)?,
        }))
    }

    /// Records the states of a commit of rows that is in the log.
    ///
    /// # Errors
    /// [`LakeError::NotListed`].
    pub(super) fn record_after(
        &self,
        run_id: &str,
        spec: &TableSpec,
        version: i64,
        states: Option<&StagedFiles>,
    ) -> Result<(), LakeError> {
        let staged = states.map(|states| (version, states));
        let recorded = self.complete_history(run_id, spec, staged);
        recorded.map(drop).map_err(|source| LakeError::NotListed {
            table: spec.name.to_owned(),
            version,
            source: Box::new(source),
        })
    }

    /// The commit of a change on top of a version; its transactions are those of the history.
    pub(super) fn planned_change(
        &self,
        spec: &TableSpec,
        state: &DeltaTableState,
        change: TableChange,
        inputs: &StagedInputs,
    ) -> Result<PlannedCommit, LakeError> {
        let mut planned = PlannedCommit {
            removes: remove_actions(spec.name, state, &change.remove)?,
            adds: self.add_actions(spec, &change.add)?,
            inputs_file: inputs.path().map(str::to_owned),
            temporary: vec![inputs.files.clone(), change.add],
            ..PlannedCommit::new(CommitOperation::Change)
        };
        if let Some(states) = change.states {
            let files = states.files.iter();
            planned.states = Some(StateCommit {
                files: files.map(|file| file.relative_path.clone()).collect(),
                origins: Vec::new(),
            });
            let version = signed(state.version() + 1);
            let history = Transaction::new(history_id(spec.name), version);
            planned.transactions.push(history);
            planned.temporary.push(states);
        }
        Ok(planned)
    }
}
