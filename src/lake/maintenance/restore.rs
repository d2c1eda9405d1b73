//! Restores an older version: a table and a version or an instant come in; a new version with the
//! files and the inputs of the older one goes out.
//!
//! The set of committed inputs is restored too: inputs committed after the older version are
//! withdrawn by a transaction of version 0, and by removing their rows of `inputs`. Ingesting them
//! again adds their rows again, once. Full snapshots are withdrawn likewise, with their dates.
//!
//! Refused: versions whose files were vacuumed, removing rejects whose inputs stay, and an instant
//! before the first version of every requested table.

use std::collections::{BTreeMap, HashMap, HashSet};

use deltalake::kernel::{Add, Transaction};
use serde::Serialize;

use super::loaded_table::{LiveFile, LoadedTable};
use super::{MaintainedTable, utc};
use crate::lake::actions::remove_actions;
use crate::lake::commit::{
    CommitIdentity, CommitOperation, PlannedCommit, maintenance_app_id_prefix,
};
use crate::lake::counts::{signed, unsigned};
use crate::lake::state_history::history_id;
use crate::lake::table::checked_version;
use crate::lake::{FileRef, Lake, LakeError, TableSpec, full_snapshots, log};

/// The version to restore.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RestoreTarget {
    /// The version with this number.
    Version(i64),
    /// The newest version at this instant, in microseconds since 1970 in UTC. A table that did not
    /// exist yet becomes empty.
    AsOf(i64),
}

/// What is restored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RestoreScope {
    /// The version.
    pub target: RestoreTarget,
    /// Whether the other tables are restored to the same time.
    pub all_tables: bool,
}

/// The result of a restore, or of its dry run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RestoreReport {
    /// The table.
    pub table: String,
    /// Its newest version before.
    pub from_version: i64,
    /// The version whose files are restored.
    pub to_version: i64,
    /// The committed version; `None` in a dry run, or if nothing changed.
    pub committed_version: Option<i64>,
    /// Files that are added again.
    pub files_added: u64,
    /// Files that are removed.
    pub files_removed: u64,
    /// Rows before.
    pub rows_before: u64,
    /// Rows after.
    pub rows_after: u64,
    /// Inputs that are no longer committed; they can be ingested again.
    pub inputs_withdrawn: u64,
    /// Inputs that are committed again, after the restore of a restore.
    pub inputs_reinstated: u64,
    /// Full snapshots of one company that are no longer applied; they can be applied again.
    pub full_snapshots_withdrawn: u64,
    /// Full snapshots of one company that are applied again, after the restore of a restore.
    pub full_snapshots_reinstated: u64,
}

impl RestoreReport {
    /// Whether the table already had the requested state.
    pub fn is_unchanged(&self) -> bool {
        let files = self.files_added + self.files_removed;
        let inputs = self.inputs_withdrawn + self.inputs_reinstated;
        let snapshots = self.full_snapshots_withdrawn + self.full_snapshots_reinstated;
        files + inputs + snapshots == 0
    }
}

/// The difference between two versions.
struct VersionDifference {
    newest: LoadedTable,
    to: u64,
    adds: Vec<Add>,
    removes: Vec<FileRef>,
    /// The transaction versions to set, by application id.
    txn_versions: BTreeMap<String, i64>,
    /// The application ids of the inputs to withdraw.
    withdrawn: Vec<String>,
    report: RestoreReport,
}

impl Lake {
    /// Refuses an instant, in microseconds since 1970 in UTC, at which none of these tables
    /// existed: restoring it would empty them all, which is most likely a wrong date.
    ///
    /// # Errors
    /// [`LakeError::BeforeFirstVersion`], [`LakeError::NoVersionAsOf`] if older versions can
    /// no longer be read, or an error of the store.
    pub fn require_version_at(
        &self,
        tables: &[&MaintainedTable],
        micros: i64,
    ) -> Result<(), LakeError> {
        let mut first_versions = Vec::new();
        for maintained in tables {
            match self.version_as_of(maintained.spec.name, micros) {
                Err(LakeError::NoVersionAsOf {
                    table,
                    oldest: 0,
                    committed_at,
                }) => {
                    first_versions.push(format!("{table} at {}", utc(committed_at / 1000)));
                }
                found => return found.map(drop),
            }
        }
        if first_versions.is_empty() {
            return Ok(());
        }
        Err(LakeError::BeforeFirstVersion(first_versions.join(", ")))
    }

    /// Makes an older version of a table the newest, or reports what that would change.
    /// `rows_tables` are the tables of accepted rows.
    ///
    /// # Errors
    /// [`LakeError::NoTable`], [`LakeError::NoVersion`], [`LakeError::NoVersionAsOf`],
    /// [`LakeError::Vacuumed`], [`crate::lake::InputChangeError::RejectsWithoutInputs`],
    /// [`crate::lake::InputChangeError::RestoreOfOneTable`],
    /// [`LakeError::Conflict`] if all attempts conflicted with other writers, or an error of the
    /// store.
    pub fn restore(
        &self,
        maintained: &MaintainedTable,
        rows_tables: &[&str],
        scope: RestoreScope,
        run_id: &str,
        dry_run: bool,
    ) -> Result<RestoreReport, LakeError> {
        let spec = &maintained.spec;
        let takes_rows = rows_tables.contains(&spec.name);
        let RestoreScope { target, .. } = scope;
        let first = self.difference(spec, target, self.load_checked(spec)?)?;
        self.check_rejects(spec.name, rows_tables, &first.withdrawn)?;
        if !scope.all_tables {
            self.check_changed_inputs(spec.name, first.txn_versions.keys())?;
        }
        let mut report = first.report.clone();
        if dry_run {
            return Ok(report);
        }
        if report.is_unchanged() {
            // A restore may have been stopped after the rows.
            self.complete_history(run_id, spec, None)?;
            return Ok(report);
        }
        // The rows of `inputs` come first: an input without one is looked up in the log and
        // recovered; an input with one is not even opened.
        let withdrawn = first.withdrawn;
        if takes_rows {
            self.withdraw_all(run_id, &withdrawn)?;
        }
        let mut late = Vec::new();
        let name = format!("restore-{run_id}");
        let identity = CommitIdentity::of_maintenance(spec, run_id, &name);
        let committed = self.commit(&identity, &mut |table| {
            let newest = LoadedTable::of(self, spec.name, table.clone())?;
            let difference = self.difference(spec, target, newest)?;
            self.check_rejects(spec.name, rows_tables, &difference.withdrawn)?;
            report = difference.report.clone();
            late.clone_from(&difference.withdrawn);
            if report.is_unchanged() {
                return Ok(None);
            }
            Ok::<_, LakeError>(Some(difference.planned_commit(spec)?))
        })?;
        report.committed_version = committed.version();
        // Inputs that another process has committed in between.
        late.retain(|id| !withdrawn.contains(id));
        if takes_rows {
            self.withdraw_all(run_id, &late)?;
        }
        self.complete_history(run_id, spec, None)?;
        Ok(report)
    }

    /// Makes the newest version of a table of states the newest one whose history has one of these
    /// values; `false` if there is none that can be restored.
    pub(in crate::lake) fn return_to(
        &self,
        run_id: &str,
        states: &TableSpec,
        values: &HashSet<i64>,
    ) -> Result<bool, LakeError> {
        let id = history_id(states.name);
        let known = self.history_of(states.name, None)?;
        let found = self.log(states.name)?.newest_with(&id, values)?;
        let Some((version, _)) = found.filter(|(_, value)| *value != known) else {
            return Ok(false);
        };
        let target = RestoreTarget::Version(signed(version));
        let name = format!("return-{run_id}");
        let identity = CommitIdentity::of_maintenance(states, run_id, &name);
        let committed = self.commit(&identity, &mut |table| {
            let newest = LoadedTable::of(self, states.name, table.clone())?;
            if self.history_of(states.name, Some(newest.version))? != known {
                return Ok(None);
            }
            let difference = self.difference(states, target, newest)?;
            Ok::<_, LakeError>(Some(difference.planned_commit(states)?))
        });
        match committed {
            Err(LakeError::Vacuumed { .. } | LakeError::NoVersion { .. }) => Ok(false),
            other => other.map(|_| true),
        }
    }

    fn difference(
        &self,
        spec: &TableSpec,
        target: RestoreTarget,
        newest: LoadedTable,
    ) -> Result<VersionDifference, LakeError> {
        let to = self.target_version(spec.name, newest.version, target)?;
        let old = self.load(spec.name, Some(signed(to)))?;
        let txn_versions = self.txn_versions_to_set(spec.name, newest.version, to)?;
        let now: HashSet<&str> = newest.files.iter().map(LiveFile::relative_path).collect();
        let then: HashSet<&str> = old.files.iter().map(LiveFile::relative_path).collect();
        let adds: Vec<Add> = old
            .files
            .iter()
            .filter(|live| !now.contains(live.relative_path()))
            .map(|live| live.add.clone())
            .collect();
        let removes: Vec<FileRef> = newest
            .files
            .iter()
            .filter(|live| !then.contains(live.relative_path()))
            .map(|live| live.file.clone())
            .collect();
        self.check_files(spec.name, &newest, to, &adds)?;
        let prefix = full_snapshots::full_snapshot_prefix(spec.name);
        let is_snapshot = |id: &String| id.starts_with(&prefix);
        let history = history_id(spec.name);
        let ids_with = |is_withdrawn: bool| {
            let of_inputs = txn_versions.iter().filter(|(id, _)| **id != history);
            let of_version =
                of_inputs.filter(move |(_, version)| (**version == log::WITHDRAWN) == is_withdrawn);
            of_version.map(|(id, _)| id.clone())
        };
        let (snapshots_withdrawn, withdrawn): (Vec<String>, Vec<String>) =
            ids_with(true).partition(is_snapshot);
        let (snapshots_reinstated, reinstated): (Vec<String>, Vec<String>) =
            ids_with(false).partition(is_snapshot);
        let report = RestoreReport {
            table: spec.name.to_owned(),
            from_version: signed(newest.version),
            to_version: signed(to),
            committed_version: None,
            files_added: adds.len() as u64,
            files_removed: removes.len() as u64,
            rows_before: row_count(&newest),
            rows_after: row_count(&old),
            inputs_withdrawn: withdrawn.len() as u64,
            inputs_reinstated: reinstated.len() as u64,
            full_snapshots_withdrawn: snapshots_withdrawn.len() as u64,
            full_snapshots_reinstated: snapshots_reinstated.len() as u64,
        };
        Ok(VersionDifference {
            newest,
            to,
            adds,
            removes,
            txn_versions,
            withdrawn,
            report,
        })
    }

    fn target_version(
        &self,
        table: &str,
        newest: u64,
        target: RestoreTarget,
    ) -> Result<u64, LakeError> {
        let version = match target {
            RestoreTarget::Version(version) => version,
            RestoreTarget::AsOf(micros) => match self.version_as_of(table, micros) {
                // Version 0 is empty, as was the table before it was created.
                Err(LakeError::NoVersionAsOf { oldest: 0, .. }) => 0,
                found => found?,
            },
        };
        checked_version(table, version, newest)
    }

    /// The transaction versions to set in version `newest` of a table so that they equal those at
    /// version `to`.
    fn txn_versions_to_set(
        &self,
        table: &str,
        newest: u64,
        to: u64,
    ) -> Result<BTreeMap<String, i64>, LakeError> {
        let table_log = self.log(table)?;
        let maintenance_prefix = maintenance_app_id_prefix(table);
        let mut now: HashMap<String, i64> = HashMap::new();
        // In version order: the latest transaction of an id counts.
        let mut since = table_log.transactions_from(to + 1)?;
        since.retain(|commit| commit.version <= newest);
        for txn in since.into_iter().flat_map(|commit| commit.transactions) {
            if !txn.app_id.starts_with(&maintenance_prefix) {
                now.insert(txn.app_id, txn.version);
            }
        }
        let then = table_log.transaction_versions(&|id| now.contains_key(id), Some(to))?;
        // The earlier one is restored as it was: for a full snapshot it is the table version it
        // created.
        let changed = now.into_iter().filter_map(|(id, txn_version)| {
            let before = then.get(&id).copied().unwrap_or(log::WITHDRAWN);
            (before != txn_version).then_some((id, before))
        });
        Ok(changed.collect())
    }

    /// Refuses files that are missing or have another size.
    fn check_files(
        &self,
        table: &str,
        newest: &LoadedTable,
        to: u64,
        adds: &[Add],
    ) -> Result<(), LakeError> {
        let mut missing = Vec::new();
        for add in adds {
            if self.stored_size(newest, &add.path)? != Some(unsigned(add.size)) {
                missing.push(add.path.clone());
            }
        }
        let Some(first) = missing.first() else {
            return Ok(());
        };
        Err(LakeError::Vacuumed {
            table: table.to_owned(),
            version: signed(to),
            missing: missing.len(),
            first: first.clone(),
        })
    }

    /// Withdraws inputs by their application ids, grouped by kind.
    fn withdraw_all(&self, run_id: &str, ids: &[String]) -> Result<(), LakeError> {
        let mut kinds: HashMap<&str, HashSet<String>> = HashMap::new();
        for id in ids {
            let mut parts = id.splitn(3, ':').skip(1);
            if let (Some(kind), Some(digest)) = (parts.next(), parts.next()) {
                kinds.entry(kind).or_default().insert(digest.to_owned());
            }
        }
        for (kind, digests) in kinds {
            self.withdraw_inputs(run_id, kind, &digests)?;
        }
        Ok(())
    }
}

impl VersionDifference {
    fn planned_commit(self, spec: &TableSpec) -> Result<PlannedCommit, LakeError> {
        let adds = self.adds.into_iter().map(|add| Add {
            data_change: true,
            ..add
        });
        let transactions = self.txn_versions.into_iter();
        Ok(PlannedCommit {
            removes: remove_actions(spec.name, &self.newest.state, &self.removes)?,
            adds: adds.collect(),
            transactions: transactions
                .map(|(id, txn_version)| Transaction::new(id, txn_version))
                .collect(),
            ..PlannedCommit::new(CommitOperation::Restore { version: self.to })
        })
    }
}

fn row_count(loaded: &LoadedTable) -> u64 {
    loaded.files.iter().map(LiveFile::rows).sum()
}
