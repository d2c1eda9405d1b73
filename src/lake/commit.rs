//! One commit to one table: staged files and application transactions come in; what became of them
//! goes out, read back from the log whenever the answer was not plain.
//!
//! A commit has three outcomes: it landed, it was refused because a transaction of it is there
//! already, or nobody can tell ([`LakeError::OutcomeUnknown`]).

use std::collections::{HashMap, HashSet};
use std::fs;
use std::thread;
use std::time::{Duration, UNIX_EPOCH};

use deltalake::DeltaTableError;
use deltalake::kernel::transaction::{
    CommitBuilder, CommitConflictError, CommitProperties, TransactionError,
};
use deltalake::kernel::{Action, Add, Transaction};
use deltalake::protocol::{DeltaOperation, SaveMode};
use serde_json::{Value, json};
use tracing::warn;

use super::spec::TableSpec;
use super::staged::{DataFile, StagedFiles};
use super::{Lake, LakeError, log};

/// How often a commit is tried from a fresh snapshot. Each try has the library's own 15 inside,
/// for appends that only need the next version number.
const TRIES: u32 = 8;

/// The pause after the first lost try; it doubles with every further one. The waits of two
/// processes differ by what they do between them, so chance is not needed and runs stay repeatable.
const FIRST_PAUSE: Duration = Duration::from_millis(10);

/// What a table is to take in one commit.
pub(super) struct Commit<'a> {
    pub(super) spec: &'a TableSpec,
    pub(super) run_id: &'a str,
    /// The application ids of its transactions: at least one.
    pub(super) app_ids: &'a HashSet<String>,
    pub(super) files: &'a StagedFiles,
}

/// What became of a commit.
pub(super) enum Outcome {
    /// It is in the log, at this version.
    Landed(u64),
    /// Nothing of it is in the log, because these application ids were there before it.
    Present(HashSet<String>),
}

/// How one try ended.
enum Try {
    Settled(Outcome),
    Failed {
        before: u64,
        error: Box<DeltaTableError>,
    },
}

impl Lake {
    /// Commits, and makes the commit durable.
    pub(super) fn commit(&self, commit: &Commit<'_>) -> Result<Outcome, LakeError> {
        let table = commit.spec.name;
        let adds = self.adds(commit)?;
        let mut pause = FIRST_PAUSE;
        let mut first = None;
        let mut attempt = 1;
        loop {
            let (before, error) = match self.runtime().block_on(self.attempt(commit, &adds))? {
                Try::Settled(outcome @ Outcome::Landed(_)) => return Ok(outcome),
                Try::Settled(present) => {
                    // What is there may be our own earlier try, if its answer came before it landed.
                    let Some(first) = first else {
                        return Ok(present);
                    };
                    let found = self.runtime().block_on(self.read_back(commit, first))?;
                    return self.settled(table, found.unwrap_or(present));
                }
                Try::Failed { before, error } => (before, error),
            };
            let since = *first.get_or_insert(before);
            match self.runtime().block_on(self.read_back(commit, since)) {
                Ok(Some(found)) => return self.settled(table, found),
                Ok(None) if !is_retryable(&error) => {
                    return Err(LakeError::NotCommitted {
                        table: table.to_owned(),
                        source: error,
                    });
                }
                Ok(None) if attempt == TRIES => {
                    let table = table.to_owned();
                    return Err(LakeError::Conflict {
                        table,
                        tries: TRIES,
                        source: error,
                    });
                }
                Ok(None) => {
                    warn!(table, attempt, %error, "another writer was quicker, trying again");
                }
                Err(readback) => {
                    return Err(LakeError::OutcomeUnknown {
                        table: table.to_owned(),
                        run_id: commit.run_id.to_owned(),
                        readback: Box::new(readback),
                        source: error,
                    });
                }
            }
            thread::sleep(pause);
            pause *= 2;
            attempt += 1;
        }
    }

    /// What was found in the log becomes durable before it is reported.
    fn settled(&self, table: &str, outcome: Outcome) -> Result<Outcome, LakeError> {
        if let Outcome::Landed(version) = outcome {
            self.sync_log(table, version)?;
        }
        Ok(outcome)
    }

    /// One try from a fresh snapshot.
    async fn attempt(&self, commit: &Commit<'_>, adds: &[Add]) -> Result<Try, LakeError> {
        let spec = commit.spec;
        let table = self.open_checked(spec).await?;
        let state = table
            .snapshot()
            .map_err(LakeError::delta("load", spec.name))?;
        let before = state.version();
        let present = log::present(spec.name, &table.object_store(), commit.app_ids).await?;
        if !present.is_empty() {
            return Ok(Try::Settled(Outcome::Present(present)));
        }
        let prepared = builder(commit, adds).build(
            Some(state),
            table.log_store(),
            DeltaOperation::Write {
                mode: SaveMode::Append,
                partition_by: partition_by(spec),
                predicate: None,
            },
        );
        let committed = async { prepared.into_prepared_commit_future().await?.await };
        let landed = match committed.await {
            Ok(landed) => landed,
            Err(error) => {
                return Ok(Try::Failed {
                    before,
                    error: Box::new(error),
                });
            }
        };
        let version = landed.version;
        self.sync_log(spec.name, version)?;
        // From here on the rows are in the table: a checkpoint that fails is made by a later run.
        match landed.await {
            Ok(finished) if finished.metrics.new_checkpoint_created => {
                self.sync_checkpoint(spec.name, version)?;
            }
            Ok(_) => {}
            Err(error) => {
                warn!(table = spec.name, version, %error, "the commit landed, its checkpoint did not");
            }
        }
        Ok(Try::Settled(Outcome::Landed(version)))
    }

    /// Looks for our transactions in the log, after an answer that left open whether they landed.
    async fn read_back(
        &self,
        commit: &Commit<'_>,
        before: u64,
    ) -> Result<Option<Outcome>, LakeError> {
        let table = commit.spec.name;
        let handle = self
            .handle(table)
            .map_err(LakeError::delta("open", table))?;
        let landed = log::landed_from(table, &handle.object_store(), before + 1).await?;
        let mut present = HashSet::new();
        for txn in landed
            .into_iter()
            .filter(|txn| commit.app_ids.contains(&txn.app_id))
        {
            if txn.run_id.as_deref() == Some(commit.run_id) {
                return Ok(Some(Outcome::Landed(txn.version)));
            }
            present.insert(txn.app_id);
        }
        Ok((!present.is_empty()).then_some(Outcome::Present(present)))
    }

    /// The `add` actions of the staged files, which must still be what they were.
    fn adds(&self, commit: &Commit<'_>) -> Result<Vec<Add>, LakeError> {
        if commit.files.table != commit.spec.name {
            return Err(LakeError::WrongTable {
                expected: commit.spec.name.to_owned(),
                found: commit.files.table.to_owned(),
            });
        }
        commit
            .files
            .files
            .iter()
            .map(|file| self.add(commit.spec, file))
            .collect()
    }

    fn add(&self, spec: &TableSpec, file: &DataFile) -> Result<Add, LakeError> {
        let path = self.table_directory(spec.name).join(&file.relative_path);
        let metadata = fs::metadata(&path).map_err(LakeError::io("find", &path))?;
        if metadata.len() != file.bytes {
            let (expected, found) = (file.bytes, metadata.len());
            return Err(LakeError::FileDiffers {
                path,
                what: "bytes",
                expected,
                found,
            });
        }
        let modified = metadata
            .modified()
            .map_err(LakeError::io("read the time of", &path))?;
        let modified = modified.duration_since(UNIX_EPOCH).unwrap_or_default();
        let partition_values: HashMap<String, Option<String>> = spec
            .partition_columns
            .iter()
            .zip(file.partition.values())
            .map(|(column, value)| (column.name.to_owned(), Some(value.to_string())))
            .collect();
        Ok(Add {
            path: file.relative_path.clone(),
            partition_values,
            size: i64::try_from(file.bytes).unwrap_or(i64::MAX),
            modification_time: i64::try_from(modified.as_millis()).unwrap_or_default(),
            data_change: true,
            stats: Some(file.stats_json.clone()),
            ..Add::default()
        })
    }
}

/// What the history says about the partitions of an append.
fn partition_by(spec: &TableSpec) -> Option<Vec<String>> {
    let names: Vec<String> = spec
        .partition_columns
        .iter()
        .map(|column| column.name.to_owned())
        .collect();
    (!names.is_empty()).then_some(names)
}

/// The commit's actions. The run id is for the read-back and for people: the truth is the `txn`.
fn builder(commit: &Commit<'_>, adds: &[Add]) -> CommitBuilder {
    let mut app_ids: Vec<&String> = commit.app_ids.iter().collect();
    app_ids.sort();
    // Without a time of last update a transaction never expires, and neither does exactly-once.
    let transactions = app_ids
        .into_iter()
        .map(|id| Transaction::new(id, 1))
        .collect();
    let metadata: [(String, Value); 1] = [("runId".to_owned(), json!(commit.run_id))];
    let properties = CommitProperties::default()
        .with_application_transactions(transactions)
        .with_metadata(metadata);
    CommitBuilder::from(properties).with_actions(adds.iter().cloned().map(Action::Add).collect())
}

/// Whether the library refused the commit because of another writer: it is then certain that it did
/// not land, and a fresh snapshot may do better. An append reads nothing, so a conflict over what
/// was read or deleted is false for it.
fn is_retryable(error: &DeltaTableError) -> bool {
    match error {
        DeltaTableError::VersionAlreadyExists(_) => true,
        DeltaTableError::Transaction { source } => match source {
            TransactionError::VersionAlreadyExists(_) | TransactionError::MaxCommitAttempts(_) => {
                true
            }
            TransactionError::CommitConflict(conflict) => !matches!(
                conflict,
                CommitConflictError::UnsupportedWriterVersion(_)
                    | CommitConflictError::UnsupportedReaderVersion(_)
                    | CommitConflictError::CorruptedState { .. }
                    | CommitConflictError::NoMetadata
            ),
            _ => false,
        },
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lake::testing::{day, lake, rows, spec, writer};

    fn outcome(outcome: Option<Outcome>) -> String {
        match outcome {
            Some(Outcome::Landed(version)) => format!("landed {version}"),
            Some(Outcome::Present(ids)) => format!("present {ids:?}"),
            None => "absent".to_owned(),
        }
    }

    #[test]
    fn a_commit_whose_answer_was_lost_is_found_by_its_run() {
        let (_folder, lake) = lake();
        let spec = spec();
        let mut files = writer(&lake, &spec, "run-1");
        files.append(day(1), rows("a.json", 0, 3)).unwrap();
        let files = files.finish().unwrap();
        let app_ids = HashSet::from(["purchases:purchases:aa".to_owned()]);
        let commit = Commit {
            spec: &spec,
            run_id: "run-1",
            app_ids: &app_ids,
            files: &files,
        };
        let look = |commit: &Commit<'_>, before| {
            outcome(
                lake.runtime()
                    .block_on(lake.read_back(commit, before))
                    .unwrap(),
            )
        };
        assert_eq!(look(&commit, 0), "absent");
        assert_eq!(outcome(lake.commit(&commit).ok()), "landed 1");
        assert_eq!(look(&commit, 0), "landed 1");
        assert_eq!(look(&commit, 1), "absent", "only what came after is ours");
        let other = Commit {
            run_id: "run-2",
            ..commit
        };
        assert_eq!(look(&other, 0), format!("present {app_ids:?}"));
        assert_eq!(
            outcome(lake.commit(&other).ok()),
            format!("present {app_ids:?}")
        );
    }

    #[test]
    fn a_torn_log_is_an_error_of_the_read_back_and_not_an_absence() {
        let (_folder, lake) = lake();
        let spec = spec();
        let files = StagedFiles::none(&spec);
        let app_ids = HashSet::from(["purchases:purchases:aa".to_owned()]);
        let commit = Commit {
            spec: &spec,
            run_id: "run-1",
            app_ids: &app_ids,
            files: &files,
        };
        crate::lake::testing::put_commit(&lake, "purchases", 1, "{\"txn\":{");
        let read = lake.runtime().block_on(lake.read_back(&commit, 0));
        assert!(matches!(read, Err(LakeError::LogBroken { .. })));
    }

    #[test]
    fn only_what_another_writer_caused_is_tried_again() {
        let conflict = |conflict| DeltaTableError::Transaction {
            source: TransactionError::CommitConflict(conflict),
        };
        let exhausted = DeltaTableError::Transaction {
            source: TransactionError::MaxCommitAttempts(15),
        };
        for error in [
            exhausted,
            conflict(CommitConflictError::ConcurrentDeleteRead),
            conflict(CommitConflictError::ConcurrentTransaction),
            DeltaTableError::VersionAlreadyExists(3),
        ] {
            assert!(is_retryable(&error), "{error}");
        }
        for error in [
            conflict(CommitConflictError::UnsupportedWriterVersion(7)),
            DeltaTableError::Generic("no space left on device".to_owned()),
        ] {
            assert!(!is_retryable(&error), "{error}");
        }
    }
}
