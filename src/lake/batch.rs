//! One batch of inputs, committed in the order that heals: rejects, then rows, then the inputs'
//! own rows. A crash between two of them is mended by running the same inputs again, because each
//! step has its own transaction per input.
//!
//! The inputs' own rows are written first, and the commit of the rows names their file: whoever
//! finds the rows alone commits that very file ([`super::recovery`]).

use std::collections::HashSet;
use std::fmt;

use super::change::ChangeOutcome;
use super::committed_digests::app_ids;
use super::read_back::CommitIdentity;
use super::staged::StagedFiles;
use super::table_spec::{TableSpec, inputs_spec, rejects_spec};
use super::{Digest, InputRow, Lake, LakeError};

/// What a run has made of some inputs, ready to be committed.
#[derive(Debug)]
pub struct CommitBatch<'a> {
    /// The run.
    pub run_id: &'a str,
    /// The record kind; with the digest it identifies an input.
    pub record_kind: &'a str,
    /// The table that takes the accepted rows.
    pub rows_table: &'a TableSpec,
    /// The inputs, each once.
    pub inputs: Vec<InputRow>,
    /// The data files of their accepted rows; there may be none.
    pub rows: StagedFiles,
    /// The data files of the rejects of those inputs that are marked `with_rejects`.
    pub rejects: StagedFiles,
}

/// What became of a batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CommitOutcome {
    /// All of it is in the lake and on disk.
    Committed {
        /// The version of the rows table.
        rows_version: i64,
        /// The version of the table of rejects; `None` if no input came with rejects.
        rejects_version: Option<i64>,
        /// The version of the table of inputs; `None` if another process had healed them all.
        inputs_version: Option<i64>,
    },
    /// Another process was quicker with some of the inputs. The commit it met with was refused as a
    /// whole, and the data files that are in no commit are deleted. Ask [`Lake::committed_digests`] again, and
    /// redo what is left.
    AlreadyCommitted {
        /// The inputs that the other process has committed.
        digests: Vec<Digest>,
    },
}

/// The steps of a commit, in order; each is announced before it is taken.
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
    /// Nothing is left to do.
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
    /// The tables must be there ([`Lake::create_if_missing`]). `at` is called before each step.
    ///
    /// # Errors
    /// [`LakeError::Conflict`] if other writers kept being quicker, [`LakeError::OutcomeUnknown`]
    /// if a commit may have landed, [`LakeError::NotCommitted`] if it did not,
    /// [`LakeError::NotListed`] if the rows landed and their inputs could not be listed, or what
    /// went wrong before. The data files are then left where they are: those of commits that did not land
    /// are orphans, which no reader of the log sees.
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
    /// last step). `digests` are the inputs that come with rejects.
    ///
    /// The staged files are the caller's to discard when another process was quicker.
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

    /// Adds the inputs' own rows for inputs whose rows are committed, and of which
    /// [`Lake::recover_inputs`] found nothing. Inputs that have their row already are left out.
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
                // Some are there now, so the next round has fewer: the loop ends.
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

/// Each input once, and no rejects without an input that takes them.
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
