//! Ingests or checks supplier purchases: all inputs are read, and then committed together.

use std::sync::Arc;

use chrono::NaiveDate;

use super::accepted_rows::has_one_version_per_row;
use super::commit_run::{check_run, commit_run};
use super::dump_completeness::{InputPages, report_incomplete_dumps};
use super::full_snapshot::FullSnapshot;
use super::input_versions::{InputVersions, PendingVersions};
use super::select_versions::VersionCandidate;
use super::uncommitted_records::UncommittedRecords;
use super::{SupplierChunkRows, SupplierPurchases};
use crate::ingest::check;
use crate::ingest::collector::{CollectedChunk, CommitPolicy, OpenInput, collect};
use crate::ingest::error::RunError;
use crate::ingest::findings::FindingSink;
use crate::ingest::ingest_run::{IngestRun, create_tables};
use crate::ingest::listed_inputs::ListedInputs;
use crate::ingest::options::{IngestFailure, IngestOptions, IngestOutcome};
use crate::ingest::record_kind::RecordKind;
use crate::ingest::runner::{Progress, RunSettings};
use crate::input::Input;
use crate::lake::Lake;
use crate::record::shift_source_rows;
use crate::run_report::InputOutcome;

/// Ingests supplier purchases: updates the table to their newest versions. A second run with the
/// same inputs changes nothing.
///
/// Inputs are processed in the order of their paths, not in the order given. With a
/// `snapshot_date` they are together the full snapshot of that day: all purchases of their
/// companies. Without one they are changes.
///
/// # Errors
/// The lake fails, record counts are inconsistent, or the run is interrupted. Either nothing of the
/// run is visible to readers, or all of it, which the error then reports; the same command
/// completes the run.
pub fn upsert(
    lake: &Lake,
    inputs: &[Input],
    options: &IngestOptions<SupplierPurchases>,
    snapshot_date: Option<NaiveDate>,
    progress: &Progress,
) -> Result<IngestOutcome, IngestFailure> {
    create_tables::<SupplierPurchases>(lake)?;
    let mut options = options.clone();
    if snapshot_date.is_some() || !options.run.kind.company().is_in_records() {
        // A full snapshot is read completely. If an option gives the company, a known file may be
        // of another company.
        let listed =
            ListedInputs::load(lake, &SupplierPurchases::table(), SupplierPurchases::NAME)?;
        options.listed = Arc::new(listed.with_files_unknown());
    }
    let policy = UpsertPolicy {
        snapshot_date,
        records: Some(UncommittedRecords::new(lake, &options.run.run_id)?),
        ..UpsertPolicy::default()
    };
    collect(&sorted(inputs), &options, progress, policy, None)
}

/// Validates supplier purchases as [`upsert`] does into an empty lake, and writes nothing.
///
/// # Errors
/// The run is interrupted, or the sink fails.
pub fn check<E: From<RunError>>(
    inputs: &[Input],
    settings: &RunSettings<SupplierPurchases>,
    reject_limit: f64,
    progress: &Progress,
    sink: &mut FindingSink<'_, E>,
) -> Result<IngestOutcome, E> {
    let (inputs, policy) = (sorted(inputs), UpsertPolicy::default());
    check::check(&inputs, settings, reject_limit, progress, sink, policy)
}

/// The inputs in the order of their paths, which selects between two versions with the same time.
fn sorted(inputs: &[Input]) -> Vec<Input> {
    let mut inputs = inputs.to_vec();
    inputs.sort_by(|one, other| one.location.cmp(&other.location));
    inputs
}

/// Collects the versions of all inputs, and updates the table to the newest ones.
#[derive(Default)]
struct UpsertPolicy<'l> {
    /// The date of the full snapshot; `None` if the inputs are changes.
    snapshot_date: Option<NaiveDate>,
    /// The rows and rejects until their commit; `None` in a check.
    records: Option<UncommittedRecords<'l>>,
    read: Vec<PendingVersions>,
    pages: Vec<(usize, InputPages)>,
}

impl CommitPolicy<SupplierPurchases> for UpsertPolicy<'_> {
    type Content = InputVersions;

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
        if let (Some(records), Some(rejects)) = (&mut self.records, rejects) {
            content.rejects.push(records.rejects.put(rejects)?);
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
        let versions = rows.versions.clone();
        let first = if let Some(records) = &mut self.records {
            rows.batch = shift_source_rows(&rows.batch, first_record)?;
            records.rows.put(rows)?
        } else {
            let companies = versions.iter().map(|version| version.key.company_id);
            open.counters.companies.extend(companies);
            // Limited by memory, far below u32.
            u32::try_from(content.candidates.len()).unwrap_or(u32::MAX)
        };
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
        if let Some(records) = &mut self.records {
            let rejects = content.rejects.into_iter();
            rejects.for_each(|rejects| records.rejects.forget(rejects));
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
            let settings = &run.options.run;
            pages.finish(of_run, &input.totals, settings, &mut input.counters);
        }
        self.pages.push((input.index, pages));
        self.read.push(input);
        Ok(())
    }

    fn commit(
        &mut self,
        run: &mut IngestRun<'_, SupplierPurchases>,
    ) -> Result<Vec<usize>, RunError> {
        let skipped_paths = run.reports.paths_with(InputOutcome::AlreadyIngested);
        let pages = std::mem::take(&mut self.pages);
        let (counters, reports) = (&mut run.counters, &mut run.reports);
        let is_complete = report_incomplete_dumps(&pages, &skipped_paths, counters, reports);
        drop(pages);
        let read = std::mem::take(&mut self.read);
        if let Some(records) = &mut self.records {
            records.rows.finish()?;
            let snapshot = FullSnapshot::from_run(run, self.snapshot_date, &read, is_complete);
            commit_run(run, snapshot, read, records)?;
            run.list_copies(records.lake)?;
        } else {
            check_run(run, read);
        }
        Ok(Vec::new())
    }
}
