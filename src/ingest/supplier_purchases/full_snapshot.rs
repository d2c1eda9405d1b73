//! Full snapshots: purchases missing from them are marked as deleted.
//!
//! In: the inputs of a run. Out: the companies of the snapshot, and its digest. An incomplete
//! snapshot deletes nothing; one that was followed by another snapshot is refused.

use std::collections::BTreeSet;

use chrono::NaiveDate;

use super::SupplierPurchases;
use super::input_versions::PendingVersions;
use super::select_versions::SnapshotMode;
use super::table::supplier_purchases_spec;
use crate::ingest::error::RunError;
use crate::ingest::ingest_run::IngestRun;
use crate::input::Refusal;
use crate::lake::{AppliedFullSnapshot, Digest, Lake};
use crate::rules::RuleId;
use crate::run_report::InputOutcome;

/// A full snapshot; the default value is none.
#[derive(Default)]
pub(super) struct FullSnapshot {
    /// The companies whose missing purchases are marked as deleted; empty if there is no snapshot.
    pub(super) companies: BTreeSet<i64>,
    /// The digest of its inputs together.
    pub(super) digest: Option<Digest>,
    /// The data date of the job, if one applies it.
    data_date: Option<NaiveDate>,
}

impl FullSnapshot {
    /// The full snapshot of a run; none, with a warning, if it is incomplete.
    pub(super) fn from_run(
        run: &mut IngestRun<'_, SupplierPurchases>,
        mode: SnapshotMode,
        read: &[PendingVersions],
        is_complete: bool,
    ) -> Self {
        if mode == SnapshotMode::Incremental {
            return Self::default();
        }
        let rejected: u64 = read
            .iter()
            .map(|input| input.counters.counts.rejected)
            .sum();
        let companies: BTreeSet<i64> = read
            .iter()
            .flat_map(|input| &input.content.candidates)
            .map(|candidate| candidate.version.key.company_id)
            .collect();
        let obstacle = if !run.reports.paths_with(InputOutcome::Refused).is_empty() {
            "an input was refused"
        } else if rejected > 0 {
            "records were rejected"
        } else if read.iter().any(has_invalid_meta) {
            "a page has an invalid `meta`"
        } else if !is_complete {
            "pages are missing, or the list changed while it was read"
        } else if companies.is_empty() {
            "it contains no purchase"
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

    /// The entries in the table's log that identify this snapshot as applied in `version`.
    pub(super) fn applied_snapshots(&self, version: i64) -> Vec<AppliedFullSnapshot> {
        let applied_snapshots = self.digest.into_iter().flat_map(|digest| {
            let of_company = move |&company_id| AppliedFullSnapshot {
                company_id,
                digest,
                data_date: self.data_date,
                version,
            };
            self.companies.iter().map(of_company)
        });
        applied_snapshots.collect()
    }

    /// The refusal of this snapshot, which was applied before, if another snapshot of one of its
    /// companies was applied since: it is unknown whether the older state is intended. `None` if it
    /// is the latest one, if the lake has no entry for its companies, or if the later one is of a
    /// later data date: repeating an earlier day of a job changes nothing.
    pub(super) fn refusal(&self, lake: &Lake) -> Result<Option<Refusal>, RunError> {
        let applied_snapshots = lake.applied_full_snapshots(supplier_purchases_spec().name)?;
        let last = |company: &i64| {
            let of_company = applied_snapshots
                .iter()
                .filter(|applied| applied.company_id == *company);
            of_company.max_by_key(|applied| applied.version)
        };
        let mut latest = self.companies.iter().filter_map(last);
        let is_of_later_day = |applied: &AppliedFullSnapshot| {
            self.data_date
                .is_some_and(|own| applied.data_date > Some(own))
        };
        let follower =
            latest.find(|applied| Some(applied.digest) != self.digest && !is_of_later_day(applied));
        Ok(follower.map(repeated))
    }
}

/// The refusal of a snapshot that was followed by `follower`.
fn repeated(follower: &AppliedFullSnapshot) -> Refusal {
    let AppliedFullSnapshot {
        company_id,
        version,
        ..
    } = follower;
    let table = supplier_purchases_spec().name;
    Refusal::new(
        RuleId::CplSnapshotRepeated,
        format!(
            "the inputs were applied as a full snapshot before, and another one of company {company_id} was applied since: version {version} of table {table} (`lake history --table {table}` shows its run). Nothing was changed: ingest a newer dump, or restore the earlier state with `lake restore --table {table} --to-version {}`",
            version - 1
        ),
    )
}

fn has_invalid_meta(input: &PendingVersions) -> bool {
    let rules = &input.counters.warned_by_rule;
    rules.contains_key(&RuleId::CplMetaShape)
}
