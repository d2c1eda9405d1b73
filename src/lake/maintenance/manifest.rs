//! Writes symlink manifests: the newest version of a table comes in; for each of its partitions, a
//! text file with the URIs of the partition's data files goes out. Readers that know partition
//! folders and not the Delta log, such as Hive, Trino and Redshift Spectrum, read these lists.
//!
//! | path below the table's folder | contents |
//! |---|---|
//! | `_symlink_format_manifest/COLUMN=VALUE/…/manifest` | one absolute URI a line |
//!
//! Order of writing: the log is synced, so that every listed file stays committed; each manifest is
//! replaced atomically; manifests of partitions that the version does not have are removed last. A
//! reader sees each partition as it was in one version, before or after. Two partitions may be of
//! two versions until the command ends.
//!
//! Commands at the same time: each compares the newest version when it has written, and writes again
//! if it is another one. The last to finish thus leaves the manifests of the newest version.
//!
//! Source of the format: `GENERATE symlink_format_manifest` of Delta Lake, whose URIs are not
//! percent-encoded, since Hadoop reads each line as a literal path.
//!
//! Refused: a lake whose path is not UTF-8. Paths have no line breaks, since no table opens with one.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use rayon::prelude::*;
use serde::Serialize;

use super::MaintainedTable;
use crate::lake::counts::unsigned;
use crate::lake::durable::{remove_if_exists, sync_directory};
use crate::lake::location::LocationKind;
use crate::lake::{Lake, LakeError, Snapshot, TableSpec};
use crate::storage::StoreUrl;

/// The folder of the manifests, as Delta Lake names it. Readers and the vacuum of a table ignore
/// names that begin with `_`.
const FOLDER: &str = "_symlink_format_manifest";

/// The name of a manifest, as Delta Lake names it.
const FILE: &str = "manifest";

/// How often a table is written if it changes meanwhile: a table with a commit each second would
/// otherwise keep the command running.
const ROUNDS: usize = 5;

/// The manifests of a table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ManifestReport {
    /// The table.
    pub table: String,
    /// The version whose files they list.
    pub version: i64,
    /// Whether that was still the newest version at the end.
    pub is_newest: bool,
    /// The URI of their folder, the location of an external table.
    pub location: String,
    /// The number of manifests: one for each partition, and one for a table without partition
    /// columns.
    pub manifests: usize,
    /// The number of data files in them.
    pub files: usize,
    /// The number of manifests removed, of partitions that this version does not have.
    pub removed: usize,
}

impl Lake {
    /// Writes the manifests of the newest version of a table, and removes those of partitions that it
    /// does not have; `None` if the table does not exist.
    ///
    /// # Errors
    /// [`LakeError::Location`] for a lake whose path is not UTF-8, [`LakeError::InvalidPartition`] for
    /// a partition value that is not one of the table, or an error of the log or the store. Manifests
    /// written before the error are whole.
    pub fn write_manifests(
        &self,
        maintained: &MaintainedTable,
    ) -> Result<Option<ManifestReport>, LakeError> {
        let spec = &maintained.spec;
        if !self.table_exists(spec.name)? {
            return Ok(None);
        }
        let root = self.uri_root()?;
        let mut removed = 0;
        let mut round = 1;
        loop {
            let snapshot = self.snapshot(spec.name, None, None)?;
            self.sync_log(spec.name)?;
            let manifests = manifests_of(spec, &snapshot, &root)?;
            manifests.par_iter().try_for_each(|(path, uris)| {
                self.write_sidecar(&format!("{}/{path}", spec.name), uris.as_bytes())
                    .map(drop)
            })?;
            removed += self.remove_other_manifests(spec.name, &manifests)?;
            let newest = self.newest_version(spec.name)?;
            let is_newest = newest == Some(unsigned(snapshot.version));
            if is_newest || round == ROUNDS {
                return Ok(Some(ManifestReport {
                    table: spec.name.to_owned(),
                    version: snapshot.version,
                    is_newest,
                    location: format!("{root}{}/{FOLDER}", spec.name),
                    manifests: manifests.len(),
                    files: snapshot.files.len(),
                    removed,
                }));
            }
            round += 1;
        }
    }

    /// The URI of the lake, not percent-encoded, with a `/` at its end.
    fn uri_root(&self) -> Result<String, LakeError> {
        match self.location.kind() {
            LocationKind::Directory(directory) => match directory.to_str() {
                Some(path) => Ok(format!("file://{path}/")),
                None => Err(LakeError::Location {
                    location: self.location().to_string(),
                    reason: "manifests are UTF-8, and this path is not; move the lake",
                }),
            },
            LocationKind::Store(url) => Ok(format!("{url}/")),
        }
    }

    /// Removes the manifests of a table that are not among `kept`; returns their number.
    fn remove_other_manifests(
        &self,
        table: &str,
        kept: &BTreeMap<String, String>,
    ) -> Result<usize, LakeError> {
        let kept: BTreeSet<&str> = kept.keys().map(String::as_str).collect();
        match self.location.kind() {
            LocationKind::Directory(lake) => remove_local(&lake.join(table), FOLDER, &kept),
            LocationKind::Store(lake) => self.remove_remote(&lake.join(table), &kept),
        }
    }

    fn remove_remote(&self, table: &StoreUrl, kept: &BTreeSet<&str>) -> Result<usize, LakeError> {
        let start = format!("{}/", table.key());
        let is_other = |key: &str| {
            let path = key.strip_prefix(&start);
            path.is_some_and(|path| is_manifest(path) && !kept.contains(path))
        };
        let listed = self
            .stores
            .list_kept(&table.join(FOLDER), &mut |key| is_other(key))?;
        for object in &listed {
            self.stores.delete(&object.url)?;
        }
        Ok(listed.len())
    }
}

/// The manifests of a version by their paths below the table's folder. A table without partition
/// columns has one, however few files it has.
fn manifests_of(
    spec: &TableSpec,
    snapshot: &Snapshot,
    root: &str,
) -> Result<BTreeMap<String, String>, LakeError> {
    let mut manifests = BTreeMap::new();
    if spec.partition_columns.is_empty() {
        manifests.insert(format!("{FOLDER}/{FILE}"), String::new());
    }
    for file in &snapshot.files {
        let folder = file.partition_in(spec)?.folder(spec.partition_columns)?;
        let path = match folder.as_str() {
            "" => format!("{FOLDER}/{FILE}"),
            folder => format!("{FOLDER}/{folder}/{FILE}"),
        };
        let uris: &mut String = manifests.entry(path).or_default();
        uris.extend([root, spec.name, "/", &file.relative_path, "\n"]);
    }
    Ok(manifests)
}

/// Whether a path below the table's folder is that of a manifest.
fn is_manifest(path: &str) -> bool {
    let inside = path.strip_prefix(FOLDER);
    let inside = inside.and_then(|path| path.strip_suffix(FILE));
    inside.is_some_and(|between| between.starts_with('/') && between.ends_with('/'))
}

/// Removes manifests and the folders that become empty, in `folder` below the table's folder.
fn remove_local(table: &Path, folder: &str, kept: &BTreeSet<&str>) -> Result<usize, LakeError> {
    let directory = table.join(folder);
    let entries = match fs::read_dir(&directory) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(0),
        entries => entries.map_err(LakeError::io("list", &directory))?,
    };
    let mut removed = 0;
    for entry in entries {
        let entry = entry.map_err(LakeError::io("list", &directory))?;
        // The program writes no other names.
        let Ok(name) = entry.file_name().into_string() else {
            continue;
        };
        let kind = entry.file_type();
        let kind = kind.map_err(LakeError::io("find", &entry.path()))?;
        let path = format!("{folder}/{name}");
        if kind.is_dir() {
            let below = remove_local(table, &path, kept)?;
            if below > 0 {
                remove_if_empty(&entry.path())?;
            }
            removed += below;
        } else if kind.is_file() && is_manifest(&path) && !kept.contains(path.as_str()) {
            remove_if_exists("delete the manifest", &entry.path())?;
            removed += 1;
        }
    }
    if removed > 0 {
        // A manifest that a power cut restores would list files that a vacuum has deleted.
        sync_directory(&directory)?;
    }
    Ok(removed)
}

/// Removes a folder unless another command has written into it.
fn remove_if_empty(directory: &Path) -> Result<(), LakeError> {
    match fs::remove_dir(directory) {
        Err(error)
            if !matches!(
                error.kind(),
                ErrorKind::NotFound | ErrorKind::DirectoryNotEmpty
            ) =>
        {
            Err(LakeError::io("remove the folder", directory)(error))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_files_of_that_name_in_that_folder_are_manifests() {
        for path in [
            "_symlink_format_manifest/manifest",
            "_symlink_format_manifest/company_id=12/registration_month=2026-10/manifest",
        ] {
            assert!(is_manifest(path), "{path}");
        }
        for path in [
            "manifest",
            "purchase_date=2026-10-01/manifest",
            "_symlink_format_manifest",
            "_symlink_format_manifest2/manifest",
            "_symlink_format_manifest/old-manifest",
            "_symlink_format_manifest/purchase_date=2026-10-01/.manifest.1.part",
        ] {
            assert!(!is_manifest(path), "{path}");
        }
    }
}
