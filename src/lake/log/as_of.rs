//! The version of a table that was the newest at an instant.
//!
//! Refused: instants before the oldest version that can still be read, logs with a gap.

use std::collections::{HashMap, HashSet};

use super::commits::ORIGIN;
use super::{LogFiles, TableLog};
use crate::lake::LakeError;
use crate::lake::counts::signed;

const MICROS_PER_MILLI: i64 = 1000;

impl TableLog<'_> {
    /// The newest version committed at or before `micros` (since 1970 in UTC), by the clock of its
    /// writer; `None` for a table without a log.
    ///
    /// A version counts as no older than its predecessor, so a clock that goes backwards does not
    /// undo what a later version has changed: the versions before the first one that is too young
    /// qualify, whatever the times of later ones.
    pub(in crate::lake) fn version_as_of(&self, micros: i64) -> Result<Option<u64>, LakeError> {
        let files = self.files()?;
        if files.newest().is_none() {
            return Ok(None);
        }
        let oldest = self.oldest(&files)?;
        let mut found = None;
        for commit in self.commits(files.commits.range(oldest..), ORIGIN) {
            let commit = commit?;
            let committed_at = commit.at_millis.saturating_mul(MICROS_PER_MILLI);
            if committed_at > micros {
                return found.map(Some).ok_or_else(|| LakeError::NoVersionAsOf {
                    table: self.table.to_owned(),
                    oldest: signed(commit.version),
                    committed_at,
                });
            }
            found = Some(commit.version);
        }
        Ok(found)
    }

    /// When these versions were committed, by the clocks of their writers, in milliseconds since
    /// 1970. Versions whose commits the log does not contain any more are left out.
    pub(in crate::lake) fn commit_times(
        &self,
        versions: &HashSet<u64>,
    ) -> Result<HashMap<u64, i64>, LakeError> {
        let files = self.files()?;
        let mut wanted = files.commits;
        wanted.retain(|version, _| versions.contains(version));
        self.commits(&wanted, ORIGIN)
            .map(|commit| commit.map(|commit| (commit.version, commit.at_millis)))
            .collect()
    }

    /// The oldest version that can be read and whose commit, with its time, still exists.
    fn oldest(&self, files: &LogFiles) -> Result<u64, LakeError> {
        let mut first = None;
        for version in files.commits.keys().rev() {
            match first {
                Some(after) if version + 1 != after => break,
                _ => first = Some(*version),
            }
        }
        let missing = |version: u64| {
            let reason = format!("version {version} is missing, and no checkpoint replaces it");
            self.damaged("_delta_log", reason)
        };
        match first {
            Some(0) => Ok(0),
            // The commits before it were cleaned up: reading on requires a checkpoint.
            Some(first) => {
                let from = files.checkpoints.range(first - 1..).next();
                let (checkpoint, _) = from.ok_or_else(|| missing(first - 1))?;
                Ok(first.max(*checkpoint))
            }
            None => Err(missing(0)),
        }
    }
}
