//! The run reports, `_runs/<run_id>.json`: bytes are written under a run id; names and bytes are
//! read.
//!
//! The content of a report is opaque here. Refused: ids that cannot be part of a file name.

use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};

use super::{Lake, LakeError};

/// The folder of the reports.
const FOLDER: &str = "_runs";

/// A run report that can be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunReportFile {
    /// The run.
    pub run_id: String,
    /// When the report was written, as precisely as the store records it.
    pub written_at: DateTime<Utc>,
}

impl Lake {
    /// Writes the report of a run as `_runs/<run_id>.json`, replacing an earlier one atomically.
    ///
    /// # Errors
    /// [`LakeError::RunId`], or [`LakeError::Io`] if the file cannot be written durably.
    pub fn write_run_report(&self, run_id: &str, bytes: &[u8]) -> Result<PathBuf, LakeError> {
        self.write_sidecar(&report_path(run_id)?, bytes)
    }

    /// The reports of the lake, unordered; empty if there is no lake.
    ///
    /// # Errors
    /// [`LakeError::Io`] or [`LakeError::Store`] if they cannot be listed.
    pub fn list_run_reports(&self) -> Result<Vec<RunReportFile>, LakeError> {
        let files = self.list_sidecars(FOLDER)?.into_iter().filter_map(|file| {
            let run_id = file.name.strip_suffix(".json")?;
            check_run_id(run_id).ok()?;
            Some(RunReportFile {
                run_id: run_id.to_owned(),
                written_at: file.written_at,
            })
        });
        Ok(files.collect())
    }

    /// The bytes of a report, if it exists.
    ///
    /// # Errors
    /// [`LakeError::RunId`], or [`LakeError::Io`] or [`LakeError::Store`] if it cannot be read.
    pub fn read_run_report(&self, run_id: &str) -> Result<Option<Vec<u8>>, LakeError> {
        self.read_sidecar(&report_path(run_id)?)
    }
}

/// The ids of the runs that have a report in a lake on this machine, newest first; none if there is no
/// such folder. No store is accessed.
pub fn local_run_ids(lake: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(lake.join(FOLDER)).into_iter().flatten();
    let names = entries
        .flatten()
        .filter_map(|entry| entry.file_name().into_string().ok());
    let mut ids: Vec<String> = names
        .filter_map(|name| name.strip_suffix(".json").map(str::to_owned))
        .filter(|id| check_run_id(id).is_ok())
        .collect();
    // Ids begin with the time of their run.
    ids.sort_by(|one, other| other.cmp(one));
    ids
}

fn report_path(run_id: &str) -> Result<String, LakeError> {
    check_run_id(run_id)?;
    Ok(format!("{FOLDER}/{run_id}.json"))
}

/// A run id becomes part of file names, so it may contain only what every file system allows.
pub(super) fn check_run_id(run_id: &str) -> Result<(), LakeError> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    if (1..=64).contains(&run_id.len()) && run_id.bytes().all(plain) {
        Ok(())
    } else {
        Err(LakeError::RunId {
            run_id: run_id.to_owned(),
        })
    }
}
