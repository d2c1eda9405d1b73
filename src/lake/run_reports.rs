//! The reports of runs, `_runs/<run_id>.json`: bytes go in under a run's id; names and bytes come out.
//!
//! What stands in a report is not this room's to know. Refused: ids that cannot be part of a file's
//! name.

use std::path::PathBuf;

use chrono::{DateTime, Utc};

use super::{Lake, LakeError};

/// The folder of the reports.
const FOLDER: &str = "_runs";

/// A report that is there to be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunReportFile {
    /// The run.
    pub run_id: String,
    /// When the report was written, as far as the store knows.
    pub written_at: DateTime<Utc>,
}

impl Lake {
    /// Keeps the report of a run as `_runs/<run_id>.json`, replacing an earlier one in one step.
    ///
    /// # Errors
    /// [`LakeError::RunId`], or [`LakeError::Io`] when the file cannot be written durably.
    pub fn write_run_report(&self, run_id: &str, bytes: &[u8]) -> Result<PathBuf, LakeError> {
        check_run_id(run_id)?;
        self.write_sidecar(&report_path(run_id), bytes)
    }

    /// The reports of the lake, in no order; none when there is no lake.
    ///
    /// # Errors
    /// [`LakeError::Io`] or [`LakeError::Store`] when they cannot be listed.
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

    /// The bytes of a report, if there is one.
    ///
    /// # Errors
    /// [`LakeError::RunId`], or [`LakeError::Io`] or [`LakeError::Store`] when it cannot be read.
    pub fn read_run_report(&self, run_id: &str) -> Result<Option<Vec<u8>>, LakeError> {
        check_run_id(run_id)?;
        self.read_sidecar(&report_path(run_id))
    }
}

fn report_path(run_id: &str) -> String {
    format!("{FOLDER}/{run_id}.json")
}

/// A run id becomes part of file names, so it is held to what every file system takes.
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
