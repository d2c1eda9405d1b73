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
use crate::ingest::options::IngestOptions;
use crate::ingest::record_kind::RecordKind;
use crate::lake::{
    CommitOutcome, CommittedDigests, FoldedRows, IncomingContent, InputChange, InputChangeOutcome,
    InputRow, InputState, RowsPlan, StagedFiles,
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
        let rejects = self.changed_rejects(new, known, outgoing)?;
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
        let incoming = self.incoming(new, old, outgoing);
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
                let states = states_at(lake, change.run_id, snapshot)?;
                let order = full.order(lake, Some(snapshot.version))?;
                let Some(states) = states.filter(|_| order == SnapshotOrder::Next) else {
                    return Ok(None);
                };
                let refold = Refold {
                    run: &merge,
                    states: &states,
                    origins,
                    outgoing: change.outgoing,
                };
                let mut folded: MergeResult<FoldedRows> = refold.fold(snapshot)?;
                (discarded, effect) = (folded.selection.discarded, folded.effect);
                let row = |input| row(input, &discarded, options);
                folded.change.change.inputs = new.iter().map(row).collect();
                Ok(Some(folded.change))
            }),
        );
        if !self.record_change(changed)? {
            return Ok(false);
        }
        self.effect = effect;
        for input in new {
            input.counters = written_counters(input, &discarded);
        }
        Ok(true)
    }

    /// Writes the rejects of new inputs. Those at the path of an outgoing input leave with it, also if a
    /// stopped run has committed them.
    fn changed_rejects(
        &self,
        new: &[PendingVersions],
        known: &CommittedDigests,
        outgoing: &Outgoing,
    ) -> Result<StagedFiles, RunError> {
        let rejected = new.iter().filter(|input| {
            !known.rejects.contains(&input.digest) || outgoing.has_path(&input.path)
        });
        let rejected: Vec<&PendingVersions> = rejected.collect();
        self.records.stage_rejects(self.run.run_id(), &rejected)
    }

    /// The inputs that come, with the counts that they have in an empty lake: new ones, and known ones
    /// whose path brought other content before.
    fn incoming(
        &self,
        new: &[PendingVersions],
        old: &[PendingVersions],
        outgoing: &Outgoing,
    ) -> Vec<IncomingContent> {
        let (options, nothing) = (self.run.options, BTreeMap::new());
        let copies = old.iter().filter(|input| outgoing.has_path(&input.path));
        let copies = copies.map(|input| IncomingContent {
            row: row(input, &nothing, options).as_copy(),
            is_copy: true,
        });
        let new = new.iter().map(|input| IncomingContent {
            row: row(input, &nothing, options),
            is_copy: false,
        });
        copies.chain(new).collect()
    }

    /// Records the versions of a change; `false` if another process was first.
    fn record_change(
        &mut self,
        changed: Result<InputChangeOutcome, RunError>,
    ) -> Result<bool, RunError> {
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
        Ok(true)
    }
}

/// The row of an input without its versions that are not written.
fn row(
    input: &PendingVersions,
    discarded: &BTreeMap<usize, Discarded>,
    options: &IngestOptions<SupplierPurchases>,
) -> InputRow {
    input.row(&written_counters(input, discarded), false, options)
}
