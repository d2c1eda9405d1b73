//! The `add` and `remove` actions of a commit, from staged files and files of a snapshot.
//!
//! Refused: files of another table, staged files whose size has changed, removals of files that are
//! not in the version the commit follows, paths outside the table.

use std::collections::{HashMap, HashSet};

use deltalake::kernel::{Add, Remove};
use deltalake::table::state::DeltaTableState;

use super::counts::signed;
use super::error::check_written;
use super::partition::check_inside_table;
use super::staged::{DataFile, DataFileMetadata, StagedFiles};
use super::table_spec::TableSpec;
use super::{FileRef, Lake, LakeError};

impl Lake {
    /// The `add` actions of the staged files, whose sizes must be unchanged.
    pub(super) fn add_actions(
        &self,
        spec: &TableSpec,
        staged: &StagedFiles,
    ) -> Result<Vec<Add>, LakeError> {
        if staged.table != spec.name {
            return Err(LakeError::WrongTable {
                expected: spec.name.to_owned(),
                found: staged.table.to_owned(),
            });
        }
        let files = self.files(spec.name)?;
        staged
            .files
            .iter()
            .map(|file| {
                let metadata = files.metadata(file)?;
                let path = self.data_path(spec.name, &file.relative_path);
                check_written(path.as_ref(), "bytes", file.bytes, metadata.bytes)?;
                Ok(add_action(spec, file, metadata))
            })
            .collect()
    }
}

fn add_action(spec: &TableSpec, file: &DataFile, metadata: DataFileMetadata) -> Add {
    let partition_values: HashMap<String, Option<String>> = spec
        .partition_columns
        .iter()
        .zip(file.partition.values())
        .map(|(column, value)| (column.name.to_owned(), Some(value.to_string())))
        .collect();
    Add {
        path: file.relative_path.clone(),
        partition_values,
        size: signed(file.bytes),
        modification_time: metadata.modified_millis,
        data_change: true,
        stats: Some(file.stats_json.clone()),
        ..Add::default()
    }
}

/// The `remove` actions of files in `state`, sorted by path; a file named twice is removed once.
/// The data files are not deleted: older versions need them.
pub(super) fn remove_actions(
    table: &str,
    state: &DeltaTableState,
    files: &[FileRef],
) -> Result<Vec<Remove>, LakeError> {
    let mut to_remove: HashSet<&str> = HashSet::new();
    for file in files {
        let path = file.relative_path.as_str();
        check_inside_table(table, path)?;
        to_remove.insert(path);
    }
    let mut removes = Vec::with_capacity(to_remove.len());
    if !to_remove.is_empty() {
        for view in state.log_data().iter() {
            if to_remove.remove(view.path().as_ref()) {
                removes.push(view.remove_action(true));
            }
        }
    }
    if let Some(path) = to_remove.into_iter().min() {
        return Err(LakeError::NotInVersion {
            table: table.to_owned(),
            path: path.to_owned(),
            version: signed(state.version()),
        });
    }
    removes.sort_by(|one, other| one.path.cmp(&other.path));
    Ok(removes)
}
