//! The full snapshots applied to a table, recorded as transactions in its log.
//!
//! In: a table. Out: the applied full snapshots, each with the version of the table that it
//! created. They are stored like the transactions of inputs, and a restore resets both.

use std::fmt::Write;

use chrono::NaiveDate;
use deltalake::kernel::Transaction;

use super::{Digest, Lake, LakeError, log};

/// A full snapshot of a company that was applied to a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AppliedFullSnapshot {
    /// The company.
    pub company_id: i64,
    /// The digest of the snapshot.
    pub digest: Digest,
    /// The data date of the job that applied it.
    pub data_date: Option<NaiveDate>,
    /// The version of the table that it created, at least 1: the highest one was applied last.
    pub version: i64,
}

/// The prefix of the application ids of full snapshots; these ids belong to no input.
pub(super) fn full_snapshot_prefix(table: &str) -> String {
    format!("{table}:snapshot_of:")
}

impl AppliedFullSnapshot {
    pub(super) fn transaction(&self, table: &str) -> Transaction {
        let mut id = format!(
            "{}{}:{}",
            full_snapshot_prefix(table),
            self.company_id,
            self.digest
        );
        if let Some(date) = self.data_date {
            let _ = write!(id, ":{date}");
        }
        Transaction::new(id, self.version)
    }

    fn parse(rest: &str, version: i64) -> Option<Self> {
        let mut parts = rest.splitn(3, ':');
        Some(Self {
            company_id: parts.next()?.parse().ok()?,
            digest: parts.next()?.parse().ok()?,
            data_date: parts.next().and_then(|date| date.parse().ok()),
            version,
        })
    }
}

impl Lake {
    /// The full snapshots that are current at the newest version of a table; empty if there is no
    /// such table.
    ///
    /// # Errors
    /// A log that cannot be read.
    pub fn applied_full_snapshots(
        &self,
        table: &str,
    ) -> Result<Vec<AppliedFullSnapshot>, LakeError> {
        let prefix = full_snapshot_prefix(table);
        let wanted = |id: &str| id.starts_with(&prefix);
        let versions = self.log(table)?.transaction_versions(&wanted, None)?;
        let versions = versions.into_iter();
        let current = versions.filter(|(_, version)| *version != log::WITHDRAWN);
        Ok(current
            .filter_map(|(id, version)| {
                AppliedFullSnapshot::parse(id.strip_prefix(&prefix)?, version)
            })
            .collect())
    }
}
