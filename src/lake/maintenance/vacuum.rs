//! Deletes files that no version needs: a table, a retention and the current time come in; the
//! files to delete go out, and are then deleted.
//!
//! Never deleted: files of the newest version, files that a version within the retention contained,
//! the log, anything that is not a Parquet file of the table, anything outside the table's folder.
//! Temporary log files are not part of the log.

use std::collections::HashSet;
use std::time::Duration;

use object_store::ObjectStoreExt;
use serde::Serialize;

use super::loaded_table::LiveFile;
use super::objects::{FileState, object_path};
use super::{FileCount, MaintainedTable};
use crate::lake::durable::remove_if_exists;
use crate::lake::{Lake, LakeError};

/// Why a file can be deleted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum VacuumReason {
    /// It was removed from the table longer ago than the retention.
    Removed,
    /// It is in no version, and was written longer ago than the retention.
    Orphan,
}

/// A file that can be deleted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct VacuumCandidate {
    /// The path below the table's folder.
    pub path: String,
    /// Its size.
    pub bytes: u64,
    /// The reason.
    pub kind: VacuumReason,
    /// The time since its removal, or since it was written.
    pub age_seconds: i64,
}

/// The files that a vacuum of a table deletes or would delete.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct VacuumPlan {
    /// The table.
    pub table: String,
    /// The files, sorted by path.
    pub files: Vec<VacuumCandidate>,
    /// Number and size of the files.
    pub total: FileCount,
    /// Removed files and orphans within the retention.
    pub kept: FileCount,
    /// Whether the files have been deleted.
    pub executed: bool,
}

impl Lake {
    /// Plans a vacuum; `None` if the table does not exist.
    ///
    /// # Errors
    /// A log or folder that cannot be read.
    pub fn plan_vacuum(
        &self,
        maintained: &MaintainedTable,
        retention: Duration,
        now_millis: i64,
    ) -> Result<Option<VacuumPlan>, LakeError> {
        let name = maintained.spec.name;
        if !self.table_exists(name)? {
            return Ok(None);
        }
        let retention = i64::try_from(retention.as_millis()).unwrap_or(i64::MAX);
        let mut plan = VacuumPlan {
            table: name.to_owned(),
            ..VacuumPlan::default()
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

    /// Deletes the files of a plan. It loads the newest version first: a file that a restore has
    /// added again is kept.
    ///
    /// # Errors
    /// The first file that could not be deleted; those before it are deleted.
    pub fn execute_vacuum(&self, mut plan: VacuumPlan) -> Result<VacuumPlan, LakeError> {
        let loaded = self.load(&plan.table, None)?;
        // After a power cut the log must not fall back to a version that still needs these files.
        self.sync_log(&plan.table)?;
        let live: HashSet<&str> = loaded.files.iter().map(LiveFile::relative_path).collect();
        plan.files
            .retain(|candidate| !live.contains(candidate.path.as_str()));
        let store = loaded.table.object_store();
        plan.total = FileCount::default();
        for candidate in &plan.files {
            if let Some(file) = self.temporary_log_path(&plan.table, &candidate.path) {
                remove_if_exists("delete", &file)?;
            } else {
                let path = object_path(&candidate.path);
                match self.runtime().block_on(store.delete(&path)) {
                    // Another process has deleted it.
                    Ok(()) | Err(object_store::Error::NotFound { .. }) => {}
                    Err(error) => {
                        let (table, file) = (&plan.table, &candidate.path);
                        return Err(LakeError::store("delete", table, file)(error));
                    }
                }
            }
            plan.total.add(candidate.bytes);
        }
        plan.executed = true;
        Ok(plan)
    }
}
