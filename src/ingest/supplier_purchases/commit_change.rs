//! Commits a run whose inputs take the place of others: the inputs that were read come in; one version
//! of each table goes out, without the states of the outgoing inputs and with those of the new ones.

use std::collections::{BTreeMap, HashSet};

use super::SupplierPurchases;
use super::commit_run::{RunCommit, written_counters};
use super::input_versions::PendingVersions;
use super::merge::{MergeInput, MergeResult, SnapshotEffect};
use super::outgoing::Outgoing;
use super::refold::Refold;
use super::select_versions::Discarded;
use super::snapshot_order::SnapshotOrder;
use super::states_at::states_at;
use crate::ingest::error::RunError;
use crate::ingest::record_kind::RecordKind;
use crate::lake::{
    CommitOutcome, CommittedDigests, FoldedRows, IncomingContent, InputChange, InputChangeOutcome,
    InputRow, InputState, RowsPlan,
};

impl RunCommit<'_, '_> {
    /// Commits `new` in the place of the outgoing inputs; `false` if another process changed the
    /// lake first.
    pub(super) fn change(
        &mut self,
        new: &mut [PendingVersions],
        old: &[PendingVersions],
        known: &CommittedDigests,
        outgoing: &Outgoing,
    ) -> Result<bool, RunError> {
        let rejected = new.iter().filter(|input| {
            !known.rejects.contains(&input.digest) || outgoing.has_path(&input.path)
        });
        let rejected: Vec<&PendingVersions> = rejected.collect();
        let rejects = self.records.stage_rejects(self.run.run_id(), &rejected)?;
        let new_inputs: HashSet<usize> = new.iter().map(|input| input.index).collect();
        let known_inputs = self.known_inputs(old)?;
        self.keep_candidates(&new_inputs, old);
        let (lake, options) = (self.records.lake, self.run.options);
        let merge = MergeInput {
            lake,
            run_id: self.run.run_id(),
            max_partitions: options.max_partitions,
            accepted_rows: &self.records.rows,
            candidates: &self.candidates,
            new_inputs: &new_inputs,
            snapshot_date: self.snapshot.date(),
            complete_companies: &self.snapshot.companies,
            known_inputs: &known_inputs,
        };
        let row = |input: &PendingVersions, discarded: &BTreeMap<usize, Discarded>| -> InputRow {
            input.row(&written_counters(input, discarded), false, options)
        };
        let nothing = BTreeMap::new();
        let copies = old.iter().filter(|input| outgoing.has_path(&input.path));
        let mut incoming: Vec<IncomingContent> = copies
            .map(|input| IncomingContent {
                row: row(input, &nothing).as_copy(),
                is_copy: true,
            })
            .collect();
        incoming.extend(new.iter().map(|input| IncomingContent {
            row: row(input, &nothing),
            is_copy: false,
        }));
        let spec = SupplierPurchases::table();
        let change = InputChange {
            run_id: self.run.run_id(),
            record_kind: SupplierPurchases::NAME,
            rows_table: &spec,
            listed: outgoing.listed.rows(),
            outgoing: &outgoing.inputs,
            state: InputState::Replaced,
            incoming,
            rejects: Some(rejects),
            snapshots: &self.snapshot.parts,
        };
        let (mut discarded, mut effect) = (BTreeMap::new(), SnapshotEffect::default());
        let full = &self.snapshot;
        let changed = lake.change_inputs(
            &change,
            RowsPlan::Fold(&mut |snapshot, origins| -> Result<_, RunError> {
                let Some(states) = states_at(lake, change.run_id, snapshot)? else {
                    return Ok(None);
                };
                if full.order(lake, Some(snapshot.version))? != SnapshotOrder::Next {
                    return Ok(None);
                }
                let refold = Refold {
                    run: &merge,
                    states: &states,
                    origins,
                };
                let MergeResult {
                    change: FoldedRows { mut change, broken },
                    selection,
                    effect: of_fold,
                } = refold.fold(snapshot)?;
                discarded = selection.discarded;
                effect = of_fold;
                change.inputs = new.iter().map(|input| row(input, &discarded)).collect();
                Ok(Some(FoldedRows { change, broken }))
            }),
        );
        let committed = match changed {
            Ok(InputChangeOutcome::Superseded) => return Ok(false),
            Ok(InputChangeOutcome::Listed(version)) => {
                self.run.versions.inputs = version.or(self.run.versions.inputs);
                return Ok(true);
            }
            Ok(InputChangeOutcome::Committed(versions)) => Ok(CommitOutcome::Committed(versions)),
            Err(error) => Err(error),
        };
        self.run.record_commit(committed)?;
        self.effect = effect;
        for input in new {
            input.counters = written_counters(input, &discarded);
        }
        Ok(true)
    }
}
