//! Completion markers of the days of a job, `_jobs/<job>/<day>.json` beside the tables.
//!
//! In: bytes that the caller defines. Out: the same bytes, or `None` if there is no marker.
//! Refused: names that are no plain file names.

use super::run_reports::check_run_id;
use super::{Lake, LakeError};

/// The folder of the markers.
const FOLDER: &str = "_jobs";

impl Lake {
    /// Writes the marker of a day, replacing an earlier one atomically.
    ///
    /// # Errors
    /// [`LakeError::RunId`] for an invalid name, or [`LakeError::Io`].
    pub fn write_completion_marker(
        &self,
        job: &str,
        day: &str,
        bytes: &[u8],
    ) -> Result<(), LakeError> {
        self.write_sidecar(&marker_path(job, day)?, bytes).map(drop)
    }

    /// Reads the marker of a day, if there is one.
    ///
    /// # Errors
    /// [`LakeError::RunId`] for an invalid name, or [`LakeError::Io`].
    pub fn read_completion_marker(
        &self,
        job: &str,
        day: &str,
    ) -> Result<Option<Vec<u8>>, LakeError> {
        self.read_sidecar(&marker_path(job, day)?)
    }

    /// Deletes the markers of all days of all jobs, because a restore removes what those days have
    /// written.
    ///
    /// # Errors
    /// [`LakeError::Io`] or [`LakeError::Store`] if they cannot be deleted.
    pub fn delete_completion_markers(&self) -> Result<(), LakeError> {
        self.remove_sidecars(FOLDER)
    }
}

fn marker_path(job: &str, day: &str) -> Result<String, LakeError> {
    check_run_id(job)?;
    check_run_id(day)?;
    Ok(format!("{FOLDER}/{job}/{day}.json"))
}

#[cfg(test)]
mod tests {
    #[test]
    fn markers_are_kept_by_job_and_day_and_unsafe_names_are_refused() {
        let (_folder, lake) = crate::lake::testing::lake();
        assert_eq!(
            lake.read_completion_marker("job", "2026-10-05").unwrap(),
            None
        );
        for bytes in [b"one".as_slice(), b"two"] {
            lake.write_completion_marker("job", "2026-10-05", bytes)
                .unwrap();
            let read = lake.read_completion_marker("job", "2026-10-05").unwrap();
            assert_eq!(read.as_deref(), Some(bytes));
        }
        assert_eq!(
            lake.read_completion_marker("job", "2026-10-06").unwrap(),
            None
        );
        assert_eq!(
            lake.read_completion_marker("other", "2026-10-05").unwrap(),
            None
        );
        lake.delete_completion_markers().unwrap();
        assert_eq!(
            lake.read_completion_marker("job", "2026-10-05").unwrap(),
            None
        );
        lake.delete_completion_markers().unwrap();
        for unsafe_name in ["", "..", "a/b"] {
            assert!(
                lake.write_completion_marker(unsafe_name, "2026-10-05", b"")
                    .is_err()
            );
            assert!(lake.read_completion_marker("job", unsafe_name).is_err());
        }
    }
}
