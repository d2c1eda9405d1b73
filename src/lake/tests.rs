//! The room's tests, by what they look at.

use super::*;

mod commits;
mod tables;

fn nothing(_: CommitStep) {}

fn committed(outcome: CommitOutcome) -> i64 {
    match outcome {
        CommitOutcome::Committed {
            purchases_version, ..
        } => purchases_version,
        CommitOutcome::Raced { digests } => panic!("raced: {digests:?}"),
    }
}
