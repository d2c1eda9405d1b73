//! The reports of runs, `_runs/<run_id>.json`: bytes go in under a run's id; names and bytes come out.
//!
//! What stands in a report is not this room's to know. Refused: ids that cannot be part of a file's
//! name.

use std::path::PathBuf;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use futures::TryStreamExt;
use object_store::local::LocalFileSystem;
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt};

use super::{Lake, LakeError, durable};

/// The folder of the reports.
const FOLDER: &str = "_runs";

/// A report that is there to be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunFile {
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
        let directory = self.directory().join(FOLDER);
        let path = directory.join(format!("{run_id}.json"));
        let scratch = directory.join(format!(".{run_id}.{}.tmp", std::process::id()));
        durable::write_atomically(&path, &scratch, bytes)?;
        Ok(path)
    }

    /// The reports of the lake, in no order; none when there is no lake.
    ///
    /// # Errors
    /// [`LakeError::RunReports`] when they cannot be listed.
    pub fn run_reports(&self) -> Result<Vec<RunFile>, LakeError> {
        let Some(store) = self.store()? else {
            return Ok(Vec::new());
        };
        let folder = Path::from(FOLDER);
        let listed = self
            .runtime()
            .block_on(store.list(Some(&folder)).try_collect::<Vec<_>>())
            .map_err(|source| self.run_reports_error(source))?;
        let files = listed.into_iter().filter_map(|file| {
            let name = file.location.filename()?.strip_suffix(".json")?;
            check_run_id(name).ok()?;
            Some(RunFile {
                run_id: name.to_owned(),
                written_at: file.last_modified,
            })
        });
        Ok(files.collect())
    }

    /// The bytes of a report that [`Lake::run_reports`] has listed.
    ///
    /// # Errors
    /// [`LakeError::RunId`], or [`LakeError::RunReports`] when it cannot be read.
    pub fn run_report(&self, run_id: &str) -> Result<Vec<u8>, LakeError> {
        check_run_id(run_id)?;
        let path = Path::from(format!("{FOLDER}/{run_id}.json"));
        let missing = || object_store::Error::NotFound {
            path: path.to_string(),
            source: "there is no lake".into(),
        };
        let store = self.store()?;
        let store = store.ok_or_else(|| self.run_reports_error(missing()))?;
        let read = async { store.get(&path).await?.bytes().await };
        let bytes = self.runtime().block_on(read);
        let bytes = bytes.map_err(|source| self.run_reports_error(source))?;
        Ok(bytes.to_vec())
    }

    /// The lake's store, with the lake as its root; none when the lake is not there.
    fn store(&self) -> Result<Option<Arc<dyn ObjectStore>>, LakeError> {
        if !self.directory().is_dir() {
            return Ok(None);
        }
        let store = LocalFileSystem::new_with_prefix(self.directory());
        let store = store.map_err(|source| self.run_reports_error(source))?;
        Ok(Some(Arc::new(store)))
    }

    fn run_reports_error(&self, source: object_store::Error) -> LakeError {
        LakeError::RunReports {
            lake: self.location().to_string(),
            source: Box::new(source),
        }
    }
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
