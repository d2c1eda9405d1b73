//! Collects validated chunks in order, and accepts or refuses each input at its end.

mod result_sink;

use super::SupplierPurchases;
use super::accepted_rows::AcceptedRows;
use super::commit_run::commit_run;
use super::dump_completeness::{InputPages, report_incomplete_dumps};
use super::full_snapshot::FullSnapshot;
use super::input_versions::{InputVersions, PendingVersions};
use super::select_versions::SnapshotMode;
use crate::ingest::counters::InputCounters;
use crate::ingest::error::RunError;
use crate::ingest::ingest_run::IngestRun;
use crate::ingest::options::{IngestFailure, IngestOptions, IngestOutcome};
use crate::ingest::record_kind::RecordKind;
use crate::ingest::runner::{Progress, process_inputs};
use crate::input::{Input, InputTotals};
use crate::lake::{BatchBuffer, Lake, rejects_spec};
use crate::run_report::InputOutcome;

/// Ingests supplier purchases: updates the table to their newest versions. A second run with the
/// same inputs changes nothing.
///
/// Inputs are processed in the order of their paths, not in the order given.
///
/// # Errors
/// The lake fails, record counts are inconsistent, or the run is interrupted. Either nothing of the
/// run is visible to readers, or all of it, which the error then reports; the same command
/// completes the run.
pub fn upsert(
    lake: &Lake,
    inputs: &[Input],
    options: &IngestOptions<SupplierPurchases>,
    snapshot_mode: SnapshotMode,
    progress: &Progress,
) -> Result<IngestOutcome, IngestFailure> {
    let mut inputs = inputs.to_vec();
    inputs.sort_by(|one, other| one.location.cmp(&other.location));
    let mut collector = IngestRun::open(lake, &inputs, options)
        .and_then(|run| SupplierCollector::new(run, snapshot_mode))
        .map_err(|error| IngestFailure::after(error, IngestOutcome::default()))?;
    collector
        .read_all(progress)
        .map_err(|error| IngestFailure::after(error, IngestOutcome::default()))?;
    let ended = collector.commit();
    let ingested = collector.run.finish();
    match ended {
        Ok(()) => Ok(ingested),
        Err(error) => Err(IngestFailure::after(error, ingested)),
    }
}

/// Bytes of rejects kept in memory until their input has ended; the rest is spilled to disk.
const REJECT_BYTES: usize = 8 << 20;

/// The run so far.
struct SupplierCollector<'a> {
    run: IngestRun<'a, SupplierPurchases>,
    snapshot_mode: SnapshotMode,
    /// Positions of the inputs that are read.
    current_inputs: Vec<usize>,
    /// The counts of the open input.
    counters: InputCounters,
    open: InputVersions,
    accepted_rows: AcceptedRows,
    /// The rejects of the inputs; discarded if their input is refused.
    buffered_rejects: BatchBuffer,
    read: Vec<PendingVersions>,
    pages: Vec<(usize, InputPages)>,
}

impl<'a> SupplierCollector<'a> {
    fn new(
        run: IngestRun<'a, SupplierPurchases>,
        snapshot_mode: SnapshotMode,
    ) -> Result<Self, RunError> {
        let (lake, run_id) = (run.lake, run.run_id());
        Ok(Self {
            run,
            snapshot_mode,
            current_inputs: Vec::new(),
            counters: InputCounters::default(),
            open: InputVersions::default(),
            accepted_rows: AcceptedRows::new(lake, &SupplierPurchases::table(), run_id)?,
            buffered_rejects: BatchBuffer::new(lake, &rejects_spec(), run_id, REJECT_BYTES)?,
            read: Vec::new(),
            pages: Vec::new(),
        })
    }

    /// Reads all inputs; those that the lake lists already are skipped where that is safe.
    fn read_all(&mut self, progress: &Progress) -> Result<(), RunError> {
        // A full snapshot has to be read completely, known files included. If the company is given
        // by an option, a known file may now be of another company.
        let is_in_records = self.run.options.run.kind.company().is_in_records();
        let reads_all = self.snapshot_mode == SnapshotMode::Full || !is_in_records;
        self.current_inputs = self.run.skip_ingested_files(reads_all)?;
        let list: Vec<Input> = self
            .current_inputs
            .iter()
            .filter_map(|&index| self.run.inputs.get(index).cloned())
            .collect();
        process_inputs(&list, &self.run.options.run, progress, self)?;
        self.accepted_rows.finish()
    }

    /// Commits the inputs that were read, and records their outcomes.
    fn commit(&mut self) -> Result<(), RunError> {
        let run = &mut self.run;
        let skipped_paths = run.reports.paths_with(InputOutcome::AlreadyIngested);
        let (counters, reports) = (&mut run.counters, &mut run.reports);
        let is_complete = report_incomplete_dumps(&self.pages, &skipped_paths, counters, reports);
        self.pages = Vec::new();
        let read = std::mem::take(&mut self.read);
        let snapshot = FullSnapshot::from_run(run, self.snapshot_mode, &read, is_complete);
        commit_run(
            run,
            snapshot,
            read,
            &self.accepted_rows,
            &self.buffered_rejects,
        )
    }

    fn index(&self, input: usize) -> usize {
        self.current_inputs.get(input).copied().unwrap_or(input)
    }

    /// Discards the open input. Its rows stay stored, but no candidate refers to them any more.
    fn abandon(&mut self) -> InputCounters {
        for rejects in std::mem::take(&mut self.open).rejects {
            self.buffered_rejects.forget(rejects);
        }
        std::mem::take(&mut self.counters)
    }

    fn refuse(&mut self, index: usize, totals: Option<&InputTotals>) {
        let counters = self.abandon();
        self.run
            .reports
            .record(index, InputOutcome::Refused, totals, &counters);
    }
}
