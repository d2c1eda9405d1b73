//! Determines the outcome of a failed commit from the log: it is committed, its inputs were already
//! present, or it may be retried.

use std::collections::HashSet;
use std::thread;
use std::time::Duration;

use deltalake::DeltaTableError;
use deltalake::kernel::transaction::{CommitConflictError, TransactionError};
use tracing::warn;

use super::attempt::FailedAttempt;
use super::table_spec::TableSpec;
use super::{Lake, LakeError, log};

/// The pause after the first failed attempt; it doubles with every further one. Two processes
/// differ in what they do between attempts, so no random jitter is needed and runs stay
/// reproducible.
const FIRST_PAUSE: Duration = Duration::from_millis(10);

/// What identifies a commit.
#[derive(Clone, Copy)]
pub(super) struct CommitIdentity<'a> {
    pub(super) spec: &'a TableSpec,
    pub(super) run_id: &'a str,
    /// The application ids of its transactions, at least one.
    pub(super) app_ids: &'a HashSet<String>,
    /// The data file with the rows of `inputs` that follow the commit, below that table's
    /// directory: a recovery that finds this commit without them commits that file.
    pub(super) inputs_file: Option<&'a str>,
}

/// The outcome of a commit.
pub(super) enum TransactionOutcome {
    /// It is in the log, at this version.
    Committed(u64),
    /// Nothing of it is in the log, because these application ids were already present.
    AlreadyPresent(HashSet<String>),
}

/// The attempts of one commit.
pub(super) struct CommitRetries<'a> {
    identity: CommitIdentity<'a>,
    max_attempts: u32,
    max_pause: Duration,
    failed_attempts: u32,
    /// The version before the first failed attempt: any commit of ours came after it.
    since: Option<u64>,
}

impl<'a> CommitRetries<'a> {
    pub(super) fn new(
        identity: CommitIdentity<'a>,
        max_attempts: u32,
        max_pause: Duration,
    ) -> Self {
        Self {
            identity,
            max_attempts,
            max_pause,
            failed_attempts: 0,
            since: None,
        }
    }

    /// Some of the transactions are present. They may belong to an earlier attempt of this commit
    /// whose response was lost.
    pub(super) fn resolve_present(
        &self,
        lake: &Lake,
        present: HashSet<String>,
    ) -> Result<TransactionOutcome, LakeError> {
        let found = match self.since {
            Some(since) => lake.read_back(self.identity, since)?,
            None => None,
        };
        self.make_durable(
            lake,
            found.unwrap_or(TransactionOutcome::AlreadyPresent(present)),
        )
    }

    /// Determines the outcome of a failed attempt; `None` if it is not committed and may be
    /// retried.
    pub(super) fn resolve_failure(
        &mut self,
        lake: &Lake,
        failure: FailedAttempt,
    ) -> Result<Option<TransactionOutcome>, LakeError> {
        let FailedAttempt { before, error } = failure;
        let table = self.identity.spec.name;
        let since = *self.since.get_or_insert(before);
        self.failed_attempts += 1;
        match lake.read_back(self.identity, since) {
            Ok(Some(found)) => self.make_durable(lake, found).map(Some),
            Ok(None) if !is_retryable(&error) => Err(LakeError::NotCommitted {
                table: table.to_owned(),
                source: error,
            }),
            Ok(None) if self.failed_attempts == self.max_attempts => Err(LakeError::Conflict {
                table: table.to_owned(),
                attempts: self.max_attempts,
                source: error,
            }),
            Ok(None) => {
                let attempt = self.failed_attempts;
                warn!(table, attempt, %error, "commit conflict with another writer, retrying");
                Ok(None)
            }
            Err(readback) => Err(LakeError::OutcomeUnknown {
                table: table.to_owned(),
                run_id: self.identity.run_id.to_owned(),
                readback: Box::new(readback),
                source: error,
            }),
        }
    }

    /// Waits before the next attempt.
    pub(super) fn pause(&self) {
        let doubled = 2_u32.saturating_pow(self.failed_attempts.saturating_sub(1));
        thread::sleep(FIRST_PAUSE.saturating_mul(doubled).min(self.max_pause));
    }

    /// Makes what was found in the log durable before it is reported.
    fn make_durable(
        &self,
        lake: &Lake,
        outcome: TransactionOutcome,
    ) -> Result<TransactionOutcome, LakeError> {
        lake.sync_log(self.identity.spec.name)?;
        Ok(outcome)
    }
}

impl Lake {
    /// Searches the log for the transactions of a commit whose outcome is unclear.
    fn read_back(
        &self,
        identity: CommitIdentity<'_>,
        before: u64,
    ) -> Result<Option<TransactionOutcome>, LakeError> {
        let mut present = HashSet::new();
        for commit in self
            .log(identity.spec.name)?
            .transactions_from(before + 1)?
        {
            let is_ours = commit.origin.run_id.as_deref() == Some(identity.run_id);
            for txn in commit.transactions {
                if !identity.app_ids.contains(&txn.app_id) {
                    continue;
                } else if txn.version < log::COMMITTED {
                    // An older version was restored: the input is withdrawn.
                    present.remove(&txn.app_id);
                } else if is_ours {
                    return Ok(Some(TransactionOutcome::Committed(commit.version)));
                } else {
                    present.insert(txn.app_id);
                }
            }
        }
        Ok((!present.is_empty()).then_some(TransactionOutcome::AlreadyPresent(present)))
    }
}

/// Whether the library refused the commit because of another writer: it is then not committed, and
/// a fresh snapshot may succeed. An append reads nothing, so conflicts about read or deleted files
/// do not apply to it; a change is planned again on the other writer's result.
fn is_retryable(error: &DeltaTableError) -> bool {
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
    use crate::lake::StagedFiles;
    use crate::lake::testing::{day, lake, put_commit, rows, spec, writer};

    fn shown(outcome: Option<TransactionOutcome>) -> String {
        match outcome {
            Some(TransactionOutcome::Committed(version)) => format!("committed {version}"),
            Some(TransactionOutcome::AlreadyPresent(ids)) => format!("present {ids:?}"),
            None => "absent".to_owned(),
        }
    }

    #[test]
    fn a_commit_whose_answer_was_lost_is_found_by_its_run() {
        let (_folder, lake) = lake();
        let spec = spec();
        let mut files = writer(&lake, &spec, "run-1");
        files.append(day(1), rows("a.json", 0, 3)).unwrap();
        let files = files.finish().unwrap();
        let app_ids = HashSet::from(["purchases:purchases:aa".to_owned()]);
        let identity = CommitIdentity {
            spec: &spec,
            run_id: "run-1",
            app_ids: &app_ids,
            inputs_file: None,
        };
        let outcome_after =
            |identity: CommitIdentity<'_>, before| shown(lake.read_back(identity, before).unwrap());
        assert_eq!(outcome_after(identity, 0), "absent");
        assert_eq!(shown(lake.append(identity, &files).ok()), "committed 1");
        assert_eq!(outcome_after(identity, 0), "committed 1");
        assert_eq!(
            outcome_after(identity, 1),
            "absent",
            "only what came after is ours"
        );
        let other = CommitIdentity {
            run_id: "run-2",
            ..identity
        };
        assert_eq!(outcome_after(other, 0), format!("present {app_ids:?}"));
        assert_eq!(
            shown(lake.append(other, &files).ok()),
            format!("present {app_ids:?}")
        );
    }

    #[test]
    fn a_torn_log_is_an_error_of_the_read_back_and_not_an_absence() {
        let (_folder, lake) = lake();
        let spec = spec();
        let app_ids = HashSet::from(["purchases:purchases:aa".to_owned()]);
        let identity = CommitIdentity {
            spec: &spec,
            run_id: "run-1",
            app_ids: &app_ids,
            inputs_file: None,
        };
        put_commit(&lake, "purchases", 1, "{\"txn\":{");
        let read = lake.read_back(identity, 0);
        assert!(matches!(read, Err(LakeError::LogDamaged { .. })));
        let append = lake.append(identity, &StagedFiles::none(&spec));
        assert!(append.is_err(), "and nothing is built on it");
    }

    #[test]
    fn tries_end_in_a_conflict_and_trouble_ends_them_at_once() {
        let (_folder, lake) = lake();
        let spec = spec();
        let app_ids = HashSet::from(["purchases:purchases:aa".to_owned()]);
        let identity = CommitIdentity {
            spec: &spec,
            run_id: "run-1",
            app_ids: &app_ids,
            inputs_file: None,
        };
        let lost = |error| FailedAttempt {
            before: 0,
            error: Box::new(error),
        };
        let mut retries = CommitRetries::new(identity, 3, Duration::ZERO);
        for _ in 0..2 {
            let again =
                retries.resolve_failure(&lake, lost(DeltaTableError::VersionAlreadyExists(1)));
            assert!(again.unwrap().is_none());
            retries.pause();
        }
        let last = retries.resolve_failure(&lake, lost(DeltaTableError::VersionAlreadyExists(1)));
        assert!(matches!(last, Err(LakeError::Conflict { attempts: 3, .. })));
        let trouble = DeltaTableError::Generic("no space left on device".to_owned());
        let first =
            CommitRetries::new(identity, 3, Duration::ZERO).resolve_failure(&lake, lost(trouble));
        assert!(matches!(first, Err(LakeError::NotCommitted { .. })));
    }

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
