//! Ingests supplier purchases: all inputs are read, and then committed together.

use super::accepted_rows::{AcceptedRows, has_one_version_per_row};
use super::commit_run::commit_run;
use super::dump_completeness::{InputPages, report_incomplete_dumps};
use super::full_snapshot::FullSnapshot;
use super::input_versions::{InputVersions, PendingVersions};
use super::select_versions::{SnapshotMode, VersionCandidate};
use super::{SupplierChunkRows, SupplierPurchases};
use crate::ingest::collector::{CollectedChunk, CommitPolicy, OpenInput, collect};
use crate::ingest::cross_chunk::FinishedInput;
use crate::ingest::error::RunError;
use crate::ingest::ingest_run::IngestRun;
use crate::ingest::options::{IngestFailure, IngestOptions, IngestOutcome};
use crate::ingest::record_kind::RecordKind;
use crate::ingest::runner::Progress;
use crate::input::Input;
use crate::lake::{BatchBuffer, Lake, rejects_spec};
use crate::record::shift_source_rows;
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
    collect(lake, &inputs, options, progress, |run| {
        UpsertPolicy::new(run, snapshot_mode)
    })
}

/// Bytes of rejects kept in memory until their input has ended; the rest is spilled to disk.
const REJECT_BYTES: usize = 8 << 20;

/// Collects the versions of all inputs, and updates the table to the newest ones.
struct UpsertPolicy {
    snapshot_mode: SnapshotMode,
    accepted_rows: AcceptedRows,
    /// The rejects of the inputs; discarded if their input is refused.
    buffered_rejects: BatchBuffer,
    read: Vec<PendingVersions>,
    pages: Vec<(usize, InputPages)>,
}

impl UpsertPolicy {
    fn new(
        run: &IngestRun<'_, SupplierPurchases>,
        snapshot_mode: SnapshotMode,
    ) -> Result<Self, RunError> {
        let (lake, run_id) = (run.lake, run.run_id());
        Ok(Self {
            snapshot_mode,
            accepted_rows: AcceptedRows::new(lake, &SupplierPurchases::table(), run_id)?,
            buffered_rejects: BatchBuffer::new(lake, &rejects_spec(), run_id, REJECT_BYTES)?,
            read: Vec::new(),
            pages: Vec::new(),
        })
    }
}

impl CommitPolicy<SupplierPurchases> for UpsertPolicy {
    type Content = InputVersions;

    /// A full snapshot has to be read completely, known files included. If the company is given by
    /// an option, a known file may now be of another company.
    fn reads_listed_files(&self, kind: &SupplierPurchases) -> bool {
        self.snapshot_mode == SnapshotMode::Full || !kind.company().is_in_records()
    }

    fn add_chunk(
        &mut self,
        run: &mut IngestRun<'_, SupplierPurchases>,
        open: &mut OpenInput<InputVersions>,
        chunk: CollectedChunk<SupplierPurchases>,
    ) -> Result<(), RunError> {
        let CollectedChunk {
            index,
            first_record,
            rows,
            rejects,
        } = chunk;
        let content = &mut open.content;
        if let Some(rejects) = rejects {
            content.rejects.push(self.buffered_rejects.put(rejects)?);
        }
        let Some(chunk) = rows.filter(|_| open.counters.refusal.is_none()) else {
            return Ok(());
        };
        let SupplierChunkRows {
            mut rows,
            pages,
            page_ends,
        } = chunk;
        content.pages.add_chunk(pages, &page_ends, &rows.versions);
        if rows.versions.is_empty() {
            return Ok(());
        }
        if !has_one_version_per_row(&rows) {
            return Err(RunError::Unbalanced {
                path: run.reports.path(index),
                counts: open.counters.counts,
            });
        }
        rows.batch = shift_source_rows(&rows.batch, first_record)?;
        let versions = rows.versions.clone();
        let first = self.accepted_rows.put(rows)?;
        let candidates = (first..)
            .zip(versions)
            .map(|(row, version)| VersionCandidate {
                version,
                input: index,
                row,
            });
        content.candidates.extend(candidates);
        Ok(())
    }

    /// The rows stay stored, but no candidate refers to them any more.
    fn discard(&mut self, content: InputVersions) -> Result<(), RunError> {
        for rejects in content.rejects {
            self.buffered_rejects.forget(rejects);
        }
        Ok(())
    }

    fn add_input(
        &mut self,
        run: &mut IngestRun<'_, SupplierPurchases>,
        mut input: PendingVersions,
    ) -> Result<(), RunError> {
        // An input whose records are not all accounted for is not committed.
        if input.counters.counts.accepted != input.content.candidates.len() as u64 {
            return Err(RunError::Unbalanced {
                path: input.path,
                counts: input.counters.counts,
            });
        }
        let mut pages = std::mem::take(&mut input.content.pages);
        if let Some(of_run) = run.inputs.get(input.index) {
            let ended = FinishedInput {
                index: input.index,
                input: of_run,
                totals: &input.totals,
                kind: &run.options.run.kind,
                json: run.options.run.reader.json(),
            };
            pages.finish(&ended, &mut input.counters);
        }
        self.pages.push((input.index, pages));
        self.read.push(input);
        Ok(())
    }

    fn commit(
        &mut self,
        run: &mut IngestRun<'_, SupplierPurchases>,
    ) -> Result<Vec<usize>, RunError> {
        self.accepted_rows.finish()?;
        let skipped_paths = run.reports.paths_with(InputOutcome::AlreadyIngested);
        let pages = std::mem::take(&mut self.pages);
        let (counters, reports) = (&mut run.counters, &mut run.reports);
        let is_complete = report_incomplete_dumps(&pages, &skipped_paths, counters, reports);
        drop(pages);
        let read = std::mem::take(&mut self.read);
        let snapshot = FullSnapshot::from_run(run, self.snapshot_mode, &read, is_complete);
        let (rows, rejects) = (&self.accepted_rows, &self.buffered_rejects);
        commit_run(run, snapshot, read, rows, rejects)?;
        Ok(Vec::new())
    }
}
