//! Deletes what no version needs: a table, a retention and the clock come in; the files that may go,
//! and then room on the store, go out.
//!
//! Never touched: files of the newest version, files that a version within the retention had, the
//! log, anything that is not a Parquet file of the table, anything outside the table's folder. What
//! commits have left in the log's folder on their way is no part of the log.

use std::collections::HashSet;
use std::io::ErrorKind;
use std::path::Path;
use std::time::Duration;

use object_store::ObjectStoreExt;
use serde::Serialize;

use super::loaded_table::LiveFile;
use super::objects::{FileState, object_path};
use super::{FileCount, MaintainedTable, MaintenanceError};
use crate::lake::{Lake, LakeError};

/// Why a file may go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum VacuumReason {
    /// It left the table longer ago than the retention.
    Removed,
    /// No version has it, and it was written longer ago than the retention.
    Orphan,
}

/// A file that may go.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct VacuumCandidate {
    /// Below the table's folder.
    pub path: String,
    /// Its size.
    pub bytes: u64,
    /// Why.
    pub kind: VacuumReason,
    /// For how long nobody has needed it.
    pub age_seconds: i64,
}

/// What a vacuum of a table deletes, or would.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct VacuumPlan {
    /// The table.
    pub table: String,
    /// The files, sorted by path.
    pub files: Vec<VacuumCandidate>,
    /// The same, counted.
    pub total: FileCount,
    /// Removed files and orphans that are too young yet.
    pub kept: FileCount,
    /// Whether they have been deleted.
    pub executed: bool,
}

impl Lake {
    /// What a vacuum would delete; nothing when the table does not exist.
    ///
    /// # Errors
    /// A log or folder that cannot be read.
    pub fn plan_vacuum(
        &self,
        maintained: &MaintainedTable,
        retention: Duration,
        now_millis: i64,
    ) -> Result<Option<VacuumPlan>, MaintenanceError> {
        let name = maintained.spec.name;
        if !self.table_exists(name)? {
            return Ok(None);
        }
        let retention = i64::try_from(retention.as_millis()).unwrap_or(i64::MAX);
        let mut plan = VacuumPlan {
            table: name.to_owned(),
            files: Vec::new(),
            total: FileCount::default(),
            kept: FileCount::default(),
            executed: false,
        };
        for (object, state) in self.table_folder(name)?.objects {
            let (kind, since) = match state {
                FileState::Removed(at) => (VacuumReason::Removed, at),
                FileState::Orphan => (VacuumReason::Orphan, object.modified_millis),
                FileState::Live | FileState::Other => continue,
            };
            let age = now_millis.saturating_sub(since);
            if age < retention {
                plan.kept.add(object.bytes);
                continue;
            }
            plan.total.add(object.bytes);
            plan.files.push(VacuumCandidate {
                path: object.path,
                bytes: object.bytes,
                kind,
                age_seconds: age / 1000,
            });
        }
        Ok(Some(plan))
    }

    /// Deletes the files of a plan. The newest version is looked at once more before: a file that
    /// has come back by a restore stays.
    ///
    /// # Errors
    /// The first file that could not be deleted; those before it are gone.
    pub fn execute_vacuum(&self, mut plan: VacuumPlan) -> Result<VacuumPlan, MaintenanceError> {
        let loaded = self.load(&plan.table, None)?;
        // A power cut must not take back the versions that these files have left.
        self.sync_log(&plan.table)?;
        let live: HashSet<&str> = loaded.files.iter().map(LiveFile::relative_path).collect();
        plan.files
            .retain(|candidate| !live.contains(candidate.path.as_str()));
        let store = loaded.table.object_store();
        plan.total = FileCount::default();
        for candidate in &plan.files {
            if let Some(file) = self.temporary_log_path(&plan.table, &candidate.path) {
                remove_temporary_log_file(&file)?;
                plan.total.add(candidate.bytes);
                continue;
            }
            let path = object_path(&candidate.path);
            match self.runtime().block_on(store.delete(&path)) {
                // Gone is gone, whoever did it.
                Ok(()) | Err(object_store::Error::NotFound { .. }) => {}
                Err(error) => {
                    return Err(MaintenanceError::store(
                        "delete",
                        &plan.table,
                        &candidate.path,
                    )(error));
                }
            }
            plan.total.add(candidate.bytes);
        }
        plan.executed = true;
        Ok(plan)
    }
}

fn remove_temporary_log_file(file: &Path) -> Result<(), LakeError> {
    match std::fs::remove_file(file) {
        Err(error) if error.kind() != ErrorKind::NotFound => {
            Err(LakeError::io("delete", file)(error))
        }
        // Gone is gone, whoever did it.
        _ => Ok(()),
    }
}
