//! The tests of the lake, by subject.

use std::path::Path;

use super::*;

mod answers;
mod as_of;
mod changes;
mod commits;
mod counters;
mod full_snapshots;
mod races;
mod reading;
mod recovery;
mod tables;
mod timezone;
mod upgrade;

fn nothing(_: CommitStep) {}

fn committed(outcome: CommitOutcome<CommittedVersions>) -> i64 {
    match outcome {
        CommitOutcome::Committed(versions) => versions.rows,
        CommitOutcome::AlreadyCommitted { digests } => panic!("already committed: {digests:?}"),
    }
}
