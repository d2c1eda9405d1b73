//! Inputs whose fate is decided, on their way into the lake.

use std::collections::{BTreeMap, HashSet};

use super::Purchases;
use super::own_files::{Gathered, OwnFiles, Taken};
use super::recount::recount;
use super::table::purchases_spec;
use crate::ingest::error::RunError;
use crate::ingest::input_row::{clamp, input_row, recounted};
use crate::ingest::kind::Kind;
use crate::ingest::tally::InputTally;
use crate::input::Totals;
use crate::lake::{
    CommitBatch, CommitOutcome, CommittedDigests, Digest, InputRow, Lake, PartitionWriter,
    RecoveredInputs, StagedFiles, WriterOptions, rejects_spec,
};
use crate::run_report::{Counts, Outcome, TableVersions};

/// An input that has been read to its end and is not refused.
#[derive(Clone, Debug)]
pub(super) struct Waiting {
    /// Position among the inputs of the run.
    pub(super) index: usize,
    pub(super) path: String,
    pub(super) totals: Totals,
    pub(super) tally: InputTally,
    /// Its rows, when they are few enough to wait in memory.
    pub(super) taken: Option<Taken>,
}

impl Waiting {
    fn digest(&self) -> Digest {
        Digest::new(*self.totals.digest.as_bytes())
    }

    pub(super) fn row(&self, with_rejects: bool, now_micros: i64) -> InputRow {
        input_row(
            &self.path,
            self.digest(),
            &self.totals,
            &self.tally,
            with_rejects,
            now_micros,
        )
    }
}

/// Most inputs that share one commit: a commit costs tens of milliseconds however many inputs it
/// names, and so does every later look at its log.
const MOST_INPUTS: usize = 10_000;

/// Most records of the inputs that share a commit: some seconds of work, which is what has to be
/// done again when the machine stops before it.
const MOST_RECORDS: u64 = 1_000_000;

/// Most memory of rows that are not on their way into data files.
const FRESH_BYTES: usize = 16 << 20;

/// Where small inputs wait for a commit together, and where every commit is made.
///
/// Their rows go into data files of the group while more are read. So a group that meets an input
/// that the lake has already is given up, and its inputs are read again.
pub(super) struct WaitingRoom<'a> {
    lake: &'a Lake,
    run_id: &'a str,
    max_partitions: usize,
    /// Inputs whose rows are in memory.
    fresh: Vec<Waiting>,
    fresh_bytes: usize,
    /// Inputs whose rows are in the data files of the group.
    group: Vec<Waiting>,
    digests: HashSet<Digest>,
    files: Option<OwnFiles>,
    records: u64,
    days: HashSet<i32>,
    /// Whether fresh inputs are looked up before their rows are written: at first, and as long as
    /// the lake is found to have some of them.
    careful: bool,
    /// Inputs whose rejects an earlier run has committed, and not their rows.
    rejects_known: HashSet<Digest>,
    /// Versions of the latest commits.
    pub(super) versions: TableVersions,
    /// What about the run somebody should know.
    pub(super) notes: Vec<String>,
    /// The rows of the latest commit are in, and something after it failed.
    pub(super) failure: Option<RunError>,
}

/// What became of inputs.
#[derive(Default)]
pub(super) struct Settled {
    pub(super) ended: Vec<(Waiting, Outcome)>,
    /// Positions of those that have to be read again.
    pub(super) again: Vec<usize>,
}

impl<'a> WaitingRoom<'a> {
    pub(super) fn new(lake: &'a Lake, run_id: &'a str, max_partitions: usize) -> Self {
        Self {
            lake,
            run_id,
            max_partitions,
            fresh: Vec::new(),
            fresh_bytes: 0,
            group: Vec::new(),
            digests: HashSet::new(),
            files: None,
            records: 0,
            days: HashSet::new(),
            careful: true,
            rejects_known: HashSet::new(),
            versions: TableVersions::default(),
            notes: Vec::new(),
            failure: None,
        }
    }

    /// Whether what waits has to be committed before this input may come in.
    pub(super) fn is_full_for(&self, next: &Waiting) -> bool {
        self.fresh.len() + self.group.len() >= MOST_INPUTS
            || self.records >= MOST_RECORDS
            || self.days.union(&next.tally.days).count() > self.max_partitions
    }

    /// Takes an input in.
    pub(super) fn admit(&mut self, waiting: Waiting, now_micros: i64) -> Result<Settled, RunError> {
        self.fresh_bytes += waiting.taken.as_ref().map_or(0, Taken::bytes);
        self.records += waiting.tally.counts.read;
        self.days.extend(&waiting.tally.days);
        self.fresh.push(waiting);
        if self.fresh_bytes < FRESH_BYTES {
            return Ok(Settled::default());
        }
        self.absorb(now_micros)
    }

    /// Moves what is in memory on its way into data files.
    pub(super) fn rest(&mut self, now_micros: i64) -> Result<Settled, RunError> {
        let settled = self.absorb(now_micros)?;
        if let Some(files) = &mut self.files {
            files.rest()?;
        }
        Ok(settled)
    }

    /// Writes the rows of the fresh inputs into the files of the group.
    fn absorb(&mut self, now_micros: i64) -> Result<Settled, RunError> {
        self.fresh_bytes = 0;
        let mut settled = Settled::default();
        let fresh = std::mem::take(&mut self.fresh);
        if fresh.is_empty() {
            return Ok(settled);
        }
        let known = if self.careful {
            self.known(&fresh)?
        } else {
            CommittedDigests::default()
        };
        self.careful = !known.rows.is_empty() || !known.rejects.is_empty();
        self.rejects_known.extend(&known.rejects);
        let (old, new): (Vec<Waiting>, Vec<Waiting>) = fresh.into_iter().partition(|waiting| {
            let digest = waiting.digest();
            // Also a later copy of the same content.
            known.rows.contains(&digest) || !self.digests.insert(digest)
        });
        self.recover(&old, &known, now_micros)?;
        settled.know(old);
        let mut gathered = Gathered::default();
        for mut waiting in new {
            if let Some(Taken { days, rejects }) = waiting.taken.take() {
                let with_rejects = self.with_rejects(&waiting);
                gathered.add(days, rejects.filter(|_| with_rejects));
            }
            self.group.push(waiting);
        }
        gathered.write(self.group_files()?)?;
        Ok(settled)
    }

    fn group_files(&mut self) -> Result<&mut OwnFiles, RunError> {
        let files = match self.files.take() {
            Some(files) => files,
            None => OwnFiles::create(self.lake, self.run_id, self.max_partitions)?,
        };
        Ok(self.files.insert(files))
    }

    fn with_rejects(&self, waiting: &Waiting) -> bool {
        !self.rejects_known.contains(&waiting.digest())
    }

    fn known(&self, waiting: &[Waiting]) -> Result<CommittedDigests, RunError> {
        let digests: Vec<Digest> = waiting.iter().map(Waiting::digest).collect();
        Ok(self
            .lake
            .committed_digests(purchases_spec().name, Purchases::NAME, &digests)?)
    }

    /// Commits all that wait.
    pub(super) fn commit_all(&mut self, now_micros: i64) -> Result<Settled, RunError> {
        let mut settled = self.absorb(now_micros)?;
        let group = std::mem::take(&mut self.group);
        self.digests.clear();
        self.days.clear();
        self.records = 0;
        if group.is_empty() {
            return Ok(settled);
        }
        self.group_files()?;
        let Some(files) = self.files.take() else {
            return Ok(settled);
        };
        let known = self.known(&group)?;
        let surprising = |waiting: &Waiting| {
            let digest = waiting.digest();
            let stray_rejects = known.rejects.contains(&digest) && self.with_rejects(waiting);
            known.rows.contains(&digest) || stray_rejects
        };
        if group.iter().any(surprising) {
            files.discard()?;
        } else {
            let row = |waiting: &Waiting| waiting.row(self.with_rejects(waiting), now_micros);
            let rows = group.iter().map(row).collect();
            if self.commit(files, rows)? {
                let ended = group.into_iter();
                let ended = ended.map(|waiting| (waiting, Outcome::Ingested));
                settled.ended.extend(ended);
                return Ok(settled);
            }
        }
        // Another process was quicker, or an earlier run was stopped in between.
        self.careful = true;
        self.rejects_known.extend(&known.rejects);
        let (old, again): (Vec<Waiting>, Vec<Waiting>) = group
            .into_iter()
            .partition(|waiting| known.rows.contains(&waiting.digest()));
        self.recover(&old, &known, now_micros)?;
        settled.know(old);
        settled.again = again.iter().map(|waiting| waiting.index).collect();
        Ok(settled)
    }

    /// Commits an input with data files of its own; `None` when it has to be read again.
    pub(super) fn commit_own(
        &mut self,
        files: OwnFiles,
        waiting: &Waiting,
        now_micros: i64,
    ) -> Result<Option<Outcome>, RunError> {
        let known = self.known(std::slice::from_ref(waiting))?;
        let digest = waiting.digest();
        if known.rows.contains(&digest) {
            files.discard()?;
            self.recover(std::slice::from_ref(waiting), &known, now_micros)?;
            return Ok(Some(Outcome::AlreadyIngested));
        }
        let with_rejects = !known.rejects.contains(&digest);
        let rows = vec![waiting.row(with_rejects, now_micros)];
        let OwnFiles {
            rows: data,
            rejects,
        } = files;
        let files = if with_rejects {
            OwnFiles {
                rows: data,
                rejects,
            }
        } else {
            // An earlier run was stopped after it had committed the same rejects.
            rejects.discard()?;
            let none =
                PartitionWriter::new(self.lake, &rejects_spec(), WriterOptions::new(self.run_id))?;
            OwnFiles {
                rows: data,
                rejects: none,
            }
        };
        Ok(self.commit(files, rows)?.then_some(Outcome::Ingested))
    }

    fn commit(&mut self, files: OwnFiles, inputs: Vec<InputRow>) -> Result<bool, RunError> {
        let rows: StagedFiles = files.rows.finish()?;
        let rejects: StagedFiles = files.rejects.finish()?;
        let accepted: i64 = inputs.iter().map(|input| input.counts.accepted).sum();
        let kept: i64 = inputs
            .iter()
            .filter(|input| input.with_rejects)
            .map(|input| input.counts.rejected)
            .sum();
        // The ledger against what the files themselves say they hold.
        if clamp(rows.rows) != accepted || clamp(rejects.rows) != kept {
            let path = inputs
                .first()
                .map(|input| input.path.clone())
                .unwrap_or_default();
            let counts = Counts {
                accepted: rows.rows,
                rejected: rejects.rows,
                ..Counts::default()
            };
            rows.discard(self.lake)?;
            rejects.discard(self.lake)?;
            return Err(RunError::Unbalanced { path, counts });
        }
        let spec = purchases_spec();
        let batch = CommitBatch {
            run_id: self.run_id,
            record_kind: Purchases::NAME,
            rows_table: &spec,
            inputs,
            rows,
            rejects,
        };
        let committed = self
            .lake
            .commit_batch(batch, &mut |step| tracing::debug!(%step, "commit"));
        match committed {
            Ok(CommitOutcome::Committed {
                rows_version,
                rejects_version,
                inputs_version,
            }) => {
                self.versions.purchases = Some(rows_version);
                self.versions.rejects = rejects_version.or(self.versions.rejects);
                self.versions.inputs = inputs_version.or(self.versions.inputs);
                Ok(true)
            }
            Ok(CommitOutcome::AlreadyCommitted { .. }) => Ok(false),
            Err(error) => match error.rows_version() {
                Some(version) => {
                    self.versions.purchases = Some(version);
                    self.failure = Some(error.into());
                    Ok(true)
                }
                None => Err(error.into()),
            },
        }
    }

    /// Lists the inputs that a run stopped at its very end has committed and not listed.
    fn recover(
        &mut self,
        met: &[Waiting],
        known: &CommittedDigests,
        now: i64,
    ) -> Result<(), RunError> {
        // Copies of the same content are one input, under the name that comes first.
        let named = met.iter().rev().map(|waiting| (waiting.digest(), waiting));
        let mut unlisted: BTreeMap<Digest, &Waiting> = named.collect();
        unlisted.retain(|digest, _| known.rows.contains(digest) && !known.inputs.contains(digest));
        if unlisted.is_empty() {
            return Ok(());
        }
        let digests: Vec<Digest> = unlisted.keys().copied().collect();
        let spec = purchases_spec();
        let RecoveredInputs {
            inputs_version,
            lost,
        } = self
            .lake
            .recover_inputs(self.run_id, &spec, Purchases::NAME, &digests)?;
        self.versions.inputs = inputs_version.or(self.versions.inputs);
        unlisted.retain(|digest, _| lost.contains(digest));
        let rows = recount(self.lake, unlisted.into_values(), now)?;
        self.notes
            .extend(rows.iter().map(|row| recounted(&row.path)));
        if !rows.is_empty() {
            let version = self
                .lake
                .commit_inputs_only(self.run_id, Purchases::NAME, &rows)?;
            self.versions.inputs = version.or(self.versions.inputs);
        }
        Ok(())
    }
}

impl Settled {
    fn know(&mut self, old: Vec<Waiting>) {
        let known = |waiting| (waiting, Outcome::AlreadyIngested);
        self.ended.extend(old.into_iter().map(known));
    }
}
