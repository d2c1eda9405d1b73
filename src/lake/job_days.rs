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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_kept_by_job_and_day_and_strange_names_refused() {
        let folder = tempfile::tempdir().unwrap();
        let lake = Lake::at(folder.path().to_str().unwrap()).unwrap();
        assert_eq!(lake.read_job_day("job", "2026-10-05").unwrap(), None);
        for bytes in [b"one".as_slice(), b"two"] {
            lake.write_job_day("job", "2026-10-05", bytes).unwrap();
            let read = lake.read_job_day("job", "2026-10-05").unwrap();
            assert_eq!(read.as_deref(), Some(bytes));
        }
        assert_eq!(lake.read_job_day("job", "2026-10-06").unwrap(), None);
        assert_eq!(lake.read_job_day("other", "2026-10-05").unwrap(), None);
        for strange in ["", "..", "a/b"] {
            assert!(lake.write_job_day(strange, "2026-10-05", b"").is_err());
            assert!(lake.read_job_day("job", strange).is_err());
        }
    }
}
