//! The actions of a commit about data files: staged files and files of a snapshot come in, `add`
//! and `remove` actions go out.
//!
//! Refused: files of another table, staged files that are not what they were, files to be removed
//! that are not in the version the commit follows, paths outside the table.

use std::collections::{HashMap, HashSet};

use deltalake::kernel::{Add, Remove};
use deltalake::table::state::DeltaTableState;

use super::files::TableFiles;
use super::partition::is_inside;
use super::spec::TableSpec;
use super::staged::{DataFile, StagedFiles};
use super::{FileRef, Lake, LakeError};

impl Lake {
    /// The `add` actions of the staged files, which must still be what they were.
    pub(super) fn adds(
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
            .map(|file| add(spec, &files, file))
            .collect()
    }
}

fn add(spec: &TableSpec, files: &TableFiles, file: &DataFile) -> Result<Add, LakeError> {
    let facts = files.facts(file)?;
    if facts.bytes != file.bytes {
        return Err(LakeError::FileDiffers {
            path: files.shown(&file.relative_path),
            what: "bytes",
            expected: file.bytes,
            found: facts.bytes,
        });
    }
    let partition_values: HashMap<String, Option<String>> = spec
        .partition_columns
        .iter()
        .zip(file.partition.values())
        .map(|(column, value)| (column.name.to_owned(), Some(value.to_string())))
        .collect();
    Ok(Add {
        path: file.relative_path.clone(),
        partition_values,
        size: i64::try_from(file.bytes).unwrap_or(i64::MAX),
        modification_time: facts.modified_millis,
        data_change: true,
        stats: Some(file.stats_json.clone()),
        ..Add::default()
    })
}

/// The `remove` actions of files that are in `state`, sorted by path; a file named twice is removed
/// once. The files themselves stay: older versions need them.
pub(super) fn removes(
    table: &str,
    state: &DeltaTableState,
    files: &[FileRef],
) -> Result<Vec<Remove>, LakeError> {
    let mut wanted: HashSet<&str> = HashSet::new();
    for file in files {
        let path = file.relative_path.as_str();
        if !is_inside(path) {
            return Err(LakeError::HostilePath {
                table: table.to_owned(),
                path: path.to_owned(),
            });
        }
        wanted.insert(path);
    }
    let mut removes = Vec::with_capacity(wanted.len());
    if !wanted.is_empty() {
        for view in state.log_data().iter() {
            if wanted.remove(view.path().as_ref()) {
                removes.push(view.remove_action(true));
            }
        }
    }
    if let Some(path) = wanted.into_iter().min() {
        return Err(LakeError::NotInVersion {
            table: table.to_owned(),
            path: path.to_owned(),
            version: super::log::signed(state.version()),
        });
    }
    removes.sort_by(|one, other| one.path.cmp(&other.path));
    Ok(removes)
}
