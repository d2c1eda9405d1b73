//! What a full snapshot says beyond its purchases: those it lacks are deleted.
//!
//! In: what a run has read. Out: the companies it speaks of, and what identifies it. Refused: a
//! snapshot that is not whole, which deletes nothing; one that another has followed, as a whole.

use std::collections::BTreeSet;

use chrono::NaiveDate;

use super::collector::{PendingSupplierInput, SupplierCollector};
use super::select_versions::SnapshotMode;
use super::table::supplier_purchases_spec;
use crate::ingest::error::RunError;
use crate::input::Refusal;
use crate::lake::{AppliedFullSnapshot, Digest, Lake};
use crate::rules::RuleId;

/// What a full snapshot says beyond its purchases.
#[derive(Default)]
pub(super) struct FullSnapshot {
    /// The companies whose absent purchases are deleted; none when it is not applied.
    pub(super) companies: BTreeSet<i64>,
    /// Its identity: that of its inputs together.
    pub(super) digest: Option<Digest>,
    /// The data date of the job that applies it.
    data_date: Option<NaiveDate>,
}

impl FullSnapshot {
    /// A snapshot that is not whole deletes nothing.
    pub(super) fn from_run(
        run: &mut SupplierCollector<'_>,
        read: &[PendingSupplierInput],
        is_complete: bool,
    ) -> Self {
        if run.snapshot_mode == SnapshotMode::Incremental {
            return Self::default();
        }
        let rejected: u64 = read
            .iter()
            .map(|input| input.counters.counts.rejected)
            .sum();
        let companies: BTreeSet<i64> = read
            .iter()
            .flat_map(|input| &input.candidates)
            .map(|candidate| candidate.version.key.company_id)
            .collect();
        let obstacle = if !run.refused.is_empty() {
            "an input was refused"
        } else if rejected > 0 {
            "records were rejected"
        } else if read.iter().any(has_invalid_meta) {
            "a page does not say which it is"
        } else if !is_complete {
            "pages are absent, or the list moved while it was read"
        } else if companies.is_empty() {
            "it holds no purchase"
        } else {
            let mut digests: Vec<[u8; 32]> =
                read.iter().map(|input| *input.digest.as_bytes()).collect();
            digests.sort_unstable();
            let digest = blake3::hash(digests.as_flattened());
            return Self {
                companies,
                digest: Some(Digest::new(*digest.as_bytes())),
                data_date: run.options.data_date,
            };
        };
        let rule = RuleId::CplSnapshotPartial;
        *run.counters.warned_by_rule.entry(rule).or_default() += 1;
        run.counters.notes.push(format!(
            "the full snapshot deletes nothing, because {obstacle} ({rule})"
        ));
        Self::default()
    }

    /// What says in the table that it made this version.
    pub(super) fn marks(&self, version: i64) -> Vec<AppliedFullSnapshot> {
        let marks = self.digest.into_iter().flat_map(|digest| {
            let of_company = move |&company_id| AppliedFullSnapshot {
                company_id,
                digest,
                data_date: self.data_date,
                version,
            };
            self.companies.iter().map(of_company)
        });
        marks.collect()
    }

    /// Why this snapshot, which was applied before, is refused: another one of a company of it was
    /// applied since, and nothing tells whether the older state is wanted again. Nothing when it is
    /// the last one; so is one of a lake that bears no marks of the company yet. A job tells it by its
    /// dates: an earlier day that runs again after a later one wants nothing.
    pub(super) fn refusal(&self, lake: &Lake) -> Result<Option<Refusal>, RunError> {
        let marks = lake.applied_full_snapshots(supplier_purchases_spec().name)?;
        let last = |company: &i64| {
            let of_company = marks.iter().filter(|mark| mark.company_id == *company);
            of_company.max_by_key(|mark| mark.version)
        };
        let mut latest = self.companies.iter().filter_map(last);
        let is_of_later_day = |mark: &AppliedFullSnapshot| {
            self.data_date.is_some_and(|own| mark.data_date > Some(own))
        };
        let follower =
            latest.find(|mark| Some(mark.digest) != self.digest && !is_of_later_day(mark));
        Ok(follower.map(repeated))
    }
}

/// The refusal of a snapshot after which this one was applied.
fn repeated(follower: &AppliedFullSnapshot) -> Refusal {
    let AppliedFullSnapshot {
        company_id,
        version,
        ..
    } = follower;
    let table = supplier_purchases_spec().name;
    Refusal {
        rule: RuleId::CplSnapshotRepeated,
        place: None,
        message: format!(
            "these inputs were applied as a full snapshot before, and another one of company {company_id} has followed them: version {version} of table {table} (`lake history --table {table}` shows its run). Nothing was changed: give a newer dump, or go back with `lake restore --table {table} --to-version {}`",
            version - 1
        ),
    }
}

fn has_invalid_meta(input: &PendingSupplierInput) -> bool {
    let rules = &input.counters.warned_by_rule;
    rules.contains_key(&RuleId::CplMetaShape)
}
