//! One append to one table: staged files and application transactions come in; the outcome goes
//! out, read back from the log whenever the response was not clear.
//!
//! A commit has three outcomes: it is in the log, it was refused because one of its transactions is
//! already present, or it is unknown ([`LakeError::OutcomeUnknown`]).

use std::time::Duration;

use deltalake::kernel::Action;

use super::attempt::CommitOperation;
use super::read_back::{CommitIdentity, CommitRetries, TransactionOutcome};
use super::staged::StagedFiles;
use super::{Lake, LakeError};

/// The maximum number of attempts, each from a fresh snapshot. Each contains up to 15 retries of
/// the library, for appends that only need the next version number.
const MAX_ATTEMPTS: u32 = 8;

/// With so few attempts the pauses need no upper bound.
const MAX_PAUSE: Duration = Duration::MAX;

impl Lake {
    /// Commits staged files that only add to a table, and makes the commit durable.
    pub(super) fn append(
        &self,
        identity: CommitIdentity<'_>,
        files: &StagedFiles,
    ) -> Result<TransactionOutcome, LakeError> {
        let adds = self.add_actions(identity.spec, files)?;
        let mut retries = CommitRetries::new(identity, MAX_ATTEMPTS, MAX_PAUSE);
        loop {
            let (table, present) = self.open_for_commit(identity)?;
            if !present.is_empty() {
                return retries.resolve_present(self, present);
            }
            let actions = adds.iter().cloned().map(Action::Add).collect();
            let attempt = self.attempt_commit(identity, &table, CommitOperation::Append, actions);
            match self.runtime().block_on(attempt)? {
                Ok(version) => return Ok(TransactionOutcome::Committed(version)),
                Err(failure) => {
                    if let Some(outcome) = retries.resolve_failure(self, failure)? {
                        return Ok(outcome);
                    }
                }
            }
            retries.pause();
        }
    }
}
