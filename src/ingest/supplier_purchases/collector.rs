//! Collects validated chunks in order, and accepts or refuses each input at its end.

mod result_sink;

use std::collections::BTreeSet;

use super::SupplierPurchases;
use super::accepted_rows::AcceptedRows;
use super::dump_completeness::InputPages;
use super::select_versions::{SnapshotMode, VersionCandidate};
use super::table::supplier_purchases_spec;
use crate::ingest::counters::{InputCounters, RunCounters};
use crate::ingest::error::RunError;
use crate::ingest::ingested_files::IngestedFiles;
use crate::ingest::input_reports::InputReports;
use crate::ingest::options::IngestOptions;
use crate::ingest::record_kind::RecordKind;
use crate::ingest::runner::{Progress, process_inputs};
use crate::input::{Input, InputTotals};
use crate::lake::{BatchBuffer, BufferedBatchId, Digest, Lake, inputs_spec, rejects_spec};
use crate::run_report::InputOutcome;

/// Reads all inputs; those that the lake lists already are skipped where that is safe.
pub(super) fn read_all<'a>(
    lake: &'a Lake,
    inputs: &'a [Input],
    options: &'a IngestOptions<SupplierPurchases>,
    snapshot_mode: SnapshotMode,
    progress: &Progress,
) -> Result<SupplierCollector<'a>, RunError> {
    for spec in [supplier_purchases_spec(), rejects_spec(), inputs_spec()] {
        lake.create_if_missing(&spec)?;
    }
    // A full snapshot has to be read completely, known files included. If the company is given by
    // an option, a known file may now be of another company.
    let is_in_records = options.run.kind.company().is_in_records();
    let known = if options.verify_content || snapshot_mode == SnapshotMode::Full || !is_in_records {
        IngestedFiles::default()
    } else {
        IngestedFiles::load(lake, SupplierPurchases::NAME)?
    };
    let mut collector = SupplierCollector::new(lake, inputs, options, snapshot_mode)?;
    collector.current_inputs = collector
        .reports
        .skip_ingested_files(&known, &mut collector.counters);
    let skipped_paths = inputs.iter().filter(|input| known.contains(input));
    collector.skipped_paths = skipped_paths
        .map(|input| input.location.to_string())
        .collect();
    let list: Vec<Input> = collector
        .current_inputs
        .iter()
        .filter_map(|&index| inputs.get(index).cloned())
        .collect();
    process_inputs(&list, &options.run, progress, &mut collector)?;
    collector.accepted_rows.finish()?;
    Ok(collector)
}

/// Bytes of rejects kept in memory until their input has ended; the rest is spilled to disk.
const REJECT_BYTES: usize = 8 << 20;

/// An input that is being read.
#[derive(Default)]
pub(super) struct OpenSupplierInput {
    counters: InputCounters,
    candidates: Vec<VersionCandidate>,
    rejects: Vec<BufferedBatchId>,
    pages: InputPages,
}

/// An input that has been read to its end and is not refused.
pub(super) struct PendingSupplierInput {
    /// Position among the inputs of the run.
    pub(super) index: usize,
    pub(super) path: String,
    /// Identifies its content, and its company if that is given by an option.
    pub(super) digest: Digest,
    pub(super) totals: InputTotals,
    pub(super) counters: InputCounters,
    pub(super) candidates: Vec<VersionCandidate>,
    pub(super) rejects: Vec<BufferedBatchId>,
}

/// The run so far.
pub(super) struct SupplierCollector<'a> {
    pub(super) lake: &'a Lake,
    inputs: &'a [Input],
    pub(super) options: &'a IngestOptions<SupplierPurchases>,
    pub(super) snapshot_mode: SnapshotMode,
    /// Positions of the inputs that are read.
    current_inputs: Vec<usize>,
    /// Paths of the inputs that were recognised without being read.
    pub(super) skipped_paths: Vec<String>,
    open: OpenSupplierInput,
    pub(super) accepted_rows: AcceptedRows,
    /// The rejects of the inputs; discarded if their input is refused.
    pub(super) buffered_rejects: BatchBuffer,
    pub(super) read: Vec<PendingSupplierInput>,
    pub(super) pages: Vec<(usize, InputPages)>,
    /// Positions of the refused inputs.
    pub(super) refused: BTreeSet<usize>,
    pub(super) counters: RunCounters,
    pub(super) reports: InputReports<'a>,
}

impl<'a> SupplierCollector<'a> {
    fn new(
        lake: &'a Lake,
        inputs: &'a [Input],
        options: &'a IngestOptions<SupplierPurchases>,
        snapshot_mode: SnapshotMode,
    ) -> Result<Self, RunError> {
        let spec = supplier_purchases_spec();
        Ok(Self {
            lake,
            inputs,
            options,
            snapshot_mode,
            current_inputs: Vec::new(),
            skipped_paths: Vec::new(),
            open: OpenSupplierInput::default(),
            accepted_rows: AcceptedRows::new(lake, &spec, &options.run.run_id)?,
            buffered_rejects: BatchBuffer::new(
                lake,
                &rejects_spec(),
                &options.run.run_id,
                REJECT_BYTES,
            )?,
            read: Vec::new(),
            pages: Vec::new(),
            refused: BTreeSet::new(),
            counters: RunCounters::default(),
            reports: InputReports::new(inputs, SupplierPurchases::NAME),
        })
    }

    fn index(&self, input: usize) -> usize {
        self.current_inputs.get(input).copied().unwrap_or(input)
    }

    /// Discards the open input. Its rows stay stored, but no candidate refers to them any more.
    fn abandon(&mut self) -> OpenSupplierInput {
        let open = std::mem::take(&mut self.open);
        for rejects in &open.rejects {
            self.buffered_rejects.forget(*rejects);
        }
        open
    }

    fn refuse(&mut self, index: usize, totals: Option<&InputTotals>) {
        let open = self.abandon();
        self.refused.insert(index);
        self.reports
            .record(index, InputOutcome::Refused, totals, &open.counters);
    }
}
