//! One try of a commit: a claim and actions come in; the version they landed at, or the error that
//! kept them out or left it open, goes out.

use std::collections::HashSet;

use deltalake::kernel::transaction::{CommitBuilder, CommitProperties};
use deltalake::kernel::{Action, Transaction};
use deltalake::protocol::{DeltaOperation, MergePredicate, SaveMode};
use deltalake::{DeltaTable, DeltaTableError};
use serde_json::{Value, json};
use tracing::warn;

use super::error::write_error;
use super::read_back::Claim;
use super::spec::TableSpec;
use super::{Lake, LakeError, log};

/// What a commit does to the files that are there.
#[derive(Clone, Copy)]
pub(super) enum Effect {
    /// It only adds to them, so it may go on top of whatever has landed since.
    Append,
    /// It may replace some of them, so it holds for the version it was planned on and no other.
    Change,
    /// As a change, but the rows stay what they were.
    Compact {
        /// The size that its files were to have.
        target_bytes: i64,
    },
    /// As a change: the files become those of an older version.
    Restore {
        /// That version.
        version: u64,
    },
}

/// Why a try failed, and the version it was to follow.
pub(super) struct Failure {
    pub(super) before: u64,
    pub(super) error: Box<DeltaTableError>,
}

impl Lake {
    /// Loads the newest version for a try, and looks which of its transactions are there already.
    pub(super) async fn look(
        &self,
        claim: Claim<'_>,
    ) -> Result<(DeltaTable, HashSet<String>), LakeError> {
        let table = self.open_checked(claim.spec).await?;
        let store = table.object_store();
        let present = log::present(claim.spec.name, &store, claim.app_ids).await?;
        Ok((table, present))
    }

    /// Commits the actions and one transaction for each application id on top of a loaded version,
    /// and makes the commit durable.
    pub(super) async fn attempt(
        &self,
        claim: Claim<'_>,
        table: &DeltaTable,
        effect: Effect,
        actions: Vec<Action>,
    ) -> Result<Result<u64, Failure>, LakeError> {
        let name = claim.spec.name;
        let state = table.snapshot().map_err(LakeError::delta("load", name))?;
        let before = state.version();
        let prepared = CommitBuilder::from(properties(claim, effect))
            .with_actions(actions)
            .build(
                Some(state),
                table.log_store(),
                operation(claim.spec, effect),
            );
        let committed = async { prepared.into_prepared_commit_future().await?.await };
        let landed = match committed.await {
            Ok(landed) => landed,
            Err(error) => {
                let error = Box::new(write_error(error));
                return Ok(Err(Failure { before, error }));
            }
        };
        let version = landed.version;
        self.sync_log(name)?;
        // From here on the rows are in the table: a checkpoint that fails is made by a later run.
        match landed.await {
            Ok(finished) if finished.metrics.new_checkpoint_created => self.sync_log(name)?,
            Ok(_) => {}
            Err(error) => {
                warn!(table = name, version, %error, "the commit landed, its checkpoint did not");
            }
        }
        Ok(Ok(version))
    }
}

/// The run id is for the read-back and for people, the file of `inputs` for the recovery of a run
/// that was stopped: the truth is the `txn`.
fn properties(claim: Claim<'_>, effect: Effect) -> CommitProperties {
    let mut app_ids: Vec<&String> = claim.app_ids.iter().collect();
    app_ids.sort();
    // Without a time of last update a transaction never expires, and neither does exactly-once.
    let transactions = app_ids
        .into_iter()
        .map(|id| Transaction::new(id, log::IN))
        .collect();
    let mut metadata: Vec<(String, Value)> = vec![("runId".to_owned(), json!(claim.run_id))];
    metadata.extend(
        claim
            .inputs_file
            .map(|path| (log::INPUTS_FILE.to_owned(), json!(path))),
    );
    let properties = CommitProperties::default()
        .with_application_transactions(transactions)
        .with_metadata(metadata);
    match effect {
        Effect::Append => properties,
        // With retries the library would put a change on top of versions it was not planned on,
        // and its own check of conflicts misses some that double or lose rows.
        Effect::Change | Effect::Compact { .. } | Effect::Restore { .. } => {
            properties.with_max_retries(0)
        }
    }
}

/// What the history says was done.
fn operation(spec: &TableSpec, effect: Effect) -> DeltaOperation {
    let action = |action_type: &str| MergePredicate {
        action_type: action_type.to_owned(),
        predicate: None,
    };
    match effect {
        Effect::Append => {
            let names = spec.partition_names().into_iter().map(str::to_owned);
            DeltaOperation::Write {
                mode: SaveMode::Append,
                partition_by: (!spec.partition_columns.is_empty()).then(|| names.collect()),
                predicate: None,
            }
        }
        Effect::Change => DeltaOperation::Merge {
            predicate: None,
            merge_predicate: None,
            matched_predicates: vec![action("update")],
            not_matched_predicates: vec![action("insert")],
            not_matched_by_source_predicates: Vec::new(),
        },
        Effect::Compact { target_bytes } => DeltaOperation::Optimize {
            predicate: None,
            target_size: target_bytes,
        },
        Effect::Restore { version } => DeltaOperation::Restore {
            version: Some(version),
            datetime: None,
        },
    }
}
