//! What a full snapshot says beyond its purchases: those it lacks are deleted.
//!
//! In: what a run has read. Out: the companies it speaks of, and what identifies it. Refused: a
//! snapshot that is not whole, which deletes nothing.

use std::collections::BTreeSet;

use super::collector::{Collector, ReadInput};
use super::fold::Absence;
use crate::lake::Digest;
use crate::rules::RuleId;

/// What a full snapshot says beyond its purchases.
#[derive(Default)]
pub(super) struct FullSnapshot {
    /// The companies whose absent purchases are deleted; none when it is not applied.
    pub(super) companies: BTreeSet<i64>,
    /// Its identity: that of its inputs together.
    pub(super) digest: Option<Digest>,
}

impl FullSnapshot {
    /// A snapshot that is not whole deletes nothing.
    pub(super) fn of(run: &mut Collector<'_>, read: &[ReadInput], is_whole: bool) -> Self {
        if run.absence == Absence::MeansNothing {
            return Self::default();
        }
        let rejected: u64 = read.iter().map(|input| input.tally.counts.rejected).sum();
        let companies: BTreeSet<i64> = read
            .iter()
            .flat_map(|input| &input.candidates)
            .map(|candidate| candidate.version.key.company_id)
            .collect();
        let lack = if !run.refused.is_empty() {
            "an input was refused"
        } else if rejected > 0 {
            "records were rejected"
        } else if read.iter().any(says_its_page_wrongly) {
            "a page does not say which it is"
        } else if !is_whole {
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
            };
        };
        let rule = RuleId::CplSnapshotPartial;
        *run.tally.warned_by_rule.entry(rule).or_default() += 1;
        run.tally.notes.push(format!(
            "the full snapshot deletes nothing, because {lack} ({rule})"
        ));
        Self::default()
    }
}

fn says_its_page_wrongly(input: &ReadInput) -> bool {
    let rules = &input.tally.warned_by_rule;
    rules.contains_key(&RuleId::CplMetaShape)
}
