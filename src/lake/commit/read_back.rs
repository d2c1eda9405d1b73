//! Searches the log for a commit whose outcome is unclear, and decides whether an error permits
//! another attempt.

use std::collections::HashSet;

use deltalake::DeltaTableError;
use deltalake::kernel::Transaction;
use deltalake::kernel::transaction::{CommitConflictError, TransactionError};

use super::identity::CommitIdentity;
use super::outcome::CommitOutcome;
use crate::lake::counts::signed;
use crate::lake::log::COMMITTED;
use crate::lake::{Lake, LakeError};

impl Lake {
    /// Searches the log after version `before` for the transactions of a commit; `None` if none is
    /// present.
    pub(super) fn read_back(
        &self,
        identity: &CommitIdentity<'_>,
        before: u64,
    ) -> Result<Option<CommitOutcome<i64>>, LakeError> {
        let mut present = HashSet::new();
        let log = self.log(identity.spec.name)?;
        for commit in log.transactions_from(before + 1)? {
            let is_ours = commit.origin.run_id.as_deref() == Some(identity.run_id);
            let of_commit = |txn: &Transaction| identity.app_ids.contains(&txn.app_id);
            for txn in commit.transactions.into_iter().filter(of_commit) {
                if txn.version < COMMITTED {
                    // An older version was restored: the input is withdrawn.
                    present.remove(&txn.app_id);
                } else if is_ours {
                    return Ok(Some(CommitOutcome::Committed(signed(commit.version))));
                } else {
                    present.insert(txn.app_id);
                }
            }
        }
        Ok(CommitOutcome::of_present(&present))
    }
}

/// Whether the library refused the commit because of another writer: it is then not committed, and
/// a fresh snapshot may succeed. An append reads nothing, so conflicts about read or deleted files
/// do not apply to it; a change is planned again on the other writer's result.
pub(super) fn is_retryable(error: &DeltaTableError) -> bool {
    match error {
        DeltaTableError::VersionAlreadyExists(_) => true,
        DeltaTableError::Transaction { source } => match source {
            TransactionError::VersionAlreadyExists(_) | TransactionError::MaxCommitAttempts(_) => {
                true
            }
            TransactionError::CommitConflict(conflict) => !matches!(
                conflict,
                CommitConflictError::UnsupportedWriterVersion(_)
                    | CommitConflictError::UnsupportedReaderVersion(_)
                    | CommitConflictError::CorruptedState { .. }
                    | CommitConflictError::NoMetadata
            ),
            _ => false,
        },
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_another_writer_caused_is_tried_again() {
        let conflict = |conflict| DeltaTableError::Transaction {
            source: TransactionError::CommitConflict(conflict),
        };
        let exhausted = DeltaTableError::Transaction {
            source: TransactionError::MaxCommitAttempts(15),
        };
        for error in [
            exhausted,
            conflict(CommitConflictError::ConcurrentDeleteRead),
            conflict(CommitConflictError::ConcurrentTransaction),
            DeltaTableError::VersionAlreadyExists(3),
        ] {
            assert!(is_retryable(&error), "{error}");
        }
        for error in [
            conflict(CommitConflictError::UnsupportedWriterVersion(7)),
            DeltaTableError::Generic("no space left on device".to_owned()),
        ] {
            assert!(!is_retryable(&error), "{error}");
        }
    }
}
