//! The commits of a table, newest first.

use std::collections::HashMap;

use serde::Serialize;

use super::utc;
use crate::lake::counts::signed;
use crate::lake::{Lake, LakeError};

/// A version.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct HistoryEntry {
    /// Its number.
    pub version: i64,
    /// When it was committed.
    pub committed_at: String,
    /// The operation, as Delta names it: `WRITE`, `MERGE`, `OPTIMIZE`, `RESTORE`,
    /// `ADD COLUMN`, `CREATE TABLE`.
    pub operation: String,
    /// The run that committed it, if the commit names it.
    pub run_id: Option<String>,
    /// Added files.
    pub files_added: u64,
    /// Added rows, if the log counts them.
    pub rows_added: Option<i64>,
    /// Removed files.
    pub files_removed: u64,
    /// Removed rows; `None` if the log no longer contains their number.
    pub rows_removed: Option<i64>,
}

/// The versions of a table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct History {
    /// The table.
    pub table: String,
    /// Newest first.
    pub versions: Vec<HistoryEntry>,
    /// The oldest version in the log: the log entries of earlier ones have been cleaned up.
    pub oldest_known: i64,
}

impl Lake {
    /// The newest versions of a table, at most `limit` of them.
    ///
    /// # Errors
    /// [`LakeError::NoTable`], or a log that cannot be read.
    pub fn history(&self, table: &str, limit: Option<usize>) -> Result<History, LakeError> {
        let commits = self.log(table)?.file_changes()?;
        let oldest = commits.first().ok_or_else(|| self.no_table(table))?;
        let oldest_known = signed(oldest.version);
        // A removal has no row count: that of the commit that added the file is used.
        let mut rows_of: HashMap<String, Option<i64>> = HashMap::new();
        let mut versions = Vec::with_capacity(commits.len());
        for commit in commits {
            let removed = commit.removed.iter();
            let rows_removed = removed
                .map(|removed| rows_of.get(&removed.path).copied().flatten())
                .sum();
            versions.push(HistoryEntry {
                version: signed(commit.version),
                committed_at: utc(commit.at_millis),
                operation: commit
                    .origin
                    .operation
                    .unwrap_or_else(|| "unknown".to_owned()),
                run_id: commit.origin.run_id,
                files_added: commit.added.len() as u64,
                rows_added: commit.added.iter().map(|added| added.rows).sum(),
                files_removed: commit.removed.len() as u64,
                rows_removed,
            });
            let added = commit.added.into_iter();
            rows_of.extend(added.map(|added| (added.path, added.rows)));
        }
        versions.reverse();
        versions.truncate(limit.unwrap_or(usize::MAX));
        Ok(History {
            table: table.to_owned(),
            versions,
            oldest_known,
        })
    }
}
