//! One batch of inputs, committed in a recoverable order: rejects, then rows, then the rows of
//! `inputs`. After a crash between two steps, running the same inputs again completes the batch,
//! because each step has its own transaction per input.
//!
//! The rows of `inputs` are written first, and the commit of the accepted rows names their file: a
//! later run that finds only the accepted rows commits that file ([`super::recovery`]).

use std::fmt;

use super::commit::{CommitIdentity, CommitOutcome, CommittedVersions};
use super::staged::StagedFiles;
use super::table_spec::{TableSpec, rejects_spec};
use super::{Digest, InputRow, Lake, LakeError};

/// The results of a run for some inputs, ready to be committed.
#[derive(Debug)]
pub struct CommitBatch<'a> {
    /// The run.
    pub run_id: &'a str,
    /// The record kind; together with the digest it identifies an input.
    pub record_kind: &'a str,
    /// The table of the accepted rows.
    pub rows_table: &'a TableSpec,
    /// The inputs, each once.
    pub inputs: Vec<InputRow>,
    /// The data files of the accepted rows; may be empty.
    pub rows: StagedFiles,
    /// The data files of the rejects of the inputs that are marked `with_rejects`.
    pub rejects: StagedFiles,
}

/// The steps of a commit, in order; each is announced before it starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CommitStep {
    /// The data file of the table of inputs is written.
    StageInputs,
    /// The rejects are committed.
    Rejects,
    /// The accepted rows are committed.
    Rows,
    /// The table of inputs is committed.
    Inputs,
    /// All steps are complete.
    Done,
}

impl fmt::Display for CommitStep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::StageInputs => "stage-inputs",
            Self::Rejects => "rejects",
            Self::Rows => "rows",
            Self::Inputs => "inputs",
            Self::Done => "done",
        })
    }
}

impl Lake {
    /// Commits a batch, and makes each commit durable before the next.
    ///
    /// The tables must exist ([`Lake::create_if_missing`]). `at` is called before each step. If
    /// another process has committed some of the inputs first, the data files that are in no commit
    /// are deleted.
    ///
    /// # Errors
    /// [`LakeError::Conflict`] if all attempts conflicted with other writers,
    /// [`LakeError::OutcomeUnknown`] if the outcome of a commit is unknown,
    /// [`LakeError::NotCommitted`] if it failed, [`LakeError::NotListed`] if the rows are committed
    /// and their inputs could not be listed, or an earlier error. The data files are then kept:
    /// those of failed commits are orphans, which no reader of the log sees.
    pub fn commit_batch(
        &self,
        batch: CommitBatch<'_>,
        at: &mut dyn FnMut(CommitStep),
    ) -> Result<CommitOutcome<CommittedVersions>, LakeError> {
        let CommitBatch {
            run_id,
            record_kind,
            rows_table,
            inputs,
            rows,
            rejects,
        } = batch;
        let digests: Vec<Digest> = inputs.iter().map(|input| input.digest).collect();
        let identity = CommitIdentity::of_inputs(rows_table, run_id, record_kind, &digests)?;
        let with_rejects: Vec<Digest> = inputs
            .iter()
            .filter(|input| input.with_rejects)
            .map(|input| input.digest)
            .collect();
        if rejects.rows > 0 && with_rejects.is_empty() {
            return Err(LakeError::UnexpectedRejects(rejects.rows));
        }
        at(CommitStep::StageInputs);
        let staged = self.stage_inputs(run_id, record_kind, &inputs)?;
        let mut rejects_version = None;
        at(CommitStep::Rejects);
        if !with_rejects.is_empty() {
            match self.commit_rejects(run_id, record_kind, &with_rejects, &rejects)? {
                CommitOutcome::Committed(version) => rejects_version = Some(version),
                CommitOutcome::AlreadyCommitted { digests } => {
                    rejects.discard(self)?;
                    rows.discard(self)?;
                    staged.files.discard(self)?;
                    return Ok(CommitOutcome::AlreadyCommitted { digests });
                }
            }
        }
        at(CommitStep::Rows);
        let rows_version = match self.append(&identity, &rows, staged.path())? {
            CommitOutcome::Committed(version) => version,
            CommitOutcome::AlreadyCommitted { digests } => {
                rows.discard(self)?;
                staged.files.discard(self)?;
                return Ok(CommitOutcome::AlreadyCommitted { digests });
            }
        };
        at(CommitStep::Inputs);
        let inputs_version =
            self.list_committed(run_id, rows_table, rows_version, record_kind, &staged)?;
        at(CommitStep::Done);
        Ok(CommitOutcome::Committed(CommittedVersions {
            rows: rows_version,
            rejects: rejects_version,
            inputs: inputs_version,
        }))
    }

    /// Commits rejects alone, and makes the commit durable: the first step of a batch whose rows
    /// are a change of their table ([`Lake::commit_change`]; [`Lake::commit_inputs_only`] is the
    /// last step). `digests` are the inputs that have rejects.
    ///
    /// If the outcome is [`CommitOutcome::AlreadyCommitted`], the caller discards the staged files.
    ///
    /// # Errors
    /// As [`Lake::commit_batch`].
    pub fn commit_rejects(
        &self,
        run_id: &str,
        record_kind: &str,
        digests: &[Digest],
        rejects: &StagedFiles,
    ) -> Result<CommitOutcome<i64>, LakeError> {
        self.append_digests(&rejects_spec(), run_id, record_kind, digests, rejects)
    }
}
