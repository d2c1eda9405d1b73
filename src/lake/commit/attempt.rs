//! One attempt to commit: a planned commit and the version it follows come in; the committed version
//! or the error goes out.

use std::collections::HashSet;

use deltalake::kernel::transaction::{CommitBuilder, CommitProperties};
use deltalake::kernel::{Action, Add, Metadata, Remove, Transaction};
use deltalake::{DeltaTable, DeltaTableError};
use serde_json::{Value, json};
use tracing::warn;

use super::identity::CommitIdentity;
use super::operation::CommitOperation;
use crate::lake::counts::signed;
use crate::lake::error::write_error;
use crate::lake::state_commit::StateCommit;
use crate::lake::table::loaded_state;
use crate::lake::{Lake, LakeError, StagedFiles, log};

/// What is to be committed on top of one version.
pub(in crate::lake) struct PlannedCommit {
    pub(in crate::lake) operation: CommitOperation,
    /// The metadata of the table from this version on, if it changes.
    pub(in crate::lake) metadata: Option<Metadata>,
    pub(in crate::lake) removes: Vec<Remove>,
    pub(in crate::lake) adds: Vec<Add>,
    /// Transactions with a version of their own; those of the identity have version 1 otherwise.
    pub(in crate::lake) transactions: Vec<Transaction>,
    /// The data file with the rows of `inputs` that follow the commit, below that table's
    /// directory: a recovery that finds this commit without them commits that file.
    pub(in crate::lake) inputs_file: Option<String>,
    /// What the commit brings to the table of states.
    pub(in crate::lake) states: Option<StateCommit>,
    /// Files for this version alone: they are deleted if it is certain that no commit names them.
    pub(in crate::lake) temporary: Vec<StagedFiles>,
}

impl PlannedCommit {
    /// A commit of nothing but the transactions of its identity.
    pub(in crate::lake) fn new(operation: CommitOperation) -> Self {
        Self {
            operation,
            metadata: None,
            removes: Vec::new(),
            adds: Vec::new(),
            transactions: Vec::new(),
            inputs_file: None,
            states: None,
            temporary: Vec::new(),
        }
    }

    fn actions(&self) -> Vec<Action> {
        let metadata = self.metadata.iter().cloned().map(Action::Metadata);
        let removes = self.removes.iter().cloned().map(Action::Remove);
        let adds = self.adds.iter().cloned().map(Action::Add);
        let transactions = self.transactions.iter().cloned().map(Action::Txn);
        let files = removes.chain(adds);
        metadata.chain(files).chain(transactions).collect()
    }

    /// The run id serves the read-back and operators, the file of `inputs` the recovery of a
    /// stopped run; authoritative is the `txn`.
    fn properties(&self, identity: &CommitIdentity<'_>) -> CommitProperties {
        let versions = self.transactions.iter().map(|txn| &txn.app_id);
        let with_version: HashSet<&String> = versions.collect();
        let mut app_ids: Vec<&String> = identity.app_ids.iter().collect();
        app_ids.retain(|id| !with_version.contains(id));
        app_ids.sort();
        // Without `lastUpdated` a transaction never expires: exactly-once depends on it.
        let transactions = app_ids
            .into_iter()
            .map(|id| Transaction::new(id, log::COMMITTED))
            .collect();
        let mut metadata: Vec<(String, Value)> = vec![("runId".to_owned(), json!(identity.run_id))];
        let file = self.inputs_file.iter();
        metadata.extend(file.map(|path| (log::INPUTS_FILE.to_owned(), json!(path))));
        let states = self.states.iter();
        metadata.extend(states.map(|states| (log::STATES.to_owned(), json!(states))));
        let properties = CommitProperties::default()
            .with_application_transactions(transactions)
            .with_metadata(metadata);
        if self.operation.may_rebase() && self.removes.is_empty() {
            return properties;
        }
        properties.with_max_retries(0)
    }
}

impl Lake {
    /// Commits the actions and one transaction for each application id on top of a loaded version,
    /// and makes the commit durable.
    pub(in crate::lake) fn attempt_commit(
        &self,
        identity: &CommitIdentity<'_>,
        table: &DeltaTable,
        planned: &PlannedCommit,
    ) -> Result<Result<i64, Box<DeltaTableError>>, LakeError> {
        let name = identity.spec.name;
        let state = loaded_state(name, table)?;
        let prepared = CommitBuilder::from(planned.properties(identity))
            .with_actions(planned.actions())
            .build(
                Some(state),
                table.log_store(),
                planned.operation.to_delta(identity.spec),
            );
        let commit = async { prepared.into_prepared_commit_future().await?.await };
        let post_commit = match self.runtime().block_on(commit) {
            Ok(post_commit) => post_commit,
            Err(error) => return Ok(Err(Box::new(write_error(error)))),
        };
        let version = post_commit.version;
        self.sync_log(name)?;
        // From here on the rows are in the table: if the checkpoint fails, a later run makes it.
        match self.runtime().block_on(post_commit.into_future()) {
            Ok(finished) if finished.metrics.new_checkpoint_created => self.sync_log(name)?,
            Ok(_) => {}
            Err(error) => {
                warn!(table = name, version, %error, "the commit succeeded, but its checkpoint failed");
            }
        }
        Ok(Ok(signed(version)))
    }
}
