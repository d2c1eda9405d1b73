//! Rejects that stopped runs have left at the paths of outgoing inputs.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use deltalake::kernel::Transaction;

use super::plan::{InputChange, InputChangePlan, origin_of};
use crate::lake::commit::app_id;
use crate::lake::row_origins::OriginChanges;
use crate::lake::state_commit::RowOrigin;
use crate::lake::table_spec::REJECTS;
use crate::lake::{Digest, Lake, LakeError, log};

/// Rejects that stopped runs have left, and the withdrawal of their contents.
#[derive(Default)]
pub(super) struct StoppedRejects {
    pub(super) origins: OriginChanges,
    pub(super) transactions: Vec<Transaction>,
}

impl Lake {
    /// Rejects at the paths of the outgoing inputs that a stopped run has left: their run is not
    /// that of a listed input. They leave with the outgoing inputs. If the log no longer shows
    /// which contents they belong to, they stay.
    pub(super) fn rejects_of_stopped_runs(
        &self,
        change: &InputChange<'_>,
        plan: &InputChangePlan,
        found: &BTreeMap<RowOrigin, u64>,
    ) -> Result<StoppedRejects, LakeError> {
        let mut stopped = StoppedRejects::default();
        let is_listed = |origin: &RowOrigin| {
            let mut current = change.listed.iter().filter(|listed| listed.is_current());
            current.any(|listed| origin_of(listed) == *origin)
        };
        let unlisted: Vec<&RowOrigin> = found.keys().filter(|one| !is_listed(one)).collect();
        if unlisted.is_empty() {
            return Ok(stopped);
        }
        let runs: HashSet<&str> = unlisted.iter().map(|one| one.run_id.as_str()).collect();
        let (kind, known) = (change.record_kind, plan.digests(change));
        let prefix = app_id(REJECTS, kind, "");
        let by_run = self.log(REJECTS)?.app_ids_of_runs(&runs)?;
        for origin in unlisted {
            let ids = by_run.get(&origin.run_id).into_iter().flatten();
            let of_kind = ids.filter_map(|id| id.strip_prefix(&prefix)?.parse().ok());
            let contents: BTreeSet<Digest> = of_kind.collect();
            let in_rows = self.versions_in(change.rows_table.name, kind, &contents, None)?;
            let is_unfinished = |digest: &&Digest| {
                !known.contains(digest)
                    && in_rows.get(digest).is_none_or(|one| *one < log::COMMITTED)
            };
            let unfinished: Vec<&Digest> = contents.iter().filter(is_unfinished).collect();
            if contents.is_empty() || unfinished.len() > 1 {
                continue;
            }
            // Rejects of a content that stays go where its rows go, unless they are those of a content
            // that a stopped change was to put in its place.
            let mut incoming = change.incoming.iter();
            let is_changed = incoming.any(|one| contents.contains(&one.row.digest));
            let stays = contents.intersection(&plan.moved).next().is_some()
                && unfinished.is_empty()
                && !is_changed;
            let mut at_path = plan
                .origins
                .iter()
                .filter(|(from, _)| from.path == origin.path);
            let to = at_path
                .next()
                .and_then(|(_, to)| to.clone())
                .filter(|_| stays);
            stopped.origins.insert(origin.clone(), to);
            let withdrawn = unfinished
                .iter()
                .map(|digest| Transaction::new(app_id(REJECTS, kind, digest), log::WITHDRAWN));
            stopped.transactions.extend(withdrawn);
        }
        Ok(stopped)
    }
}
