//! The commits that a transaction leads through: each gives it its own version, and the value before
//! it is the version of the commit before it in the chain.
//!
//! A restore gives the transaction an earlier value again, so the commits that it took back are not
//! in the chain.

use std::collections::HashSet;

use super::TableLog;
use super::commits::{LogCommit, TRANSACTIONS};
use crate::lake::LakeError;
use crate::lake::counts::signed;

/// Commits from the newest one back, and the value of the transaction before the last of them.
pub(in crate::lake) struct CommitChain {
    /// The newest first.
    pub(in crate::lake) commits: Vec<LogCommit>,
    /// 0 before the first commit of the table; `None` if the log no longer shows it.
    pub(in crate::lake) before: Option<i64>,
}

impl TableLog<'_> {
    /// The chain of a transaction from the commit of version `newest` back to that of version `end`,
    /// which is not part of it. It is shorter if the log does not contain all of it.
    pub(in crate::lake) fn chain(
        &self,
        app_id: &str,
        newest: i64,
        end: i64,
    ) -> Result<CommitChain, LakeError> {
        let files = self.files()?;
        let is_whole = files.commits.contains_key(&0);
        let mut chain = CommitChain {
            commits: Vec::new(),
            before: Some(newest),
        };
        // The version of the next commit of the chain; `None` while its value is searched.
        let mut next = Some(newest);
        for commit in self.commits(files.commits.iter().rev(), TRANSACTIONS) {
            let commit = commit?;
            let version = signed(commit.version);
            if next.is_none() {
                let of_chain = commit.transactions.iter().find(|txn| txn.app_id == app_id);
                next = of_chain.map(|txn| txn.version);
                chain.before = next;
            }
            if next.is_some_and(|next| next <= end || next > version) {
                break;
            }
            if next == Some(version) {
                chain.commits.push(commit);
                (next, chain.before) = (None, None);
            }
        }
        if next.is_none() && is_whole {
            chain.before = Some(0);
        }
        Ok(chain)
    }

    /// The newest version that gave a transaction one of these values, and the value; `None` if the
    /// log does not show one.
    pub(in crate::lake) fn newest_with(
        &self,
        app_id: &str,
        values: &HashSet<i64>,
    ) -> Result<Option<(u64, i64)>, LakeError> {
        let files = self.files()?;
        for commit in self.commits(files.commits.iter().rev(), TRANSACTIONS) {
            let commit = commit?;
            let of_id = commit.transactions.iter().find(|txn| txn.app_id == app_id);
            let value = of_id.map(|txn| txn.version);
            if let Some(value) = value.filter(|value| values.contains(value)) {
                return Ok(Some((commit.version, value)));
            }
        }
        // Before the first transaction.
        let is_empty = values.contains(&0) && files.commits.contains_key(&0);
        Ok(is_empty.then_some((0, 0)))
    }
}
