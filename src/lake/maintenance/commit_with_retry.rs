//! Commits that replace files: the plan is made again after each conflict; the committed version
//! goes out.

use std::collections::HashSet;
use std::time::Duration;

use deltalake::DeltaTable;
use deltalake::kernel::Action;

use super::MaintenanceError;
use crate::lake::attempt::CommitOperation;
use crate::lake::read_back::{CommitIdentity, CommitRetries, TransactionOutcome};
use crate::lake::{Lake, TableSpec};

/// The maximum number of attempts. Each failure is a commit of another writer.
const MAX_ATTEMPTS: u32 = 50;

/// Longer pauses would let the other writers commit every time.
const MAX_PAUSE: Duration = Duration::from_millis(100);

/// A commit that is planned; it is valid only for the loaded version.
pub(super) struct PlannedCommit {
    pub(super) table: DeltaTable,
    pub(super) operation: CommitOperation,
    pub(super) actions: Vec<Action>,
}

/// The application id by which a maintenance commit is found in the log.
fn maintenance_app_id(table: &str, name: &str) -> String {
    format!("{}{name}", maintenance_app_id_prefix(table))
}

/// The prefix of these ids; they belong to no input. It is stored in the log, so it does not
/// change.
pub(super) fn maintenance_app_id_prefix(table: &str) -> String {
    format!("{table}:care:")
}

impl Lake {
    /// Commits what `plan` returns for the newest version; it is called again after each conflict.
    /// Nothing is committed if it returns `None`. `name` identifies the commit within its table.
    pub(super) fn commit_with_retry(
        &self,
        spec: &TableSpec,
        run_id: &str,
        name: &str,
        plan: &mut dyn FnMut() -> Result<Option<PlannedCommit>, MaintenanceError>,
    ) -> Result<Option<u64>, MaintenanceError> {
        let app_ids = HashSet::from([maintenance_app_id(spec.name, name)]);
        let identity = CommitIdentity {
            spec,
            run_id,
            app_ids: &app_ids,
            inputs_file: None,
        };
        let mut retries = CommitRetries::new(identity, MAX_ATTEMPTS, MAX_PAUSE);
        while let Some(planned) = plan()? {
            let PlannedCommit {
                table,
                operation,
                actions,
            } = planned;
            let attempt = self.attempt_commit(identity, &table, operation, actions);
            match self.runtime().block_on(attempt)? {
                Ok(version) => return Ok(Some(version)),
                Err(failure) => {
                    if let Some(TransactionOutcome::Committed(version)) =
                        retries.resolve_failure(self, failure)?
                    {
                        return Ok(Some(version));
                    }
                }
            }
            retries.pause();
        }
        Ok(None)
    }
}
