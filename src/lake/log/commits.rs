//! The commits of a log: their files come in, what each one did goes out, in the same order.
//!
//! A commit has one line for each action. Only lines with a requested key are parsed: almost all
//! lines of a large commit add files, which most callers do not need.
//!
//! Refused: lines that are not JSON.

use deltalake::kernel::{Add, Remove, Transaction};
use futures::stream::{self, StreamExt};
use object_store::ObjectStoreExt;
use object_store::path::Path;
use serde::Deserialize;

use super::TableLog;
use crate::lake::LakeError;
use crate::lake::state_commit::StateCommit;

/// Concurrent reads of commits, which are small files.
const PARALLEL_READS: usize = 8;

/// The keys of the actions that are read, as they are in a line.
pub(super) type ActionKeys = &'static [&'static str];

/// The time and the origin of a commit.
pub(super) const ORIGIN: ActionKeys = &["\"commitInfo\""];
/// Its application transactions, and its origin.
pub(super) const TRANSACTIONS: ActionKeys = &["\"txn\"", "\"commitInfo\""];
/// Its added and removed files, and its origin.
const FILES: ActionKeys = &["\"add\"", "\"remove\"", "\"commitInfo\""];

/// A commit, with the requested actions.
#[derive(Debug, Default)]
pub(in crate::lake) struct LogCommit {
    pub(in crate::lake) version: u64,
    /// When it was committed, by the clock of its writer or else of its store, in milliseconds
    /// since 1970.
    pub(in crate::lake) at_millis: i64,
    pub(in crate::lake) origin: CommitOrigin,
    pub(in crate::lake) transactions: Vec<Transaction>,
    pub(in crate::lake) added: Vec<AddedFile>,
    pub(in crate::lake) removed: Vec<RemovedFile>,
}

/// Where a commit comes from, as far as its writer states it.
///
/// <https://github.com/delta-io/delta/blob/master/PROTOCOL.md#commit-provenance-information>
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::lake) struct CommitOrigin {
    in_commit_timestamp: Option<i64>,
    timestamp: Option<i64>,
    pub(in crate::lake) operation: Option<String>,
    pub(in crate::lake) run_id: Option<String>,
    /// The value of [`INPUTS_FILE`](super::INPUTS_FILE).
    pub(super) inputs_file: Option<String>,
    /// The value of [`STATES`](super::STATES).
    pub(in crate::lake) state_history: Option<StateCommit>,
}

/// A file that a commit adds.
#[derive(Debug)]
pub(in crate::lake) struct AddedFile {
    pub(in crate::lake) path: String,
    pub(in crate::lake) rows: Option<i64>,
}

/// A file that a commit removes.
#[derive(Debug)]
pub(in crate::lake) struct RemovedFile {
    pub(in crate::lake) path: String,
    /// When it was removed, in milliseconds since 1970.
    pub(in crate::lake) at_millis: i64,
}

/// A line of a commit: one of the actions that are read, or none.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct LogLine {
    commit_info: Option<CommitOrigin>,
    txn: Option<Transaction>,
    add: Option<Add>,
    remove: Option<Remove>,
}

/// The part of a file's statistics that is read.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RowCount {
    num_records: Option<i64>,
}

impl TableLog<'_> {
    /// All commits that the log still contains, oldest first, with their files; empty for a table
    /// that does not exist.
    pub(in crate::lake) fn file_changes(&self) -> Result<Vec<LogCommit>, LakeError> {
        self.commits(&self.files()?.commits, FILES).collect()
    }

    /// Reads these commits, some of them ahead.
    pub(super) fn commits<'f>(
        &self,
        files: impl IntoIterator<Item = (&'f u64, &'f Path)>,
        keys: ActionKeys,
    ) -> impl Iterator<Item = Result<LogCommit, LakeError>> {
        let files: Vec<(u64, Path)> = files
            .into_iter()
            .map(|(version, path)| (*version, path.clone()))
            .collect();
        let read = move |(version, path): (u64, Path)| async move {
            let failed = |error| self.unreadable(path.as_ref(), error);
            let file = self.store.get(&path).await.map_err(failed)?;
            let written_millis = file.meta.last_modified.timestamp_millis();
            let bytes = file.bytes().await.map_err(failed)?;
            parse(version, written_millis, &bytes, keys)
                .map_err(|error| self.damaged(path.as_ref(), error.to_string()))
        };
        let mut commits = Box::pin(stream::iter(files).map(read).buffered(PARALLEL_READS));
        std::iter::from_fn(move || self.runtime.block_on(commits.next()))
    }
}

/// The requested actions of a commit whose file was written at `written_millis`.
fn parse(
    version: u64,
    written_millis: i64,
    bytes: &[u8],
    keys: ActionKeys,
) -> Result<LogCommit, serde_json::Error> {
    let mut commit = LogCommit {
        version,
        ..LogCommit::default()
    };
    let mut origin = None;
    for line in bytes.split(|byte| *byte == b'\n') {
        let contains = |key: &&str| memchr::memmem::find(line, key.as_bytes()).is_some();
        if !keys.iter().any(contains) {
            continue;
        }
        let line: LogLine = serde_json::from_slice(line)?;
        origin = origin.or(line.commit_info);
        commit.transactions.extend(line.txn);
        commit.added.extend(line.add.map(|add| AddedFile {
            rows: add.stats.as_deref().and_then(rows),
            path: add.path,
        }));
        commit.removed.extend(line.remove.map(|remove| RemovedFile {
            path: remove.path,
            at_millis: remove.deletion_timestamp.unwrap_or_default(),
        }));
    }
    commit.origin = origin.unwrap_or_default();
    let stated = commit.origin.in_commit_timestamp;
    let stated = stated.or(commit.origin.timestamp);
    commit.at_millis = stated.unwrap_or(written_millis);
    // Some writers leave out the time of deletion: it is that of the commit.
    for removed in commit.removed.iter_mut().filter(|one| one.at_millis == 0) {
        removed.at_millis = commit.at_millis;
    }
    Ok(commit)
}

/// The number of rows in the statistics of a file.
fn rows(stats: &str) -> Option<i64> {
    serde_json::from_str::<RowCount>(stats).ok()?.num_records
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_commit_lists_its_files_with_their_decoded_paths() {
        let text = br#"{"commitInfo":{"timestamp":7,"operation":"WRITE","runId":"run-1"}}
{"add":{"path":"k=a%20b/x.parquet","partitionValues":{"k":"a b"},"size":9,"modificationTime":1,"dataChange":true,"stats":"{\"numRecords\":3}"}}
{"remove":{"path":"k=a%20b/y.parquet","dataChange":true}}
{"txn":{"appId":"x","version":1}}"#;
        let commit = parse(3, 1, text, FILES).unwrap();
        assert_eq!((commit.version, commit.at_millis), (3, 7));
        assert_eq!(commit.origin.operation.as_deref(), Some("WRITE"));
        assert_eq!(commit.origin.run_id.as_deref(), Some("run-1"));
        let added = &commit.added[0];
        assert_eq!(
            (added.path.as_str(), added.rows),
            ("k=a b/x.parquet", Some(3))
        );
        let removed = &commit.removed[0];
        assert_eq!(
            (removed.path.as_str(), removed.at_millis),
            ("k=a b/y.parquet", 7)
        );
        assert!(commit.transactions.is_empty(), "they were not requested");
        assert!(parse(3, 1, br#"{"add":{"path":"#, FILES).is_err());
    }

    #[test]
    fn transactions_carry_the_run_of_their_commit_and_torn_lines_are_refused() {
        let text = br#"{"commitInfo":{"operation":"WRITE","runId":"run-1"}}
{"add":{"path":"x","stats":"{\"txn\":1}"}}
{"txn":{"appId":"purchases:purchases:aa","version":1}}"#;
        let commit = parse(3, 1, text, TRANSACTIONS).unwrap();
        let expected = [Transaction::new("purchases:purchases:aa", 1)];
        assert_eq!(commit.transactions, expected);
        assert_eq!(
            (commit.version, commit.origin.run_id.as_deref()),
            (3, Some("run-1"))
        );
        assert!(parse(3, 1, br#"{"txn":{"appId":"purch"#, TRANSACTIONS).is_err());
    }

    #[test]
    fn the_time_inside_the_commit_counts_before_that_of_its_writer() {
        let at = |text: &str| parse(3, 1, text.as_bytes(), ORIGIN).map(|commit| commit.at_millis);
        let both = r#"{"commitInfo":{"timestamp":7,"inCommitTimestamp":9}}"#;
        assert_eq!(at(both).unwrap(), 9);
        let one = "{\"txn\":{\"appId\":\"commitInfo\",\"version\":1}}\n{\"commitInfo\":{\"timestamp\":7}}";
        assert_eq!(at(one).unwrap(), 7);
        assert_eq!(at(r#"{"commitInfo":{}}"#).unwrap(), 1);
        assert_eq!(at(r#"{"add":{"path":"x"}}"#).unwrap(), 1);
        assert!(at(r#"{"commitInfo":{"timestamp":"#).is_err());
    }
}
