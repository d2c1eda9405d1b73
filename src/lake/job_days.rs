//! Marks of the days that a job has finished, `_jobs/<job>/<day>.json` beside the tables.
//!
//! In: bytes of the caller's own. Out: the same bytes, or nothing when there is no mark. Refused:
//! names that are no plain file names.

use super::runs::check_run_id;
use super::{Lake, LakeError};

/// The folder of the marks.
const FOLDER: &str = "_jobs";

impl Lake {
    /// Keeps the mark of a day, replacing an earlier one in one step.
    ///
    /// # Errors
    /// [`LakeError::RunId`] for a name that is none, or [`LakeError::Io`].
    pub fn write_job_day(&self, job: &str, day: &str, bytes: &[u8]) -> Result<(), LakeError> {
        check_run_id(job)?;
        check_run_id(day)?;
        self.write_note(&note(job, day), bytes).map(drop)
    }

    /// The mark of a day, if there is one.
    ///
    /// # Errors
    /// [`LakeError::RunId`] for a name that is none, or [`LakeError::Io`].
    pub fn read_job_day(&self, job: &str, day: &str) -> Result<Option<Vec<u8>>, LakeError> {
        check_run_id(job)?;
        check_run_id(day)?;
        self.read_note(&note(job, day))
    }

    /// Deletes the marks of all days of all jobs: what those days had written is to go.
    ///
    /// # Errors
    /// [`LakeError::Io`] or [`LakeError::Store`] when they cannot be deleted.
    pub fn forget_job_days(&self) -> Result<(), LakeError> {
        self.remove_notes(FOLDER)
    }
}

fn note(job: &str, day: &str) -> String {
    format!("{FOLDER}/{job}/{day}.json")
}

#[cfg(test)]
mod tests {
    #[test]
    fn marks_are_kept_by_job_and_day_and_strange_names_refused() {
        let (_folder, lake) = crate::lake::testing::lake();
        assert_eq!(lake.read_job_day("job", "2026-10-05").unwrap(), None);
        for bytes in [b"one".as_slice(), b"two"] {
            lake.write_job_day("job", "2026-10-05", bytes).unwrap();
            let read = lake.read_job_day("job", "2026-10-05").unwrap();
            assert_eq!(read.as_deref(), Some(bytes));
        }
        assert_eq!(lake.read_job_day("job", "2026-10-06").unwrap(), None);
        assert_eq!(lake.read_job_day("other", "2026-10-05").unwrap(), None);
        lake.forget_job_days().unwrap();
        assert_eq!(lake.read_job_day("job", "2026-10-05").unwrap(), None);
        lake.forget_job_days().unwrap();
        for strange in ["", "..", "a/b"] {
            assert!(lake.write_job_day(strange, "2026-10-05", b"").is_err());
            assert!(lake.read_job_day("job", strange).is_err());
        }
    }
}
