//! Takes judged pieces in order, decides the fate of each input at its end, and commits all of
//! them together when the last has been read.

mod sink;

use std::collections::BTreeSet;

use super::SupplierPurchases;
use super::dump::InputPages;
use super::fold::{Absence, Candidate};
use super::incoming::Incoming;
use super::settle::settle;
use super::table::supplier_purchases_spec;
use crate::ingest::error::RunError;
use crate::ingest::kind::Kind;
use crate::ingest::known_files::KnownFiles;
use crate::ingest::options::{IngestOptions, Ingested, Stopped};
use crate::ingest::reports::Reports;
use crate::ingest::runner::{Progress, run};
use crate::ingest::tally::{InputTally, RunTally};
use crate::input::{Input, Totals};
use crate::lake::{BatchBuffer, BufferedBatchId, Digest, Lake, inputs_spec, rejects_spec};
use crate::run_report::Outcome;

/// Brings the table of supplier purchases up to date. Running it again with the same inputs
/// changes nothing.
///
/// The order of the run is that of the inputs' paths, whatever the order they are given in.
///
/// # Errors
/// The lake fails, the ledger does not balance, or the run is interrupted: nothing of the run is
/// then visible to any reader, or all of it and told with the error; the same command heals it.
pub fn upsert(
    lake: &Lake,
    inputs: &[Input],
    options: &IngestOptions<SupplierPurchases>,
    absence: Absence,
    progress: &Progress,
) -> Result<Ingested, Stopped> {
    let mut inputs = inputs.to_vec();
    inputs.sort_by(|one, other| one.location.cmp(&other.location));
    let read = read_all(lake, &inputs, options, absence, progress);
    let collector = read.map_err(|error| Stopped::after(error, Ingested::default()))?;
    settle(collector)
}

fn read_all<'a>(
    lake: &'a Lake,
    inputs: &'a [Input],
    options: &'a IngestOptions<SupplierPurchases>,
    absence: Absence,
    progress: &Progress,
) -> Result<Collector<'a>, RunError> {
    for spec in [supplier_purchases_spec(), rejects_spec(), inputs_spec()] {
        lake.create_if_missing(&spec)?;
    }
    // A full snapshot is more than what is new in it: all of it has to be read. A known file may
    // hold purchases of another company now, when the company is said beside it.
    let is_in_records = options.run.kind.company().is_in_records();
    let known = if options.verify_content || absence == Absence::MeansDeleted || !is_in_records {
        KnownFiles::default()
    } else {
        KnownFiles::of(lake, SupplierPurchases::NAME)?
    };
    let mut collector = Collector::new(lake, inputs, options, absence)?;
    collector.reading = collector.reports.leave_out(&known, &mut collector.tally);
    let unread = inputs.iter().filter(|input| known.has(input));
    collector.unread = unread.map(|input| input.location.to_string()).collect();
    let list: Vec<Input> = collector
        .reading
        .iter()
        .filter_map(|&index| inputs.get(index).cloned())
        .collect();
    run(&list, &options.run, progress, &mut collector)?;
    collector.incoming.close()?;
    Ok(collector)
}

/// Rejects that stay in memory until their input has ended; the others wait on disk.
const REJECT_BYTES: usize = 8 << 20;

/// An input that is being read.
#[derive(Default)]
pub(super) struct Open {
    tally: InputTally,
    candidates: Vec<Candidate>,
    rejects: Vec<BufferedBatchId>,
    pages: InputPages,
}

/// An input that has been read to its end and is not refused.
pub(super) struct ReadInput {
    /// Position among the inputs of the run.
    pub(super) index: usize,
    pub(super) path: String,
    /// What identifies it: its content, and its company where that is said beside it.
    pub(super) digest: Digest,
    pub(super) totals: Totals,
    pub(super) tally: InputTally,
    pub(super) candidates: Vec<Candidate>,
    pub(super) rejects: Vec<BufferedBatchId>,
}

/// The run so far.
pub(super) struct Collector<'a> {
    pub(super) lake: &'a Lake,
    inputs: &'a [Input],
    pub(super) options: &'a IngestOptions<SupplierPurchases>,
    pub(super) absence: Absence,
    /// Indices of the inputs that are read.
    reading: Vec<usize>,
    /// Paths of the inputs that were told to be known without being read.
    pub(super) unread: Vec<String>,
    open: Open,
    pub(super) incoming: Incoming,
    /// The rejects of the inputs, which a refusal of their input makes void.
    pub(super) held_rejects: BatchBuffer,
    pub(super) read: Vec<ReadInput>,
    pub(super) pages: Vec<(usize, InputPages)>,
    /// Inputs of which nothing is kept.
    pub(super) refused: BTreeSet<usize>,
    pub(super) tally: RunTally,
    pub(super) reports: Reports<'a>,
}

impl<'a> Collector<'a> {
    fn new(
        lake: &'a Lake,
        inputs: &'a [Input],
        options: &'a IngestOptions<SupplierPurchases>,
        absence: Absence,
    ) -> Result<Self, RunError> {
        let spec = supplier_purchases_spec();
        Ok(Self {
            lake,
            inputs,
            options,
            absence,
            reading: Vec::new(),
            unread: Vec::new(),
            open: Open::default(),
            incoming: Incoming::new(lake, &spec, &options.run.run_id)?,
            held_rejects: BatchBuffer::new(
                lake,
                &rejects_spec(),
                &options.run.run_id,
                REJECT_BYTES,
            )?,
            read: Vec::new(),
            pages: Vec::new(),
            refused: BTreeSet::new(),
            tally: RunTally::default(),
            reports: Reports::new(inputs, SupplierPurchases::NAME),
        })
    }

    fn index(&self, input: usize) -> usize {
        self.reading.get(input).copied().unwrap_or(input)
    }

    /// Forgets the open input. Its rows are in no list from here on, and are never asked for.
    fn abandon(&mut self) -> Open {
        let open = std::mem::take(&mut self.open);
        for rejects in &open.rejects {
            self.held_rejects.forget(*rejects);
        }
        open
    }

    fn refuse(&mut self, index: usize, totals: Option<&Totals>) {
        let open = self.abandon();
        self.refused.insert(index);
        self.reports
            .note(index, Outcome::Refused, totals, &open.tally);
    }
}
