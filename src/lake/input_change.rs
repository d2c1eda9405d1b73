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
use super::inputs::{ListedInput, StagedInputs};
use super::row_origins::{FileOrigins, total_rows};
use super::staged::StagedFiles;
use super::table::loaded_state;
use super::table_spec::{INPUTS, REJECTS, TableSpec, rejects_spec};
use super::{CommittedVersions, Digest, InputChangeError, Lake, LakeError, log};

mod plan;
mod stopped_runs;

use plan::InputChangePlan;
pub use plan::{FoldRows, FoldedRows, IncomingContent, InputChange, RowsPlan};

/// What a commit of changed rows has written beside them.
struct WrittenChange {
    /// The data file of the table of inputs, which the commit names.
    inputs: StagedInputs,
    /// Its rows.
    listing: Vec<ListedInput>,
    /// The states that the commit brings.
    states: Option<StagedFiles>,
}

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
    /// The errors of a fold, unchanged. [`InputChangeError::RowsDiffer`] if the table of rows does
    /// not hold the listed number of rows of an outgoing input, [`LakeError::Conflict`] if all
    /// attempts conflicted with other writers, [`LakeError::OutcomeUnknown`],
    /// [`LakeError::NotCommitted`], [`LakeError::NotListed`] if the rows are changed and the inputs
    /// could not be listed, or an earlier error.
    pub fn change_inputs<E: From<LakeError>>(
        &self,
        change: &InputChange<'_>,
        mut rows: RowsPlan<'_, E>,
    ) -> Result<InputChangeOutcome, E> {
        let plan = InputChangePlan::of(change);
        let spec = change.rows_table;
        if plan.is_listing_only(change) {
            let version = self.change_listing(change.run_id, spec.name, &plan.listing, None)?;
            return Ok(InputChangeOutcome::Listed(version));
        }
        let new_rows = match &rows {
            RowsPlan::Files(files) => files.clone(),
            RowsPlan::Fold(_) => None,
        };
        let before = self.content_versions(change, &plan, None)?;
        let rejects = if self.is_listed_as(change, &plan, &before)? {
            self.change_rejects(change, &plan, &before)?
        } else {
            None
        };
        let Some(rejects) = rejects else {
            let staged = new_rows.into_iter().chain(change.rejects.clone());
            staged
                .into_iter()
                .try_for_each(|files| files.discard(self))?;
            return Ok(InputChangeOutcome::Superseded);
        };
        let changed = self.change_rows(change, &plan, &before, &mut rows)?;
        let Some((version, written)) = changed else {
            // The rejects are committed.
            new_rows.map_or(Ok(()), |files| files.discard(self))?;
            return Ok(InputChangeOutcome::Superseded);
        };
        self.record_after(change.run_id, spec, version, written.states.as_ref())?;
        let file = Some(&written.inputs.files);
        let listed = self.change_listing(change.run_id, spec.name, &written.listing, file);
        let inputs = listed.map_err(|source| LakeError::NotListed {
            table: spec.name.to_owned(),
            version,
            source: Box::new(source),
        })?;
        Ok(InputChangeOutcome::Committed(CommittedVersions {
            rows: version,
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

    /// The transaction versions of contents of a kind in a table, at a version of it.
    pub(super) fn versions_in(
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
    fn change_rows<E: From<LakeError>>(
        &self,
        change: &InputChange<'_>,
        plan: &InputChangePlan,
        before: &BTreeMap<Digest, i64>,
        rows: &mut RowsPlan<'_, E>,
    ) -> Result<Option<(i64, WrittenChange)>, E> {
        let spec = change.rows_table;
        let name = format!("change-{}", change.run_id);
        let identity = CommitIdentity::of_maintenance(spec, change.run_id, &name);
        let mut written = None;
        let committed = self.commit(&identity, &mut |table| {
            written = None;
            let state = loaded_state(spec.name, table)?;
            let versions = self.content_versions(change, plan, Some(state.version()))?;
            if versions != *before {
                return Ok(None);
            }
            let planned = match rows {
                RowsPlan::Files(files) => {
                    self.planned_rewrite(change, plan, table, files.as_ref())?
                }
                RowsPlan::Fold(fold) => {
                    let snapshot = self.snapshot_of(spec.name, state, None)?;
                    let Some(folded) = fold(&snapshot, &plan.changed_origins())? else {
                        return Ok(None);
                    };
                    self.planned_fold(change, plan, table, folded)?
                }
            };
            let (mut planned, of_commit) = planned;
            planned
                .transactions
                .extend(plan.transactions(change, spec.name, &versions));
            planned.inputs_file = of_commit.inputs.path().map(str::to_owned);
            planned.temporary.push(of_commit.inputs.files.clone());
            written = Some(of_commit);
            Ok::<_, E>(Some(planned))
        })?;
        Ok(committed.version().zip(written))
    }

    /// The commit that takes the rows of the outgoing inputs out of the files that hold them.
    fn planned_rewrite(
        &self,
        change: &InputChange<'_>,
        plan: &InputChangePlan,
        table: &DeltaTable,
        incoming: Option<&StagedFiles>,
    ) -> Result<(PlannedCommit, WrittenChange), LakeError> {
        let spec = change.rows_table;
        let state = loaded_state(spec.name, table)?;
        let files = self.outgoing_files(change, spec, table)?;
        check_rows(spec, plan, &files)?;
        let rewritten = self.rewrite_origins(spec, change.run_id, &files, &plan.origins)?;
        let mut adds = self.add_actions(spec, &rewritten.staged)?;
        if let Some(rows) = incoming {
            adds.extend(self.add_actions(spec, rows)?);
        }
        let planned = PlannedCommit {
            removes: remove_actions(spec.name, state, &rewritten.removed)?,
            adds,
            temporary: vec![rewritten.staged],
            ..PlannedCommit::new(CommitOperation::Change)
        };
        let written = WrittenChange {
            inputs: self.stage_listing(change.run_id, &plan.listing)?,
            listing: plan.listing.clone(),
            states: None,
        };
        Ok((planned, written))
    }

    /// The commit of the newest states without those of the outgoing inputs.
    fn planned_fold(
        &self,
        change: &InputChange<'_>,
        plan: &InputChangePlan,
        table: &DeltaTable,
        folded: FoldedRows,
    ) -> Result<(PlannedCommit, WrittenChange), LakeError> {
        let spec = change.rows_table;
        let state = loaded_state(spec.name, table)?;
        let FoldedRows {
            change: rows,
            broken,
        } = folded;
        let listing = plan.listing_with(change, &rows.inputs);
        let written = WrittenChange {
            inputs: self.stage_listing(change.run_id, &listing)?,
            listing,
            states: rows.states.clone(),
        };
        let mut planned = self.planned_change(spec, state, rows, &written.inputs)?;
        if let Some(states) = &mut planned.states {
            states.origins = plan.changed_origins();
        }
        let withdrawn = self.withdrawn_snapshots(spec.name, state.version(), &broken)?;
        planned.transactions.extend(withdrawn);
        let next = state.version() + 1;
        let applied = change.snapshots.iter();
        let applied = applied.map(|snapshot| snapshot.transaction(spec.name, next));
        planned.transactions.extend(applied);
        Ok((planned, written))
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
            if let Some(rejects) = &change.rejects {
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
