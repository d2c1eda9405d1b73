//! Commits to one table: what identifies a commit and a plan come in; the outcome goes out, read
//! from the log whenever the response was not clear.
//!
//! ```text
//! open the newest version -> is it committed? -> plan -> attempt -> read back -> pause -'
//! ^-------------------------------------------------------------------------------------'
//! ```
//!
//! A commit has three outcomes: it is in the log, it was refused because one of its transactions is
//! already present, or it is unknown ([`LakeError::OutcomeUnknown`]).

use std::collections::HashSet;
use std::thread;
use std::time::Duration;

use deltalake::{DeltaTable, DeltaTableError};
use tracing::warn;

use super::table::loaded_state;
use super::{Lake, LakeError};

mod attempt;
mod identity;
mod operation;
mod outcome;
mod read_back;

pub(super) use attempt::PlannedCommit;
pub(super) use identity::{CommitIdentity, app_id, digests_of, maintenance_app_id_prefix};
pub(super) use operation::CommitOperation;
pub use outcome::{CommitOutcome, CommittedVersions};

use read_back::is_retryable;

/// The pause after the first failed attempt; it doubles with every further one. Two processes
/// differ in what they do between attempts, so no random jitter is needed and runs stay
/// reproducible.
const FIRST_PAUSE: Duration = Duration::from_millis(10);

/// Plans a commit on top of a loaded version; `None` if there is nothing to commit.
type CommitPlan<'p, E> = dyn FnMut(&DeltaTable) -> Result<Option<PlannedCommit>, E> + 'p;

impl Lake {
    /// Commits what `plan` returns for the newest version, with one transaction for each
    /// application id, and makes the commit durable. After a conflict the temporary files of the
    /// planned commit are deleted, and `plan` is called again; it is not called if the commit is
    /// already in the log. Nothing to commit is a [`CommitOutcome::AlreadyCommitted`] without
    /// digests.
    ///
    /// # Errors
    /// The errors of `plan`, unchanged; [`LakeError::Conflict`], [`LakeError::OutcomeUnknown`],
    /// [`LakeError::NotCommitted`], or an error before the attempt. Except after a conflict, the
    /// temporary files are kept.
    pub(super) fn commit<E: From<LakeError>>(
        &self,
        identity: &CommitIdentity<'_>,
        plan: &mut CommitPlan<'_, E>,
    ) -> Result<CommitOutcome<i64>, E> {
        let mut attempts = CommitAttempts::new(self, identity);
        loop {
            let table = identity.open(self)?;
            if let Some(found) = attempts.find_committed()? {
                return Ok(found);
            }
            let Some(planned) = plan(&table)? else {
                let digests = Vec::new();
                return Ok(CommitOutcome::AlreadyCommitted { digests });
            };
            let before = loaded_state(identity.spec.name, &table)?.version();
            let error = match self.attempt_commit(identity, &table, &planned)? {
                Ok(version) => return Ok(CommitOutcome::Committed(version)),
                Err(error) => error,
            };
            let resolved = attempts.resolve_failure(&planned.operation, before, error);
            let is_absent = match &resolved {
                Ok(found) => !matches!(found, Some(CommitOutcome::Committed(_))),
                Err(error) => error.is_conflict(),
            };
            if is_absent {
                for files in planned.temporary {
                    files.discard(self)?;
                }
            }
            if let Some(found) = resolved? {
                return Ok(found);
            }
            attempts.pause(&planned.operation);
        }
    }
}

/// The attempts of one commit.
struct CommitAttempts<'a> {
    lake: &'a Lake,
    identity: &'a CommitIdentity<'a>,
    failed: u32,
    /// The version before the first failed attempt: any commit of ours came after it.
    since: Option<u64>,
}

impl<'a> CommitAttempts<'a> {
    fn new(lake: &'a Lake, identity: &'a CommitIdentity<'a>) -> Self {
        Self {
            lake,
            identity,
            failed: 0,
            since: None,
        }
    }

    /// The outcome if transactions of the commit are present. They may belong to an earlier attempt
    /// whose response was lost.
    fn find_committed(&self) -> Result<Option<CommitOutcome<i64>>, LakeError> {
        let (identity, table) = (self.identity, self.identity.spec.name);
        let mut present = HashSet::new();
        if identity.is_unique {
            present = self.lake.log(table)?.present_app_ids(&identity.app_ids)?;
            if present.is_empty() {
                return Ok(None);
            }
        }
        let found = match self.since {
            Some(since) => self.lake.read_back(identity, since)?,
            None => None,
        };
        self.make_durable(found.or_else(|| CommitOutcome::of_present(&present)))
    }

    /// Determines the outcome of a failed attempt on top of version `before`; `None` if it is not
    /// committed and may be repeated.
    fn resolve_failure(
        &mut self,
        operation: &CommitOperation,
        before: u64,
        source: Box<DeltaTableError>,
    ) -> Result<Option<CommitOutcome<i64>>, LakeError> {
        let since = *self.since.get_or_insert(before);
        self.failed += 1;
        let (attempts, name) = (self.failed, self.identity.spec.name);
        let table = name.to_owned();
        match self.lake.read_back(self.identity, since) {
            Ok(Some(found)) => self.make_durable(Some(found)),
            Ok(None) if !is_retryable(&source) => Err(LakeError::NotCommitted { table, source }),
            Ok(None) if attempts >= operation.max_attempts() => Err(LakeError::Conflict {
                table,
                attempts,
                source,
            }),
            Ok(None) => {
                let (table, attempt, error) = (name, attempts, source);
                warn!(table, attempt, %error, "commit conflict with another writer, retrying");
                Ok(None)
            }
            Err(readback) => Err(LakeError::OutcomeUnknown {
                table,
                run_id: self.identity.run_id.to_owned(),
                readback: Box::new(readback),
                source,
            }),
        }
    }

    /// Makes what was found in the log durable before it is reported.
    fn make_durable(
        &self,
        found: Option<CommitOutcome<i64>>,
    ) -> Result<Option<CommitOutcome<i64>>, LakeError> {
        if found.is_some() {
            self.lake.sync_log(self.identity.spec.name)?;
        }
        Ok(found)
    }

    /// Waits before the next attempt.
    fn pause(&self, operation: &CommitOperation) {
        let doubled = 2_u32.saturating_pow(self.failed.saturating_sub(1));
        let pause = FIRST_PAUSE.saturating_mul(doubled);
        thread::sleep(pause.min(operation.max_pause()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lake::testing::{KIND, day, lake, put_commit, rows, spec, writer};
    use crate::lake::{Digest, StagedFiles, TableSpec};

    fn identity<'a>(spec: &'a TableSpec, run_id: &'a str) -> CommitIdentity<'a> {
        CommitIdentity::of_inputs(spec, run_id, KIND, &[Digest::of(b"a")]).unwrap()
    }

    #[test]
    fn a_commit_whose_answer_was_lost_is_found_by_its_run() {
        let (_folder, lake) = lake();
        let spec = spec();
        let mut files = writer(&lake, &spec, "run-1");
        files.append(day(1), rows("a.json", 0, 3)).unwrap();
        let files = files.finish().unwrap();
        let ours = identity(&spec, "run-1");
        let after =
            |identity: &CommitIdentity<'_>, before| lake.read_back(identity, before).unwrap();
        let committed = CommitOutcome::Committed(1);
        assert_eq!(after(&ours, 0), None);
        assert_eq!(lake.append(&ours, &files, None).unwrap(), committed);
        assert_eq!(after(&ours, 0), Some(committed));
        assert_eq!(after(&ours, 1), None, "only what came after is ours");
        let other = identity(&spec, "run-2");
        let digests = vec![Digest::of(b"a")];
        let present = CommitOutcome::AlreadyCommitted { digests };
        assert_eq!(after(&other, 0).as_ref(), Some(&present));
        assert_eq!(lake.append(&other, &files, None).unwrap(), present);
    }

    #[test]
    fn a_torn_log_is_an_error_of_the_read_back_and_not_an_absence() {
        let (_folder, lake) = lake();
        let spec = spec();
        let ours = identity(&spec, "run-1");
        put_commit(&lake, "purchases", 1, "{\"txn\":{");
        let read = lake.read_back(&ours, 0);
        assert!(matches!(read, Err(LakeError::LogDamaged { .. })));
        let append = lake.append(&ours, &StagedFiles::none(&spec), None);
        assert!(append.is_err(), "and nothing is built on it");
    }

    #[test]
    fn a_run_may_make_several_maintenance_commits_of_one_name() {
        let (_folder, lake) = lake();
        let spec = spec();
        let identity = CommitIdentity::of_maintenance(&spec, "run-1", "withdraw");
        for version in [1, 2] {
            let planned = PlannedCommit::new(CommitOperation::Change);
            let mut planned = Some(planned);
            let outcome = lake.commit::<LakeError>(&identity, &mut |_| Ok(planned.take()));
            assert_eq!(outcome.unwrap(), CommitOutcome::Committed(version));
        }
        let digests = Vec::new();
        let nothing = lake.commit::<LakeError>(&identity, &mut |_| Ok(None));
        let expected = CommitOutcome::AlreadyCommitted { digests };
        assert_eq!(nothing.unwrap(), expected);
        assert_eq!(lake.newest_version("purchases").unwrap(), Some(2));
    }

    #[test]
    fn tries_end_in_a_conflict_and_trouble_ends_them_at_once() {
        let (_folder, lake) = lake();
        let spec = spec();
        let ours = identity(&spec, "run-1");
        for (operation, max) in [(CommitOperation::Append, 8), (CommitOperation::Change, 50)] {
            let mut attempts = CommitAttempts::new(&lake, &ours);
            let mut fail = || {
                let conflict = DeltaTableError::VersionAlreadyExists(1);
                attempts.resolve_failure(&operation, 0, Box::new(conflict))
            };
            for _ in 1..max {
                assert_eq!(fail().unwrap(), None);
            }
            let last = fail();
            assert!(matches!(last, Err(LakeError::Conflict { attempts, .. }) if attempts == max));
        }
        let trouble = DeltaTableError::Generic("no space left on device".to_owned());
        let first = CommitAttempts::new(&lake, &ours).resolve_failure(
            &CommitOperation::Append,
            0,
            Box::new(trouble),
        );
        assert!(matches!(first, Err(LakeError::NotCommitted { .. })));
    }
}
