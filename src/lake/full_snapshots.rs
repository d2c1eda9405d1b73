//! The full snapshots applied to a table, recorded as transactions in its log.
//!
//! In: a table. Out: the applied full snapshots, each with its date and with the version of the table
//! that it created. The commit that applies a snapshot has one transaction for each of its companies:
//!
//! | application id | transaction version |
//! |---|---|
//! | `<table>:snapshot_of:<company>:<digest>:<date>` | the version of the table that the commit creates |
//! | `<table>:snapshot_of:<company>:<digest>` | the same, of a snapshot without a date |
//!
//! The ids are stored in logs, so they do not change. A restore resets them like those of inputs. A
//! snapshot without a date, which earlier programs have applied, has the day of its commit.

use std::collections::HashSet;

use chrono::{DateTime, NaiveDate};
use deltalake::kernel::Transaction;

use super::counts::{signed, unsigned};
use super::state_history::BrokenSnapshots;
use super::{Digest, Lake, LakeError, log};

/// The part of a full snapshot that belongs to one company: what is applied at most once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CompanySnapshot {
    /// The company.
    pub company_id: i64,
    /// The digest of all inputs of the snapshot together.
    pub digest: Digest,
    /// The day whose state the snapshot is.
    pub date: NaiveDate,
}

/// A full snapshot of a company that was applied to a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AppliedFullSnapshot {
    /// The company.
    pub company_id: i64,
    /// The digest of all inputs of the snapshot together.
    pub digest: Digest,
    /// The day whose state it is. `None` for a snapshot without a date whose commit the log does not
    /// contain any more: it is older than every date.
    pub date: Option<NaiveDate>,
    /// The version of the table that it created, at least 1: the highest one was applied last.
    pub version: i64,
}

/// The prefix of the application ids of full snapshots; these ids belong to no input.
pub(super) fn full_snapshot_prefix(table: &str) -> String {
    format!("{table}:snapshot_of:")
}

impl CompanySnapshot {
    /// The application id of its transaction in a table.
    pub(super) fn app_id(&self, table: &str) -> String {
        let Self {
            company_id,
            digest,
            date,
        } = self;
        let prefix = full_snapshot_prefix(table);
        format!("{prefix}{company_id}:{digest}:{date}")
    }

    /// Its transaction in the commit that creates a version of the table.
    pub(super) fn transaction(&self, table: &str, version: u64) -> Transaction {
        Transaction::new(self.app_id(table), signed(version))
    }
}

impl AppliedFullSnapshot {
    /// The snapshot of an application id without its prefix; `None` if it is no such id.
    fn parse(rest: &str, version: i64) -> Option<Self> {
        let mut parts = rest.splitn(3, ':');
        Some(Self {
            company_id: parts.next()?.parse().ok()?,
            digest: parts.next()?.parse().ok()?,
            date: match parts.next() {
                Some(date) => Some(date.parse().ok()?),
                None => None,
            },
            version,
        })
    }
}

impl Lake {
    /// The full snapshots that are current at a version of a table, or at the newest one; empty if
    /// there is no such table. They are durable when it returns.
    ///
    /// # Errors
    /// A log that cannot be read.
    pub fn applied_full_snapshots(
        &self,
        table: &str,
        version: Option<i64>,
    ) -> Result<Vec<AppliedFullSnapshot>, LakeError> {
        let prefix = full_snapshot_prefix(table);
        let wanted = |id: &str| id.starts_with(&prefix);
        let versions = self
            .log(table)?
            .transaction_versions(&wanted, version.map(unsigned))?;
        let current = versions
            .into_iter()
            .filter(|(_, version)| *version != log::WITHDRAWN);
        let parsed = current.filter_map(|(id, version)| {
            AppliedFullSnapshot::parse(id.strip_prefix(&prefix)?, version)
        });
        let mut applied: Vec<AppliedFullSnapshot> = parsed.collect();
        if !applied.is_empty() {
            self.sync_log(table)?;
        }
        self.date_by_commits(table, &mut applied)?;
        Ok(applied)
    }

    /// The transactions that withdraw snapshots of a table from a version of it.
    pub(super) fn withdrawn_snapshots(
        &self,
        table: &str,
        version: u64,
        broken: &BrokenSnapshots,
    ) -> Result<Vec<Transaction>, LakeError> {
        if broken.is_empty() {
            return Ok(Vec::new());
        }
        let applied = self.applied_full_snapshots(table, Some(signed(version)))?;
        let is_broken = |snapshot: &AppliedFullSnapshot| {
            let commits = broken.get(&snapshot.company_id);
            commits.is_some_and(|commits| commits.contains(&snapshot.version))
        };
        let broken = applied.iter().filter(|snapshot| is_broken(snapshot));
        let transaction = |snapshot: &AppliedFullSnapshot| {
            let part = CompanySnapshot {
                company_id: snapshot.company_id,
                digest: snapshot.digest,
                date: snapshot.date?,
            };
            Some(Transaction::new(part.app_id(table), log::WITHDRAWN))
        };
        Ok(broken.filter_map(transaction).collect())
    }

    /// Dates the snapshots without a date by their commits, as far as the log contains these.
    pub(super) fn date_by_commits(
        &self,
        table: &str,
        applied: &mut [AppliedFullSnapshot],
    ) -> Result<(), LakeError> {
        let undated = applied.iter_mut().filter(|one| one.date.is_none());
        let undated: Vec<&mut AppliedFullSnapshot> = undated.collect();
        if undated.is_empty() {
            return Ok(());
        }
        let versions: HashSet<u64> = undated.iter().map(|one| unsigned(one.version)).collect();
        let times = self.log(table)?.commit_times(&versions)?;
        for snapshot in undated {
            let millis = times.get(&unsigned(snapshot.version));
            let time = millis.and_then(|millis| DateTime::from_timestamp_millis(*millis));
            snapshot.date = time.map(|time| time.date_naive());
        }
        Ok(())
    }
}
