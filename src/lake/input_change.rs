//! Takes the content of inputs out of the tables, and puts other content in its place: listed
//! inputs and new content come in; one version of each table goes out.
//!
//! ```text
//! rejects: without the old, with the new -> rows: the same -> inputs: states and new row
//! ```
//!
//! Each commit withdraws the old contents by transactions of version 0, so that they can come
//! again. A content that another path still brings stays, and its rows get that path and its run.
//! After a crash between two commits the same change completes: the first two commits are planned
//! on what is in their tables, and the second names a data file with the rows of the third.
//!
//! Refused: a table of rows that holds another number of rows of an input than is listed.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use deltalake::DeltaTable;

use super::actions::remove_actions;
use super::commit::{CommitIdentity, CommitOperation, PlannedCommit, app_id};
use super::inputs::StagedInputs;
use super::row_origins::{FileOrigins, total_rows};
use super::table::loaded_state;
use super::table_spec::{INPUTS, REJECTS, TableSpec, rejects_spec};
use super::{CommittedVersions, Digest, InputChangeError, Lake, LakeError, log};

mod plan;
mod stopped_runs;

use plan::InputChangePlan;
pub use plan::{IncomingContent, InputChange};

/// The outcome of a change of inputs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InputChangeOutcome {
    /// It is in the lake and on disk.
    Committed(CommittedVersions),
    /// Only the table of inputs had to be changed: its version, if it has a new one.
    Listed(Option<i64>),
    /// Another process changed these inputs first, and the rows are as it left them. Read the
    /// listed inputs again.
    Superseded,
}

impl Lake {
    /// Changes inputs. After an error the staged files of the incoming content are kept: the
    /// outcome of their commit may be unknown.
    ///
    /// # Errors
    /// [`InputChangeError::RowsDiffer`] if the table of rows does not hold the listed number of rows
    /// of an outgoing input, [`LakeError::Conflict`] if all attempts conflicted with other writers,
    /// [`LakeError::OutcomeUnknown`], [`LakeError::NotCommitted`], [`LakeError::NotListed`] if the
    /// rows are changed and the inputs could not be listed, or an earlier error.
    pub fn change_inputs(&self, change: &InputChange<'_>) -> Result<InputChangeOutcome, LakeError> {
        let plan = InputChangePlan::of(change);
        let table = change.rows_table.name;
        if plan.is_listing_only(change) {
            let version = self.change_listing(change.run_id, table, &plan.listing, None)?;
            return Ok(InputChangeOutcome::Listed(version));
        }
        let incoming = change.incoming.as_ref().and_then(|one| one.files.clone());
        let before = self.content_versions(change, &plan, None)?;
        let staged = self.stage_listing(change.run_id, &plan.listing)?;
        let rejects = if self.is_listed_as(change, &plan, &before)? {
            self.change_rejects(change, &plan, &before)?
        } else {
            None
        };
        let Some(rejects) = rejects else {
            staged.files.discard(self)?;
            if let Some((rows, rejects)) = incoming {
                rows.discard(self)?;
                rejects.discard(self)?;
            }
            return Ok(InputChangeOutcome::Superseded);
        };
        let Some(rows) = self.change_rows(change, &plan, &before, &staged)? else {
            // The rejects are committed.
            staged.files.discard(self)?;
            incoming.map_or(Ok(()), |(rows, _)| rows.discard(self))?;
            return Ok(InputChangeOutcome::Superseded);
        };
        let file = Some(&staged.files);
        let listed = self.change_listing(change.run_id, table, &plan.listing, file);
        let inputs = listed.map_err(|source| LakeError::NotListed {
            table: table.to_owned(),
            version: rows,
            source: Box::new(source),
        })?;
        Ok(InputChangeOutcome::Committed(CommittedVersions {
            rows,
            rejects: Some(rejects),
            inputs,
        }))
    }

    /// Whether the outgoing inputs are still listed, and their contents as in the table of rows. If
    /// not, another process changes them, or a stopped one has not listed its change.
    fn is_listed_as(
        &self,
        change: &InputChange<'_>,
        plan: &InputChangePlan,
        before: &BTreeMap<Digest, i64>,
    ) -> Result<bool, LakeError> {
        let kind = change.record_kind;
        let outgoing: BTreeSet<Digest> = plan.withdrawn.union(&plan.moved).copied().collect();
        // Before the rows, so that a change that is listed in between is noticed.
        let versions = self.versions_in(INPUTS, kind, &outgoing, None)?;
        let listed = self.listed_inputs(kind)?;
        let is_same = |digest: &Digest| {
            let version = before.get(digest).copied().unwrap_or(log::WITHDRAWN);
            version >= log::COMMITTED && versions.get(digest) == Some(&version)
        };
        Ok(change.outgoing.iter().all(|one| listed.contains(one)) && outgoing.iter().all(is_same))
    }

    /// The transaction versions of the contents in the table of rows, at a version of it.
    fn content_versions(
        &self,
        change: &InputChange<'_>,
        plan: &InputChangePlan,
        until: Option<u64>,
    ) -> Result<BTreeMap<Digest, i64>, LakeError> {
        let table = change.rows_table.name;
        self.versions_in(table, change.record_kind, &plan.digests(change), until)
    }

    fn versions_in(
        &self,
        table: &str,
        kind: &str,
        digests: &BTreeSet<Digest>,
        until: Option<u64>,
    ) -> Result<BTreeMap<Digest, i64>, LakeError> {
        let ids: HashMap<String, Digest> = digests
            .iter()
            .map(|digest| (app_id(table, kind, digest), *digest))
            .collect();
        let wanted = |id: &str| ids.contains_key(id);
        let versions = self.log(table)?.transaction_versions(&wanted, until)?;
        let by_digest = versions.into_iter();
        Ok(by_digest
            .filter_map(|(id, version)| Some((*ids.get(&id)?, version)))
            .collect())
    }

    /// Commits the rows; `None` if another process has changed the inputs first.
    fn change_rows(
        &self,
        change: &InputChange<'_>,
        plan: &InputChangePlan,
        before: &BTreeMap<Digest, i64>,
        staged: &StagedInputs,
    ) -> Result<Option<i64>, LakeError> {
        let spec = change.rows_table;
        let name = format!("change-{}", change.run_id);
        let identity = CommitIdentity::of_maintenance(spec, change.run_id, &name);
        let incoming = change.incoming.as_ref().and_then(|one| one.files.as_ref());
        let mut committed_by_plan = false;
        let committed = self.commit(&identity, &mut |table| {
            let state = loaded_state(spec.name, table)?;
            let versions = self.content_versions(change, plan, Some(state.version()))?;
            committed_by_plan = versions == *before;
            if !committed_by_plan {
                return Ok(None);
            }
            let files = self.outgoing_files(change, spec, table)?;
            check_rows(spec, plan, &files)?;
            let rewritten = self.rewrite_origins(spec, change.run_id, &files, &plan.origins)?;
            let mut adds = self.add_actions(spec, &rewritten.staged)?;
            if let Some((rows, _)) = incoming {
                adds.extend(self.add_actions(spec, rows)?);
            }
            Ok::<_, LakeError>(Some(PlannedCommit {
                removes: remove_actions(spec.name, state, &rewritten.removed)?,
                adds,
                transactions: plan.transactions(change, spec.name, &versions),
                inputs_file: staged.path().map(str::to_owned),
                temporary: vec![rewritten.staged],
                ..PlannedCommit::new(CommitOperation::Change)
            }))
        })?;
        Ok(committed.version().filter(|_| committed_by_plan))
    }

    /// The files of a table that hold rows of the paths of the outgoing inputs.
    fn outgoing_files(
        &self,
        change: &InputChange<'_>,
        spec: &TableSpec,
        table: &DeltaTable,
    ) -> Result<Vec<FileOrigins>, LakeError> {
        let paths: HashSet<&str> = change
            .outgoing
            .iter()
            .map(|listed| listed.row.path.as_str())
            .collect();
        let mut files = self
            .snapshot_of(spec.name, loaded_state(spec.name, table)?, None)?
            .files;
        // Tables of one kind have no such partition.
        files.retain(|file| {
            let kind = file.partition("record_kind");
            kind.is_none_or(|kind| kind == change.record_kind)
        });
        self.find_origins(spec, files, &paths)
    }

    /// Commits the rejects: those of the outgoing inputs leave, those of the incoming one come; `None`
    /// if another process has changed the inputs first.
    fn change_rejects(
        &self,
        change: &InputChange<'_>,
        plan: &InputChangePlan,
        before: &BTreeMap<Digest, i64>,
    ) -> Result<Option<i64>, LakeError> {
        let spec = rejects_spec();
        let name = format!("change-{}", change.run_id);
        let identity = CommitIdentity::of_maintenance(&spec, change.run_id, &name);
        let incoming = change.incoming.as_ref().and_then(|one| one.files.as_ref());
        let committed = self.commit(&identity, &mut |table| {
            let state = loaded_state(spec.name, table)?;
            if self.content_versions(change, plan, None)? != *before {
                return Ok(None);
            }
            let files = self.outgoing_files(change, &spec, table)?;
            let mut origins = plan.origins.clone();
            let found = total_rows(&files);
            let stopped = self.rejects_of_stopped_runs(change, plan, &found)?;
            origins.extend(stopped.origins);
            let digests = plan.digests(change);
            let kind = change.record_kind;
            let versions = self.versions_in(REJECTS, kind, &digests, Some(state.version()))?;
            let mut transactions = plan.transactions(change, spec.name, &versions);
            transactions.extend(stopped.transactions);
            let rewritten = self.rewrite_origins(&spec, change.run_id, &files, &origins)?;
            let mut adds = self.add_actions(&spec, &rewritten.staged)?;
            if let Some((_, rejects)) = incoming {
                adds.extend(self.add_actions(&spec, rejects)?);
            }
            Ok::<_, LakeError>(Some(PlannedCommit {
                removes: remove_actions(spec.name, state, &rewritten.removed)?,
                adds,
                transactions,
                temporary: vec![rewritten.staged],
                ..PlannedCommit::new(CommitOperation::Change)
            }))
        })?;
        Ok(committed.version())
    }
}

/// Refuses a table that holds another number of rows of an outgoing input than is listed.
fn check_rows(
    spec: &TableSpec,
    plan: &InputChangePlan,
    files: &[FileOrigins],
) -> Result<(), LakeError> {
    let found = total_rows(files);
    for (origin, expected) in &plan.expected_rows {
        let found = found.get(origin).copied().unwrap_or_default();
        if found != *expected {
            return Err(InputChangeError::RowsDiffer {
                table: spec.name.to_owned(),
                path: origin.path.clone(),
                expected: *expected,
                found,
            }
            .into());
        }
    }
    Ok(())
}
