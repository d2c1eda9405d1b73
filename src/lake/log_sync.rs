//! Makes the log of a table durable as readers see it now.
//!
//! A commit is visible before it is durable. If a run is stopped in between, a power cut may undo
//! its entry; so a run syncs every entry it builds on, whoever wrote it. In an object store an
//! acknowledged write is durable.

use std::fs;
use std::path::Path;

use super::log::{LogFileKind, classify};
use super::{Lake, LakeError, durable};

impl Lake {
    /// Makes the current log of a table durable: its files and the directories that name them. The
    /// first call syncs the newest checkpoint and the versions from there on, later calls only what
    /// is new.
    pub(super) fn sync_log(&self, table: &str) -> Result<(), LakeError> {
        let (Some(directory), Some(lake)) =
            (self.local_directory(table), self.location.directory())
        else {
            return Ok(());
        };
        let log = directory.join("_delta_log");
        let synced = self.durable.get(table);
        if let Some(newest) = sync_entries(&log, synced)? {
            self.durable.raise(table, newest);
        }
        if synced.is_none() {
            durable::sync_directory(&directory)?;
            durable::sync_directory(lake)?;
        }
        Ok(())
    }
}

/// Syncs the entries of a log that may not be durable; returns the newest version. A checkpoint is
/// written after its version and preferred by readers, so those of the last synced version are
/// synced again.
fn sync_entries(log: &Path, synced: Option<u64>) -> Result<Option<u64>, LakeError> {
    let failed = || LakeError::io("list", log);
    let mut entries = Vec::new();
    for entry in fs::read_dir(log).map_err(failed())? {
        let entry = entry.map_err(failed())?;
        let name = entry.file_name();
        if let Some((version, kind)) = name.to_str().and_then(classify) {
            entries.push((version, kind, entry.path()));
        }
    }
    let checkpoints = entries
        .iter()
        .filter(|(_, kind, _)| matches!(kind, LogFileKind::Checkpoint { .. }));
    let newest_checkpoint = checkpoints.map(|(version, ..)| *version).max();
    let from = synced.or(newest_checkpoint).unwrap_or_default();
    for (_, _, path) in entries.iter().filter(|(version, ..)| *version >= from) {
        sync_if_exists(path)?;
    }
    sync_if_exists(&log.join("_last_checkpoint"))?;
    durable::sync_directory(log)?;
    Ok(entries.iter().map(|(version, ..)| *version).max())
}

/// Another process may clean up old entries at any time.
fn sync_if_exists(path: &Path) -> Result<(), LakeError> {
    match durable::sync_file(path) {
        Err(LakeError::Io { source, .. }) if source.kind() == std::io::ErrorKind::NotFound => {
            Ok(())
        }
        synced => synced,
    }
}
