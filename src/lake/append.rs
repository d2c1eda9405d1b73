//! Commits that only add files: staged files come in; the outcome goes out.

use super::commit::{CommitIdentity, CommitOperation, CommitOutcome, PlannedCommit};
use super::staged::StagedFiles;
use super::table_spec::TableSpec;
use super::{Digest, Lake, LakeError};

impl Lake {
    /// Commits staged files, and makes the commit durable. `inputs_file` is the file with the rows
    /// of `inputs` that follow the commit. The files are kept, whatever the outcome.
    pub(super) fn append(
        &self,
        identity: &CommitIdentity<'_>,
        files: &StagedFiles,
        inputs_file: Option<&str>,
    ) -> Result<CommitOutcome<i64>, LakeError> {
        let adds = self.add_actions(identity.spec, files)?;
        self.commit(identity, &mut |_table| {
            Ok(Some(PlannedCommit {
                adds: adds.clone(),
                inputs_file: inputs_file.map(str::to_owned),
                ..PlannedCommit::new(CommitOperation::Append)
            }))
        })
    }

    /// Appends files with one transaction per digest.
    pub(super) fn append_digests(
        &self,
        spec: &TableSpec,
        run_id: &str,
        kind: &str,
        digests: &[Digest],
        files: &StagedFiles,
    ) -> Result<CommitOutcome<i64>, LakeError> {
        let identity = CommitIdentity::of_inputs(spec, run_id, kind, digests)?;
        self.append(&identity, files, None)
    }
}
