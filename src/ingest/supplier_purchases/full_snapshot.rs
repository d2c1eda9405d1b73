//! Full snapshots: purchases missing from them are marked as deleted.
//!
//! In: the inputs of a run and the date of the snapshot. Out: its companies, and what identifies it.
//! An incomplete snapshot deletes nothing.

use std::collections::BTreeSet;

use chrono::NaiveDate;

use super::SupplierPurchases;
use super::input_versions::PendingVersions;
use super::snapshot_order::{SnapshotOrder, order_of};
use super::table::supplier_purchases_spec;
use crate::ingest::error::RunError;
use crate::ingest::ingest_run::IngestRun;
use crate::lake::{CompanySnapshot, Digest, Lake};
use crate::rules::RuleId;
use crate::run_report::InputOutcome;

/// A full snapshot; the default value is none.
#[derive(Default)]
pub(super) struct FullSnapshot {
    /// The companies whose missing purchases are marked as deleted; empty if there is no snapshot.
    pub(super) companies: BTreeSet<i64>,
    /// The snapshot by company, in the order of the companies.
    pub(super) parts: Vec<CompanySnapshot>,
}

impl FullSnapshot {
    /// The full snapshot of a run with this date; none without a date. Also none, with a warning, if
    /// it is incomplete.
    pub(super) fn from_run(
        run: &mut IngestRun<'_, SupplierPurchases>,
        date: Option<NaiveDate>,
        read: &[PendingVersions],
        is_complete: bool,
    ) -> Self {
        let Some(date) = date else {
            return Self::default();
        };
        let companies: BTreeSet<i64> = read
            .iter()
            .flat_map(|input| &input.content.candidates)
            .map(|candidate| candidate.version.key.company_id)
            .collect();
        if let Some(obstacle) = obstacle(run, read, is_complete, companies.is_empty()) {
            let rule = RuleId::CplSnapshotPartial;
            *run.counters.warned_by_rule.entry(rule).or_default() += 1;
            run.counters.notes.push(format!(
                "the full snapshot deletes nothing, because {obstacle} ({rule})"
            ));
            return Self::default();
        }
        let digest = digest_of(read);
        let part = |&company_id: &i64| CompanySnapshot {
            company_id,
            digest,
            date,
        };
        Self {
            parts: companies.iter().map(part).collect(),
            companies,
        }
    }

    /// Whether there is no snapshot.
    pub(super) fn is_none(&self) -> bool {
        self.parts.is_empty()
    }

    /// The date of the snapshot; `None` if there is none.
    pub(super) fn date(&self) -> Option<NaiveDate> {
        self.parts.first().map(|part| part.date)
    }

    /// The place of the snapshot among those that are applied at a version of the table, or at the
    /// newest one.
    pub(super) fn order(
        &self,
        lake: &Lake,
        version: Option<i64>,
    ) -> Result<SnapshotOrder, RunError> {
        if self.is_none() {
            return Ok(SnapshotOrder::Next);
        }
        let table = supplier_purchases_spec().name;
        let applied = lake.applied_full_snapshots(table, version)?;
        Ok(order_of(&self.parts, &applied))
    }
}

/// Why the inputs of a run are not a full snapshot; `None` if they are one.
fn obstacle(
    run: &IngestRun<'_, SupplierPurchases>,
    read: &[PendingVersions],
    is_complete: bool,
    is_empty: bool,
) -> Option<&'static str> {
    let refused = run.reports.paths_with(InputOutcome::Refused);
    if !refused.is_empty() {
        Some("an input was refused")
    } else if read.iter().any(|input| input.counters.counts.rejected > 0) {
        Some("records were rejected")
    } else if read.iter().any(has_invalid_meta) {
        Some("a page has an invalid `meta`")
    } else if !is_complete {
        Some("pages are missing, or the list changed while it was read")
    } else if is_empty {
        Some("it contains no purchase")
    } else {
        None
    }
}

/// The digest of the inputs together, whatever their names, their order and their copies.
fn digest_of(read: &[PendingVersions]) -> Digest {
    let mut digests: Vec<[u8; 32]> = read.iter().map(|input| *input.digest.as_bytes()).collect();
    digests.sort_unstable();
    digests.dedup();
    blake3::hash(digests.as_flattened()).into()
}

fn has_invalid_meta(input: &PendingVersions) -> bool {
    let rules = &input.counters.warned_by_rule;
    rules.contains_key(&RuleId::CplMetaShape)
}
