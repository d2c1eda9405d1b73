//! Commits that replace files: what they are made of is asked for anew as often as another writer is
//! quicker; the version they landed at goes out.

use std::collections::HashSet;
use std::time::Duration;

use deltalake::DeltaTable;
use deltalake::kernel::Action;

use super::MaintenanceError;
use crate::lake::attempt::CommitOperation;
use crate::lake::read_back::{CommitIdentity, CommitRetries, TransactionOutcome};
use crate::lake::{Lake, TableSpec};

/// How often a commit is tried. Each loss is a commit of somebody else.
const MAX_ATTEMPTS: u32 = 50;

/// Care is patient, but a longer pause would leave the field to the other writers.
const MAX_PAUSE: Duration = Duration::from_millis(100);

/// A commit in the making: it holds for the version that is loaded and no other.
pub(super) struct PlannedCommit {
    pub(super) table: DeltaTable,
    pub(super) operation: CommitOperation,
    pub(super) actions: Vec<Action>,
}

/// The name under which a commit of care finds itself in the log again.
fn maintenance_app_id(table: &str, name: &str) -> String {
    format!("{}{name}", maintenance_app_id_prefix(table))
}

/// How these names begin: they stand for no input.
pub(super) fn maintenance_app_id_prefix(table: &str) -> String {
    format!("{table}:care:")
}

impl Lake {
    /// Commits what `plan` makes of the newest version; it is asked again when another writer was
    /// quicker. Nothing is committed once it says that there is nothing to do. `name` tells this
    /// commit from all others of its table.
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
