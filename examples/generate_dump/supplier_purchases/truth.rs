//! The truth about dumps of supplier purchases: the versions that were delivered come in, what must become of them goes out.
//!
//! It holds when the files of one company in one dump are one run, dump after dump, and times without an offset are São
//! Paulo's. With no ties planted, the last state is the same in any order.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::version::Version;
use crate::output::Written;

/// What must become of the records of one company in one dump.
#[derive(Debug, Default)]
pub(super) struct Counts {
    accepted: u64,
    superseded: u64,
    duplicate: u64,
    rejected_by_rule: BTreeMap<&'static str, u64>,
    warned_by_rule: BTreeMap<&'static str, u64>,
    deleted_keys: u64,
    rows: u64,
    deleted: u64,
    deleted_by_absence: Vec<u64>,
}

impl Counts {
    /// A record that must be rejected for one rule.
    pub(super) fn reject(&mut self, rule: &'static str) {
        *self.rejected_by_rule.entry(rule).or_default() += 1;
    }

    /// What a record that must be kept warns by.
    pub(super) fn warn(&mut self, rule: &'static str) {
        *self.warned_by_rule.entry(rule).or_default() += 1;
    }

    /// A record with the flag of deleted purchases.
    pub(super) fn deleted_key(&mut self) {
        self.deleted_keys += 1;
    }

    fn rejected(&self) -> u64 {
        self.rejected_by_rule.values().sum()
    }

    /// Its entry in the truth file. `listed` and `missing` are of the listing.
    pub(super) fn to_json(&self, company: u64, files: &[Written], pages: &Pages) -> Value {
        let kept = self.accepted + self.superseded + self.duplicate;
        let whole = pages.missing.is_empty() && self.rejected() == 0;
        let by_absence: &[u64] = if whole { &self.deleted_by_absence } else { &[] };
        json!({
            "company_id": company,
            "read": kept + self.rejected(),
            "accepted": self.accepted,
            "superseded": self.superseded,
            "duplicate": self.duplicate,
            "rejected": self.rejected(),
            "rejected_by_rule": self.rejected_by_rule,
            "warned_by_rule": self.warned_by_rule,
            "deleted_keys": self.deleted_keys,
            "rows_after": self.rows,
            "live_after": self.rows - self.deleted,
            "snapshot_is_whole": whole,
            "deleted_by_absence": by_absence,
            "pages": pages.count,
            "missing_pages": pages.missing,
            "repeated": pages.repeated,
            "total": pages.total,
            "files": files.iter().map(Written::to_json).collect::<Vec<_>>(),
        })
    }
}

/// The pages of one listing.
#[derive(Debug)]
pub(super) struct Pages {
    pub(super) count: u64,
    /// Counted from 1.
    pub(super) missing: Vec<u64>,
    pub(super) repeated: u64,
    pub(super) total: u64,
}

/// What is stored of one purchase, dump after dump.
#[derive(Debug, Default)]
pub(super) struct StoredState {
    version: Option<Version>,
}

impl StoredState {
    /// Takes what one dump delivered of the purchase, in the order of its files.
    pub(super) fn take(&mut self, delivered: &[Version], counts: &mut Counts) {
        let mut distinct: Vec<Version> = Vec::new();
        for &version in delivered {
            let repeats = distinct.contains(&version) || self.version == Some(version);
            if repeats {
                counts.duplicate += 1;
            } else {
                distinct.push(version);
            }
        }
        let time = |version: &Version| version.updated.utc_micros;
        let newest = distinct.iter().copied().max_by_key(time);
        let wins =
            newest.filter(|new| self.version.is_none_or(|stored| time(new) >= time(&stored)));
        let others = u64::try_from(distinct.len()).expect("a length fits 64 bits");
        counts.accepted += u64::from(wins.is_some());
        counts.superseded += others - u64::from(wins.is_some());
        self.version = wins.or(self.version);
    }

    /// Counts the purchase into the state after a dump. `listed` says whether the dump has it at all.
    pub(super) fn count(&self, id: u64, listed: bool, counts: &mut Counts) {
        let Some(version) = self.version else {
            return;
        };
        counts.rows += 1;
        counts.deleted += u64::from(version.deleted.is_some());
        if !listed && version.deleted.is_none() {
            counts.deleted_by_absence.push(id);
        }
    }

    /// Whether the purchase is stored, and deleted.
    pub(super) fn is_deleted(&self) -> bool {
        self.version
            .is_some_and(|version| version.deleted.is_some())
    }
}
