//! Marks of the days that a job has finished, `_jobs/<job>/<day>.json` beside the tables.
//!
//! In: bytes of the caller's own. Out: the same bytes, or nothing when there is no mark. Refused:
//! names that are no plain file names.

use super::{Lake, LakeError, check_run_id, durable};

impl Lake {
    /// Keeps the mark of a day, replacing an earlier one in one step.
    ///
    /// # Errors
    /// [`LakeError::RunId`] for a name that is none, or [`LakeError::Io`].
    pub fn write_job_day(&self, job: &str, day: &str, bytes: &[u8]) -> Result<(), LakeError> {
        check_run_id(job)?;
        check_run_id(day)?;
        let directory = self.directory().join("_jobs").join(job);
        let path = directory.join(format!("{day}.json"));
        let scratch = directory.join(format!(".{day}.{}.tmp", std::process::id()));
        durable::write_atomically(&path, &scratch, bytes)
    }

    /// The mark of a day, if there is one.
    ///
    /// # Errors
    /// [`LakeError::RunId`] for a name that is none, or [`LakeError::Io`].
    pub fn read_job_day(&self, job: &str, day: &str) -> Result<Option<Vec<u8>>, LakeError> {
        check_run_id(job)?;
        check_run_id(day)?;
        let path = self
            .directory()
            .join("_jobs")
            .join(job)
            .join(format!("{day}.json"));
        match std::fs::read(&path) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(LakeError::io("read", &path)(error)),
        }
    }
}
