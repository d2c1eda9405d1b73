//! One attempt to commit: an identity and actions come in; the committed version or the error goes
//! out.

use std::collections::HashSet;

use deltalake::kernel::transaction::{CommitBuilder, CommitProperties};
use deltalake::kernel::{Action, Transaction};
use deltalake::protocol::{DeltaOperation, MergePredicate, SaveMode};
use deltalake::{DeltaTable, DeltaTableError};
use serde_json::{Value, json};
use tracing::warn;

use super::error::write_error;
use super::read_back::CommitIdentity;
use super::table::loaded_state;
use super::table_spec::TableSpec;
use super::{Lake, LakeError, log};

/// What a commit does to the existing files.
#[derive(Clone, Copy)]
pub(super) enum CommitOperation {
    /// Only adds files, so it may follow any version.
    Append,
    /// May replace files, so it is valid only for the version it was planned on.
    Change,
    /// As a change, but the rows stay the same.
    Compact {
        /// The requested size of the files.
        target_bytes: i64,
    },
    /// As a change: the files become those of an older version.
    Restore {
        /// The older version.
        version: u64,
    },
}

/// A failed attempt: the error, and the version that the commit was to follow.
pub(super) struct FailedAttempt {
    pub(super) before: u64,
    pub(super) error: Box<DeltaTableError>,
}

impl Lake {
    /// Loads the newest version for an attempt, with those application ids of the commit that are
    /// already present.
    pub(super) fn open_for_commit(
        &self,
        identity: CommitIdentity<'_>,
    ) -> Result<(DeltaTable, HashSet<String>), LakeError> {
        let table = self.open_checked(identity.spec)?;
        let log = self.log(identity.spec.name)?;
        Ok((table, log.present_app_ids(identity.app_ids)?))
    }

    /// Commits the actions and one transaction for each application id on top of a loaded version,
    /// and makes the commit durable.
    pub(super) async fn attempt_commit(
        &self,
        identity: CommitIdentity<'_>,
        table: &DeltaTable,
        operation: CommitOperation,
        actions: Vec<Action>,
    ) -> Result<Result<u64, FailedAttempt>, LakeError> {
        let name = identity.spec.name;
        let state = loaded_state(name, table)?;
        let before = state.version();
        let prepared = CommitBuilder::from(properties(identity, operation))
            .with_actions(actions)
            .build(
                Some(state),
                table.log_store(),
                delta_operation(identity.spec, operation),
            );
        let commit = async { prepared.into_prepared_commit_future().await?.await };
        let post_commit = match commit.await {
            Ok(post_commit) => post_commit,
            Err(error) => {
                let error = Box::new(write_error(error));
                return Ok(Err(FailedAttempt { before, error }));
            }
        };
        let version = post_commit.version;
        self.sync_log(name)?;
        // From here on the rows are in the table: if the checkpoint fails, a later run makes it.
        match post_commit.await {
            Ok(finished) if finished.metrics.new_checkpoint_created => self.sync_log(name)?,
            Ok(_) => {}
            Err(error) => {
                warn!(table = name, version, %error, "the commit succeeded, but its checkpoint failed");
            }
        }
        Ok(Ok(version))
    }
}

/// The run id serves the read-back and operators, the file of `inputs` the recovery of a stopped
/// run; authoritative is the `txn`.
fn properties(identity: CommitIdentity<'_>, operation: CommitOperation) -> CommitProperties {
    let mut app_ids: Vec<&String> = identity.app_ids.iter().collect();
    app_ids.sort();
    // Without `lastUpdated` a transaction never expires: exactly-once depends on it.
    let transactions = app_ids
        .into_iter()
        .map(|id| Transaction::new(id, log::COMMITTED))
        .collect();
    let mut metadata: Vec<(String, Value)> = vec![("runId".to_owned(), json!(identity.run_id))];
    metadata.extend(
        identity
            .inputs_file
            .map(|path| (log::INPUTS_FILE.to_owned(), json!(path))),
    );
    let properties = CommitProperties::default()
        .with_application_transactions(transactions)
        .with_metadata(metadata);
    match operation {
        CommitOperation::Append => properties,
        // With retries the library would commit a change on top of versions it was not planned on,
        // and its own conflict check misses some cases that duplicate or lose rows.
        CommitOperation::Change
        | CommitOperation::Compact { .. }
        | CommitOperation::Restore { .. } => properties.with_max_retries(0),
    }
}

/// The operation that the history shows.
fn delta_operation(spec: &TableSpec, operation: CommitOperation) -> DeltaOperation {
    let action = |action_type: &str| MergePredicate {
        action_type: action_type.to_owned(),
        predicate: None,
    };
    match operation {
        CommitOperation::Append => {
            let names = spec.partition_names().into_iter().map(str::to_owned);
            DeltaOperation::Write {
                mode: SaveMode::Append,
                partition_by: (!spec.partition_columns.is_empty()).then(|| names.collect()),
                predicate: None,
            }
        }
        CommitOperation::Change => DeltaOperation::Merge {
            predicate: None,
            merge_predicate: None,
            matched_predicates: vec![action("update")],
            not_matched_predicates: vec![action("insert")],
            not_matched_by_source_predicates: Vec::new(),
        },
        CommitOperation::Compact { target_bytes } => DeltaOperation::Optimize {
            predicate: None,
            target_size: target_bytes,
        },
        CommitOperation::Restore { version } => DeltaOperation::Restore {
            version: Some(version),
            datetime: None,
        },
    }
}
