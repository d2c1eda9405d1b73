//! One batch of inputs, committed in a recoverable order: rejects, then rows, then the rows of
//! `inputs`. After a crash between two steps, running the same inputs again completes the batch,
//! because each step has its own transaction per input.
//!
//! The rows of `inputs` are written first, and the commit of the accepted rows names their file: a
//! later run that finds only the accepted rows commits that file ([`super::recovery`]).

use std::collections::HashSet;
use std::fmt;

use super::change::ChangeOutcome;
use super::committed_digests::app_ids;
use super::read_back::CommitIdentity;
use super::staged::StagedFiles;
use super::table_spec::{TableSpec, inputs_spec, rejects_spec};
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

/// The outcome of a commit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CommitOutcome {
    /// Everything is in the lake and on disk.
    Committed {
        /// The version of the rows table.
        rows_version: i64,
        /// The version of the table of rejects; `None` if no input has rejects.
        rejects_version: Option<i64>,
        /// The version of the table of inputs; `None` if another process has already listed them
        /// all.
        inputs_version: Option<i64>,
    },
    /// Another process has committed some of the inputs first. The conflicting commit was refused
    /// as a whole, and the data files that are in no commit are deleted. Call
    /// [`Lake::committed_digests`] again, and redo the remaining inputs.
    AlreadyCommitted {
        /// The inputs that the other process has committed.
        digests: Vec<Digest>,
    },
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
    /// The tables must exist ([`Lake::create_if_missing`]). `at` is called before each step.
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
    ) -> Result<CommitOutcome, LakeError> {
        let CommitBatch {
            run_id,
            record_kind,
            rows_table,
            inputs,
            rows,
            rejects,
        } = batch;
        if inputs.is_empty() {
            return Err(LakeError::NoInputs);
        }
        check_inputs(&inputs, &rejects)?;
        let with_rejects: Vec<Digest> = inputs
            .iter()
            .filter(|input| input.with_rejects)
            .map(|input| input.digest)
            .collect();
        at(CommitStep::StageInputs);
        let staged = self.stage_inputs(run_id, record_kind, &inputs)?;
        let mut rejects_version = None;
        at(CommitStep::Rejects);
        if !with_rejects.is_empty() {
            match self.commit_rejects(run_id, record_kind, &with_rejects, &rejects)? {
                ChangeOutcome::Committed { version } => rejects_version = Some(version),
                ChangeOutcome::AlreadyCommitted { digests } => {
                    rejects.discard(self)?;
                    rows.discard(self)?;
                    staged.files.discard(self)?;
                    return Ok(CommitOutcome::AlreadyCommitted { digests });
                }
            }
        }
        at(CommitStep::Rows);
        let app_ids = app_ids(rows_table.name, record_kind, &staged.digests)?;
        let identity = CommitIdentity {
            spec: rows_table,
            run_id,
            app_ids: &app_ids,
            inputs_file: staged.path(),
        };
        let outcome = self.append(identity, &rows)?;
        let rows_version =
            match ChangeOutcome::of(outcome, rows_table, record_kind, &staged.digests) {
                ChangeOutcome::Committed { version } => version,
                ChangeOutcome::AlreadyCommitted { digests } => {
                    rows.discard(self)?;
                    staged.files.discard(self)?;
                    return Ok(CommitOutcome::AlreadyCommitted { digests });
                }
            };
        at(CommitStep::Inputs);
        let listed = self.commit_staged_inputs(run_id, rows_table, record_kind, &staged);
        let inputs_version =
            listed.map_err(LakeError::not_listed(rows_table.name, rows_version))?;
        at(CommitStep::Done);
        Ok(CommitOutcome::Committed {
            rows_version,
            rejects_version,
            inputs_version,
        })
    }

    /// Commits rejects alone, and makes the commit durable: the first step of a batch whose rows
    /// are a change of their table ([`Lake::commit_change`]; [`Lake::commit_inputs_only`] is the
    /// last step). `digests` are the inputs that have rejects.
    ///
    /// If the outcome is [`ChangeOutcome::AlreadyCommitted`], the caller discards the staged files.
    ///
    /// # Errors
    /// As [`Lake::commit_batch`].
    pub fn commit_rejects(
        &self,
        run_id: &str,
        record_kind: &str,
        digests: &[Digest],
        rejects: &StagedFiles,
    ) -> Result<ChangeOutcome, LakeError> {
        self.append_digests(&rejects_spec(), run_id, record_kind, digests, rejects)
    }

    /// Adds the rows of `inputs` for inputs whose accepted rows are committed and which
    /// [`Lake::recover_inputs`] could not recover. Inputs that already have their row are left out.
    ///
    /// Returns the version of the table of inputs, or `None` if nothing was missing.
    ///
    /// # Errors
    /// As [`Lake::commit_batch`].
    pub fn commit_inputs_only(
        &self,
        run_id: &str,
        record_kind: &str,
        inputs: &[InputRow],
    ) -> Result<Option<i64>, LakeError> {
        check_inputs(inputs, &StagedFiles::none(&rejects_spec()))?;
        let spec = inputs_spec();
        let mut missing = inputs.to_vec();
        loop {
            let digests: Vec<Digest> = missing.iter().map(|input| input.digest).collect();
            let known = self.committed_in(spec.name, record_kind, &digests)?;
            missing.retain(|input| !known.contains(&input.digest));
            if missing.is_empty() {
                return Ok(None);
            }
            let staged = self.stage_inputs(run_id, record_kind, &missing)?;
            let (digests, files) = (&staged.digests, &staged.files);
            match self.append_digests(&spec, run_id, record_kind, digests, files)? {
                ChangeOutcome::Committed { version } => return Ok(Some(version)),
                // Some are listed now, so the next round has fewer: the loop ends.
                ChangeOutcome::AlreadyCommitted { .. } => staged.files.discard(self)?,
            }
        }
    }

    /// Appends files with one transaction per digest.
    pub(super) fn append_digests(
        &self,
        spec: &TableSpec,
        run_id: &str,
        kind: &str,
        digests: &[Digest],
        files: &StagedFiles,
    ) -> Result<ChangeOutcome, LakeError> {
        let app_ids = app_ids(spec.name, kind, digests)?;
        let identity = CommitIdentity {
            spec,
            run_id,
            app_ids: &app_ids,
            inputs_file: None,
        };
        let outcome = self.append(identity, files)?;
        Ok(ChangeOutcome::of(outcome, spec, kind, digests))
    }
}

/// Refuses duplicate inputs, and rejects without an input that has rejects.
fn check_inputs(inputs: &[InputRow], rejects: &StagedFiles) -> Result<(), LakeError> {
    let mut seen = HashSet::new();
    for input in inputs {
        if !seen.insert(input.digest) {
            return Err(LakeError::DuplicateInput {
                digest: input.digest,
            });
        }
    }
    if rejects.rows > 0 && !inputs.iter().any(|input| input.with_rejects) {
        return Err(LakeError::UnexpectedRejects { rows: rejects.rows });
    }
    Ok(())
}
